"""What is done in many compartments goes on past one in which it fails: there it waits, and a person hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vault.access.alarms import Alarm
from vault.access.session import Session
from vault.errors import VaultError
from vault.ids import CompartmentId
from vault.services.noticing import notice
from vault.services.places import name_of


@contextmanager
def going_on(session: Session, compartment: CompartmentId, act: str) -> Iterator[None]:
    """Let an act fail in one compartment alone: an alarm names both, and the next unlock tries again.

    Args:
        session: who acts.
        compartment: where.
        act: what waits then, as the beginning of a sentence.
    """
    session.alarms = tuple(one for one in session.alarms if one.code != _code(compartment, act))
    try:
        yield
    except VaultError as fault:
        text = f"{act} waits in {name_of(session, compartment)}: {fault.message}. {fault.next_step}"
        notice(session, Alarm(_code(compartment, act), f"{text} The next unlock tries it again.", is_fault=False))


def waits(session: Session, compartment: CompartmentId, act: str) -> bool:
    """Say whether the act failed there when it was tried last."""
    return any(one.code == _code(compartment, act) for one in session.alarms)


def _code(compartment: CompartmentId, act: str) -> str:
    return f"waits:{act}:{compartment.hex()}"
