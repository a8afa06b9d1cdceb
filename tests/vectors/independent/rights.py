"""The rights tables (FORMAT.md 2) and which act may list what (FORMAT.md 5)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

CASE, SECTION, DIRECTORY, REGISTER, INTAKE, SENDING, AUDIT = range(1, 8)  # kinds of compartment
_WORKERS, _ADMINS = {"caseworker", "supervisor"}, {"admin"}
_ADMITTERS, _EXPORTERS = {"admin", "supervisor"}, {"caseworker", "supervisor", "legal-reviewer"}
_ANYBODY = {"admin", "supervisor", "caseworker", "legal-reviewer", "intake", "field", "auditor"}
_CASEWORK = dict.fromkeys(("case", "person", "note", "disclosure"), _WORKERS)
_DIRECTORY = dict.fromkeys(("roster", "member", "organisation", "attempts-key", "partner", "rule"), _ADMINS)

WRITERS: dict[int, dict[int, dict[str, set[str]]]] = {
    1: {
        CASE: _CASEWORK,
        SECTION: _CASEWORK,
        DIRECTORY: _DIRECTORY,
        REGISTER: {"register-entry": {"intake", "supervisor"}},
        INTAKE: {"slip": {"intake", "supervisor"}},
        SENDING: {"package-key": _EXPORTERS},
        AUDIT: {},
    }
}
_IN_CASES = {
    **_CASEWORK,
    **dict.fromkeys(("access", "section", "any other"), _WORKERS),
    **dict.fromkeys(("note", "incident"), _WORKERS | {"field"}),
}
_CALLED = {"intake", "supervisor", "caseworker"}
WRITERS[2] = {
    **WRITERS[1],
    CASE: {**_IN_CASES, "approval": _EXPORTERS, "disclosure": _EXPORTERS},
    SECTION: _IN_CASES,
    REGISTER: {"register-entry": _CALLED},
    INTAKE: {"slip": _CALLED},
    SENDING: {"package-key": _EXPORTERS, "partner": _WORKERS},
    DIRECTORY: {
        **_DIRECTORY,
        "deputy": _ADMINS,
        "order": _ADMINS,
        **dict.fromkeys(("form", "calendar", "retention", "witness"), _ADMINS),
        **dict.fromkeys(("device", "roster", "member"), _ADMITTERS),
    },
}
GRANTERS: dict[int, dict[int, set[str]]] = {
    1: {
        CASE: _WORKERS,
        SECTION: _WORKERS,
        DIRECTORY: _ADMINS,
        REGISTER: {"supervisor"},
        INTAKE: {"supervisor"},
        SENDING: _ADMINS,
        AUDIT: _ANYBODY,
    }
}
GRANTERS[2] = {**GRANTERS[1], DIRECTORY: _ADMITTERS, SENDING: _ADMITTERS}
FOUNDERS = {CASE: _WORKERS, SECTION: _WORKERS, AUDIT: _ANYBODY}  # the others by entry 0 of the vault alone


def may_write(table: int, roles: AbstractSet[str], compartment_kind: int, kind: str) -> bool:
    """Say whether these roles may write a kind there (C5)."""
    row = WRITERS[table][compartment_kind]
    named = {word for other in WRITERS[table].values() for word in other}
    return bool(roles & row.get(kind if kind in named else "any other", set()))


def may_write_some(table: int, roles: AbstractSet[str], compartment_kind: int) -> bool:
    """Say whether there is a kind that these roles may write there."""
    return any(roles & writers for writers in WRITERS[table][compartment_kind].values())


_NONE = (
    "log.read log.export unlock.fail clock.jump case.list case.view case.search file.view export.abort export.all print"
)
_ONE = "config.change case.edit note.create note.correct person.create person.edit deadline.create deadline.edit"
_KINDS_OF = {
    f"{_NONE} print backup.make sync.out recovery.drill": (),
    f"{_ONE} file.add partner.create partner.edit rule.edit export.done": (1,),
    "case.create case.import section.create key.rotate": (1, 2, 3),
    "log.genesis": (1, 2, 3, 4),
    "role.change roster.change access.recover": (1, 2, 3, 4, 5),
    "case.delete erase": (1, 2, 3, 5, 6),
    "clock.repair": (1, 5),
    "intake.edit register.edit": (1, 6),
    "audit.period": (2, 3),
    "grant.add grant.remove": (2, 3, 5),
    "log.restored unlock.ok": (2, 3, 7),
    "break.glass": (1, 2, 5),
    "export.begin": (1, 5),
    "document.add": (1, 8),
    "keys.change": (4,),
    "approve": (5,),
    "log.verify lock backup.restore sync.in": (7,),
}
MAY_LIST = {act: frozenset(kinds) for acts, kinds in _KINDS_OF.items() for act in acts.split()}
