"""What happened in a case: records with a form, changes, history, what is due; and notes, with the drafts they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeVar, cast

from tui.gateway.unlocked_vault import Subject, case_id, record_id
from tui.values import shaping
from tui.values.cases_shown import (
    DraftShown,
    NoteShown,
    PaperPage,
    PaperShown,
    PersonShown,
    RecordShown,
    SideShown,
    Spot,
    Typed,
    VaultStatus,
    VersionsShown,
)
from tui.values.code_words import word_of
from tui.values.forms_typed import FormPlace, FormTyped
from tui.values.story_shown import AgendaShown, DueShown, HomeShown, WeekShown
from vault.access.session import Session
from vault.acts.act import Act, Agreed, Plan, Told
from vault.acts.note import ADD, AMEND
from vault.acts.records import JOIN
from vault.casework.differences import Chosen
from vault.casework.document import Document
from vault.casework.form import FormedRecord, labelled
from vault.casework.note import AMENDS, typed_note
from vault.casework.questionnaires import Filled
from vault.casework.story import headline_said
from vault.casework.story.protection import missed_for
from vault.casework.vocabulary import PersonRole
from vault.display import DAY, bytes_text, time_text
from vault.errors import NotFoundError
from vault.ids import CompartmentId, RecordId, make_id
from vault.policy.roles import Action
from vault.progress import Working
from vault.redaction.find_registered import people_in
from vault.redaction.registry import RegisteredPerson, build_registry
from vault.services import case_papers, paper_text
from vault.services.cases import (
    case_people,
    cases,
    deadlines,
    editing,
    listing,
    story_records,
    two_versions,
)
from vault.services.cases.editing import Earlier, Place
from vault.services.cases.intake import SlipLine
from vault.services.cases.story_records import DueLine
from vault.services.exports import partners
from vault.services.grants import sharing
from vault.services.members import devices
from vault.services.projection import authors
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.stored_records import Stored
from vault.services.safety import incidents
from vault.words.message import Message, Words, joined

# What a case says of itself and what happened in it: records with a form, papers, history, what is due.

Formed = TypeVar("Formed", bound=FormedRecord)


class Story(Subject):
    """Shows the records of a case, and what is due of them."""

    def home(self, status: VaultStatus, slips: tuple[int, Sequence[SlipLine]]) -> HomeShown:
        """Return what home shows beside how the vault stands. Whoever may list no case has nothing due."""
        found = story_records.due(self._session) if self._may(Action.CASE_LIST) else story_records.DueList(())
        steps = self._steps_due(found.lines)
        lines = tuple(self._as_listed(self._due_shown(line, steps.get(line, ""))) for line in found.lines)
        shelf = self._unlocked.shelf
        return HomeShown(
            *(cases.today(self._session), status, lines, slips[0], self._begun(status), found.left, found.more),
            has_begun_slip=shelf.slip() is not None,
            calls=slips[1],
            drafts=() if self._unlocked.hides_names else shelf.list(),
            in_two=two_versions.in_two(self._session) if self._may(Action.CASE_LIST) else (),
        )

    def _begun(self, status: VaultStatus) -> tuple[bool, ...]:
        session = self._session
        if not self._may(Action.CASE_CREATE) or not self._may(Action.RECOVERY_MANAGE):
            return ()
        proven = session.dates.proven
        if proven is None:  # not the device of the founder: what a new vault needs was begun elsewhere
            return ()
        members = len(session.directory.members)
        return (proven, status.backup_ms is not None, members > 1, listing.has_cases(session))

    def agenda(self, first: date, last: date) -> WeekShown:
        """Return what stands from a day to another in all cases, kept or not, by its date."""
        found = story_records.agenda(self._session, first, last)
        lines = tuple(AgendaShown(self._as_listed(self._due_shown(entry.line)), entry.is_due) for entry in found.lines)
        return WeekShown(lines, dict(found.left))

    def _steps_due(self, lines: Sequence[DueLine]) -> Mapping[DueLine, str]:
        """Return for each check-in that is missed the last step of its ladder that should be done by now."""
        if not self._may(Action.CASE_READ):
            return {}
        found = incidents.missed_check_ins(self._session, among=lines)
        return {each.line: each.steps_due[-1].what for each in found if each.steps_due}

    def _due_shown(self, line: DueLine, step: str = "") -> DueShown:
        check = None if line.rule is None else deadlines.check_of(line.rule)
        late = missed_for(line.kind, line.when, incidents.now_here(self._session))
        missed = None if late is None else incidents.missed_words(late)
        about = (
            line.record.hex(),
            line.kind,
            line.when or "",
            headline_said(line.kind, line.headline),
            check,
            missed,
            step,
        )
        how = None if line.rule is None else deadlines.counted_by(line.rule)
        return DueShown(line.case.hex(), line.ref, line.client, *about, how=how)

    def list_in(self, case: str, why: str) -> tuple[RecordShown, ...]:
        """Return the records with a form in a case, by their date."""
        found = story_records.list_in(self._session, case_id(case), why=why)
        by, names = authors.written_by(self._session, found), case_people.names_in(self._session, case_id(case))
        if any(record.value.FORM.names_recipient for record in found):
            names |= partners.names(self._session)
        now = incidents.now_here(self._session)
        return tuple(record_shown(record, by.get(record.record, ""), names, now) for record in found)

    def protect(self, case: str, typed: Mapping[str, str]) -> str:
        """Keep what was agreed after an extradition was refused; return the id of the case."""
        incidents.protect_at_risk(self._session, case_id(case), typed)
        return case

    def history(self, case: str, record: str, kind: str, why: str) -> Sequence[Earlier]:
        """Return what each version of a record changed, oldest first; an empty record is the case's own."""
        return editing.history(self._session, self._place(case, record, kind), why=why)

    def two_versions(self, case: str, record: str, kind: str, why: str) -> VersionsShown:
        """Return the two newest versions of a record beside one another; an empty record is the case's own."""
        found = two_versions.both(self._session, self._place(case, record, kind), why=why)
        called = {device.seat: device.name for device in devices.list_all(self._session)}
        left, right = (
            SideShown(
                side.written_ms,
                side.by,
                called.get(side.seat, "") if side.seat is not None else "",
                side.is_here,
            )
            for side in (found.left, found.right)
        )
        return VersionsShown(case, found.place.record.hex(), kind, left, right, tuple(found.pieces), found)

    def settle(self, shown: VersionsShown, answers: Mapping[int, Chosen]) -> Told:
        """Write what shall stand as the version that follows both."""
        found = cast("two_versions.TwoVersions", shown.found)
        return JOIN.do(self._session, Plan((found, answers)), Agreed(), Working())

    def _place(self, case: str, record: str, kind: str) -> editing.Place:
        home = case_id(case)
        return editing.Place(home, record_id(record), kind) if record else editing.own_record(self._session, home)


