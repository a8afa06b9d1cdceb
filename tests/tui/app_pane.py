"""The whole product in a tmux pane: the real command, its launcher, and the child that holds the keys."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.tui.terminals import TmuxPane, is_running, wait_for


class AppPane(TmuxPane):
    """`python -m vault` on a vault with two cases, as a person would start it.

    Args:
        folder: a short path; tmux's socket lies there, and a home for the account.
        filled: the vault.
        under: words before the command, such as a tracer's.
        member: who is named on the command line; empty: nobody.
        words: the command itself; without any the app opens.
    """

    def __init__(self, folder: Path, filled: Filled, under: str = "", *, member: str = MEMBER, words: str = "") -> None:
        if filled.path.exists():
            filled.place.proposed_today()
        (folder / "casevault").symlink_to(filled.state)
        kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        environ = {
            **kept,
            "HOME": str(folder),
            "XDG_STATE_HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
        }
        named = f"--member '{member}'" if member else ""
        command = f"{under} {sys.executable} -m vault --vault {filled.path} {named} {words}; echo code $?; sleep 600"
        super().__init__(folder, command, "set -s escape-time 0", environ)

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def wait_for(self, text: str) -> None:
        try:
            wait_for(f"{text!r} on screen", lambda: text in self.screen())
        except AssertionError as fault:
            raise AssertionError(f"{fault}:\n{self.everything()}") from None

    def unlock(self, then: str = "Cases  2 cases") -> None:
        self.wait_for("Passphrase")
        self.type(PASSPHRASE.decode())
        self.wait_for("Letters typed: Latin")
        self.keys("Enter")
        if then.startswith("Cases"):
            self.wait_for("Home")
            self.keys("c")
        self.wait_for(then)

    def open_first_case(self) -> None:
        self.keys("Enter")
        self.wait_for("People ")

    def command(self) -> int:
        """Return the process that the shell knows."""
        return _below(int(self.tmux("display", "-p", "#{pane_pid}")))[0]

    def processes(self) -> tuple[int, int]:
        """Return the launcher, which holds no key, and its child, which does."""
        shell = int(self.tmux("display", "-p", "#{pane_pid}"))
        found = [pid for pid in _below(shell) if b"\0tui\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        assert len(found) == 2, found
        return found[0], found[1]

    def wait_for_end(self, *processes: int) -> None:
        for pid in processes:
            wait_for("an end", lambda pid=pid: not is_running(pid))  # type: ignore[misc]  # a default binds the loop's value


def _below(pid: int) -> list[int]:
    """Return the processes below this one, parents first."""
    children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [one for child in children for one in (child, *_below(child))]


@pytest.fixture
def filled(filled_template: Filled, tmp_path: Path) -> Filled:
    return Filled(filled_template.place.copied_to(tmp_path / "office"), filled_template.cases, filled_template.refs)


@pytest.fixture
def pane(filled: Filled) -> Iterator[AppPane]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        opened = AppPane(Path(folder), filled)
        yield opened
        opened.close()
