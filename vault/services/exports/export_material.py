"""What an export is made of: the case, decided and redacted; and the question that a second person gets."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.checks import checked_word
from vault.casework.disclosure import Approving, ByHand, Decision, Disclosure, PseudonymGiven, Supplement
from vault.casework.kinds import CaseworkRecord
from vault.casework.person import Person
from vault.casework.story.referrals import Referral
from vault.errors import LeakError, UsageError
from vault.export.package import PreparedReport, To
from vault.export.release import ACT
from vault.ids import CompartmentId, RecordId, VersionId, make_case_ref
from vault.index.case_pages import cases_by_ref
from vault.records.versions import of_kind
from vault.redaction.apply import redact
from vault.redaction.coarser import EXACTLY, Coarser
from vault.redaction.dossier import RedactedDossier
from vault.redaction.judging import words_typed
from vault.redaction.profile import CONFIRMED, OF_SEVERAL, Profile, Series, profile_named
from vault.redaction.questions import (
    HIDING,
    Earlier,
    OpenQuestions,
    decide_proposed,
    decisions_by_key,
    decisions_in_force,
    form_key,
    hidden_by_hand,
)
from vault.redaction.questions import Question as FormQuestion
from vault.redaction.registry import Registry, build_registry
from vault.redaction.source import DossierSource, SourceField, dossier_source, said_now
from vault.redaction.spans import Action as RedactionAction
from vault.redaction.transform import PseudonymBook
from vault.redaction.word_kinds import kinds_beyond
from vault.services.approvals.question import ApprovalQuestion
from vault.services.approvals.second_person import REASONS
from vault.services.cases.cases import view
from vault.services.exports.consents import Agreed, Leaving, cannot_be_hidden, require_agreed, require_no_conflict
from vault.services.exports.export_people import (
    as_one,
    clients_of,
    known_people,
    names_elsewhere,
    others_as_third,
    require_one_role,
    same_people,
)
from vault.services.exports.papers_leaving import LeavingPaper, papers_leaving
from vault.services.exports.partners import KeptPartner, find
from vault.services.exports.rare_things import (
    about_nothing,
    answers_to,
    changed_by,
    is_marked,
    questions_of,
    rare_things,
    require_rare,
)
from vault.services.exports.records_told import next_of, notes_in_use, require_fact, what_happened
from vault.services.exports.said_beside import checked_said, today, told_beside
from vault.services.projection.projection import audit_of
from vault.services.projection.seats import members_of_logs
from vault.services.projection.stored_records import Stored, stored_of_kind
from vault.words.message import Message


def reference_for(session: Session, material: Material) -> str:
    """Return what a recipient quotes of this case: as in their last report of it, or one that is drawn now.

    It is drawn for one case and recipient. One that stands elsewhere too, whoever wrote it there, would tell two
    recipients that their reports are of one case: it is not used again.
    Where each package is a run of its own there is none.
    """
    if not material.series:
        return ""
    index, theirs = session.index(), [row.value.reference for row in material.before if row.value.reference]
    for reference in reversed(theirs):
        if reference not in material.of_others and set(cases_by_ref(index, reference)) <= {material.case}:
            return reference
    return make_case_ref()


_SERIES = "main"
_OF_NO_RECORD = VersionId(b"")
"""Where a decision holds about what is written for one export alone: it is asked about anew for the next."""

Decisions = Mapping[str, RedactionAction | str]


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall leave: by the profile of a name, such as `lawyer`, for the recipient of a name.

    Decisions go by form, beside those that earlier exports to this recipient by this profile took; `take_proposals`
    decides every open question as proposed: what nobody knows is removed. `language` is that of the report, `contact`
    whom the recipient may call, and how; None takes what this member said in their last report of the case. `person` is
    the client of whom a profile of one client tells; it may be left out where the case has one alone. `hidden` are
    forms that no question is about, seen on the pages, with their kinds: hidden wherever they stand as they are
    written, of a name each word too. So is a decision that hides and is about no question; `is_strict` refuses one
    that is about none and hides nothing. `said` is what is needed now: written for this export alone, and checked as
    any other text. `as_page`: a page that opens with words, also for somebody who has a key; who has none gets a page
    whatever is said. `papers` are documents of the case that leave with it, drawn anew. `supplement`: the one removal
    behind which stands all that leaves.
    """

    profile: str
    to: str
    decisions: Decisions = field(default_factory=dict)
    take_proposals: bool = False
    language: str = "en"
    contact: str | None = None
    person: RecordId | None = None
    hidden: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_strict: bool = False
    said: str = field(default="", repr=False)
    as_page: bool = False
    papers: tuple[RecordId, ...] = ()
    supplement: Supplement | None = None


