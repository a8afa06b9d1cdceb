"""What a person hears of the clock at unlock (FORMAT.md 7): a jump is a question, a clock set back is news."""

from __future__ import annotations

from vault.display import time_text
from vault.policy.clocks import ClockReading, ClockState
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message
from vault.words.next_step import NextStep


def clock_alarms(reading: ClockReading) -> tuple[Finding, ...]:
    """Return what to say of a reading; nothing where the clock went on as clocks do."""
    seen = time_text(reading.trusted_ms)
    match reading.state:
        case ClockState.JUMPED:
            message = Message(
                "The clock of this computer is more than 48 hours ahead of the last time seen here ({seen}). Until you"
                " confirm that the clock is right, that time decides when rights end: {step}.",
                seen=seen,
                step=NextStep.CONFIRM_CLOCK,
            )
        case ClockState.SET_BACK:
            message = Message(
                "The clock of this computer is behind a time that was seen here before ({seen}). That time still"
                " decides when rights end. Set the clock. If that time was wrong, a supervisor repairs it: {step}.",
                seen=seen,
                step=NextStep.REPAIR_CLOCK,
            )
        case ClockState.STEADY:
            return ()
    return (Finding(Code.CLOCK, message, severity=Severity.NEWS),)
