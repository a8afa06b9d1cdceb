"""Which history of a log an ending or a revocation means: a size alone fits every history that its keys sign.

What a seat signs later, in another history below the size, is none of what its colleagues had seen when they ended it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

Roots = Mapping[int, bytes]
"""Of one of two histories: size -> root, from behind the parting on."""


class NamedHistory(NamedTuple):
    """As much of one history of a log as somebody had seen."""

    origin: bytes
    size: int
    root: bytes


def is_left(
    sizes: Mapping[bytes, int], named: Collection[NamedHistory], place: tuple[bytes, int], roots: Roots | None
) -> bool:
    """Say whether a cut leaves an entry valid.

    `sizes` is how much of each log it leaves; `roots` are those of the history that the entry is of, None before the
    place where two part.
    """
    origin, seq = place
    if seq >= sizes.get(origin, 0):
        return False
    return roots is None or any(
        history.origin == origin and seq < history.size and roots.get(history.size) == history.root for history in named
    )
