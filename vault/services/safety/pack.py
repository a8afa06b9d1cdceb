"""The pack for a person who disappeared: which facts are confirmed, which are not, and what is still asked for.

The pack itself leaves as every export does, by the profile `disappearance` (`vault.redaction.profile`), or as a page
(`pack_page`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from vault.access.session import Session
from vault.casework.form import labelled
from vault.casework.person import Person
from vault.casework.story.incident import Incident, IncidentKind
from vault.ids import CompartmentId
from vault.policy.roles import Action
from vault.redaction.profile import CONFIRMED, profile_named
from vault.services.cases.cases import open_case
from vault.services.exports.whose import as_one, clients_of
from vault.services.projection.reading import Stored
from vault.words.message import Message, Words

PROFILE: Final = "disappearance"
WHY: Final = "emergency"
_TAKEN: Final = frozenset({IncidentKind.DISAPPEARANCE, IncidentKind.ABDUCTION, IncidentKind.ARREST})


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a case would be in its pack, and of whom; what is only said, and what a reader would miss."""

    case: CompartmentId
    ref: str
    clients: tuple[Stored[Person], ...] = field(repr=False)
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
    clients = tuple(clients_of(as_one(view.persons)))
    return Facts(case, view.head.value.ref, clients, confirmed, unconfirmed, tuple(_lacks(clients, confirmed)))


def told(stored: Stored[Any]) -> list[tuple[Message, Words]]:
    """Return what of a fact is in a pack, each with the label of its field; who told it is not."""
    form = stored.value.FORM
    rule = profile_named(PROFILE).rule(stored.value.KIND, CONFIRMED)
    leaves = [field.label for field in form.fields if rule is not None and field.name in rule.labels]
    return [(label, words) for label, words in labelled(stored.value) if label in leaves]


def _is_confirmed(stored: Stored[Any]) -> bool:
    return stored.heads == 1 and stored.value.is_confirmed()


def _lacks(clients: tuple[Stored[Person], ...], confirmed: tuple[Stored[Any], ...]) -> Iterator[Message]:
    if not clients:
        yield Message("who disappeared: no client is in this case")
    elif not any(client.value.born for client in clients):
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
