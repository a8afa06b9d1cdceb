"""What a person hears of the clock at unlock (FORMAT.md 7): a jump is a question, a clock set back is news."""

from __future__ import annotations

from vault.access.pins.alarms import CLOCK_ALARM, Alarm
from vault.display import time_text
from vault.policy.clocks import ClockReading, ClockState


def clock_alarms(reading: ClockReading) -> tuple[Alarm, ...]:
    """Return what to say of a reading; nothing where the clock went on as clocks do."""
    seen = time_text(reading.trusted_ms)
    match reading.state:
        case ClockState.JUMPED:
            text = (
                f"The clock of this computer is more than 48 hours ahead of the last time seen here ({seen}). Rights"
                " that end are measured by that time until you say that the clock is right: `casevault clock confirm`."
            )
        case ClockState.SET_BACK:
            text = (
                f"The clock of this computer is behind a time that was seen here before ({seen}), which goes on to"
                " count. Set it right; if that time was wrong, a supervisor repairs it: `casevault clock repair`."
            )
        case ClockState.STEADY:
            return ()
    return (Alarm(CLOCK_ALARM, text, is_fault=False),)
