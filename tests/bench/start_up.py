"""How long the command takes to say what it can do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from tests.bench.frame import Against, Bench, Figure, Goal, Setting, interleave, timed

_ROUNDS = 40
_PEER = "python -c pass"


def run(setting: Setting) -> Iterator[Figure]:
    """Start the command and an interpreter that does nothing in turn, each a fresh process."""
    series = interleave(
        min(_ROUNDS, setting.scale.rounds), lambda _: _start("-m", "vault", "--help"), lambda _: _start("-c", "pass")
    )
    goal = Goal(60, Against.ITSELF)
    yield timed("casevault --help: p50", "ms", [s.percentile(50) for s in series], peer_name=_PEER, goal=goal)


def _start(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


BENCHES = (Bench("help", run),)
