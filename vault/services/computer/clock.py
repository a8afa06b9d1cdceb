"""The clock of this computer, as far as rights that end depend on it: looked at, believed, and put right."""

from __future__ import annotations

from vault.access.session import Session
from vault.errors import UsageError
from vault.policy.clocks import ClockReading, ClockState
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.words.message import Message
from vault.words.next_step import NextStep


def look(session: Session) -> ClockReading:
    """Return how the clock stands to the highest time believed."""
    session.require(Action.OWN_DEVICE)
    return session.clock()


def confirm(session: Session) -> ClockReading:
    """Say that a clock which jumped ahead is right: from now on rights that end are measured by it.

    Raises:
        UsageError: the clock did not jump.
    """
    rule = session.require(Action.OWN_DEVICE)
    if session.clock().state is not ClockState.JUMPED:
        raise UsageError(
            Message("the clock did not jump: there is nothing to confirm"),
            next_step=Message("{show_clock} gives details.", show_clock=NextStep.SHOW_CLOCK),
        )
    session.log_act(Entry(act="clock.jump", pol=rule))
    session.believe_clock()
    return session.clock()


def repair(session: Session) -> ClockReading:
    """Undo a wrong time that was believed: the clock as it stands now counts, be it earlier.

    What was withdrawn meanwhile stays withdrawn and is granted again by whoever holds it.
    """
    rule = session.require(Action.CLOCK_REPAIR)
    session.log_act(Entry(act="clock.repair", pol=rule))
    session.believe_clock()
    return session.clock()