class NotThereError(UsageError):
    """Nothing that leaves holds a form that shall be hidden, or the report says it with words of its own."""


@dataclass(frozen=True, slots=True)
class Material:
    """All that an export is made of.

    `registry` has whom redaction knows; `elsewhere` are words of its texts that
    are names of people of other cases; `joined` are versions of rows of people that stand in it as one with another,
    `same` the record that stands for each of their records.
    `beside` is what a report says of a note beside its fields, `contact` whom this member's last report of the case
    named to be called. `agreed` is by which consents it leaves, `said` what was written for this export alone, and
    `is_page`: it leaves as a page, which words open, and not for a key. `supplement`: of one removal, which it is.
    `before` are the disclosures to this recipient, `own` those of their versions that this member wrote, `of_others`
    the references of the case and of its reports to others; `asked` what was put before a second person in this case.
    """

    case: CompartmentId
    profile: Profile
    recipient: KeptPartner
    records: list[tuple[RecordId, VersionId, CaseworkRecord]] = field(repr=False)
    registry: Registry = field(repr=False)
    elsewhere: frozenset[str] = field(repr=False)
    joined: frozenset[VersionId]
    same: Mapping[bytes, bytes]
    beside: Mapping[RecordId, tuple[SourceField, ...]] = field(repr=False)
    contact: str = field(repr=False)
    agreed: Agreed = field(repr=False)
    before: list[Stored[Disclosure]] = field(repr=False)
    own: frozenset[VersionId] = field(repr=False)
    of_others: frozenset[str]
    asked: list[Stored[Approving]] = field(repr=False)
    said: str = field(default="", repr=False)
    is_page: bool = False
    papers: tuple[LeavingPaper, ...] = field(default=(), repr=False)
    supplement: str = ""

    @property
    def purpose(self) -> str:
        """Return what for it leaves, as the recipient agreed to it, or which removal it tells."""
        return self.supplement or self.profile.purpose

    @property
    def to(self) -> To:
        """Return for whom it is sealed: a key, or the record of a recipient to whom the words are told."""
        return self.recipient.record if self.is_page else self.recipient.age_recipient

    @property
    def series(self) -> str:
        """Return the run of packages whose codes go on in this one; nothing where each has a run of its own."""
        return _SERIES if self.profile.series is Series.RECIPIENT else ""

    def question(self, digest: bytes) -> Stored[Approving] | None:
        """Return the question of this digest, if it was asked and its answer has not been used."""
        found = (
            approving for approving in self.asked if approving.value.digest == digest and not approving.value.approval
        )
        return next(found, None)

    def codes_before(self) -> tuple[list[PseudonymGiven], list[PseudonymGiven]]:
        """Return the codes that this member gave this recipient before, oldest first, and those that others did."""
        own: list[PseudonymGiven] = []
        others: list[PseudonymGiven] = []
        for before in self.before:
            (own if before.version in self.own else others).extend(before.value.pseudonyms)
        return own, others

    def read(self) -> tuple[VersionId, ...]:
        """Return the versions that the export is made of, in the order of their ids."""
        papers = (paper.version for paper in self.papers)
        return tuple(sorted({*self.joined, *papers, *(version for _, version, _ in self.records)}))


@dataclass(frozen=True, slots=True)
class Ready:
    """A redacted dossier, every form decided, and the codes that it gives.

    `hides_more`: somebody who read the pages hid more, which is of `by_hand` as what they hid for earlier exports is.
    `questions` were open before; `as_proposed` are those of them that nobody answered, as their proposals were taken.
    `coarser` is what is told less exactly; on papers, it is hidden.
    """

    material: Material
    dossier: RedactedDossier
    decisions: Mapping[str, RedactionAction]
    book: PseudonymBook
    questions: int
    as_proposed: tuple[FormQuestion, ...] = field(default=(), repr=False)
    by_hand: tuple[Decision, ...] = field(default=(), repr=False)
    hides_more: bool = False
    coarser: Coarser = EXACTLY

    @property
    def decided(self) -> int:
        return len(self.decisions) + len(self.by_hand)

    def read(self) -> tuple[VersionId, ...]:
        """Return the versions in which it holds that something was kept; none where all was hidden, as that lasts."""
        return self.material.read() if set(self.decisions.values()) - HIDING else ()


