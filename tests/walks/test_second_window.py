"""A vault that is open in one window, and somebody at another: told before the passphrase is typed, by every face."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.cli.desk import REPOSITORY, Desk
from tests.cli.typist import Typist
from tests.services.founded import MEMBER, Filled, Place
from tests.tui.still import settled
from tests.walks.app_desk import AppDesk
from tui.screens.credentials.unlock_screen import UnlockScreen

pytestmark = pytest.mark.slow

_OPENS = """
import sys
from pathlib import Path
from tests.services.founded import Place
with Place(Path(sys.argv[1]), Path(sys.argv[2])).open():
    print("open", flush=True)
    sys.stdin.read()
"""
TOLD = r"open in\s+another window or command,\s+since \d{4}-\d\d-\d\d \d\d:\d\d"


@pytest.fixture
def place(filled_template: Filled, tmp_path: Path) -> Place:
    return filled_template.place.copied_to(tmp_path / "office")


@pytest.fixture
def first_window(place: Place) -> Iterator[subprocess.Popen[str]]:
    """Another process, which has the vault open."""
    place.proposed_today()  # before: its pins are written over by whoever has the vault open
    process = subprocess.Popen(
        [sys.executable, "-c", _OPENS, str(place.path), str(place.state)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    yield process
    process.communicate()


@pytest.mark.long_after(1)
@pytest.mark.usefixtures("first_window")
@pytest.mark.parametrize("words", [(), ("case", "list"), ("backup", "make", "copies")], ids=" ".join)
def test_a_second_command_is_told_before_anything_is_asked(
    place: Place, words: tuple[str, ...], tmp_path: Path
) -> None:
    typist = Typist(Desk.of(place, tmp_path), "--vault", str(place.path), *words)
    typist.wait_for(TOLD)
    typist.wait_for("casevault lock")
    assert typist.end() == 11
    assert "Passphrase" not in typist.seen
    assert "Member" not in typist.seen


@pytest.mark.screen
def test_a_window_that_waited_at_its_lock_screen_says_so_at_the_first_letter(
    place: Place, first_window: subprocess.Popen[str]
) -> None:
    desk = AppDesk(place, MEMBER)

    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        assert "! The vault is open in another window or command, since 2" in desk.said()
        assert isinstance(desk.app.screen, UnlockScreen)
        desk.app.screen.say("")  # as hours later
        await pilot.press("s")
        await settled(pilot)
        assert "! The vault is open in another window or command, since 2" in desk.said()
        first_window.communicate()
        await pilot.press("backspace")
        await desk.unlock(pilot)
        assert "Cases 2 cases" in desk.said()

    desk.walk(steps)
