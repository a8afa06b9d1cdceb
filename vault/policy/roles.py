"""The roles of an organisation and the acts that a role allows: one table, read from top to bottom."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
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
    NOTE_WRITE = "note.write"
    CASE_SEARCH = "case.search"
    CASE_EXPORT = "case.export"
    EXPORT_ALL = "export.all"
    CASE_SHARE = "case.share"
    CASE_ERASE = "case.erase"
    SECTION_CREATE = "section.create"
    BREAK_GLASS = "break.glass"
    FORM_READ = "form.read"
    FORM_WRITE = "form.write"
    PARTNER_READ = "partner.read"
    PARTNER_WRITE = "partner.write"
    INTAKE_READ = "intake.read"
    INTAKE_WRITE = "intake.write"
    REGISTER_ASK = "register.ask"
    REGISTER_WRITE = "register.write"
    MEMBER_LIST = "member.list"
    MEMBER_ADMIT = "member.admit"
    MEMBER_END = "member.end"
    ROLE_CHANGE = "role.change"
    DEPUTY_SET = "deputy.set"
    RETENTION_SET = "retention.set"
    HANDOVER_ORDER = "handover.order"
    AWAY_SET = "away.set"
    APPROVE = "approve"
    RECOVERY_MANAGE = "recovery.manage"
    CLOCK_REPAIR = "clock.repair"
    OWN_DEVICE = "own.device"
    OWN_KEYS = "own.keys"
    SYNC = "sync"
    LOG_READ = "log.read"
    LOG_VERIFY = "log.verify"
    BACKUP_MAKE = "backup.make"


# Acts on one case: the member must hold that case too, whatever the role says.
CASE_ACTIONS = frozenset(
    {
        Action.CASE_READ,
        Action.CASE_WRITE,
        Action.NOTE_WRITE,
        Action.CASE_EXPORT,
        Action.CASE_SHARE,
        Action.CASE_ERASE,
        Action.SECTION_CREATE,
        Action.BREAK_GLASS,
    }
)

_EVERYBODY = frozenset(Role)
_WORKERS = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
_READERS = _WORKERS | {Role.LEGAL_REVIEWER, Role.FIELD}
_INTAKERS = _WORKERS | {Role.INTAKE}
_ADMINS = frozenset({Role.ADMIN})

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.CASE_CREATE: _WORKERS,
    Action.CASE_LIST: _READERS | {Role.INTAKE},
    Action.CASE_READ: _READERS,
    Action.CASE_WRITE: _WORKERS,
    Action.NOTE_WRITE: _WORKERS | {Role.FIELD},
    Action.CASE_SEARCH: _READERS | {Role.INTAKE},
    Action.CASE_EXPORT: _WORKERS | {Role.LEGAL_REVIEWER},
    Action.EXPORT_ALL: _WORKERS | {Role.LEGAL_REVIEWER},
    Action.CASE_SHARE: _WORKERS,
    Action.CASE_ERASE: _WORKERS,
    Action.SECTION_CREATE: _WORKERS,
    Action.BREAK_GLASS: _WORKERS,
    Action.FORM_READ: _EVERYBODY,
    Action.FORM_WRITE: _ADMINS,
    Action.PARTNER_READ: _EVERYBODY,
    Action.PARTNER_WRITE: _ADMINS | _WORKERS,
    Action.INTAKE_READ: _INTAKERS,
    Action.INTAKE_WRITE: _INTAKERS,
    Action.REGISTER_ASK: _INTAKERS,
    Action.REGISTER_WRITE: _INTAKERS,
    Action.MEMBER_LIST: _EVERYBODY,
    Action.MEMBER_ADMIT: _ADMINS | {Role.SUPERVISOR},
    Action.MEMBER_END: _ADMINS,
    Action.ROLE_CHANGE: _ADMINS,
    Action.DEPUTY_SET: _ADMINS,
    Action.RETENTION_SET: _ADMINS,
    Action.HANDOVER_ORDER: _ADMINS,
    Action.AWAY_SET: _ADMINS | _WORKERS,
    Action.APPROVE: _ADMINS | _WORKERS | {Role.LEGAL_REVIEWER},
    Action.RECOVERY_MANAGE: _ADMINS,
    Action.CLOCK_REPAIR: frozenset({Role.SUPERVISOR}),
    Action.OWN_DEVICE: _EVERYBODY,
    Action.OWN_KEYS: _EVERYBODY,
    Action.SYNC: _EVERYBODY,
    Action.LOG_READ: frozenset({Role.AUDITOR}),
    Action.LOG_VERIFY: _EVERYBODY,
    Action.BACKUP_MAKE: _EVERYBODY,
}


def includes(roles: AbstractSet[Role], other: Role) -> bool:
    """Say whether somebody with these roles may do all that another role allows."""
    return all(roles & allowed for allowed in ALLOWED.values() if other in allowed)
