"""Real terminals for the tests: a tmux pane shows what a person would see, a bare pty records every byte."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[2]
LAUNCH: Final = Path(__file__).with_name("launch_marker.py")
_PATIENCE_SECONDS: Final = 20.0


def wait_for(what: str, holds: Callable[[], bool]) -> None:
    """Wait until it holds, or fail and say what did not come."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Say whether the process lives; one that nobody has collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class TmuxPane:
    """A tmux pane with a command in it; the socket lies in its folder, whose path has to be short."""

    def __init__(self, folder: Path, command: str, settings: str, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._socket = folder / "tmux"
        config = folder / "tmux.conf"
        config.write_text(f"set -g history-limit 2000\n{settings}\n")
        subprocess.run(
            ["tmux", "-S", self._socket, "-f", config, "new-session", "-d", "-x", "80", "-y", "24", command],
            check=True,
            env=environ,
            cwd=REPOSITORY,
            timeout=20,
        )

    def tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *words], check=True, capture_output=True, text=True, timeout=20
        )
        return done.stdout

    def everything(self) -> str:
        """Return what is on screen and in 2,000 lines of scrollback."""
        return self.tmux("capture-pane", "-p", "-S", "-2000")

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], check=False, capture_output=True, timeout=20)


class Pane(TmuxPane):
    """One tmux pane with the launcher in it. Its folder is the vault; the marker app writes there what happened."""

    def __init__(self, folder: Path, *, alternate_screen: bool = True) -> None:
        shell = (
            f"cd {folder}; stty -a > before; {sys.executable} {LAUNCH} {folder}; "
            "while [ ! -e go ]; do sleep 0.05; done; stty -a > after; sleep 60"
        )
        environ = {name: value for name, value in os.environ.items() if not name.startswith("TMUX")}
        super().__init__(folder, shell, f"set -g alternate-screen {'on' if alternate_screen else 'off'}", environ)

    def told(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def child(self) -> int:
        return int((self.told("pid") or "0").split(" ")[0])

    def launcher(self) -> int:
        return int(self.told("launcher") or "0")

    def wait_for_marker(self, marker: str, *, after_child: int = 0) -> None:
        wait_for("a child", lambda: self.child() not in {0, after_child})
        wait_for("the marker on screen", lambda: marker in self.everything())

    def wait_for_end(self) -> None:
        for pid in (self.launcher(), self.child()):
            wait_for("an end", lambda pid=pid: not is_running(pid))  # type: ignore[misc]  # a default binds the loop's value
        (self.folder / "go").touch()
        wait_for("the shell", lambda: self.told("after").endswith("\n"))


class Recorder:
    """A bare terminal that answers nothing and keeps every byte that the launcher and its children write."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.bytes = b""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLUMNS="80", LINES="24")
            os.execv(sys.executable, [sys.executable, *arguments])

    def listen(self, seconds: float) -> bytes:
        """Return what comes within this time."""
        heard = b""
        deadline = time.monotonic() + seconds
        while (rest := deadline - time.monotonic()) > 0 and select.select([self._terminal], [], [], rest)[0]:
            try:
                heard += os.read(self._terminal, 1 << 16)
            except OSError:
                break
        self.bytes += heard
        return heard

    def hear(self, what: bytes) -> None:
        """Listen until this has come since the last key."""
        heard = b""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while what not in heard:
            assert time.monotonic() < deadline, f"waited in vain for {what!r}"
            heard += self.listen(0.05)

    def press(self, keys: bytes) -> None:
        os.write(self._terminal, keys)

    def close(self) -> int:
        """Listen to the end and return the exit code."""
        _, status = os.waitpid(self.pid, 0)
        self.listen(0.2)
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(status)
