"""The pack for a person who disappeared: which facts are confirmed, which are not, and what is still asked for.

The pack itself leaves as every export does, by the profile `disappearance` (`vault.redaction.profile`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from vault.access.session import Session
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import PersonRole
from vault.errors import UsageError
from vault.ids import CompartmentId
from vault.policy.roles import Action
from vault.redaction.profile import CONFIRMED, profile_named
from vault.services.cases.cases import CaseView, open_case
from vault.services.projection.reading import Stored
from vault.words.message import Message

PROFILE: Final = "disappearance"
WHY: Final = "emergency"
_TAKEN: Final = frozenset({IncidentKind.DISAPPEARANCE, IncidentKind.ABDUCTION, IncidentKind.ARREST})


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a case would be in its pack, what is only said, and what a reader would miss."""

    confirmed: tuple[Stored[Any], ...] = field(repr=False)
    unconfirmed: tuple[Stored[Any], ...] = field(repr=False)
    lacks: tuple[Message, ...]


def facts(session: Session, case: CompartmentId) -> Facts:
    """Return the facts of a case that can be in a pack; opening it is in the log before."""
    session.require(Action.CASE_READ, case)
    view = open_case(session, case, why=WHY)
    kinds = {kind for kind, variant in profile_named(PROFILE).records if variant == CONFIRMED}
    found = [stored for stored in view.story if stored.value.KIND in kinds]
    confirmed = tuple(stored for stored in found if _is_confirmed(stored))
    unconfirmed = tuple(stored for stored in found if not _is_confirmed(stored))
    return Facts(confirmed, unconfirmed, tuple(_lacks(view, confirmed)))


def require_facts(found: Facts) -> None:
    """Raise where nothing is confirmed: a pack of a name alone puts somebody in danger and says nothing.

    Raises:
        UsageError: no fact of the case is confirmed.
    """
    if not found.confirmed:
        raise UsageError(
            Message("no fact of this case is confirmed"),
            next_step=Message("Say of each incident, event, detention or search by whom it is confirmed."),
        )


def _is_confirmed(stored: Stored[Any]) -> bool:
    return stored.heads == 1 and stored.value.is_confirmed()


def _lacks(view: CaseView, confirmed: tuple[Stored[Any], ...]) -> Iterator[Message]:
    clients = [person.value for person in view.persons if person.value.role is PersonRole.CLIENT]
    if not clients:
        yield Message("who disappeared: no client is in this case")
    elif not any(client.born for client in clients):
        yield Message("the date of birth of the client, or its year")
    taken = [stored.value for stored in confirmed if isinstance(stored.value, Incident) and stored.value.what in _TAKEN]
    if not taken:
        yield Message("a confirmed disappearance, abduction or arrest")
    if not any(incident.at for incident in taken):
        yield Message("when they were last seen, confirmed")
    if not any(incident.place for incident in taken):
        yield Message("where they were last seen, confirmed")
    if not any(incident.by_whom for incident in taken):
        yield Message("who took them, confirmed; or leave it out")
