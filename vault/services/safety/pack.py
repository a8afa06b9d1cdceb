"""The pack for a person who disappeared: which facts are confirmed, which are not, and what is still asked for.

The pack itself leaves as every export does, by the profile `disappearance` (`vault.redaction.profile`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from vault.access.session import Session
from vault.casework.form import labelled
from vault.casework.person import Person
from vault.casework.story.incident import Incident, IncidentKind
from vault.errors import UsageError
from vault.export.paper_pages import PaperLine, PaperPage, PaperPart, render_page
from vault.ids import CompartmentId, RecordId, is_case_ref
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.redaction.profile import CONFIRMED, profile_named
from vault.services.cases.cases import open_case
from vault.services.exports.whose import clients_of, one_client
from vault.services.projection.projection import audit_of
from vault.services.projection.reading import Stored
from vault.services.safety.check_ins import minute_here
from vault.store.files import write_new
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
    clients = tuple(clients_of(view.persons))
    return Facts(case, view.head.value.ref, clients, confirmed, unconfirmed, tuple(_lacks(clients, confirmed)))


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


def told(stored: Stored[Any]) -> list[tuple[Message, Words]]:
    """Return what of a fact is in a pack, each with the label of its field; who told it is not."""
    form = stored.value.FORM
    rule = profile_named(PROFILE).rule(stored.value.KIND, CONFIRMED)
    leaves = [field.label for field in form.fields if rule is not None and field.name in rule.labels]
    return [(label, words) for label, words in labelled(stored.value) if label in leaves]


def print_page(
    session: Session, found: Facts, out: Path, in_words: Callable[[Words], str], *, person: RecordId | None = None
) -> None:
    """Write who it is and what is confirmed as a page in clear, which names the client. It is in the log before.

    It holds what a sealed pack would: names in use, date of birth, documents, and the same fields of each fact.
    `person` is the client of whom it tells; it may be left out where the case has one alone.

    Raises:
        UsageError: no fact of the case is confirmed; of several clients none was chosen; or two versions of the client
            differ.
        RefusedError: something lies at `out`, or this role exports nothing.
        TryAgainError: no room.
    """
    rule = session.require(Action.CASE_EXPORT, found.case)
    require_facts(found)
    client = one_client(found.clients, person)
    if client is not None and client.heads > 1:
        raise UsageError(
            Message("the client stands in two versions"),
            next_step=Message("Say which version holds, then print the page."),
        )
    who = [] if client is None else [_part(Message("Who"), tuple(_of_client(client.value)), in_words)]
    when = minute_here(session).replace("T", " ")
    made = PaperPage(
        in_words(Message("Disappeared or arrested: what is confirmed")),
        in_words(Message("Case {ref}, {when}", ref=found.ref if is_case_ref(found.ref) else "", when=when)),
        (
            *who,
            *(_part(stored.value.FORM.title, told(stored), in_words) for stored in found.confirmed),
        ),
        in_words(Message("Confirmed facts only. This page names people: keep it, or destroy it.")),
    )
    pdf = render_page(made)
    covers = Counter(stored.value.KIND for stored in found.confirmed)
    with session.work(found.case) as work:
        work.commit(Entry(act="print", obj=audit_of(session, found.case), covers=covers, pol=rule))
    write_new(out, pdf)


def _part(heading: Words, lines: Sequence[tuple[Words, Words]], in_words: Callable[[Words], str]) -> PaperPart:
    return PaperPart(in_words(heading), tuple(PaperLine(in_words(words), in_words(label)) for label, words in lines))


def _of_client(client: Person) -> Iterator[tuple[Words, Words]]:
    for name in client.current_names():
        yield Message("Name"), name.text
    if client.born:
        yield Message("Born"), client.born
    for document in client.documents:
        yield document.kind.value, document.number


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
