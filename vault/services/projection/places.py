"""How a compartment is called in a sentence to a person."""

from __future__ import annotations

from typing import Final

from vault.access.session import Session
from vault.ids import CompartmentId, CompartmentKind
from vault.index.case_pages import row_of
from vault.words.message import Message

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
    state = session.state_of(compartment)
    return _KINDS[CompartmentKind.CASE if state is None else state.kind]