def make_ready(
    session: Session, case: CompartmentId, wish: Wish, *, asked: bytes | None = None
) -> Ready | OpenQuestions:
    """Gather a case and redact it for one recipient; the view is in the log before.

    `asked` is the digest of a question that was answered since: its decisions and codes are taken again.

    Raises:
        UsageError: a person has two roles in two versions, it is not clear of which client it tells, or by a profile of
            confirmed facts nothing is confirmed.
        NotThereError: what shall be hidden stands nowhere.
    """
    material = gather(session, case, wish, asked)
    question = None if asked is None else material.question(asked)
    given, beside = material.codes_before()
    earlier = [
        # What somebody else let stay is asked about again: that they read it, only their own device knows.
        Earlier(before.value.decisions, frozenset(before.value.read if before.version in material.own else ()))
        for before in material.before
        if before.value.profile == wish.profile
    ]
    if question is not None:  # what it decided was read in these very files, else its digest is of others
        given, beside = list(question.value.pseudonyms), []
        earlier = [Earlier(question.value.decisions, frozenset({*material.read(), _OF_NO_RECORD}))]
    book = PseudonymBook(given, beside, choose=secrets.choice)
    hidden = earlier if question is not None else [Earlier(before.value.decisions) for before in material.before]
    of_rare = {form: action for form, action in wish.decisions.items() if is_marked(form)}
    wish = replace(wish, decisions={form: said for form, said in wish.decisions.items() if form not in of_rare})
    now, by_hand = wish.decisions, hidden_by_hand(hidden, (*wish.decisions, *wish.hidden))  # by whatever profile
    if now or wish.hidden:
        now, typed = _told_apart(material, earlier, wish)
        by_hand += typed
    excluded = tuple(  # no kind: the person did not agree, and nobody here chose it
        replace(_typed(form, RedactionAction.REMOVE, ByHand.OTHER), kind="")
        for form in sorted(material.agreed.excluded)
    )
    taken = _in_force(earlier, {**now, **of_rare}, (*by_hand, *excluded))
    result = _redact(material, taken, book)
    questions = len(result.questions) if isinstance(result, OpenQuestions) else 0
    as_proposed: tuple[FormQuestion, ...] = ()
    if isinstance(result, OpenQuestions) and wish.take_proposals:
        as_proposed = result.questions
        now = {**now, **decide_proposed(result)}
        taken = _in_force(earlier, {**now, **of_rare}, (*by_hand, *excluded))
        result = _redact(material, taken, book)
    if isinstance(result, OpenQuestions):
        return result
    things = rare_things(
        session,
        case,
        material.profile,
        material.records,
        result,
        day=today(session).isoformat(),
        decisions=taken.decisions,
    )
    answers = answers_to(things, taken.decisions, taken.read)
    open_things = questions_of(things, answers) if question is None else ()  # else all was asked before
    if open_things and not wish.take_proposals:
        return OpenQuestions(open_things)
    of_rare |= {each.form: each.proposal for each in open_things}
    if wish.is_strict:
        require_rare(of_rare, things)
    changed = changed_by(things, {**answers, **decisions_by_key(of_rare)})
    if changed is not None:
        by_hand += changed.lasting
        hiding = _in_force(earlier, now, (*by_hand, *excluded, *changed.hidden))
        result = _redact(material, hiding, book, changed.coarser)
        if isinstance(result, OpenQuestions):
            return result
    _require_there(wish, by_hand, result)
    actions = {form: RedactionAction(action) for form, action in {**taken.decisions, **of_rare}.items()}
    asked_now, as_proposed = questions + len(open_things), (*as_proposed, *open_things)
    material.registry.seen.clear()  # in a large case it takes more memory than all that is left to do
    coarser = EXACTLY if changed is None else changed.coarser
    return Ready(material, result, actions, book, asked_now, as_proposed, by_hand, bool(wish.hidden), coarser)


def _in_force(earlier: Sequence[Earlier], now: Decisions, by_hand: tuple[Decision, ...]) -> _Taken:
    """Return what is decided; what is hidden by hand stays in no text, whatever was decided about it before."""
    decisions, read = decisions_in_force(earlier, now)
    keys = {form_key(each.form) for each in by_hand}
    left = {form: action for form, action in decisions.items() if form_key(form) not in keys}
    return _Taken(left, {key: versions for key, versions in read.items() if key not in keys}, by_hand)


