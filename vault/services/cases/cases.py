"""Make, list and open cases."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from vault.access.pins.pins import Dates
from vault.access.session import Session
from vault.casework.case import Case, CaseKind, first_stage
from vault.casework.document import Document
from vault.casework.form import FormedRecord
from vault.casework.note import Note, last_contact, silence
from vault.casework.person import Person
from vault.casework.story import STORY
from vault.casework.vocabulary import word_of
from vault.display import here
from vault.errors import NotFoundError, UsageError
from vault.ids import CompartmentId, MemberId, VersionId, is_case_ref, make_case_ref, make_id, short_id
from vault.index.case_pages import CaseRow, Sort, cases_between, cases_by_ref, page, silent_cases
from vault.index.document_rows import NO_DATE
from vault.index.heads import heads_in, versions_in
from vault.log.payload import covered_digest
from vault.policy.roles import ALLOWED, Action
from vault.records.seatlog import Holder
from vault.records.versions import OpenedVersion
from vault.records.work import Entry, Work
from vault.services.grants.sharing import Holders, holders_of
from vault.services.grants.successors import deputy_of
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.seats import seats_of
from vault.services.projection.short_ids import ids_between, the_one_named, typed_id
from vault.services.projection.stored_records import Stored, read_heads, stored_of_kind
from vault.words.message import Message, plural

MOST_LISTED = 1_000_000
_LONGEST_SILENCE = 36_500
REASONS = (
    "casework",
    "intake",
    "supervision",
    "legal-referral",
    "subject-request",
    "handover",
    "deputy",
    "emergency",
    "audit",
    "training",
)


@dataclass(frozen=True, slots=True)
class CaseMade:
    """A new case, by the id of its compartment and the reference that people say; and the deputy who opens it too."""

    case: CompartmentId
    ref: str
    deputy: MemberId | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as this member may see it now, under a view that is in the log."""

    case: CompartmentId
    head: Stored[Case]
    persons: tuple[Stored[Person], ...]
    notes: tuple[Stored[Note], ...]
    story: tuple[Stored[FormedRecord], ...] = ()  # by their date
    papers: tuple[Stored[Document], ...] = ()
    only_you: Message | None = None
    namesakes: Message | None = None  # the warning where other cases bear its reference
    last_contact: str | None = None  # its day, YYYY-MM-DD
    silence: Message | None = None  # for how long there was no contact, in words


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that is to be founded: its head, and who holds it."""

    head: Case
    holders: tuple[Holder, ...]
    keepers: frozenset[MemberId]
    with_recovery: bool

    def found(self, work: Work) -> CompartmentId:
        """Found it in an entry that is being made, with its head as the first version in it."""
        case = work.found_case(self.holders, keepers=self.keepers, with_recovery=self.with_recovery)
        work.keep(case, self.head)
        return case

    def made(self, case: CompartmentId) -> CaseMade:
        """Return what whoever asked hears of it."""
        deputy = None if self.head.deputy is None else MemberId(self.head.deputy)
        return CaseMade(case, self.head.ref, deputy)


def new_case(
    session: Session, *, title: str, kind: str, alone_reason: str | None = None, no_recovery_reason: str | None = None
) -> NewCase:
    """Return a case of this member's, to be founded; see `create`."""
    session.require(Action.CASE_CREATE)
    case_kind = word_of(CaseKind, kind, "kind")
    deputy = None if alone_reason is not None else deputy_of(session, session.member)
    head = Case(
        title=title,
        kind=case_kind,
        stage=first_stage(case_kind),
        ref=make_case_ref(),
        audit=make_id(),
        opened=today(session),
        owner=session.member,
        deputy=deputy,
        alone_reason=alone_reason,
        no_recovery_reason=no_recovery_reason,
    )
    members = {session.member} if deputy is None else {session.member, deputy}
    holders = session.directory.holders(seats_of(session, members), with_recovery=no_recovery_reason is None)
    return NewCase(head, tuple(holders), frozenset(members), no_recovery_reason is None)


