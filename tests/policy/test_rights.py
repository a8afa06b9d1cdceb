"""The rights tables: which role's versions count where (C5)."""

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
