"""Somebody beside the first person: a command with a controlling terminal, at which another person types."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import termios
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from tests.cli.desk import REPOSITORY, Answer, Desk


@dataclass(frozen=True, slots=True)
class Typed:
    """What is typed once the terminal shows a text."""

    after: str
    line: str


def run_beside(desk: Desk, arguments: Sequence[str], typed: Sequence[Typed], *, limit_s: float = 60) -> Answer:
    """Run a command of the desk's member; what the second person saw at the terminal is `err`."""
    ours, theirs = pty.openpty()
    shown = b""

    def take_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        desk.command(*desk.given(), *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=desk.environment,
        cwd=REPOSITORY,
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 - no threads here
        pass_fds=(theirs,),
    )
    os.close(theirs)
    try:
        end = monotonic() + limit_s
        waiting = list(typed)
        read_to = 0
        while monotonic() < end:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    more = os.read(ours, 65_536)
                except OSError:  # the last one who had the terminal has ended
                    break
                if not more:
                    break
                shown += more
            if waiting and waiting[0].after.encode() in shown[read_to:]:
                read_to = len(shown)
                os.write(ours, waiting.pop(0).line.encode() + b"\n")
        out, _ = process.communicate(timeout=limit_s)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return Answer(process.returncode, out.decode(), shown.decode("utf-8", "replace").replace("\r\n", "\n"))
