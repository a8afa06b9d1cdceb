"""What stands over the text of a note, wherever it is read, and beside it while it is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tui.looks.signs import CUT, NONE
from tui.looks.tokens import Token
from tui.screens.cases.due_rows import SIGNS, about_words, due_in, due_token
from tui.screens.frame.base import Command
from tui.screens.frame.screen_words import moment
from tui.text.calendar import day_said, days_left, distance_words, short_day, short_day_of_week, time_said
from tui.text.in_words import in_words, together
from tui.values.access_shown import SectionShown
from tui.values.cases_shown import CaseShown, DraftShown, NoteShown, PersonShown, RecordShown
from tui.values.code_words import word_of
from tui.widgets.strip import Fact
from tui.widgets.text_cells import Cell, ListCell
from vault.casework.moved_dates import Dated, Moved
from vault.casework.note import note_head, typed_note
from vault.display import here
from vault.words.message import Message, Words, plural

_EARLIER: Final = Message("an earlier note")


def note_lines(note: NoteShown, *, is_corrected: bool) -> list[Words]:
    """Return when it was written, its kind and by whom, then what else its head says."""
    kind, *said = note_head(note.note, earlier=_EARLIER)
    more: list[Words] = [*said, Message("CORRECTED by a later note")] if is_corrected else list(said)
    who = together((kind, note.by), ", ") if note.by else kind
    first = with_versions(together((moment(note.written_ms), who), "  "), note.heads)
    return [first, together(more, ", ")] if more else [first]


def corrected_in(notes: Iterable[NoteShown]) -> frozenset[str]:
    """Return the records of the notes that a later one corrects."""
    return frozenset(note.note.amends.hex() for note in notes if note.note.amends is not None)


def draft_kind(draft: DraftShown) -> Words:
    return word_of(typed_note(draft.typed)["kind"])


def with_versions(head: Words, heads: int) -> Words:
    """Return a head that says when a record stands in several versions."""
    if heads == 1:
        return head
    return Message("{head}  {heads} VERSIONS", head=head, heads=heads)


def draft_head(draft: DraftShown) -> Message:
    """Return what stands over the text of a draft."""
    values = {"kind": draft_kind(draft), "moment": moment(draft.saved_ms)}
    if draft.section:
        return Message("DRAFT  {kind}  saved {moment}  for a restricted section", **values)
    return Message("DRAFT  {kind}  saved {moment}", **values)


# What stands beside a note while it is written: what one needs with a telephone in the other hand.
TAKE_DATE: Final = Command("ctrl+g", "take_date", Message("Take the date that the text says"), "Ctrl+G", first=True)
"""For the table of the editor: the key stands beside what it takes."""
_MOST: Final = 3
_MOST_CONTACTS: Final = 2
_LONGEST_LINE: Final = 76


@dataclass(frozen=True, slots=True)
class Beside:
    """What a case, or a section of it, has to say beside a note. `today` is ISO."""

    client: Words = field(default="", repr=False)
    contacts: tuple[Words, ...] = field(default=(), repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)
    due: tuple[RecordShown, ...] = field(default=(), repr=False)
    notes: tuple[NoteShown, ...] = field(default=(), repr=False)
    persons: tuple[PersonShown, ...] = field(default=(), repr=False)
    today: str = ""

    @classmethod
    def of_case(cls, case: CaseShown) -> Beside:
        client = next((person.name for person in case.persons if person.role == "client"), "")
        contacts = case.safe_contacts[:_MOST_CONTACTS] or (Message("{sign} none is known; ask first", sign=NONE),)
        return cls(client, contacts, case.never_use, tuple(due_in(case)), case.notes, case.persons, case.today)

    @classmethod
    def of_section(cls, section: SectionShown) -> Beside:
        """Return what a restricted section says: nothing of the case comes into it."""
        return cls(notes=section.notes, persons=section.persons)

    @property
    def dates(self) -> tuple[Dated, ...]:
        return tuple(Dated(due.record, due.kind, due.when, in_words(due.headline)) for due in self.due)


def facts_beside(
    beside: Beside, people: Sequence[tuple[str, Words]], moved: Moved | None, readers: Sequence[str] | None
) -> list[Fact]:
    """Return what is shown.

    Args:
        beside: what the case says.
        people: words of the text that look like people, each with who that is.
        moved: the date that the text may change.
        readers: who else can read the note; None while that is not known.
    """
    facts: list[Fact] = []
    if beside.contacts:
        facts.append(Fact(Message("SAFE CONTACT"), beside.contacts[0], Token.ACC, beside.contacts[1:]))
    if beside.never_use:
        facts.append(Fact(Message("DO NOT CALL"), "", Token.ALARM, never_cut=beside.never_use))
    due = [_due_line(record, date.fromisoformat(beside.today)) for record in beside.due[:_MOST] if record.when]
    if due:
        facts.append(Fact(Message("NEXT"), due[0], Token.ACC, tuple(due[1:])))
    if people:
        named = [(Cell(word), Cell("  "), Cell(who, Token.DIM)) for word, who in people]
        facts.append(Fact(Message("Looks like people"), named[0], more=tuple(named[1:_MOST])))
    if moved is not None:
        yes = (Cell(TAKE_DATE.shown, Token.ACC, bold=True), Cell(" "), Cell(Message("yes")))
        facts.append(Fact(Message("Looks like a date"), _question(moved), more=(yes,)))
    if readers is not None:
        facts.append(Fact(Message("Who can read it"), _readers_words(readers)))
    last = sorted(beside.notes, key=lambda note: -note.written_ms)[:_MOST]
    if last:
        lines = [line for note in last for line in _note_lines(note)]
        facts.append(Fact(Message("Last notes"), lines[0], more=tuple(lines[1:])))
    return facts


def moved_words(moved: Moved) -> Message:
    """Return which date is another one now."""
    return Message(
        "{what}: {now} now. It was {was}.", what=_what(moved), now=_moment(moved.now), was=_moment(moved.what.when)
    )


def _question(moved: Moved) -> Message:
    now, was = _moment(moved.now), _moment(moved.what.when)
    return Message("{now}: change the date of {what}, {was}?", now=now, what=_what(moved), was=was)


def _what(moved: Moved) -> Words:
    parts: list[Words] = [word_of(moved.what.kind)]
    return together([*parts, *([moved.what.about] if moved.what.about else [])], ": ")


def _moment(when: str) -> Words:
    said = day_said(when)
    day: Words = when if said is None else short_day_of_week(said[0])
    time = time_said(when)
    return Message("{day} {time}", day=day, time=time) if time else day


def _due_line(record: RecordShown, today: date) -> ListCell:
    left = days_left(record.when, today)
    token = due_token(left, record.missed)
    sign = f"{SIGNS[token]} " if token in SIGNS else ""
    day = _moment(record.when)
    said = Message("{day} {about}", day=day, about=about_words(record))
    return (
        Cell(sign, token, bold=True),
        Cell(said),
        Cell("  "),
        Cell(record.missed or distance_words(left, record.when), token, bold=token is not Token.FG),
    )


def _readers_words(readers: Sequence[str]) -> Words:
    if not readers:
        return Message("only you")
    if len(readers) > _MOST:
        return plural("you and {count} more member", "you and {count} more members", count=len(readers))
    return Message("you, {names}", names=", ".join(readers))


def _note_lines(note: NoteShown) -> tuple[ListCell, ListCell]:
    day = short_day(here(note.written_ms).date())
    text = next(iter(note.note.text.splitlines()), "")
    text = text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}{CUT}"
    return Cell(Message("{day} {name}", day=day, name=note.by), Token.DIM), Cell(text)