def _told_apart(material: Material, earlier: Sequence[Earlier], wish: Wish) -> tuple[Decisions, tuple[Decision, ...]]:
    """Return the decisions about what is asked, and what is hidden though no question is about it.

    Raises:
        UsageError: what shall be hidden has no letter, or a strict decision neither hides nor is about a question.
    """
    actions = decisions_by_key(wish.decisions)
    standing, read = decisions_in_force(earlier, wish.decisions)
    before = _Taken({form: action for form, action in standing.items() if form not in wish.decisions}, read)
    found = _redact(material, before, PseudonymBook(choose=secrets.choice))
    asked = {form_key(each.form) for each in found.questions} if isinstance(found, OpenQuestions) else set[str]()
    typed = {form_key(form): _typed(form, RedactionAction.REMOVE, kind) for form, kind in wish.hidden.items()}
    now: dict[str, RedactionAction | str] = {}
    for number, form in enumerate(wish.decisions, 1):
        key, action = form_key(form), actions[form_key(form)]
        if key in asked and key not in typed:
            now[form] = action
        elif action in HIDING and (wish.is_strict or words_typed(form)):
            typed.setdefault(key, _typed(form, action, ByHand.NAME))
        elif wish.is_strict and key not in typed:
            raise about_nothing(number)
    return now, tuple(typed.values())


def _typed(form: str, action: RedactionAction, kind: str) -> Decision:
    if not words_typed(form):
        raise NotThereError(
            Message("what is hidden has a letter or digit, and at most 24 words"),
            next_step=Message("Hide a longer text in parts."),
        )
    return Decision(" ".join(form.split()), action.value, checked_word(ByHand, kind, "kind").value)


def _require_there(wish: Wish, by_hand: Sequence[Decision], made: RedactedDossier) -> None:
    there, wanted = set(made.forbidden_forms), {*wish.hidden, *(wish.decisions if wish.is_strict else ())}
    keys = set(map(form_key, wanted))
    if any(form_key(each.form) in keys and each.form.casefold() not in there for each in by_hand):
        raise NotThereError(
            Message("nothing of the case that leaves holds a word that you hid"),
            next_step=Message("Type it as it stands in the text. What the report says of its own cannot be hidden."),
        )


def question_for(session: Session, material: Material, prepared: PreparedReport, *, valid_ms: int) -> ApprovalQuestion:
    """Return what a second person is asked: exactly these files, for this recipient."""
    recipient = material.recipient
    return ApprovalQuestion(
        act=ACT,
        of=prepared.members(material.to),
        contents=prepared.files,
        about=tuple(map(str, _about(recipient, is_page=material.is_page))),
        reasons=REASONS,
        expires_ms=session.log.now_ms() + valid_ms,
        subject=audit_of(session, material.case),
    )


def _about(recipient: KeptPartner, *, is_page: bool) -> list[Message]:
    about = [Message("this report leaves for {name}", name=recipient.name)]
    if is_page:
        about.append(Message("words open it, which are told by telephone; it is for no key"))
    elif not recipient.is_confirmed:
        about.append(
            Message("nobody confirmed their key yet; read its words to them: {words}", words=recipient.fingerprint)
        )
    return about


def _may_be_of_others(profile: Profile, persons: list[Stored[Person]]) -> bool:
    """Say whether what happened stays here: of several clients, nothing says whom a record is of."""
    return OF_SEVERAL in profile.withheld and len(clients_of(persons)) > 1


