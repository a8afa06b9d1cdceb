"""How a compartment is called in a sentence to a person."""

from __future__ import annotations

from vault.access.session import Session
from vault.ids import CompartmentId, CompartmentKind
from vault.index.cases import row_of


def name_of(session: Session, compartment: CompartmentId) -> str:
    """Return how a compartment is called in a sentence: a case by its reference."""
    row = row_of(session.index(), compartment)
    if row is not None:
        return row.ref
    if compartment == session.directory.compartment:
        return "the organisation's directory"
    state = session.state_of(compartment)
    names = {CompartmentKind.SECTION: "a section", CompartmentKind.CASE: "a case"}
    return "a case" if state is None else names.get(state.kind, f"the {state.kind.name.lower()}")
