"""Numbered rights tables (FORMAT.md 2): which role may write and found what, judged alike by every version.

The roster names the table by number. A table is never changed once released; a new rule is a new number.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from vault.errors import NewerVaultError
from vault.policy.roles import Role


class Place(StrEnum):
    """The kinds of compartment, as words."""

    CASE = "case"
    SECTION = "section"
    DIRECTORY = "directory"
    REGISTER = "register"
    INTAKE = "intake"
    SENDING = "sending"
    AUDIT = "audit"


CASEWORK_KINDS = frozenset({"case", "person", "note", "disclosure"})
DIRECTORY_KINDS = frozenset({"roster", "member", "organisation", "attempts-key", "partner", "rule"})
SENDING_KINDS = frozenset({"package-key"})

_WORKERS = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
_EXPORTERS = _WORKERS | {Role.LEGAL_REVIEWER}
_INTAKERS = frozenset({Role.INTAKE, Role.SUPERVISOR})
_ADMINS = frozenset({Role.ADMIN})


@dataclass(frozen=True, slots=True)
class RightsTable:
    """For each kind of compartment: the roles that may write there, which kinds, and who may found and grant it."""

    writers: Mapping[Place, frozenset[Role]]
    kinds: Mapping[Place, frozenset[str]]
    founders: Mapping[Place, frozenset[Role]]
    granters: Mapping[Place, frozenset[Role]]

    def may_write(self, roles: AbstractSet[Role], place: Place, kind: str) -> bool:
        """Say whether a version of this kind counts there when a member with these roles wrote it (C5)."""
        return bool(roles & self.writers[place]) and kind in self.kinds[place]

    def may_found(self, roles: AbstractSet[Role], place: Place) -> bool:
        """Say whether a member with these roles may found a compartment of this kind."""
        return bool(roles & self.founders[place])

    def may_grant(self, roles: AbstractSet[Role], place: Place) -> bool:
        """Say whether a member with these roles may grant an epoch of such a compartment that they hold."""
        return bool(roles & self.granters[place])


_NOBODY: frozenset[Role] = frozenset()
_EVERYBODY = frozenset(Role)

_TABLE_1 = RightsTable(
    writers={
        Place.CASE: _WORKERS,
        Place.SECTION: _WORKERS,
        Place.DIRECTORY: _ADMINS,
        Place.REGISTER: _INTAKERS,
        Place.INTAKE: _INTAKERS,
        Place.SENDING: _EXPORTERS,
        Place.AUDIT: _NOBODY,
    },
    kinds={
        Place.CASE: CASEWORK_KINDS,
        Place.SECTION: CASEWORK_KINDS,
        Place.DIRECTORY: DIRECTORY_KINDS,
        Place.REGISTER: frozenset({"register-entry"}),
        Place.INTAKE: frozenset({"slip"}),
        Place.SENDING: SENDING_KINDS,
        Place.AUDIT: frozenset(),
    },
    founders={
        Place.CASE: _WORKERS,
        Place.SECTION: _WORKERS,
        Place.DIRECTORY: _NOBODY,  # the first five are founded by entry 0 alone
        Place.REGISTER: _NOBODY,
        Place.INTAKE: _NOBODY,
        Place.SENDING: _NOBODY,
        Place.AUDIT: _EVERYBODY,  # each seat founds its own
    },
    granters={
        Place.CASE: _WORKERS,
        Place.SECTION: _WORKERS,
        Place.DIRECTORY: _ADMINS,
        Place.REGISTER: frozenset({Role.SUPERVISOR}),
        Place.INTAKE: frozenset({Role.SUPERVISOR}),
        Place.SENDING: _ADMINS,
        Place.AUDIT: _EVERYBODY,
    },
)

NEWEST_TABLE = 1
_TABLES = {1: _TABLE_1}


def rights_table(number: int) -> RightsTable:
    """Return the table that a roster names.

    Raises:
        NewerVaultError: the roster names a table that this program does not know.
    """
    if number not in _TABLES:
        raise NewerVaultError(f"the roster names rights table {number}; this program knows tables up to {NEWEST_TABLE}")
    return _TABLES[number]
