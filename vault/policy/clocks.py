"""What time it is for rights that end: no clock is believed at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vault.durations import HOUR_MS

# What time it is for rights that end: a clock that a person can turn is not believed at once, and never backwards.
# Pure over milliseconds since 1970, UTC. `highest_ms` is the highest time that this account believed so far, or 0.

# A weekend is questioned and a night is not.
JUMP_MS = 48 * HOUR_MS
# What a clock that is set by the network may go back by, without a word.
_SETTLING_MS = HOUR_MS


class ClockState(StrEnum):
    """How the clock of this computer stands to what it showed before."""

    STEADY = "steady"
    JUMPED = "jumped"
    SET_BACK = "set-back"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One look at the clock.

    Attributes:
        state: how it stands to the highest time believed.
        trusted_ms: the time that rights which end are measured by: never less than it was.
        wall_ms: what the clock says.
    """

    state: ClockState
    trusted_ms: int
    wall_ms: int


def read_clock(highest_ms: int, wall_ms: int) -> ClockReading:
    """Judge the clock against the highest time believed.

    A jump of more than 48 hours forward waits for a person: until then the old highest time counts. A clock that was
    set back changes nothing either. The first look of an account, with nothing to compare, is believed.
    """
    if highest_ms <= 0:
        return ClockReading(ClockState.STEADY, wall_ms, wall_ms)
    if wall_ms - highest_ms > JUMP_MS:
        return ClockReading(ClockState.JUMPED, highest_ms, wall_ms)
    if highest_ms - wall_ms > _SETTLING_MS:
        return ClockReading(ClockState.SET_BACK, highest_ms, wall_ms)
    return ClockReading(ClockState.STEADY, max(highest_ms, wall_ms), wall_ms)


def has_expired(until_ms: int | None, trusted_ms: int) -> bool:
    """Say whether a right that ends at `until_ms` is over; None never ends. At that very moment it is over."""
    return until_ms is not None and trusted_ms >= until_ms
