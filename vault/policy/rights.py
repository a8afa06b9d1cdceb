"""The rights table (FORMAT.md 2): which role may write and found what, judged alike by every version.

It is never changed once released: a new rule is a new format.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from vault.ids import CompartmentKind
from vault.policy.roles import Role

CASEWORK_KINDS = frozenset({"case", "person", "note", "disclosure"})
DIRECTORY_KINDS = frozenset({"member", "organisation", "attempts-key", "partner", "rule"})
SENDING_KINDS = frozenset({"package-key"})
# Until when a member holds a case, and what a restricted section is of.
SHARING_KINDS = frozenset({"access", "section"})
# By whoever may export: what left, the words that open it, what was put before a second person, and the answer.
EXPORT_KINDS = frozenset({"approval", "disclosure", "page-words"})
# The name of a device, who stands in for whom, and the order to hand over a leaver's cases.
MEMBERSHIP_KINDS = frozenset({"deputy", "order"})
# What an organisation sets for all its cases.
SETTING_KINDS = frozenset({"form", "calendar", "retention", "witness"})
# Every kind in a case or a section that the table names nowhere, so that a new kind of record needs no
# new table.
ANY_OTHER_KIND = "*"
# What somebody in the field writes in a case that they hold.
FIELD_KINDS = frozenset({"note", "incident"})

_WORKERS = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
_EXPORTERS = _WORKERS | {Role.LEGAL_REVIEWER}
_CALLED = frozenset({Role.INTAKE, Role.SUPERVISOR, Role.CASEWORKER})
_ADMINS = frozenset({Role.ADMIN})


@dataclass(frozen=True, slots=True)
class RightsTable:
    """For each kind of compartment: which kinds of record who may write there, and who may found it."""

    writers: Mapping[CompartmentKind, Mapping[str, frozenset[Role]]]
    founders: Mapping[CompartmentKind, frozenset[Role]]

    def may_write(self, roles: AbstractSet[Role], place: CompartmentKind, kind: str) -> bool:
        """Say whether a version of this kind is valid there when a member with these roles wrote it (C5)."""
        row = self.writers[place]
        if kind in row:
            return bool(roles & row[kind])
        is_named = any(kind in other for other in self.writers.values())
        return not is_named and bool(roles & row.get(ANY_OTHER_KIND, _NOBODY))

    def may_write_some(self, roles: AbstractSet[Role], place: CompartmentKind) -> bool:
        """Say whether any version at all is valid there when a member with these roles wrote it (C5)."""
        return any(roles & writers for writers in self.writers[place].values())

    def may_found(self, roles: AbstractSet[Role], place: CompartmentKind) -> bool:
        """Say whether a member with these roles may found a compartment of this kind."""
        return bool(roles & self.founders[place])


_NOBODY: frozenset[Role] = frozenset()
_EVERYBODY = frozenset(Role)


def _each(kinds: AbstractSet[str], roles: frozenset[Role]) -> dict[str, frozenset[Role]]:
    return dict.fromkeys(kinds, roles)


_FOUNDERS = {
    CompartmentKind.CASE: _WORKERS,
    CompartmentKind.SECTION: _WORKERS,
    CompartmentKind.DIRECTORY: _NOBODY,  # the first five are founded by entry 0 alone
    CompartmentKind.REGISTER: _NOBODY,
    CompartmentKind.INTAKE: _NOBODY,
    CompartmentKind.SENDING: _NOBODY,
    CompartmentKind.AUDIT: _EVERYBODY,  # each seat founds its own
}

# A supervisor who admits a helper (FORMAT.md 2) names them there.
_ADMITTERS = _ADMINS | {Role.SUPERVISOR}
_IN_CASES = _each(CASEWORK_KINDS | SHARING_KINDS | {ANY_OTHER_KIND}, _WORKERS) | _each(
    FIELD_KINDS, _WORKERS | {Role.FIELD}
)
RIGHTS = RightsTable(
    writers={
        CompartmentKind.CASE: _IN_CASES | _each(EXPORT_KINDS, _EXPORTERS),
        CompartmentKind.SECTION: _IN_CASES,
        CompartmentKind.DIRECTORY: _each(DIRECTORY_KINDS | MEMBERSHIP_KINDS | SETTING_KINDS, _ADMINS)
        | _each({"member", "device"}, _ADMITTERS),
        # Not in the directory: what no key opens there stops everybody, and few may write there.
        CompartmentKind.SENDING: _each(SENDING_KINDS, _EXPORTERS) | _each({"partner"}, _WORKERS),
        CompartmentKind.REGISTER: _each({"register-entry"}, _CALLED),
        CompartmentKind.INTAKE: _each({"slip"}, _CALLED),
        CompartmentKind.AUDIT: {},
    },
    founders=_FOUNDERS,
)
