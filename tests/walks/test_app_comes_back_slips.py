"""Back in with recovery sheets, with the slips that somebody makes under stress: each is said, and nothing is lost."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.services.founded import MARKER, MEMBER, Filled
from tests.tui.desk import Desk, Driver
from tui.gateway import Gateway
from tui.shell.app import CaseVaultApp
from tui.shell.start import Start
from vault.seal.recovery import Sheet
from vault.services.backups import backups
from vault.services.credentials import recovery

pytestmark = [pytest.mark.screen, pytest.mark.slow]

OWN = "nine paper sparrows and a heron"


def _type(desk: Driver, *sheets: Sheet) -> None:
    for sheet in sheets:
        for row in sheet.rows:
            desk.press(" " + " ".join([*(word[:4] for word in row.words), row.check]), "enter")


@pytest.mark.long
def test_a_slip_on_the_way_back_is_said_and_a_passphrase_is_made_typed_back_and_opens(
    filled_template: Filled, tmp_path: Path
) -> None:
    place = filled_template.place.copied_to(tmp_path / "office")
    with place.open() as session:
        sheets = recovery.sheets(session)
        backups.make(session, tmp_path / "stick")
    place.proposed_today()
    with Desk(place, unlocks=True) as desk:
        desk.at("Cases")
    shutil.rmtree(place.path)
    start = Start(place.path, "", comes_back=True)
    app = CaseVaultApp(start, open_gateway=lambda path: Gateway(path, state=place.state), begins_at_home=False)
    with Driver(app, (120, 40)) as desk:
        desk.fill(backup="stick")
        desk.press("f4")
        assert desk.focused() == "backup"
        desk.sees("!")
        desk.clear("backup")
        desk.fill(backup=str(tmp_path / "stick"))
        desk.press("f4")
        desk.sees("! Type the member's name.")
        assert desk.focused() == "member"
        desk.fill(member=MEMBER)
        desk.go_to("kind")
        desk.press("left")  # the last of the choices: my own
        desk.press("f4")
        desk.sees("! Type the new passphrase.")
        desk.fill(new=OWN, again="nine paper sparrows")
        desk.press("f4")
        desk.sees("! The two are not the same. Type both again.")
        assert (desk.value("new"), desk.value("again")) == ("", "")
        desk.go_to("kind")
        desk.press("right", "f4")
        desk.sees("Is the old vault gone?", "This account opened it on", "it would no longer verify")
        desk.press("escape")
        desk.at("Back in with recovery sheets")
        desk.press("f4", "y", "escape")
        desk.sees("Nothing was changed.")
        desk.press("f4", "y", "enter")  # nothing is typed yet
        desk.sees("First sheet, row 1 of 11")
        _type(desk, sheets[0], sheets[2])
        made = re.findall(r"\d\. (\S+)", desk.lines())
        assert len(made) >= 4
        desk.press("escape")
        desk.sees("Nothing was changed.")
        desk.press("f4", "y")  # and no second typing of the sheets
        again = re.findall(r"\d\. (\S+)", desk.lines())
        assert again != made
        desk.press("f4", f" {' '.join(again)}", "f4")
        desk.sees("You have access again. Every member will see it.")
    with Desk(place, MEMBER, " ".join(again).encode(), unlocks=True) as desk:
        desk.sees(f"{MARKER} first")
