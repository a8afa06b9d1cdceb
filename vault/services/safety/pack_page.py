"""The page in clear of a pack: the client is named, and of everybody else what an export would leave, without codes."""

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
from vault.errors import UsageError
from vault.export.paper_pages import PaperLine, PaperPage, PaperPart, render_page
from vault.ids import RecordId, is_case_ref
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
from vault.services.cases.cases import view
from vault.services.exports.export_material import Decisions, require_fact
from vault.services.exports.exporting import Undecided
from vault.services.exports.known_to_redaction import known_people
from vault.services.exports.names_elsewhere import names_elsewhere
from vault.services.exports.whose import as_one, one_client, others_as_third, require_one_role
from vault.services.projection.projection import audit_of
from vault.services.projection.reading import Stored, stored_of_kind
from vault.services.safety.check_ins import minute_here
from vault.services.safety.pack import PROFILE, WHY, Facts
from vault.store.files import require_new, write_new
from vault.words.message import Message, Words

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
