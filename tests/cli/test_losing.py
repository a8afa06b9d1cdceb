"""Before a role or a device is taken from a member, the command says what is lost by it, and asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.services.organisation import JOEL, MIRA, Organisation, organisation, organisation_template

__all__ = ["organisation", "organisation_template"]  # fixtures

LOST = "What 1 device of Joel Brandvik wrote and you have not imported will be invalid for everybody."


@pytest.fixture
def desk(organisation: Organisation, tmp_path: Path) -> Desk:
    return Desk.of(organisation[MIRA].place, tmp_path)


def commands(organisation: Organisation) -> dict[str, tuple[str, ...]]:
    joel = organisation[JOEL]
    return {
        "suspend": ("member", "suspend", joel.name),
        "leave": ("member", "leave", joel.name),
        "roles": ("member", "roles", joel.name, "supervisor", "--root"),
        "lost": ("device", "revoke", joel.seat.hex()[:8]),
    }


def test_a_script_is_told_what_is_lost_and_has_to_say_yes(organisation: Organisation, desk: Desk) -> None:
    for given in commands(organisation).values():
        refused = desk.run(*given, "--json")
        assert refused.code == 3
        assert LOST in refused.err
        error = refused.json()["error"]
        assert (error["message"], error["advice"]) == ("nothing is changed: work may be lost", "Repeat it with --yes.")
    done = desk.run(*given, "--yes", "--json")
    assert (done.code, done.json()["done"]) == (0, True)
    assert LOST in done.err


@pytest.mark.long
def test_a_person_is_asked_and_enter_means_no(organisation: Organisation, desk: Desk) -> None:
    for typed, code in (("\n", 3), ("y\n", 3), ("yes\n", 0)):
        answer = desk.run_at_terminal(*commands(organisation)["roles"], typed=typed)
        assert answer.code == code, answer.err
        assert LOST in answer.err
        assert "Or give caseworker too: then nothing is lost, and they get no further rights." in answer.err
        assert "Go on? Type yes: " in answer.err
        if code:
            assert "nothing is changed. Import their bundle, then repeat the command." in answer.err
        listed = desk.run("member", "list", "--json").json()["members"]
        roles = next(member["roles"] for member in listed if member["name"] == organisation[JOEL].name)
        assert roles == (["caseworker"] if code else ["supervisor"])


def test_where_nothing_is_lost_nobody_is_asked(organisation: Organisation, desk: Desk) -> None:
    name = organisation[JOEL].name
    more = desk.run("member", "roles", name, "supervisor", "caseworker", "--root", "--json")
    assert (more.code, more.err) == (0, "")


def test_a_device_is_never_revoked_without_a_yes(organisation: Organisation, desk: Desk) -> None:
    revoke = ("device", "revoke", organisation[MIRA].seat.hex()[:8], "--json")
    refused = desk.run(*revoke)
    assert refused.code == 3
    assert "it cannot come back" in refused.err
