"""The pack for a person who disappeared: its facts, and its page in clear."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
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
from vault.redaction.apply import redact
from vault.redaction.dossier import RedactedDossier, RedactedSection
from vault.redaction.profile import CONFIRMED, Profile, profile_named
from vault.redaction.questions import OpenQuestions, Question, decide_proposed
from vault.redaction.registry import build_registry
from vault.redaction.source import dossier_source
from vault.redaction.spans import Action as RedactionAction
from vault.redaction.transform import REMOVED, PseudonymBook
from vault.services.cases.cases import open_case, view
from vault.services.exports.export_material import Decisions
from vault.services.exports.export_people import (
    as_one,
    clients_of,
    known_people,
    names_elsewhere,
    one_client,
    others_as_third,
    require_one_role,
)
from vault.services.exports.exporting import Undecided
from vault.services.exports.records_told import require_fact
from vault.services.projection.projection import audit_of
from vault.services.projection.stored_records import Stored, stored_of_kind
from vault.services.safety.incidents import minute_here
from vault.store.files import require_new, write_new
from vault.words.message import Message, Words

# The pack for a person who disappeared: which facts are confirmed, which are not, and what is still asked for.
# The pack itself leaves as every export does, by the profile `disappearance` (`vault.redaction.profile`), or as a
# page (`pack_page`).

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


# The page in clear of a pack: the client is named, and of everybody else what an export would leave, without codes.
_OF_CLIENT: Final[Mapping[str, Message]] = MappingProxyType(
    {"names": Message("Name"), "date-of-birth": Message("Born"), "documents": Message("Document")}
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A page that is written; `as_proposed` are the questions that nobody answered: their proposals were taken."""

    as_proposed: tuple[Question, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PageWish:
    """What shall stand on a page: of which client, where the case has several, and what was decided, by form.

    `take_proposals` decides every open question as proposed: what nobody knows is removed, places and courts stay.
    """

    person: RecordId | None = None
    decisions: Decisions = field(default_factory=dict)
    take_proposals: bool = False


def print_page(
    session: Session, found: Facts, wish: PageWish, out: Path, in_words: Callable[[Words], str]
) -> Undecided | Printed:
    """Write who it is and what is confirmed as a page in clear, which names the client. It is in the log before.

    It holds what a sealed pack would: names in use, date of birth, documents, and the same fields of each fact, with
    the names of others hidden as an export hides them. A page has no codes: what would get one is removed.

    Returns:
        The page as written, or the questions that are open: then nothing is.

    Raises:
        UsageError: no fact of the case is confirmed; of several clients none was chosen; or two versions of a person
            differ.
        RefusedError: something lies at `out`, or this role exports nothing.
        TryAgainError: no room.
        LeakError: a hidden name would stand on it after all.
    """
    rule = session.require(Action.CASE_EXPORT, found.case)
    require_new(out)
    require_fact(found.confirmed)
    versions = view(session, found.case, why=WHY)
    require_one_role(versions)
    persons = others_as_third(as_one(stored_of_kind(versions, Person), first=wish.person), wish.person)
    client = one_client(persons, wish.person)
    if client is not None and client.heads > 1:
        raise UsageError(
            Message("the client has two versions"),
            next_step=Message("Say which version is right, then print the page."),
        )
    shown: list[Stored[Any]] = [*([] if client is None else [client]), *found.confirmed]
    mask = _masking(session, found, persons, shown)
    masked, as_proposed = mask(wish.decisions), tuple[Question, ...]()
    if isinstance(masked, OpenQuestions) and wish.take_proposals:
        as_proposed = masked.questions
        masked = mask({**wish.decisions, **decide_proposed(masked)})
    if isinstance(masked, OpenQuestions):
        return Undecided(masked.questions)
    when, removed = minute_here(session).replace("T", " "), in_words(Message("[removed]"))
    made = PaperPage(
        in_words(Message("Disappeared or arrested: what is confirmed")),
        in_words(Message("Case {ref}, {when}", ref=found.ref if is_case_ref(found.ref) else "", when=when)),
        tuple(
            PaperPart(
                in_words(heading),
                tuple(PaperLine(in_words(said).replace(REMOVED, removed), in_words(label)) for label, said in lines),
            )
            for heading, lines in map(_part, shown, masked.sections)
        ),
        in_words(Message("Confirmed facts only. This page names people: keep it, or destroy it.")),
    )
    pdf = render_page(made)
    covers = Counter(stored.value.KIND for stored in found.confirmed)
    with session.work(found.case) as work:
        work.commit(Entry(act="print", obj=audit_of(session, found.case), covers=covers, pol=rule))
    write_new(out, pdf)
    return Printed(as_proposed)


def _masking(
    session: Session, found: Facts, persons: list[Stored[Person]], shown: list[Stored[Any]]
) -> Callable[[Decisions], RedactedDossier | OpenQuestions]:
    """Return what makes of decisions what may stand on the page, a section for each record, or what is open."""
    profile = _without_codes(profile_named(PROFILE))
    source = dossier_source([(stored.record, stored.version, stored.value) for stored in shown])
    registry = build_registry(known_people(session, found.case, persons, why=WHY))
    elsewhere = names_elsewhere(session, found.case, source, profile, why=WHY)

    def masked(decisions: Decisions) -> RedactedDossier | OpenQuestions:
        book = PseudonymBook(choose=secrets.choice)
        return redact(source, profile, registry, decisions, book, elsewhere=elsewhere)

    return masked


def _without_codes(profile: Profile) -> Profile:
    removed = {
        key: RedactionAction.REMOVE if action is RedactionAction.PSEUDONYM else action
        for key, action in profile.actions.items()
    }
    return replace(profile, actions=removed)


def _part(stored: Stored[Any], section: RedactedSection) -> tuple[Words, list[tuple[Words, Words]]]:
    if isinstance(stored.value, Person):
        return Message("Who"), [(_OF_CLIENT[block.label], block.text) for block in section.blocks]
    return stored.value.FORM.title, list(_of_fact(stored.value, section))


def _of_fact(value: Any, section: RedactedSection) -> Iterator[tuple[Words, Words]]:
    """Yield the label of each field that leaves, with its words; of what somebody wrote, as it was masked."""
    rule = profile_named(PROFILE).rule(value.KIND, CONFIRMED)
    leaves = {} if rule is None else rule.labels
    in_clear = dict(labelled(value))
    masked = {block.label: block.text for block in section.blocks}
    for part in value.FORM.fields:
        text = masked.get(leaves.get(part.name, ""))
        if text is not None and part.label in in_clear:
            yield part.label, text if part.is_written else in_clear[part.label]
