"""The rights tables: which role's versions count where (C5)."""

from collections.abc import Set as AbstractSet

import pytest

from vault.errors import NewerVaultError
from vault.policy.rights import NEWEST_TABLE, Place, rights_table
from vault.policy.roles import Role

TABLE = rights_table(1)


@pytest.mark.parametrize(
    ("role", "place", "kind"),
    [
        (Role.CASEWORKER, Place.CASE, "note"),
        (Role.SUPERVISOR, Place.SECTION, "person"),
        (Role.ADMIN, Place.DIRECTORY, "roster"),
        (Role.ADMIN, Place.DIRECTORY, "partner"),
        (Role.INTAKE, Place.INTAKE, "slip"),
        (Role.CASEWORKER, Place.SENDING, "package-key"),
    ],
)
def test_these_count(role: Role, place: Place, kind: str) -> None:
    assert TABLE.may_write({role}, place, kind)


@pytest.mark.parametrize(
    ("role", "place", "kind"),
    [
        pytest.param(Role.ADMIN, Place.CASE, "note", id="an admin writes no notes"),
        pytest.param(Role.AUDITOR, Place.CASE, "note", id="an auditor writes nothing"),
        pytest.param(Role.CASEWORKER, Place.DIRECTORY, "roster", id="a caseworker admits nobody"),
        pytest.param(Role.CASEWORKER, Place.CASE, "roster", id="a roster counts in the directory only"),
        pytest.param(Role.CASEWORKER, Place.CASE, "unheard-of", id="an unknown kind never counts"),
    ],
)
def test_these_do_not_count(role: Role, place: Place, kind: str) -> None:
    assert not TABLE.may_write({role}, place, kind)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("kind", ["case", "note", "roster"])
def test_nobody_writes_versions_into_an_audit_compartment(role: Role, kind: str) -> None:
    assert not TABLE.may_write({role}, Place.AUDIT, kind)


def test_every_place_has_its_row_in_every_column() -> None:
    for table in (rights_table(1), rights_table(2)):
        for column in (table.writers, table.founders, table.granters):
            assert set(column) == set(Place)


def test_only_workers_found_cases_and_each_seat_its_own_audit() -> None:
    assert not TABLE.may_found({Role.ADMIN}, Place.CASE)
    assert TABLE.may_found({Role.AUDITOR}, Place.AUDIT)
    assert not TABLE.may_found({Role.ADMIN}, Place.DIRECTORY)


def test_granting_follows_the_place() -> None:
    assert TABLE.may_grant({Role.SUPERVISOR}, Place.REGISTER)
    assert not TABLE.may_grant({Role.CASEWORKER}, Place.DIRECTORY)


def test_an_unknown_table_is_refused_with_the_number_needed() -> None:
    with pytest.raises(NewerVaultError, match=f"rights table {NEWEST_TABLE + 1}"):
        rights_table(NEWEST_TABLE + 1)


@pytest.mark.parametrize(
    ("roles", "place", "kind"),
    [
        pytest.param({Role.CASEWORKER}, Place.CASE, "access", id="until when a member holds a case"),
        pytest.param({Role.SUPERVISOR}, Place.SECTION, "section", id="what a section is of"),
        pytest.param({Role.SUPERVISOR}, Place.DIRECTORY, "roster", id="a supervisor who admits a helper"),
        pytest.param({Role.ADMIN}, Place.DIRECTORY, "order", id="the order to hand cases over"),
    ],
)
def test_table_2_adds_what_many_members_need(roles: set[Role], place: Place, kind: str) -> None:
    assert rights_table(2).may_write(roles, place, kind)
    assert not TABLE.may_write(roles, place, kind)


@pytest.mark.parametrize("kind", ["order", "deputy", "partner", "organisation", "attempts-key"])
def test_table_2_leaves_the_rest_of_the_directory_to_admins(kind: str) -> None:
    assert not rights_table(2).may_write({Role.SUPERVISOR}, Place.DIRECTORY, kind)


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
_SHARING = {"access": _W, "section": _W}
_REST = {
    "register": {"register-entry": _I},
    "intake": {"slip": _I},
    "sending": {"package-key": _E},
    "audit": {},
}
_WRITERS: dict[int, dict[str, dict[str, str]]] = {
    1: {"case": _CASEWORK, "section": _CASEWORK, "directory": _DIRECTORY, **_REST},
    2: {
        "case": {**_CASEWORK, **_SHARING, "approval": _E},
        "section": {**_CASEWORK, **_SHARING},
        "directory": {**_DIRECTORY, "roster": _AS, "member": _AS, "device": _AS, "deputy": _A, "order": _A},
        **_REST,
    },
}
_FOUNDERS = {"case": _W, "section": _W, "directory": "", "register": "", "intake": "", "sending": "", "audit": _ALL}
_GRANTERS_1 = {"case": _W, "section": _W, "directory": _A, "register": _S, "intake": _S, "sending": _A, "audit": _ALL}
_GRANTERS = {1: _GRANTERS_1, 2: {**_GRANTERS_1, "directory": _AS, "sending": _AS}}


def _words(roles: AbstractSet[Role]) -> set[str]:
    return set(map(str, roles))


@pytest.mark.parametrize("number", [1, 2])
def test_a_released_table_is_what_it_was(number: int) -> None:
    table = rights_table(number)
    writers = {str(place): {kind: _words(roles) for kind, roles in row.items()} for place, row in table.writers.items()}
    assert writers == {
        place: {kind: set(roles.split()) for kind, roles in row.items()} for place, row in _WRITERS[number].items()
    }
    for column, expected in ((table.founders, _FOUNDERS), (table.granters, _GRANTERS[number])):
        assert {str(place): _words(roles) for place, roles in column.items()} == {
            place: set(roles.split()) for place, roles in expected.items()
        }


def test_table_2_is_the_newest() -> None:
    assert NEWEST_TABLE == 2
    with pytest.raises(NewerVaultError):
        rights_table(0)
