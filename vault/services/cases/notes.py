"""Write, read, correct and withdraw notes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from vault.access.session import Session
from vault.casework.note import AMENDS, TEXT, Note, typed_note
from vault.display import DAY, time_data
from vault.errors import NotFoundError, UsageError, VaultError
from vault.ids import CompartmentId, RecordId, make_id
from vault.index.case_pages import row_of
from vault.index.heads import cases_of_records, corrections_of
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases import editing
from vault.services.cases.cases import find, log_view
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.services.projection.short_ids import ids_between, the_one_named, typed_id
from vault.services.projection.stored_records import Stored, stored_of_kind
from vault.words.message import Message
from vault.words.next_step import NextStep

_DRAFT: Final = "note"


@dataclass(frozen=True, slots=True)
class NoteBegun:
    """A note that somebody types: kept under the member's key as the app keeps drafts, and in no log.

    `typed` are its fields as typed before; `place` is where the draft lies.
    """

    _session: Session = field(repr=False)
    place: tuple[CompartmentId, RecordId]
    typed: Mapping[str, str] = field(repr=False)
    beside: Mapping[str, str]

    @property
    def before(self) -> str:
        """What was typed of its text before, up to the end of a line."""
        text = self.typed.get(TEXT, "")
        return text if not text or text.endswith("\n") else f"{text}\n"

    def is_beside_another(self) -> bool:
        """Say whether another note of its case, or section, was begun and is kept: `begin` can go on with that.

        A correction stands beside none. Drafts that cannot be read keep nobody from writing a note: then there is none.
        """
        with suppress(VaultError):
            case, section = self.place[0], self.beside["section"]
            return not self.typed.get(AMENDS) and any(True for _ in _drafts_of(self._session, case, section))
        return False

    def keep(self, more: str) -> None:
        """Keep what was typed before and now, in place of what was kept; on the medium when this returns."""
        text = self.before + more
        lines = text.split("\n")
        beside = {**self.beside, "cursor": [len(lines) - 1, len(lines[-1])], "steps": {}}
        content = {**typed_note({**self.typed, TEXT: text}), **beside}
        self._session.drafts().save(*self.place, json.dumps(content), _DRAFT)

    def forget(self) -> None:
        """Forget it: it is a note now, or was thrown away. A draft that cannot be taken away makes no note undone."""
        with suppress(VaultError):
            if self._session.own_drafts.path.exists():
                self._session.drafts().delete(*self.place)


def begin(
    session: Session,
    case: CompartmentId,
    typed: Mapping[str, str],
    *,
    section: CompartmentId | None = None,
    goes_on: bool = False,
) -> NoteBegun:
    """Return a note of a case, or of a restricted section of it, that is to be typed; nothing is stored yet.

    `typed` are its fields beside the text. `goes_on`: the draft of the case that was kept last.

    Raises:
        NotFoundError: there is no draft to go on with.
    """
    session.require(Action.NOTE_WRITE, case)
    row = row_of(up_to_date_index(session), case)
    beside = {"ref": "" if row is None else row.ref, "section": "" if section is None else section.hex()}
    if not goes_on:
        return NoteBegun(session, (case, RecordId(make_id())), typed, beside)
    for record, said in _drafts_of(session, case, beside["section"]):
        return NoteBegun(session, (case, record), typed_note(said), beside)
    raise NotFoundError(
        Message("no note that you began is kept for this case"),
        next_step=Message("A correction that you began is in the app: open the case, then the draft."),
    )


def _drafts_of(session: Session, case: CompartmentId, section: str) -> Iterator[tuple[RecordId, dict[str, str]]]:
    for draft in session.drafts().list() if session.own_drafts.path.exists() else ():
        if draft.kind == _DRAFT and draft.compartment == case:
            kept = json.loads(draft.text)
            if kept.get("section", "") == section and not kept.get(AMENDS):
                yield RecordId(draft.record), {name: text for name, text in kept.items() if isinstance(text, str)}


def add(session: Session, case: CompartmentId, note: Note) -> RecordId:
    """Keep a note and return its record's id. When this returns, the note is durable."""
    rule = session.require(Action.NOTE_WRITE, case)
    return _write(session, case, note, act="note.create", rule=rule)


def show(session: Session, note: str, *, why: str = "casework") -> Stored[Note]:
    """Return one note; opening it opens its case, which goes into the log first.

    Raises:
        NotFoundError: no such note among the member's cases.
    """
    case, record = locate(session, note)
    log_view(session, case, why=why)
    return _read(session, case, record)


def show_corrected(session: Session, note: str, *, why: str = "casework") -> list[Stored[Note]]:
    """Return one note as `show` does, and behind it those that correct it, oldest first."""
    case, record = locate(session, note)
    log_view(session, case, why=why)
    found = _read(session, case, record)
    corrections = map(RecordId, corrections_of(session.index(), case, record))
    later = [
        stored
        for correction in corrections
        for stored in _stored(session, case, correction)
        if stored.value.amends == record
    ]
    return [found, *sorted(later, key=lambda stored: (stored.written_ms, stored.record))]


