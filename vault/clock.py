"""The one place that reads the system's clocks. Everything else gets a time as an argument."""

from __future__ import annotations

import time


def now_ms() -> int:
    """Return the wall clock in milliseconds since 1970, UTC. A claim, not a proof."""
    return time.time_ns() // 1_000_000


def monotonic_ms() -> int:
    """Return a clock that never runs back within one boot, in milliseconds."""
    return time.monotonic_ns() // 1_000_000
