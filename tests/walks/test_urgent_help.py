"""Somebody was taken tonight: what is needed leaves at once, by command and app, and a colleague reviews it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.desk import Desk as CommandDesk
from tests.cli.desk import said
from tests.services import consenting
from tests.services.founded import Place
from tests.services.office import JOEL
from tests.tui.house import House, house, house_template
from vault.export.reader import open_package
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import cases
from vault.services.exports import partners

__all__ = ["house", "house_template"]  # fixtures

LAWYER = "Maître Ondrelle"
KEY = make_identity()
NEEDED = "A lawyer at the court by 9 tonight."
REVIEW = "review the urgent export"


def sealed_in(folder: Path) -> str:
    """Return what the recipient reads in the only package of a folder."""
    (package,) = folder.glob("*.age")
    return open_package(package.read_bytes(), KEY).members["data.json"].decode()


@pytest.fixture
def desk(founded: Place, tmp_path: Path) -> CommandDesk:
    """The command line over a vault of one member, one case and one recipient."""
    with founded.open() as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(KEY), compared=True)
        consenting.agree(mira, cases.create(mira, title="T", kind="detention").case, LAWYER)
    return CommandDesk.of(founded, tmp_path)


def test_the_command_takes_what_is_needed_from_an_option_or_from_standard_input(
    desk: CommandDesk, tmp_path: Path
) -> None:
    (case,) = said(desk, "case", "list")["cases"]
    wish = ("export", case["case"], "--profile", "urgent", "--to", LAWYER)
    rest = ("--unread", "--decide", "proposed")
    last = LAWYER.rsplit(maxsplit=1)[-1]
    ways = {
        "bare": (("--say", NEEDED, "--surname", last), ""),
        "piped": (("--say", "-", "--surname", last), f"{NEEDED}\n"),
        "in-json": (("--from", "-"), json.dumps({"say": NEEDED, "surname": last})),
    }
    for name, (options, stdin) in ways.items():
        (out := tmp_path / name).mkdir()
        answer = desk.run(*wish, *rest, "--out", str(out), "--json", *options, stdin=stdin)
        assert answer.code == 0, answer.err
        assert answer.json()["review"] is None
        assert NEEDED in sealed_in(out)
    twice = desk.run(*wish, *rest, "--out", str(tmp_path), "--say", "-", "--from", "-", stdin="{}")
    assert (twice.code, "both read standard input" in twice.err) == (2, True)
    other = desk.run(*wish[:3], "lawyer", *wish[4:], *rest, "--out", str(tmp_path), "--say", NEEDED, "--surname", last)
    assert (other.code, "nothing can be said beside the records" in other.err) == (2, True)


@pytest.mark.screen
def test_in_the_app_it_leaves_at_once_and_a_colleague_reviews_it(house: House, tmp_path: Path) -> None:
    with house.open("Mira") as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(KEY), compared=True)
    with house.open("Amina") as amina:
        consenting.agree(amina, house.case, LAWYER)
    (out := tmp_path / "out").mkdir()
    with house.desk("Amina") as desk:
        desk.press("enter", "e").sees_not("Needed now").sees_not("reviews it within 24 hours")
        desk.fill(out=str(out)).go_to("profile").press(*"help at", "enter")
        desk.sees("Needed now", "nobody now: a second person reviews it within 24 hours")
        desk.go_to("say").press(f" {NEEDED}")
        desk.export("It left before a second person approved it.", to="Ondrelle")
        desk.sees("One of these has to review it within 24 hours:", JOEL)
    assert NEEDED in sealed_in(out)
    with house.desk("Amina", begins_at_home=True) as desk:
        desk.sees(REVIEW).press("2", "space").sees("You sent this urgent export: somebody else has to review it")
    with house.desk("Joel", begins_at_home=True) as desk:
        desk.sees(REVIEW).press("2", "space").sees_not(REVIEW)
    with house.desk("Amina", begins_at_home=True) as desk:
        desk.sees_not(REVIEW)