def gather(session: Session, case: CompartmentId, wish: Wish, answered: bytes | None) -> Material:
    """Return what an export is made of; the view is in the log before.

    Raises:
        RefusedError: no consent allows it.
        VaultError: as `make_ready`.
    """
    profile, recipient = profile_named(wish.profile), find(session, wish.to)
    why = profile.why
    versions = view(session, case, why=why)
    require_no_conflict(recipient, ((version.record, each) for version, each in of_kind(versions, Referral)))
    require_one_role(versions)
    asked = stored_of_kind(versions, Approving)
    question = next((each.value for each in asked if answered is not None and each.value.digest == answered), None)
    # An answer is to what was shown, on the day of its question.
    day = (question.day if question is not None else "") or today(session).isoformat()
    said = said_now(checked_said(profile, wish.said) if question is None else question.said)
    rows, notes = stored_of_kind(versions, Person), notes_in_use(versions, profile, day)
    persons = as_one(rows, first=wish.person)
    clients = clients_of(persons)  # notes and facts are of the whole case: what is about one client may tell of another
    happened = [] if _may_be_of_others(profile, persons) else list(what_happened(versions, profile))
    if profile.has_next_alone:
        happened = next_of(happened, day)
    if CONFIRMED in {variant for _, variant in profile.records}:
        require_fact([stored for stored in happened if stored.value.is_confirmed()])
    if profile.is_of_one_client:
        persons = others_as_third(persons, wish.person)
    elif wish.person is not None:
        raise UsageError(Message("with this profile, an export is about the whole case, not about one person"))
    heads = stored_of_kind(versions, Case)
    shown: list[Stored[Any]] = [*heads, *persons, *happened, *notes]
    disclosures = stored_of_kind(versions, Disclosure)
    authors = members_of_logs(session, {row.origin for row in disclosures if row.origin is not None})
    own = [row for row in disclosures if row.origin is not None and authors.get(row.origin) == session.member]
    records: list[tuple[RecordId, VersionId, CaseworkRecord]] = [
        (stored.record, stored.version, stored.value) for stored in shown
    ]
    chosen = wish.papers if question is None else tuple(map(RecordId, question.papers))
    papers = papers_leaving(session, versions, chosen, profile)
    source = DossierSource((*said, *dossier_source(records).records, *(paper.source() for paper in papers)))
    named = {(row.kind, row.variant) for row in source.records if profile.rule(row.kind, row.variant) is not None}
    leaving = Leaving(recipient, profile, today(session).isoformat(), frozenset(named))
    agreed = require_agreed(leaving, versions, rows, clients)
    return Material(
        case=case,
        profile=profile,
        recipient=recipient,
        records=[row for row in records if row[2].KIND not in agreed.stays],
        registry=build_registry(known_people(session, case, persons, why=why)),
        elsewhere=names_elsewhere(session, case, source, profile, why=why),
        joined=frozenset(row.version for row in rows) - {person.version for person in persons},
        same=same_people(rows, persons),
        beside=told_beside(session, notes),
        contact=next((row.value.contact for row in reversed(own) if row.value.contact), ""),
        agreed=agreed,
        before=_before(disclosures, profile, recipient),
        own=frozenset(row.version for row in own),
        of_others=frozenset(row.value.reference for row in disclosures if row.value.recipient != recipient.record)
        | {row.value.ref for row in heads},
        asked=asked,
        said="".join(said[0].fields[0].values) if said else "",
        is_page=wish.as_page or not recipient.age_recipient,
        papers=papers,
    )


def _before(disclosures: list[Stored[Disclosure]], profile: Profile, to: KeptPartner) -> list[Stored[Disclosure]]:
    """Return what a package goes on from: the codes and decisions of earlier ones for the same recipient."""
    if profile.series is Series.PACKAGE:
        return []
    return [row for row in disclosures if (row.value.recipient, row.value.series) == (to.record, _SERIES)]


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is decided, by form, and the versions in which it holds where those are not all."""

    decisions: Decisions = field(repr=False)
    read: Mapping[str, frozenset[bytes]] = field(repr=False)
    by_hand: tuple[Decision, ...] = field(default=(), repr=False)


def _redact(
    material: Material, taken: _Taken, book: PseudonymBook, coarser: Coarser = EXACTLY
) -> RedactedDossier | OpenQuestions:
    source = dossier_source(material.records, material.same)
    told = (material.beside.get(record, ()) for record, _, _ in material.records)
    records = (
        replace(record, fields=(*record.fields, *beside)) for record, beside in zip(source.records, told, strict=True)
    )
    whole = DossierSource((*said_now(material.said), *records, *(paper.source() for paper in material.papers)))
    names = {each.form: RedactionAction(each.action) for each in taken.by_hand if each.kind == ByHand.NAME}
    asked = {form: action for form, action in taken.decisions.items() if not is_marked(form)}
    try:
        return redact(
            coarser.of(whole),
            material.profile,
            material.registry,
            {**asked, **names, **coarser.forms()},
            book,
            read=taken.read,
            elsewhere=material.elsewhere,
            by_hand=taken.by_hand,
            word_kinds=kinds_beyond(material.agreed.covers),
        )
    except LeakError as fault:
        left = {each.form.casefold() for place, each in enumerate(taken.by_hand) if place in fault.forms}
        if (refused := cannot_be_hidden(material.agreed, left)) is None:
            raise
        raise refused from None
