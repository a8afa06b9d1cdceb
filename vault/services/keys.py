"""How the keys of cases stand: how many there were, what waits for the newest. Changing them is `services.sharing`."""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.session import Session
from vault.errors import NotFoundError
from vault.ids import CompartmentId
from vault.log.epochs import CompartmentKind
from vault.policy.roles import Action
from vault.records.rewrapping import waiting
from vault.services.compartments import held_of_kind


@dataclass(frozen=True, slots=True)
class KeysOfCase:
    """The keys of one case.

    Attributes:
        epochs: how many it had so far.
        current: how many of them are current: two after two people changed it at once, until one of them writes.
        waiting: versions that do not lie under the current key yet.
    """

    epochs: int
    current: int
    waiting: int


def keys_of(session: Session, case: CompartmentId) -> KeysOfCase:
    """Return how the keys of a case or section stand."""
    session.require(Action.CASE_READ, case)
    state = session.state_of(case)
    if state is None:
        raise NotFoundError(f"compartment {case.hex()} has no beginning that counts")
    with session.database.reading() as rows:
        versions = rows.versions(case)
    left = waiting(versions, state.current[0]) if len(state.current) == 1 else len({one.id for one in versions})
    return KeysOfCase(len(state.epochs), len(state.current), left)


def cases_held(session: Session) -> list[CompartmentId]:
    """Return the cases and sections that this member holds."""
    session.require(Action.CASE_LIST)
    return [
        one
        for kind in (CompartmentKind.CASE, CompartmentKind.SECTION)
        for one in held_of_kind(session, kind)
        if one not in session.hidden
    ]
