from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.tables import each
from vault.errors import UsageError
from vault.platform import Answer
from vault.platform.processes import recorders, running_commands, terminal_buffer
from vault.platform.tty import read_tty_passphrase
from vault.platform.tty_line import read_tty_line, read_tty_pages

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are a service of POSIX", allow_module_level=True)


PROMPT = "Passphrase: "


class Screen(NamedTuple):
    keyboard: int  # what a person types and sees
    tty: Path


@pytest.fixture
def screen() -> Iterator[Screen]:
    keyboard, terminal = pty.openpty()
    yield Screen(keyboard, Path(os.ttyname(terminal)))
    os.close(keyboard)
    os.close(terminal)


def ask(screen: Screen, typed: bytes) -> tuple[bytearray | None, bytes]:
    """Type once the prompt is there; return the answer and all that was shown."""
    answers: list[bytearray] = []
    asking = threading.Thread(target=lambda: answers.append(read_tty_passphrase(PROMPT, tty=screen.tty)))
    asking.start()
    shown = b""
    while PROMPT.encode() not in shown:
        shown += os.read(screen.keyboard, 1024)
    os.write(screen.keyboard, typed)
    asking.join(20)
    assert not asking.is_alive()
    shown += os.read(screen.keyboard, 1024)
    return (answers[0] if answers else None), shown


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param(b"correct horse\n", b"correct horse", id="a line"),
        pytest.param(b"correct horse\r", b"correct horse", id="the Enter key"),
        pytest.param("слово\n".encode(), "слово".encode(), id="Cyrillic"),
        pytest.param(b"\n", b"", id="nothing"),
        pytest.param(b"wrong\x15right\n", b"right", id="a line that was erased"),
        pytest.param(b"one\ntwo\n", b"one", id="only the first line"),
    ],
)
def test_what_was_typed_comes_back_and_is_never_shown(screen: Screen, typed: bytes, expected: bytes) -> None:
    answer, shown = ask(screen, typed)
    assert isinstance(answer, bytearray)
    assert answer == expected
    assert shown.replace(b"\r\n", b"\n") == PROMPT.encode() + b"\n"


def test_bytes_that_are_no_utf_8_are_asked_for_again_and_never_shown(screen: Screen) -> None:
    answer, shown = ask(screen, b"\xf0\xc9\xd3\nright\n")
    assert answer == bytearray(b"right")
    assert shown.startswith(PROMPT.encode())
    assert shown.count(PROMPT.encode()) == 2
    assert b"\xf0\xc9\xd3" not in shown
    assert b"right" not in shown


def test_what_is_typed_while_something_else_is_done_comes_back_and_is_never_shown(screen: Screen) -> None:
    def type_early() -> None:
        os.write(screen.keyboard, b"early bird\n")
        select.select([tty], [], [], 20)  # until the terminal has the line

    tty = os.open(screen.tty, os.O_RDWR | os.O_NOCTTY)
    assert read_tty_passphrase(PROMPT, tty=screen.tty, meanwhile=type_early) == bytearray(b"early bird")
    shown = b""
    while b"\n" not in shown:
        shown += os.read(screen.keyboard, 1024)
    assert shown == PROMPT.encode() + b"\r\n"
    os.close(tty)


def test_echo_comes_back_where_it_is_ended_meanwhile(screen: Screen) -> None:
    def end() -> None:
        assert not termios.tcgetattr(tty)[3] & termios.ECHO
        raise KeyboardInterrupt

    tty = os.open(screen.tty, os.O_RDWR | os.O_NOCTTY)
    before = termios.tcgetattr(tty)
    with pytest.raises(KeyboardInterrupt):
        read_tty_passphrase(PROMPT, tty=screen.tty, meanwhile=end)
    assert termios.tcgetattr(tty) == before
    os.close(tty)


def test_echo_comes_back_afterwards(screen: Screen) -> None:
    terminal = os.open(screen.tty, os.O_RDWR | os.O_NOCTTY)
    before = termios.tcgetattr(terminal)
    ask(screen, b"word\n")
    assert termios.tcgetattr(terminal) == before
    assert before[3] & termios.ECHO
    os.close(terminal)


