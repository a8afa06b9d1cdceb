"""Compartments as services meet them: by name, by kind, and many in a row although one fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from vault.access.session import Session
from vault.errors import RefusedError, VaultError
from vault.ids import CompartmentId, CompartmentKind
from vault.index.case_pages import row_of
from vault.log.epoch_notice import KIND_AT
from vault.records.epochs import read_notice
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

# How a compartment is called in a sentence to a person.

_KINDS: Final = {
    CompartmentKind.CASE: Message("a case"),
    CompartmentKind.DIRECTORY: Message("the directory"),
    CompartmentKind.AUDIT: Message("the audit"),
    CompartmentKind.INTAKE: Message("the intake"),
    CompartmentKind.REGISTER: Message("the register"),
    CompartmentKind.SECTION: Message("a section"),
    CompartmentKind.SENDING: Message("the sending"),
}


def name_of(session: Session, compartment: CompartmentId) -> str | Message:
    """Return how a compartment is called in a sentence: a case by its reference."""
    row = row_of(session.index(), compartment)
    if row is not None:
        return row.ref
    if compartment == session.directory.compartment:
        return Message("the organisation's directory")
    return _KINDS[kind_of(session, compartment) or CompartmentKind.CASE]


def kind_of(session: Session, compartment: CompartmentId) -> CompartmentKind | None:
    """Return what a compartment is for; None where nobody can say here."""
    state = session.state_of(compartment)
    return None if state is None else state.kind


# The compartments of one kind among those that this seat holds: intake and register, and restricted sections.
def held_of_kind(session: Session, kind: CompartmentKind) -> list[CompartmentId]:
    """Return the compartments of a kind whose founding counts and of which this seat holds a key, by id.

    One is not left out because the rows of its keys were lost: `log verify` names these.
    """
    with session.database.reading() as rows:
        notices = [read_notice(row) for row in rows.epochs_holding([bytes((kind,))], at=KIND_AT)]
        lost = set(session.keyring.compartments()).difference(rows.compartments_of_epochs())
    named = {notice.compartment for notice in notices if notice is not None and notice.kind is kind}
    held = sorted(compartment for compartment in map(CompartmentId, named | lost) if session.holds(compartment))
    # A notice is a claim; what is valid is judged.
    return [compartment for compartment in held if kind_of(session, compartment) is kind]


def the_one_of_kind(session: Session, kind: CompartmentKind) -> CompartmentId:
    """Return the organisation's compartment of this kind.

    Raises:
        RefusedError: it was not granted to this seat.
    """
    found = held_of_kind(session, kind)
    if not found:
        raise RefusedError(Message("the {name} was not granted to you", name=kind.name.lower()))
    return found[0]


# What is done in many compartments goes on past one in which it fails: there it waits, and a person hears of it.
_ACTS: Final[Mapping[Code, Message]] = {
    Code.HANDOVER_WAITS: Message("A handover"),
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
