"""What a list names for a compartment and no row holds: one listed thing, and where it is listed (FORMAT.md 6)."""

from __future__ import annotations

from dataclasses import dataclass

from vault.ids import CompartmentId, Origin


@dataclass(frozen=True, slots=True, order=True)
class Absent:
    """A version, an epoch or a grant of a compartment that is not here, or a version that no wrap opens.

    Attributes:
        compartment: of which it is.
        origin, seq, n: where it is listed; None where that is not known, or only the entry.
        is_key: an epoch or a grant: who holds the compartment, nobody can say without it.
        was_here: this device had it: it did not go lost on the way.
        is_closed: it is here and no wrap opens it.
    """

    compartment: CompartmentId
    origin: Origin | None
    seq: int
    n: int | None
    is_key: bool
    was_here: bool = False
    is_closed: bool = False
