"""The processes that render, read and verify: shut in, fed by pipe, closed to neighbours, ended when time is over.

Nothing of a case is in their arguments, their environment or a file. What they write on standard error is thrown away:
it may quote the text.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import vault
from vault.errors import LeakError
from vault.progress import Progress
from vault.words.message import Message

"""Done, total. It may raise: then the process is ended."""

CANNOT_DRAW = 3
"""Exit code of the process that sets a report: the fonts lack a letter of it."""
NO_MEMORY = 4
"""Exit code of the same: it takes more memory than it may."""
DEPENDENCY_MISSING = 69
"""Exit code of either: a library is not installed."""

_MOST_ANSWER_BYTES = 128 * 2**20
_WRITING_BYTES = 2**16

# -I leaves out the current folder and the user's; the folder of this program comes back as the first argument. The
# process is closed to its neighbours, and shut in, before it loads a library or reads a name.
_START = (
    "import runpy, sys; sys.path.append(sys.argv[1]); from vault.platform import harden_process, limit_memory; "
    "from vault.export.limiting import shut_in; harden_process(); {limit}shut_in(sys.argv[2:]); "
    "runpy.run_module({module!r}, run_name='__main__')"
)


class TooSlowError(Exception):
    """The process was ended: its time was over."""


def command_of(module: str, *, memory: int | None = None, runs: str | None = None) -> tuple[str, ...]:
    """Return the command line that runs a module of this program, shut in: it tells nothing but where programs lie.

    `memory` is how many bytes it may take, where the system holds to it; `runs` the one program that it may start.
    """
    start = _START.format(module=module, limit="" if memory is None else f"limit_memory({memory}); ")
    return (sys.executable, "-I", "-B", "-c", start, str(Path(vault.__file__).parent.parent), *([runs] if runs else []))


def ask_child(
    command: Sequence[str], task: bytes, *, seconds: float, progress: Progress | None = None
) -> tuple[int, bytes]:
    """Give a process its task and return its exit code and the last thing that it said.

    `progress` is told whenever it says, on a line of its own, how many percent are done.

    Raises:
        TooSlowError: it took longer.
        OSError: it did not start.
        LeakError: it says more than any answer has.
    """
    environment = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    with subprocess.Popen(  # noqa: S603 - our own interpreter and a fixed program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        feeding = threading.Thread(target=_feed, args=(process, task), daemon=True)
        timer.start()
        feeding.start()
        try:
            answer = _answer(process, progress)
            process.wait()
        finally:
            timer.cancel()
            process.kill()
            feeding.join()
    if late.is_set():
        raise TooSlowError
    return process.returncode, answer


def _feed(process: subprocess.Popen[bytes], task: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - a pipe was asked for; this line is for the type checker
    view = memoryview(task)
    try:
        for start in range(0, len(view), _WRITING_BYTES):
            process.stdin.write(view[start : start + _WRITING_BYTES])
        process.stdin.close()
    except OSError:
        pass  # it ended early; its exit code says so


def _answer(process: subprocess.Popen[bytes], progress: Progress | None) -> bytes:
    assert process.stdout is not None  # noqa: S101 - as above
    while True:
        line = process.stdout.readline(4)
        if line.endswith(b"\n") and line.strip().isdigit():
            if progress is not None:
                progress(int(line), 100)
            continue
        rest = process.stdout.read(_MOST_ANSWER_BYTES)
        if len(rest) == _MOST_ANSWER_BYTES:
            raise LeakError(Message("cannot check the package: a process answered more than any answer may have"))
        return line + rest