def create(
    session: Session, *, title: str, kind: str, alone_reason: str | None = None, no_recovery_reason: str | None = None
) -> CaseMade:
    """Found a case: a compartment of its own, granted to its owner, the owner's deputy and recovery, and its head.

    `kind` is a word of `CaseKind`. With `alone_reason` the deputy is left out, with `no_recovery_reason` recovery.
    """
    rule = session.require(Action.CASE_CREATE)
    founding = new_case(
        session, title=title, kind=kind, alone_reason=alone_reason, no_recovery_reason=no_recovery_reason
    )
    with session.work() as work:
        case = founding.found(work)
        work.commit(Entry(act="case.create", obj=founding.head.audit, covers={Case.KIND: 1}, pol=rule))
    return founding.made(case)


def deputy_words(session: Session, deputy: MemberId | None) -> Message | None:
    """Return in words that a deputy opens a new case too; None where there is none."""
    if deputy is None:
        return None
    return Message("{name}, your deputy, can open it too.", name=name_in(names_of_members(session), deputy))


def list_all(session: Session, *, limit: int = 1000) -> list[CaseRow]:
    """Return the cases that this member holds, by reference; the look is in the log before they are."""
    if not 1 <= limit <= MOST_LISTED:
        raise UsageError(Message("--limit must be between 1 and {most_listed}", most_listed=MOST_LISTED))
    rule = session.require(Action.CASE_LIST)
    rows = page(up_to_date_index(session), Sort.REF, size=limit)
    session.log_act(Entry(act="case.list", covers={Case.KIND: len(rows)}, pol=rule))
    return rows


def list_silent(session: Session, *, days: int, limit: int = 1000) -> list[tuple[CaseRow, str | None]]:
    """Return open cases without a contact for so many days, each with the day of its last one, by reference.

    Contacts in restricted sections do not count: whoever lists may not open them.
    """
    rule = session.require(Action.CASE_LIST)
    if not 1 <= limit <= MOST_LISTED:
        raise UsageError(Message("--limit must be between 1 and {most_listed}", most_listed=MOST_LISTED))
    if not 1 <= days <= _LONGEST_SILENCE:
        raise UsageError(Message("--no-contact must be between 1 and {most} days", most=_LONGEST_SILENCE))
    since = datetime.date.fromisoformat(today(session)) - datetime.timedelta(days=days - 1)
    rows = silent_cases(up_to_date_index(session), since.isoformat(), limit=limit)
    session.log_act(Entry(act="case.list", covers={Case.KIND: len(rows)}, pol=rule))
    return rows


def find(session: Session, text: str) -> CompartmentId:
    """Return the case with this reference, this id, or this beginning of one.

    Raises:
        NotFoundError: none that this member holds.
        UsageError: several bear the reference: somebody made one look like another.
    """
    index = up_to_date_index(session)
    ref = text.strip().upper()
    found = cases_by_ref(index, ref) if is_case_ref(ref) else []
    if len(found) > 1:
        raise UsageError(
            Message(
                "{count} cases have this reference: {names}", count=len(found), names=", ".join(map(short_id, found))
            ),
            next_step=Message("One case was made to look like the other. Look at each by its id: who can open it?"),
        )
    typed = typed_id(text)
    named = found[0] if found else the_one_named(typed, cases_between(index, *ids_between(typed)) if typed else ())
    if named is None:
        raise NotFoundError(Message("you have no case with this id or reference"))
    return CompartmentId(named)


def _namesakes(session: Session, case: CompartmentId, ref: str) -> Message | None:
    others = len(set(cases_by_ref(session.index(), ref)) - {case})  # opening it brought the index up to date
    if not others:
        return None
    return plural(
        "{count} other case has this reference: one was made to look like the other; see who can open this one",
        "{count} other cases have this reference: one was made to look like the other; see who can open this one",
        count=others,
    )


