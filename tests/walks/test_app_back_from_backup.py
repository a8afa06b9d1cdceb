"""Scenario 20 at its worst, in the app: on a fresh account, with a backup's folder and two sheets of paper, no more."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.services.founded import MARKER, MEMBER, Filled, Place
from tests.tui.app_pane import AppPane
from tests.tui.driving import painted
from tests.tui.still import press, type_in, wait_for_screen
from tests.walks.app_desk import AppDesk
from tui.screens.credentials.come_back import ComeBack
from vault.seal.recovery import Sheet
from vault.services.backups import backups
from vault.services.credentials import recovery

pytestmark = [pytest.mark.screen, pytest.mark.slow]

NEW = "nine paper sparrows and a heron"


async def type_sheets(pilot: Pilot[None], sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        for row in sheet.rows:
            await type_in(pilot, " ".join([*(word[:4] for word in row.words), row.check]))
            await press(pilot, "enter")


async def choose_own(desk: AppDesk, pilot: Pilot[None]) -> None:
    await desk.go_to(pilot, "kind")
    await press(pilot, "left")  # the last of the choices: my own
    await desk.fill(pilot, new=NEW, again=NEW)


@pytest.fixture
def sheets(filled_template: Filled, tmp_path: Path) -> tuple[Sheet, ...]:
    """Make a backup under `stick`, and lose the computer: what is left are the sheets."""
    place = filled_template.place.copied_to(tmp_path / "old")
    with place.open() as session:
        made = recovery.sheets(session)
        assert backups.make(session, tmp_path / "stick") is not None
    shutil.rmtree(tmp_path / "old")
    return made


@pytest.mark.long
def test_a_backup_and_two_sheets_open_everything_on_a_fresh_account(
    sheets: Sequence[Sheet], filled_template: Filled, tmp_path: Path
) -> None:
    place = Place(tmp_path / "new" / "work.vault", tmp_path / "fresh")
    desk = AppDesk(place, "", comes_back=True)

    async def steps(pilot: Pilot[None]) -> None:
        await wait_for_screen(pilot, ComeBack)
        # What is named is looked at before a row is typed.
        await desk.fill(pilot, backup=str(tmp_path / "nowhere"), member="Nobody")
        await choose_own(desk, pilot)
        await press(pilot, "f4")
        assert "! There is no backup at" in desk.said()
        await desk.go_to(pilot, "backup")
        pilot.app.screen.query_one("#backup").value = ""  # type: ignore[attr-defined]  # an input
        await type_in(pilot, str(tmp_path / "stick"))
        await press(pilot, "f4")
        await type_sheets(pilot, [sheets[2], sheets[0]])
        # A slip in the name costs no second typing of the sheets.
        assert "! No member of this name is in" in desk.said()
        await desk.go_to(pilot, "member")
        pilot.app.screen.query_one("#member").value = ""  # type: ignore[attr-defined]  # an input
        await type_in(pilot, MEMBER)
        await desk.fill(pilot, new=NEW, again=NEW)
        await press(pilot, "f4")
        assert "You have access again. Every member will see it." in desk.said()
        assert " ".join(sheets[0].root_words[:7]) in desk.said()
        assert "Your old devices are not revoked" in desk.said()
        assert "LOSS: Nothing that was written after" in desk.said()
        await press(pilot, "escape")
        assert NEW not in painted(desk.app)
        assert "Access is restored. Now the new passphrase opens the vault." in desk.said()
        await type_in(pilot, NEW)
        await press(pilot, "enter")
        assert f"{MARKER} first" in desk.said()

    desk.walk(steps)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["work.vault"]


def test_the_locked_screen_leads_in_whoever_lost_the_passphrase_alone(filled_template: Filled, tmp_path: Path) -> None:
    place = filled_template.place.copied_to(tmp_path / "office")
    with place.open() as session:
        sheets = recovery.sheets(session)
    desk = AppDesk(place, MEMBER)

    async def steps(pilot: Pilot[None]) -> None:
        await desk.unlock(pilot, b"not any more")
        assert "lost for good? F9" in desk.said()
        await press(pilot, "f9")
        await choose_own(desk, pilot)
        await press(pilot, "f4")
        await type_sheets(pilot, sheets[1:])
        assert "You have access again; 1 old device is revoked." in desk.said()
        await press(pilot, "escape")
        await type_in(pilot, NEW)
        await press(pilot, "enter")
        assert f"{MARKER} first" in desk.said()

    desk.walk(steps)


def test_a_backup_that_stands_where_the_vault_was_named_is_known(sheets: Sequence[Sheet], tmp_path: Path) -> None:
    del sheets
    shutil.copytree(tmp_path / "stick" / "backup-1", tmp_path / "x.vault")
    desk = AppDesk(Place(tmp_path / "x.vault", tmp_path / "fresh"), MEMBER)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "f9")
        await choose_own(desk, pilot)
        await press(pilot, "f4")
        assert "! There is a backup at" in desk.said()
        assert "Back in with recovery sheets (F9 at unlock)" in desk.said()

    desk.walk(steps)


@pytest.mark.tool("tmux")
def test_the_command_opens_the_app_where_no_vault_is(tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    nobody = Filled(Place(tmp_path / "work.vault", tmp_path / "fresh"), (), ())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), nobody, words="app --sheets")
        try:
            pane.wait_for("Back in with recovery sheets")
            pane.type(str(tmp_path / "nowhere"))
            pane.keys("F4")
            pane.wait_for("! There is no backup at")
            pane.keys("C-q")
            pane.wait_for("code 0")
        finally:
            pane.close()
    assert not nobody.path.exists()
