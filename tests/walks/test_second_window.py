"""A vault that is open in one window, and somebody at another: told before the passphrase is typed, by every face."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import REPOSITORY, Desk
from tests.cli.typist import Typist
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place
from tests.tui.desk import Desk as AppDesk
from tests.tui.terminals import REPOSITORY as TERMINALS_REPOSITORY
from tests.tui.terminals import Recorder
from tui.screens.credentials.unlock_screen import UnlockScreen
from vault.platform import NOT_UTF8

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
    with AppDesk(place) as desk:
        desk.sees("! The vault is open in another window or command, since 2")
        assert isinstance(desk.screen, UnlockScreen)
        desk.call(lambda: desk.screen.say(""))  # type: ignore[attr-defined]  # as hours later
        desk.press("s").sees("! The vault is open in another window or command, since 2")
        first_window.communicate()
        desk.press("backspace").unlock()
        desk.sees("Cases 2 cases")


# A terminal in KOI8-R, at an office that never chose it: nothing ends or is lost, and it is said what is wrong.
FOREIGN = {"KOI8-R": "Письмо".encode("koi8_r"), "CP1251": "Письмо".encode("cp1251"), "Latin-1": "é".encode("latin_1")}
TOLD_IN_MARKS = NOT_UTF8.encode()


class Office:
    """The app on a bare terminal, whose bytes go through nobody's hands."""

    def __init__(self, place: Place, home: Path) -> None:
        place.proposed_today()
        home.mkdir()
        (home / "casevault").symlink_to(place.state)
        code = (
            f"import os, sys; os.chdir({str(TERMINALS_REPOSITORY)!r}); "
            f"os.environ.update(HOME={str(home)!r}, XDG_STATE_HOME={str(home)!r}, LC_ALL='C.UTF-8'); "
            f"os.execv(sys.executable, [sys.executable, '-m', 'vault', '--vault', {str(place.path)!r}])"
        )
        self.terminal = Recorder(["-c", code])

    def press(self, keys: bytes, then: str | bytes) -> None:
        self.terminal.press(keys)
        self.terminal.hear(then if isinstance(then, bytes) else then.encode())


@pytest.mark.long
@pytest.mark.parametrize("typed", FOREIGN.values(), ids=FOREIGN)
def test_a_day_at_a_terminal_that_sends_no_utf_8(typed: bytes, filled: Filled, tmp_path: Path) -> None:
    office = Office(filled.place, tmp_path / "home")
    office.terminal.hear(b"Passphrase")
    office.press(typed + b".", TOLD_IN_MARKS)
    office.press(b"\x15" + MEMBER.encode() + b"\t", b"Halvorsen")  # Ctrl+U, and the name again
    office.terminal.press(PASSPHRASE + b"\r")
    office.terminal.hear(b"Home")
    office.press(b"c", b"2 cases")
    office.press(b"\r", "People ")
    told = len(office.terminal.bytes)
    office.press(b"n", "finish")
    office.press(b"Before " + typed + b" after.", "after.")
    office.press(b"\x1bOS", "Before ")  # F4; of its row only what is new is drawn
    office.terminal.press(b"\x11")
    assert office.terminal.close() == 0
    assert TOLD_IN_MARKS not in office.terminal.bytes[told:], "it was told once already"

    home = tmp_path / "desk"
    home.mkdir()
    shown = Desk.of(filled.place, home).run("case", "show", filled.refs[0], "--json").json()
    texts = [one["text"] for one in shown["notes"]]
    assert any(text.startswith("Before ") and text.endswith(" after.") and "\ufffd" in text for text in texts)


def test_prompts_of_the_command_line_ask_again(filled: Filled, tmp_path: Path) -> None:
    desk = Desk.of(filled.place, tmp_path)
    typist = Typist(desk, "--vault", str(filled.path), "--passphrase-file", str(desk.passphrase_file), "case", "new",
                    "--kind", "asylum")  # fmt: skip
    typist.wait_for("Member: ")
    typist.type_bytes(FOREIGN["KOI8-R"] + b"\n")
    typist.wait_for(f"{NOT_UTF8} Then type it again.\\s+Member: ")
    typist.type(MEMBER)
    typist.wait_for("Title.*: ")
    typist.type_bytes(FOREIGN["Latin-1"] + b"\n")
    typist.wait_for(f"{NOT_UTF8} Then type it again.\\s+.*Title.*: ")
    typist.type("Hearing")
    assert typist.end() == 0, typist.seen


def test_a_note_that_was_typed_there_is_kept_with_marks(filled: Filled, tmp_path: Path) -> None:
    desk = Desk.of(filled.place, tmp_path)
    typist = Typist(desk, *desk.given(), "note", "add", filled.refs[0])
    typist.wait_for("Type the note")
    typist.type_bytes(b"Before " + FOREIGN["Latin-1"] + b" after.\n\x04")
    typist.wait_for(NOT_UTF8)
    assert typist.end() == 0, typist.seen
    shown = desk.run("case", "show", filled.refs[0], "--json").json()
    assert "Before \ufffd after." in [one["text"].strip() for one in shown["notes"]]