def open_case(session: Session, case: CompartmentId, *, why: str = "casework") -> CaseView:
    """Open a case. The view, and what it covers, is durable in the log before anything of it is returned.

    One entry for a case, session and reason, however many records are read after it.

    Raises:
        NotFoundError, RefusedError, UsageError: no such case, not granted, or an unknown reason.
    """
    versions = view(session, case, why=why)
    heads = stored_of_kind(versions, Case)
    if not heads:
        raise NotFoundError(Message("case {case} has no valid record of itself", case=case.hex()))
    shown = stored_of_kind(versions, Note)
    last = last_contact((note.value, note.written_ms) for note in shown)
    return CaseView(
        case=case,
        head=heads[0],
        persons=tuple(stored_of_kind(versions, Person)),
        notes=tuple(shown),
        last_contact=last,
        silence=silence(last, today(session)),
        story=tuple(by_date(versions, STORY.values())),
        papers=tuple(stored_of_kind(versions, Document)),
        only_you=only_you(session, case),
        namesakes=_namesakes(session, case, heads[0].value.ref),
    )


def by_date(versions: Iterable[OpenedVersion], kinds: Iterable[type[FormedRecord]]) -> list[Stored[FormedRecord]]:
    """Return the records of these kinds with a form by their date; what has none comes last."""
    formed = [version for version in versions if version.content.kind in STORY]
    there = {version.content.kind for version in formed}
    found = [record for kind in kinds if kind.KIND in there for record in stored_of_kind(formed, kind)]
    return sorted(found, key=lambda record: (record.value.when() or NO_DATE, record.written_ms))


def only_you(session: Session, case: CompartmentId) -> Message | None:
    """Return the warning that stands beside a case which no other member can open, or None."""
    held_by = holders_of(session, case)
    if not held_by.members <= {session.member}:
        return None
    return Message("only YOU can open this case. {sheets}", sheets=sheets_said(session.dates, held_by))


def sheets_said(known: Dates, held_by: Holders) -> Message:
    """Say whether recovery sheets open what these hold: there may be none, and this device may know of none."""
    if not held_by.with_recovery:
        return Message("The recovery sheets do NOT open it.")
    if known.proven is None:
        return Message("If there are recovery sheets, they open it too.")
    if known.proven:
        return Message("The recovery sheets open it too.")
    if known.made:
        return Message("The recovery sheets are not proven yet: do not rely on them.")
    return Message("There are no recovery sheets yet.")


def only_yours(session: Session, rows: Iterable[CaseRow]) -> frozenset[CompartmentId]:
    """Return those of listed cases that no other member can open."""
    session.require(Action.CASE_LIST)
    readable = bool(session.roles & ALLOWED[Action.CASE_READ])
    cases = [case for row in rows if readable and session.holds(case := CompartmentId(row.case))]
    session.states_of(cases)  # judged together, then asked one by one
    return frozenset(case for case in cases if only_you(session, case) is not None)


def view(session: Session, case: CompartmentId, *, why: str) -> list[OpenedVersion]:
    """Return every record of a case in clear, after its view is in the log."""
    viewed = len(session.viewed)
    log_view(session, case, why=why)
    is_first = len(session.viewed) > viewed
    index = session.index() if is_first else up_to_date_index(session)  # at first it shows what the entry covers
    found = versions_in(index, case)
    if not found:
        raise NotFoundError(Message("you have no case with this id or reference"))
    return read_heads(session, case, found)


def log_view(session: Session, case: CompartmentId, *, why: str) -> None:
    """Put the view of a case into the log, for who reads less than all of it; the entry is the same."""
    rule = session.require(Action.CASE_READ, case)
    checked_reason(why)
    if (case, why) in session.viewed:
        return
    heads = heads_in(up_to_date_index(session), case)
    if not heads:
        raise NotFoundError(Message("you have no case with this id or reference"))
    entry = Entry(
        act="case.view",
        why=why,
        obj=audit_of(session, case),
        covers=Counter(head.kind for head in heads),
        dig=covered_digest(frozenset(VersionId(head.version) for head in heads)),
        pol=rule,
    )
    session.log_act(entry)
    session.viewed.add((case, why))


def checked_reason(why: str) -> str:
    """Return the code of a reason to open a case.

    Raises:
        UsageError: no such code; those that there are are named.
    """
    if why not in REASONS:
        raise UsageError(Message("the reason must be one of: {names}", names=", ".join(REASONS)))
    return why


def today(session: Session) -> str:
    """Return this day where the computer is, YYYY-MM-DD: what is typed and shown is of that day, at night too."""
    return here(session.log.now_ms()).date().isoformat()