def amend(session: Session, note: str, *, text: str, occurred: str | None = None, why: str = "casework") -> RecordId:
    """Add a note that corrects an earlier one. The earlier one stays as it was written.

    `occurred` is another date than the earlier note has; empty for none, None where the date was right.
    """
    earlier = show(session, note, why=why)
    case, _ = locate(session, note)
    rule = session.require(Action.CASE_WRITE, case)
    right = earlier.value.occurred if occurred is None else occurred or None
    correction = replace(earlier.value, text=text, occurred=right, amends=earlier.record, withdrawn=None)
    return _write(session, case, correction, act="note.correct", rule=rule)


def correct(session: Session, note: str, *, text: str, occurred: str | None = None, why: str = "casework") -> RecordId:
    """Correct a note, and return the record that holds what is right.

    On its day its writer's own note gets another version, which its history shows; else `amend` adds a note to it.
    """
    earlier = show(session, note, why=why)
    case, record = locate(session, note)
    if not _is_mine_of_today(session, case, earlier):
        return amend(session, note, text=text, occurred=occurred, why=why)
    right = earlier.value.occurred if occurred is None else occurred or None
    place = editing.Place(case, record, Note.KIND)
    editing.edit(session, place, Note, lambda found: replace(found, text=text, occurred=right), act="note.correct")
    return record


def withdraw(session: Session, note: str, *, reason: str, why: str = "casework") -> RecordId:
    """Mark a note as not to be used any more, and say why. Its words stay readable here and leave in no export.

    Raises:
        UsageError: the reason is empty or no line, or the note is withdrawn already; nothing was written.
    """
    require_in_use(session, note, why=why)
    case, record = locate(session, note)
    if not reason.strip():
        raise UsageError(Message("a reason is needed to withdraw a note"))
    place = editing.Place(case, record, Note.KIND)
    editing.edit(
        session, place, Note, lambda found: replace(found, withdrawn=reason.strip()), act="note.correct", is_urgent=True
    )
    return record


def require_in_use(session: Session, note: str, *, why: str = "casework") -> None:
    """Return where a note is not withdrawn. It is opened for that.

    Raises:
        UsageError: it is.
    """
    if show(session, note, why=why).value.withdrawn:
        raise UsageError(Message("the note is withdrawn already"))


def corrections(notes: Iterable[Stored[Note]]) -> dict[RecordId, RecordId]:
    """Return, for each note that others correct, the newest that does."""
    return {RecordId(note.value.amends): note.record for note in notes if note.value.amends is not None}


def locate(session: Session, note: str) -> tuple[CompartmentId, RecordId]:
    """Return the case and record of a note's id, or of as much of its beginning as no other note has.

    `CASE/NOTE` names the case too: an id that somebody wrote into a second case names no note by itself.

    Raises:
        NotFoundError: no such note among the member's cases, or several begin so.
        UsageError: the id stands in several cases.
    """
    case, _, text = note.rpartition("/")
    home = find(session, case) if case else None
    typed = typed_id(text)
    found = cases_of_records(up_to_date_index(session), *ids_between(typed), Note.KIND) if typed else set()
    within = {(record, place) for record, place in found if home in {None, place}}
    record = the_one_named(typed, (record for record, _ in within))
    if record is None:
        raise NotFoundError(
            Message("you have no note with this id"),
            next_step=Message("{list_notes} shows the ids.", list_notes=NextStep.LIST_NOTES),
        )
    places = [place for candidate, place in within if candidate == record]
    if len(places) > 1:
        raise UsageError(
            Message(
                "{count} cases have a note with this id: one note was made to look like another", count=len(places)
            ),
            next_step=Message("Name the case too: CASE/NOTE."),
        )
    return CompartmentId(places[0]), RecordId(record)


def _is_mine_of_today(session: Session, case: CompartmentId, note: Stored[Note]) -> bool:
    """Say whether this member wrote a note today, and nobody corrected it since."""
    if note.origin is None or corrections_of(session.index(), case, note.record):
        return False
    is_mine = members_of_logs(session, {note.origin}).get(note.origin) == session.member
    return is_mine and time_data(note.written_ms, DAY) == time_data(session.log.now_ms(), DAY)


def _read(session: Session, case: CompartmentId, record: RecordId) -> Stored[Note]:
    found = _stored(session, case, record)
    if not found:
        raise NotFoundError(Message("you have no note with this id"))
    return found[0]


def _stored(session: Session, case: CompartmentId, record: RecordId) -> list[Stored[Note]]:
    """Return a record of a case as a note; nothing where it is none, or cannot be read."""
    return stored_of_kind(editing.heads_at(session, editing.Place(case, record, Note.KIND)), Note)


def _write(session: Session, case: CompartmentId, note: Note, *, act: str, rule: str) -> RecordId:
    return editing.keep_one(
        session, case, note, lambda: Entry(act=act, obj=audit_of(session, case), covers={Note.KIND: 1}, pol=rule)
    )
