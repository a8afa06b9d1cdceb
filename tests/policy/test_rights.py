"""Rights table 1: which role's versions count where (C5)."""

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
    for column in (TABLE.writers, TABLE.kinds, TABLE.founders, TABLE.granters):
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
