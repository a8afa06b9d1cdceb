"""What is done in many compartments goes on past one in which it fails: there it waits, and a person hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vault.access.pins.alarms import Alarm
from vault.access.session import Session
from vault.errors import VaultError
from vault.ids import CompartmentId
from vault.services.projection.places import name_of
from vault.services.projection.raised_alarms import notice


@contextmanager
def going_on(session: Session, compartment: CompartmentId, act: str) -> Iterator[None]:
    """Let an act fail in one compartment alone: an alarm names both, and the next unlock tries again.

    Args:
        session: who acts.
        compartment: where.
        act: what waits then, as the beginning of a sentence.
    """
    session.alarms = tuple(alarm for alarm in session.alarms if alarm.code != _code(compartment, act))
    try:
        yield
    except VaultError as fault:
        text = f"{act} waits in {name_of(session, compartment)}: {fault.message}. {fault.next_step}"
        notice(session, Alarm(_code(compartment, act), f"{text} The next unlock tries it again.", is_fault=False))


def is_pending(session: Session, compartment: CompartmentId, act: str) -> bool:
    """Say whether the act failed there when it was tried last."""
    return any(alarm.code == _code(compartment, act) for alarm in session.alarms)


def _code(compartment: CompartmentId, act: str) -> str:
    return f"waits:{act}:{compartment.hex()}"