def both_lines(found: two_versions.TwoVersions) -> tuple[Words, ...]:
    """Return a line for each of two versions: who wrote it, and what it says where they differ."""
    lines: list[Words] = []
    for side, is_left in ((found.left, True), (found.right, False)):
        said = [
            Message(
                "{field}: {value}",
                field=word_of(piece.name.rpartition(".")[2].replace("_", " ")),
                value=joined([shaping.piece_told(value) for value in (piece.left if is_left else piece.right)], "; ")
                or shaping.NOTHING,
            )
            for piece in found.pieces
            if piece.is_open
        ]
        lines.append(Message("{by}: {said}", by=side.by, said=joined(said, ", ") or shaping.NOTHING))
    return tuple(lines)


def record_shown(
    stored: Stored[Formed], by: str, names: Mapping[RecordId, str], now: datetime | None = None
) -> RecordShown:
    """Return a record with a form; `names` is what the people of its case are called.

    With the time of this place, `now`, a check-in that is missed says so.
    """
    value = stored.value
    late = missed_for(value.KIND, value.when(), now) if now is not None and value.is_due() else None
    return RecordShown(
        record=stored.record.hex(),
        kind=value.KIND,
        when=value.when() or "",
        headline=headline_said(value.KIND, value.headline()),
        is_due=value.is_due(),
        typed=value.typed(),
        lines=tuple(labelled(value, names)),
        by=by,
        heads=stored.heads,
        form=value.form if isinstance(value, Filled) else "",
        missed=None if late is None else incidents.missed_words(late),
    )


class Papers(Subject):
    """Shows the papers of a case."""

    def open(self, case: str, record: str, why: str) -> PaperPage:
        """Return a paper of a case or section with its text as it was read."""
        place = _place(case, record)
        shown = papers_shown(self._session, case_papers.list_in(self._session, place.case, why=why), place.case)
        by_id = {paper.record: paper for paper in shown}
        if record not in by_id:
            raise NotFoundError(Message("there is no such document in this case"))
        text = paper_text.text_of(self._session, place, why=why).text
        others = tuple(each for each in shown if each.record != record)
        return PaperPage(by_id[record], text, others, paper_text.senders_of(self._session, place, why=why))


def papers_shown(session: Session, stored: Iterable[Stored[Document]], home: CompartmentId) -> tuple[PaperShown, ...]:
    """Return papers of one case, or of one section, which was opened."""
    every = tuple(stored)
    holders = paper_text.searched_by(session, home) if every else None
    by = authors.written_by(session, every)
    called = {paper.record: paper.value.called for paper in every}
    return tuple(_shown(session, paper, by.get(paper.record, ""), called, holders) for paper in every)


