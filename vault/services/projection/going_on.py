"""What is done in many compartments goes on past one in which it fails: there it waits, and a person hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from vault.access.session import Session
from vault.errors import VaultError
from vault.ids import CompartmentId
from vault.services.projection.places import name_of
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

_ACTS: Final[Mapping[Code, Message]] = {
    Code.DEVICE_WAITS: Message("Giving it to the other device"),
    Code.ENDED_KEY_WAITS: Message("A new key without a revoked device"),
    Code.EXPIRED_KEY_WAITS: Message("A new key without a member whose access expired"),
    Code.HANDOVER_WAITS: Message("A handover"),
    Code.SECTION_KEY_WAITS: Message("A new key without members who lost its case"),
}


@contextmanager
def going_on(session: Session, compartment: CompartmentId, code: Code) -> Iterator[None]:
    """Let an act fail in one compartment alone: an alarm names both, and the next unlock tries again."""
    session.drop_alarms(code, subject=compartment)
    try:
        yield
    except VaultError as fault:
        message = Message(
            "{act} waits in {where}: {fault}. {next_step} The next unlock tries it again.",
            act=_ACTS[code],
            where=name_of(session, compartment),
            fault=fault.message,
            next_step=fault.next_step,
        )
        session.renew_alarm(Finding(code, message, compartment, severity=Severity.NEWS))


def is_pending(session: Session, compartment: CompartmentId, code: Code) -> bool:
    """Say whether the act failed there when it was tried last."""
    return any((alarm.code, alarm.subject) == (code, compartment) for alarm in session.alarms)
