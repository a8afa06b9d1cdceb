"""The parent that holds the terminal and no secret. Its child holds the keys; locking is the end of the child.

Whatever ends the child, also SIGKILL, the terminal comes back as it was, with screen and scrollback wiped. Imports no
Textual, so nothing here keeps text of a case alive.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tui.shell.running import announced
from tui.shell.start import Start, due_times, write_start
from tui.shell.terminal_reset import HIDE_TITLE, RESET, SHOW_TITLE, has_title
from tui.text.in_words import in_words
from vault.errors import UsageError
from vault.platform import set_parent_death_signal
from vault.words.message import Message

_LOCKED: Final = 75
_SWITCHED: Final = 76
_FAULT: Final = 70
_GRACE_SECONDS: Final = 5.0
_QUICK_SECONDS: Final = 1.0
_QUICK_LOCKS: Final = 5
_LOCKS_AGAIN: Final = Message("CaseVault stopped: it locks again as soon as it starts")
_WORDS_LIMIT: Final = 1000


def child_command() -> tuple[str, ...]:
    """Return how the child is started: isolated from PYTHON* variables, user site and the current folder."""
    return (sys.executable, "-I", "-m", "tui")


def launch(
    vault_path: Path,
    member: str | None = None,
    *,
    afterwards: str = "",
    comes_back: bool = False,
    command: Sequence[str] | None = None,
    state: Path | None = None,
) -> int:
    """Run the app on this terminal until the person leaves, and return the exit code for the shell.

    Args:
        vault_path: the folder of the vault.
        member: who wants to unlock it, when known.
        afterwards: a line to show once the person has left.
        comes_back: begin with the way back by recovery sheets.
        command: the child, without its two descriptor arguments (default: `child_command()`).
        state: the state folder (default: the account's).

    Raises:
        UsageError: there is no terminal, or the arguments are too long.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise UsageError(Message("the app needs a terminal; see `casevault --help` for commands that do not")) from None
    try:
        with announced(vault_path, state=state):
            return _Launcher(terminal, tuple(command or child_command())).run(
                Start(vault_path, member, afterwards, comes_back)
            )
    finally:
        os.close(terminal)


class _Launcher:
    def __init__(self, terminal: int, command: tuple[str, ...]) -> None:
        self._terminal = terminal
        self._command = command
        self._attributes: list[Any] = termios.tcgetattr(terminal)
        self._child: subprocess.Popen[bytes] | None = None
        self._asked_to_end: int | None = None
        self._force: threading.Timer | None = None

    def run(self, start: Start) -> int:
        held = {number: signal.signal(number, signal.SIG_IGN) for number in _IGNORED}
        held |= {number: signal.signal(number, self._pass_on) for number in _PASSED_ON}
        titled = has_title(os.environ.get("TERM", ""))
        try:
            if titled:
                self._write(HIDE_TITLE)
            return self._run_children(start)
        finally:
            if titled:
                self._write(SHOW_TITLE)
            for number, handler in held.items():
                signal.signal(number, handler)

    def _run_children(self, start: Start) -> int:
        quick_locks = 0
        while True:
            began = time.monotonic()
            code, words = self._run_child(start)
            if self._asked_to_end is not None:
                return 128 + self._asked_to_end
            if code not in {_LOCKED, _SWITCHED}:
                self._write(words)
                if start.afterwards:
                    self._write(f"{start.afterwards}\r\n")
                return code
            due = due_times(words.splitlines())
            start = replace(start, comes_back=False, due=due)  # Whoever came back is in by a passphrase from now on.
            if code == _SWITCHED:
                start = replace(start, member=None)  # Whoever comes next is not asked by another's name.
            quick_locks = quick_locks + 1 if time.monotonic() - began < _QUICK_SECONDS else 0
            if quick_locks == _QUICK_LOCKS:
                self._write(f"{in_words(_LOCKS_AGAIN)}\r\n")
                return _FAULT

    def _run_child(self, start: Start) -> tuple[int, str]:
        start_end, to_child = os.pipe()
        from_child, words_end = os.pipe()
        with os.fdopen(from_child, "rb") as words:
            try:
                write_start(to_child, start)
                child = self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    [*self._command, str(start_end), str(words_end)],
                    stdin=self._terminal,
                    stdout=self._terminal,
                    stderr=self._terminal,
                    pass_fds=(start_end, words_end),
                    preexec_fn=_child_setup(),  # noqa: PLW1509 - no thread runs here before the fork
                )
            finally:
                os.close(start_end)
                os.close(words_end)
            if self._asked_to_end is not None:  # It came between the last child and this one.
                self._pass_on(self._asked_to_end, None)
            try:
                code = self._wait(child)
            finally:
                self._child = None
                if self._force is not None:
                    self._force.cancel()
                self._give_terminal_back()
            os.set_blocking(from_child, False)
            return code, _printable(words.read(_WORDS_LIMIT) or b"")

    def _pass_on(self, number: int, _frame: object) -> None:
        """Hand TERM or HUP to the child, and end it by force if it does not go."""
        self._asked_to_end = number
        child = self._child
        if child is None or child.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, number)
        self._force_later(child)

    def _wait(self, child: subprocess.Popen[bytes]) -> int:
        """Return the exit code, 128 + n after signal n. A child that somebody stops is ended and counts as locked."""
        stopped = False
        while True:
            _, status = os.waitpid(child.pid, os.WUNTRACED)
            if os.WIFSTOPPED(status):
                # Stopped, it would leave the case on screen and the keys in memory for as long as somebody likes.
                stopped = True
                os.kill(child.pid, signal.SIGTERM)
                os.kill(child.pid, signal.SIGCONT)
                self._force_later(child)
                continue
            child.returncode = code = os.waitstatus_to_exitcode(status)
            if stopped:
                return _LOCKED
            return 128 - code if code < 0 else code

    def _force_later(self, child: subprocess.Popen[bytes]) -> None:
        if self._force is not None:
            self._force.cancel()
        self._force = threading.Timer(_GRACE_SECONDS, _kill, (child,))
        self._force.daemon = True
        self._force.start()

    def _give_terminal_back(self) -> None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._terminal, termios.TCSANOW, self._attributes)
            termios.tcflush(self._terminal, termios.TCIFLUSH)
        self._write(RESET)

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # After a hangup there is no terminal left to write to.
            os.write(self._terminal, text.encode())


# TTOU and TTIN: a launcher that is in the background may still have to clean the terminal.
_IGNORED: Final = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTOU, signal.SIGTTIN)
_PASSED_ON: Final = (signal.SIGTERM, signal.SIGHUP)


def _child_setup() -> Callable[[], None]:
    import resource  # noqa: PLC0415 - Unix only, like everything here

    launcher = os.getpid()

    def setup() -> None:
        for number in (*_IGNORED, *_PASSED_ON):
            signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # TERM, not KILL: the child's handler still wipes the screen when the launcher itself was killed.
        set_parent_death_signal(signal.SIGTERM, parent=launcher)

    return setup


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)


def _printable(untrusted: bytes) -> str:
    lines = untrusted.decode("ascii", "replace").splitlines()
    return "".join("".join(letter for letter in line if " " <= letter <= "~") + "\r\n" for line in lines)