def _shown(
    session: Session, paper: Stored[Document], by: str, called: Mapping[RecordId, str], holders: tuple[str, ...] | None
) -> PaperShown:
    document = paper.value
    return PaperShown(
        facts=record_shown(paper, by, called),
        called=document.called,
        day=document.received or time_text(paper.written_ms, DAY),
        size=bytes_text(document.body.size),
        media=document.media or "",
        name=document.name or "",
        is_here=case_papers.is_here(session, document),
        travels=document.body.size <= case_papers.TRAVELS_LIMIT,
        read_by=paper_text.read_said(document, holders) or "",
    )


def _place(case: str, record: str) -> Place:
    return Place(case_id(case), record_id(record), Document.KIND)


# Notes, and the drafts that become notes.
_READ: Final = 4_000
"""Letters in which people are sought, the last ones: what was typed just now stands there."""


class Writing(Subject):
    """Keeps what is typed. `save` waits for no other act."""

    def begin(self, case: str, ref: str, *, section: str = "", amends: NoteShown | None = None) -> DraftShown:
        """Return an empty draft, or one that begins with the note that it corrects.

        Nothing is stored before something is typed.
        """
        said = {} if amends is None else amends.note.typed() | {AMENDS: amends.record}
        return DraftShown(case, make_id().hex(), ref, 0, typed_note(said), section=section)

    def save(self, draft: Typed) -> None:
        """Keep a draft, a call slip or a form that is not finished, sealed and on the medium when this returns."""
        self._unlocked.shelf.save(draft)

    def forget(self, draft: Typed) -> None:
        """Delete a draft, or what was typed into a call slip or a form."""
        self._unlocked.shelf.forget(draft)

    def drafts(self) -> tuple[DraftShown, ...]:
        """Return this member's drafts, the last saved first."""
        return self._unlocked.shelf.list()

    def forms(self) -> tuple[FormTyped, ...]:
        """Return the forms that this member began and neither kept nor threw away, the last saved first."""
        return self._unlocked.shelf.forms()

    def form(self, place: FormPlace) -> FormTyped | None:
        """Return what this member typed into a form, if it was neither kept nor thrown away."""
        return self._unlocked.shelf.form(place)

    def finish(self, draft: DraftShown) -> str:
        """Keep the draft as a note and forget the draft; returns the note's id. The note is durable first."""
        act: Act[Any] = AMEND if draft.amends else ADD
        home = {"note": (draft.amends,)} if draft.amends else {"case": (draft.case,), "section": (draft.section,)}
        said = {name: (text,) for name, text in draft.typed.items()} | home
        told = act.do(self._session, act.look(self._session, said), Agreed(), Working())
        self.forget(draft)
        return str(told.data["note"])

    def readers(self, draft: DraftShown) -> tuple[str, ...]:
        """Return the other members who can read what will be kept, by name."""
        session = self._session
        names = names_of_members(session)
        held_by = sharing.holders_of(session, case_id(draft.section or draft.case))
        return tuple(sorted(name_in(names, member) for member in held_by.members if member != session.member))

    def people_in(self, text: str, persons: tuple[PersonShown, ...]) -> tuple[tuple[str, Words], ...]:
        """Return words that look like people, each with who that is; `persons` are those of the case."""
        return tuple((word, _who(known)) for word, known in _spotted(text, persons))

    def named_in(self, text: str, persons: tuple[PersonShown, ...]) -> tuple[PersonShown, ...]:
        """Return those of these people whom a text names, in whatever spelling, in its order."""
        return tuple({person.record: person for _, known in _spotted(text, persons) for person in known}.values())

    def keep_spot(self, spot: Spot) -> None:
        """Remember, sealed, where somebody was when the app locks."""
        self._unlocked.shelf.keep_spot(spot)

    def take_spot(self) -> Spot | None:
        """Return where somebody was, once."""
        return self._unlocked.shelf.take_spot()


def _spotted(text: str, persons: Iterable[PersonShown]) -> Iterator[tuple[str, list[PersonShown]]]:
    """Yield words that look like people, each with those of these whom it may name."""
    known = {person.record: person for person in persons}
    registry = build_registry(
        RegisteredPerson(person.record.encode(), PersonRole(person.role), tuple(person.typed["names"].splitlines()))
        for person in known.values()
        if person.typed
    )
    for spotted in people_in(text[-_READ:], registry):
        yield spotted.word, [known[entity.decode()] for entity in sorted(spotted.who)]


def _who(persons: Iterable[PersonShown]) -> Words:
    known = [Message("{name}, {role}", name=person.name, role=word_of(person.role)) for person in persons]
    return joined(known, "; ") or Message("not entered here")
