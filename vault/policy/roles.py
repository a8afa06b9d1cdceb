"""The roles of an organisation and the acts that a role allows: one table, read from top to bottom."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a member does in the organisation. Belongs to the member, never to a device."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    CASEWORKER = "caseworker"
    INTAKE = "intake"
    LEGAL_REVIEWER = "legal-reviewer"
    AUDITOR = "auditor"
    FIELD = "field"


class Action(StrEnum):
    """Everything that a service can be asked to do for a member."""

    CASE_CREATE = "case.create"
    CASE_LIST = "case.list"
    CASE_READ = "case.read"
    CASE_WRITE = "case.write"
    CASE_SEARCH = "case.search"
    CASE_EXPORT = "case.export"
    PARTNER_READ = "partner.read"
    PARTNER_WRITE = "partner.write"
    LOG_READ = "log.read"
    LOG_VERIFY = "log.verify"
    BACKUP_MAKE = "backup.make"


# Acts on one case: the member must hold that case too, whatever the role says.
CASE_ACTIONS = frozenset({Action.CASE_READ, Action.CASE_WRITE, Action.CASE_EXPORT})

_EVERYBODY = frozenset(Role)
_WORKERS = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
_READERS = _WORKERS | {Role.LEGAL_REVIEWER, Role.FIELD}

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.CASE_CREATE: _WORKERS,
    Action.CASE_LIST: _READERS | {Role.INTAKE},
    Action.CASE_READ: _READERS,
    Action.CASE_WRITE: _WORKERS,
    Action.CASE_SEARCH: _READERS | {Role.INTAKE},
    Action.CASE_EXPORT: _WORKERS | {Role.LEGAL_REVIEWER},
    Action.PARTNER_READ: _EVERYBODY,
    Action.PARTNER_WRITE: frozenset({Role.ADMIN}),
    Action.LOG_READ: frozenset({Role.AUDITOR}),
    Action.LOG_VERIFY: _EVERYBODY,
    Action.BACKUP_MAKE: _EVERYBODY,
}
