"""Who is in a compartment, and which entries count there (FORMAT.md 6).

The rule of cases and sections is not read here yet: whoever was given a key counts as in, and each entry of theirs.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """What the lines come to for one compartment."""

    seats: AbstractSet[bytes]

    def has_let_in(self, seat: bytes) -> bool:
        """Say whether a seat was ever let in."""
        return seat in self.seats
