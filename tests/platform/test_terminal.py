from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from vault.errors import UsageError
from vault.platform.tty import read_tty_passphrase

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are a service of POSIX", allow_module_level=True)

import pty
import termios

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
