"""Start, listen to and kill the child of tests.store.child."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_REPOSITORY = Path(__file__).parents[2]


@contextmanager
def child(act: str, path: Path, size: int = 0) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.child", act, str(path), str(size)],
        cwd=_REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def kill_and_read_rest(process: subprocess.Popen[str]) -> list[str]:
    """Send SIGKILL and return what the child had said before; a line cut off by the kill is no promise."""
    process.kill()
    said, _ = process.communicate()
    return said.splitlines() if said.endswith("\n") else said.splitlines()[:-1]