def not_there(folder: Path) -> Path:
    return folder / "tty"


def not_a_terminal(folder: Path) -> Path:
    (folder / "tty").touch()
    return folder / "tty"


@pytest.mark.parametrize("make", [not_there, not_a_terminal])
def test_without_a_terminal_the_other_ways_are_named(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(UsageError, match="no terminal to ask for the passphrase") as refused:
        read_tty_passphrase(PROMPT, tty=make(tmp_path))
    assert "--passphrase-fd" in str(refused.value.next_step)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the refusal arises in the thread
def test_a_closed_input_is_refused(screen: Screen) -> None:
    answer, _ = ask(screen, b"\x04")
    assert answer is None


# A line asked at the terminal, and a text that is read a screenful at a time before it.
READ_ON = "-- Enter reads on --"


class Terminal:
    """A terminal of so many rows and columns; `seen` is what it showed."""

    def __init__(self, rows: int, columns: int) -> None:
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.tty = Path(os.ttyname(self.theirs))
        self.seen = ""

    def answer(self, after: str, *lines: str) -> threading.Thread:
        """Type each line once the text has come again."""

        def type_lines() -> None:
            for line in lines:
                heard = ""
                while after not in heard and "reason: " not in heard:
                    more = os.read(self.ours, 4096).decode()
                    heard, self.seen = heard + more, self.seen + more
                os.write(self.ours, f"{line}\n".encode())

        typing = threading.Thread(target=type_lines, daemon=True)
        typing.start()
        return typing

    def close(self) -> None:
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    found = Terminal(10, 30)
    yield found
    found.close()


def test_a_line_comes_without_spaces_around(terminal: Terminal) -> None:
    typing = terminal.answer("reason: ", "  casework ")
    assert read_tty_line("reason: ", tty=terminal.tty) == "casework"
    typing.join(5)


def test_a_text_longer_than_the_screen_waits_for_enter_and_loses_no_line(terminal: Terminal) -> None:
    text = "\n".join([*(f"line {number}" for number in range(20)), "w" * 45, "reason: "])
    typing = terminal.answer(READ_ON, "", "", "casework")
    assert read_tty_pages(text, tty=terminal.tty) == "casework"
    typing.join(5)
    assert terminal.seen.count(READ_ON) == 2
    for number in range(20):
        assert f"line {number}\r\n" in terminal.seen
    assert "w" * 30 + "\r\n" + "w" * 15 in terminal.seen


def test_a_line_breaks_between_words_and_loses_none(terminal: Terminal) -> None:
    text = "    a line that is longer than one row of the terminal: subject-request, emergency): "
    typing = terminal.answer("emergency): ", "casework")
    assert read_tty_pages(text, tty=terminal.tty) == "casework"
    typing.join(5)
    shown = terminal.seen.partition("casework")[0].split("\r\n")
    assert max(map(len, shown)) <= 30
    assert shown[0] == "    a line that is longer than"
    assert " ".join(shown).split() == text.split()


def test_a_wide_letter_takes_two_columns(terminal: Terminal) -> None:
    typing = terminal.answer("reason: ", "casework")
    read_tty_pages("永" * 16 + "\nreason: ", tty=terminal.tty)
    typing.join(5)
    assert "永" * 15 + "\r\n永\r\n" in terminal.seen


def test_a_terminal_that_tells_no_size_shows_all_at_once() -> None:
    found = Terminal(0, 0)
    typing = found.answer("reason: ", "casework")
    assert read_tty_pages("a line\n" * 40 + "reason: ", tty=found.tty) == "casework"
    typing.join(5)
    assert READ_ON not in found.seen
    found.close()


def test_without_a_terminal_nobody_can_be_asked(tmp_path: Path) -> None:
    for ask in (read_tty_line, read_tty_pages):
        with pytest.raises(UsageError, match="no terminal to ask the second person"):
            ask("reason: ", tty=tmp_path / "none")


# Which terminals write their buffer to a disk, and which programs record: tables.
@each(
    [
        ({}, Answer.UNKNOWN, "do not tell"),
        ({"TERM_PROGRAM": "iTerm.app"}, Answer.YES, "iTerm2"),
        ({"TERM_PROGRAM": "Apple_Terminal"}, Answer.YES, "Terminal saves"),
        ({"TERM_PROGRAM": "vscode"}, Answer.YES, "the editor"),
        ({"TERM_PROGRAM": "WarpTerminal"}, Answer.YES, "Warp"),
        ({"TERM_PROGRAM": "WezTerm"}, Answer.NO, "in memory"),
        ({"TERM_PROGRAM": "ghostty"}, Answer.NO, "in memory"),
        ({"TERM_PROGRAM": "something new"}, Answer.UNKNOWN, "do not tell"),
        ({"VTE_VERSION": "7200"}, Answer.NO, "encrypted"),
        ({"VTE_VERSION": "4000"}, Answer.NO, "encrypted"),
        ({"VTE_VERSION": "3999"}, Answer.YES, "plain file"),
        ({"VTE_VERSION": "x"}, Answer.UNKNOWN, "do not tell"),
        ({"KONSOLE_VERSION": "230804"}, Answer.YES, "Konsole"),
        ({"WT_SESSION": "1"}, Answer.YES, "Windows Terminal"),
        ({"KITTY_WINDOW_ID": "1"}, Answer.NO, "kitty"),
        ({"ALACRITTY_WINDOW_ID": "1"}, Answer.NO, "Alacritty"),
        ({"TMUX": "/tmp/x", "VTE_VERSION": "7200"}, Answer.UNKNOWN, "tmux"),
        ({"STY": "1.x", "KITTY_WINDOW_ID": "1"}, Answer.UNKNOWN, "screen"),
        ({"SSH_CONNECTION": "1 2 3 4", "TERM_PROGRAM": "WezTerm"}, Answer.UNKNOWN, "another computer"),
        ({"ASCIINEMA_REC": "1", "TMUX": "/tmp/x"}, Answer.YES, "asciinema"),
        ({"TMUX": "", "KITTY_WINDOW_ID": "1"}, Answer.NO, "kitty"),
    ]
)
def test_a_terminal_is_known_by_its_variables(environ: dict[str, str], keeps: Answer, words: str) -> None:
    buffer = terminal_buffer(environ)
    assert buffer.keeps is keeps
    assert words in str(buffer.words)


@each(
    [
        ([], ()),
        ([[]], ()),
        ([["bash"], ["python3", "obs.py"], ["/usr/bin/less", "script"]], ()),
        ([["/usr/bin/obs"]], ("obs",)),
        ([["kazam"], ["script", "-q", "typed"], ["kazam"]], ("kazam", "script")),
        ([["ffmpeg", "-i", "film.mkv"]], ()),
        ([["/usr/bin/ffmpeg", "-f", "x11grab", "-i", ":0"]], ("ffmpeg",)),
        ([["gst-launch-1.0", "pipewiresrc", "path=4"]], ("gst-launch-1.0",)),
        ([["cvlc", "screen://"]], ("cvlc",)),
        ([["/opt/TeamViewer/TeamViewer"]], ("teamviewer",)),
    ]
)
def test_a_recorder_is_known_by_its_name_or_its_source(commands: list[list[str]], found: tuple[str, ...]) -> None:
    assert recorders(commands) == found


def test_the_commands_of_the_system_are_read_and_what_cannot_be_read_is_passed_by(tmp_path: Path) -> None:
    for number, line in {"self": b"x", "7": b"/usr/bin/obs\0--start\0", "8": b"", "fs": b"y"}.items():
        (tmp_path / number).mkdir()
        (tmp_path / number / "cmdline").write_bytes(line)
    (tmp_path / "9").mkdir()
    found = running_commands(proc=tmp_path)
    assert found is not None
    assert sorted(found) == [[], ["/usr/bin/obs", "--start"]]


def test_a_system_without_such_a_list_says_nothing(tmp_path: Path) -> None:
    assert running_commands(proc=tmp_path / "missing") is None
