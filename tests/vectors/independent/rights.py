"""The rights table (FORMAT.md 2) and which act may list what (FORMAT.md 5)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

CASE, SECTION, DIRECTORY, REGISTER, INTAKE, SENDING, AUDIT = range(1, 8)  # kinds of compartment
_WORKERS, _ADMINS = {"caseworker", "supervisor"}, {"admin"}
_ADMITTERS, _EXPORTERS = {"admin", "supervisor"}, {"caseworker", "supervisor", "legal-reviewer"}
_CALLED = {"intake", "supervisor", "caseworker"}
_ANY_OTHER = ""  # a kind that no row of the table names
_IN_CASES = {
    **dict.fromkeys(("casework", "access", "section", _ANY_OTHER), _WORKERS),
    **dict.fromkeys(("note", "incident"), _WORKERS | {"field"}),
}
_BY_ADMINS = ("organisation", "attempts-key", "partner", "rule", "deputy", "order", "form", "calendar", "retention")

WRITERS: dict[int, dict[str, set[str]]] = {
    CASE: {**_IN_CASES, **dict.fromkeys(("approval", "disclosure", "page-words"), _EXPORTERS)},
    SECTION: _IN_CASES,
    DIRECTORY: {**dict.fromkeys((*_BY_ADMINS, "witness"), _ADMINS), **dict.fromkeys(("member", "device"), _ADMITTERS)},
    REGISTER: {"register-entry": _CALLED},
    INTAKE: {"slip": _CALLED},
    SENDING: {"package-key": _EXPORTERS, "partner": _WORKERS},
    AUDIT: {},
}
_NAMED = {kind for row in WRITERS.values() for kind in row}


def may_write(roles: AbstractSet[str], compartment_kind: int, kind: str) -> bool:
    """Say whether these roles may write a kind there (C5)."""
    return bool(roles & WRITERS[compartment_kind].get(kind if kind in _NAMED else _ANY_OTHER, set()))


def may_write_some(roles: AbstractSet[str], compartment_kind: int) -> bool:
    """Say whether there is a kind that these roles may write there."""
    return any(roles & writers for writers in WRITERS[compartment_kind].values())


_NONE = "log.read log.export unlock.fail clock.jump case.list case.view case.search file.view export.abort export.all"
_ONE = "config.change case.edit note.create note.correct person.create person.edit deadline.create deadline.edit"
_KINDS_OF = {
    f"{_NONE} print backup.make sync.out recovery.drill": (),
    f"{_ONE} file.add partner.create partner.edit rule.edit export.done package.words package.reissue": (1,),
    "key.rotate": (1, 2, 3),
    "case.create case.import section.create": (1, 2, 3, 24, 25),
    "log.genesis": (1, 2, 3, 4, 16, 21),
    "role.change member.change access.recover": (1, 2, 3, 4, 17, 18, 19, 20, 21, 22, 23),
    "case.delete erase": (1, 2, 3, 5, 6, 26),
    "clock.repair": (1, 5),
    "intake.edit register.edit": (1, 6),
    "audit.period": (2, 3),
    "grant.add grant.remove": (1, 2, 3, 5, 25, 26, 27),
    "log.restored unlock.ok": (2, 3, 7),
    "break.glass": (1, 2, 5, 25),
    "export.begin": (1, 5),
    "document.add": (1, 8),
    "keys.change": (4,),
    "approve": (5,),
    "log.verify lock backup.restore sync.in": (7,),
}
KNOWN_KINDS = {*range(1, 9), *range(16, 28)}
MAY_LIST = {act: frozenset(kinds) for acts, kinds in _KINDS_OF.items() for act in acts.split()}
