"""How the keys of cases stand: how many there were, what waits for the newest. Changing them is `grants.sharing`."""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.session import Session
from vault.errors import NotFoundError
from vault.ids import CompartmentId, CompartmentKind
from vault.policy.roles import Action
from vault.records.rewrapping import pending
from vault.services.projection.kinds_held import held_of_kind
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class KeysOfCase:
    """The keys of one case.

    It had `epochs` so far. Two are current after two people changed it at once, until one of them writes; `pending`
    versions do not lie under the current key yet.
    """

    epochs: int
    current: int
    pending: int


def keys_of(session: Session, case: CompartmentId) -> KeysOfCase:
    """Return how the keys of a case or section stand."""
    session.require(Action.CASE_READ, case)
    state = session.state_of(case)
    if state is None:
        raise NotFoundError(Message("case {case}: its founding entry is missing or invalid", case=case.hex()))
    with session.database.reading() as rows:
        versions = rows.versions(case)
    left = pending(versions, state.current[0]) if len(state.current) == 1 else len({version.id for version in versions})
    return KeysOfCase(len(state.epochs), len(state.current), left)


def cases_held(session: Session) -> list[CompartmentId]:
    """Return the cases and sections that this member holds."""
    session.require(Action.CASE_LIST)
    return [
        compartment
        for kind in (CompartmentKind.CASE, CompartmentKind.SECTION)
        for compartment in held_of_kind(session, kind)
        if compartment not in session.hidden
    ]
