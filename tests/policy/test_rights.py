"""The rights tables: which role's versions count where (C5)."""

from collections.abc import Set as AbstractSet

import pytest

from tests.tables import each
from vault.errors import NewerVaultError
from vault.ids import CompartmentKind
from vault.policy.rights import NEWEST_TABLE, rights_table
from vault.policy.roles import Role

# The released tables, word by word: what counts in one vault must count in every copy of it, whatever the program.
_W, _E, _I, _A, _S = (
    "caseworker supervisor",
    "caseworker supervisor legal-reviewer",
    "intake supervisor",
    "admin",
    "supervisor",
)
_AS, _ALL = "admin supervisor", "admin supervisor caseworker intake legal-reviewer auditor field"
_CASEWORK = {"case": _W, "person": _W, "note": _W, "disclosure": _W}
_DIRECTORY = {"roster": _A, "member": _A, "organisation": _A, "attempts-key": _A, "partner": _A, "rule": _A}
_WF, _IW = "caseworker supervisor field", "intake supervisor caseworker"
_IN_CASES = {**_CASEWORK, "access": _W, "section": _W, "*": _W, "note": _WF, "incident": _WF}
_WRITERS: dict[int, dict[str, dict[str, str]]] = {
    1: {
        "case": _CASEWORK,
        "section": _CASEWORK,
        "directory": _DIRECTORY,
        "register": {"register-entry": _I},
        "intake": {"slip": _I},
        "sending": {"package-key": _E},
        "audit": {},
    },
    2: {
        "case": {**_IN_CASES, "approval": _E, "disclosure": _E},
        "section": _IN_CASES,
        "directory": {
            **_DIRECTORY,
            **dict.fromkeys(("roster", "member", "device"), _AS),
            **dict.fromkeys(("deputy", "order", "form", "calendar", "retention", "witness"), _A),
        },
        "register": {"register-entry": _IW},
        "intake": {"slip": _IW},
        "sending": {"package-key": _E, "partner": _W},
        "audit": {},
    },
}
_FOUNDERS = {"case": _W, "section": _W, "directory": "", "register": "", "intake": "", "sending": "", "audit": _ALL}
_GRANTERS_1 = {"case": _W, "section": _W, "directory": _A, "register": _S, "intake": _S, "sending": _A, "audit": _ALL}
_GRANTERS = {1: _GRANTERS_1, 2: {**_GRANTERS_1, "directory": _AS, "sending": _AS}}


def _words(roles: AbstractSet[Role]) -> set[str]:
    return set(map(str, roles))


@each([1, 2])
def test_a_released_table_is_what_it_was(number: int) -> None:
    table = rights_table(number)
    writers = {
        place.name.lower(): {kind: _words(roles) for kind, roles in row.items()} for place, row in table.writers.items()
    }
    assert writers == {
        place: {kind: set(roles.split()) for kind, roles in row.items()} for place, row in _WRITERS[number].items()
    }
    for column, expected in ((table.founders, _FOUNDERS), (table.granters, _GRANTERS[number])):
        assert {place.name.lower(): _words(roles) for place, roles in column.items()} == {
            place: set(roles.split()) for place, roles in expected.items()
        }


@each([1, 2])
def test_a_role_may_what_its_column_says(number: int) -> None:
    table = rights_table(number)
    kinds = {kind for row in table.writers.values() for kind in row}
    for role in Role:
        for place in CompartmentKind:
            written = {kind for kind in kinds if table.may_write({role}, place, kind)}
            # `*` stands for every kind that the table names nowhere, and is asked for as one of these.
            assert written == {kind for kind, roles in table.writers[place].items() if role in roles}
            assert table.may_write_some({role}, place) is bool(written)
            assert table.may_found({role}, place) is (role in table.founders[place])
            assert table.may_grant({role}, place) is (role in table.granters[place])


@each([1, 2])
def test_a_kind_that_no_row_names_is_valid_in_cases_and_sections_by_who_works_there_and_from_table_2_on(
    number: int,
) -> None:
    table = rights_table(number)
    for role in Role:
        for place in CompartmentKind:
            works_there = place in {CompartmentKind.CASE, CompartmentKind.SECTION} and str(role) in _W.split()
            assert table.may_write({role}, place, "unheard-of") is (number == 2 and works_there)


def test_a_kind_of_one_place_is_no_unheard_of_kind_of_another() -> None:
    table = rights_table(2)
    for kind in ("slip", "roster", "package-key", "partner", "register-entry", "form"):
        assert not table.may_write(frozenset(Role), CompartmentKind.CASE, kind)
    assert not table.may_write(frozenset(Role), CompartmentKind.SECTION, "approval")


def test_a_table_that_is_not_known_is_refused_with_the_number_needed() -> None:
    assert NEWEST_TABLE == 2
    for number in (0, NEWEST_TABLE + 1):
        with pytest.raises(NewerVaultError, match=f"rights table {number}"):
            rights_table(number)
