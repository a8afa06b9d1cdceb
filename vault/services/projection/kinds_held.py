"""The compartments of one kind among those that this seat holds: intake and register, and restricted sections."""

from __future__ import annotations

from vault.access.session import Session
from vault.errors import RefusedError
from vault.ids import CompartmentId, CompartmentKind
from vault.log.epoch_notice import KIND_AT
from vault.records.epochs import read_notice
from vault.words.message import Message


def held_of_kind(session: Session, kind: CompartmentKind) -> list[CompartmentId]:
    """Return the compartments of a kind whose founding counts and of which this seat holds a key, by id."""
    with session.database.reading() as rows:
        notices = [read_notice(row) for row in rows.epochs_holding([bytes((kind,))], at=KIND_AT)]
    named = {CompartmentId(notice.compartment) for notice in notices if notice is not None and notice.kind is kind}
    held = sorted(compartment for compartment in named if session.holds(compartment))
    # A notice is a claim; what is valid is judged.
    return [
        compartment
        for compartment in held
        if (state := session.state_of(compartment)) is not None and state.kind is kind
    ]


def the_one(session: Session, kind: CompartmentKind) -> CompartmentId:
    """Return the organisation's compartment of this kind.

    Raises:
        RefusedError: it was not granted to this seat.
    """
    found = held_of_kind(session, kind)
    if not found:
        raise RefusedError(Message("the {name} was not granted to you", name=kind.name.lower()))
    return found[0]
