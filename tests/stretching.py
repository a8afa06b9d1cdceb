"""The same passphrase, salt and cost are stretched once in a run of the tests: what Argon2id gives never changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Known = dict[tuple[object, ...], bytes]
KNOWN: Known = {}
"""What was stretched in this process, by everything that went into it."""


def once(stretch: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return a function that gives what `stretch` gives, and asks it for nothing twice."""

    def remembered(*typed: object, **cost: Any) -> bytes:
        asked = (*typed, *sorted(cost.items()))
        if asked not in KNOWN:
            KNOWN[asked] = stretch(*typed, **cost)
        return KNOWN[asked]

    return remembered
