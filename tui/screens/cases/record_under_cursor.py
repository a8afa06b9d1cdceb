"""The record under the cursor of a case: what is said of it, its two versions, and its way into a section."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final

from tui.drawn.case_time import day_written
from tui.looks.signs import HAPPENED, INTO, TO_COME
from tui.looks.tokens import Token
from tui.screens.cases.due_rows import about_words, record_lines
from tui.screens.cases.lists_of_case import DUE, NOTES, PAPERS, PEOPLE, Here
from tui.screens.cases.note_facts import draft_head, note_lines, with_versions
from tui.screens.cases.paper import paper_lines
from tui.text.calendar import FULL_DAY, short_day, time_said
from tui.text.in_words import together
from tui.values.cases_shown import CaseShown, DraftShown, NoteShown, PaperShown, PersonShown, RecordShown
from tui.values.code_words import word_of
from tui.widgets.strip import Fact
from tui.widgets.text_cells import Cell
from vault.casework.case import Case
from vault.casework.document import Document
from vault.casework.moved_dates import days_in
from vault.casework.note import Note
from vault.casework.person import Person
from vault.words.message import Message, Words, plural


def in_two(case: CaseShown) -> list[tuple[str, str]]:
    """Return record and kind of each; an empty record is the case's own."""
    shown: list[PersonShown | PaperShown | RecordShown | NoteShown] = [
        *case.notes,
        *case.persons,
        *case.papers,
        *case.story,
    ]
    own = [("", Case.KIND)] if case.heads > 1 else []
    return own + [(record.record, kind_of(record)) for record in shown if record.heads > 1]


def kind_of(shown: PersonShown | PaperShown | RecordShown | NoteShown) -> str:
    if isinstance(shown, RecordShown):
        return shown.kind
    if isinstance(shown, PaperShown):
        return Document.KIND
    return Person.KIND if isinstance(shown, PersonShown) else Note.KIND


# What a case shows of the record under the cursor: what stands over its text, and the text.
_NOTHING: Final = {
    NOTES: Message("No note yet; n writes one."),
    PEOPLE: Message("Nobody yet; p adds a person."),
    PAPERS: Message("No paper yet; f adds a file, such as a scan of an order."),
    DUE: Message("Nothing is due; d sets a date."),
}


def said_of(here: Here | None, corrected: AbstractSet[str], part: str) -> tuple[Words, Words]:
    """Return what stands over the text of a record, and the text; of no record, what to do in this part.

    `corrected` are the records of notes that a later one corrects.
    """
    match here:
        case PersonShown():
            return with_versions(Message("Person: {role}", role=word_of(here.role)), here.heads), together(here.lines)
        case RecordShown():
            return with_versions(about_words(here), here.heads), together(record_lines(here))
        case PaperShown():
            return with_versions(here.called, here.heads), together(paper_lines(here))
        case DraftShown():
            return draft_head(here), here.text
        case NoteShown():
            return together(note_lines(here, is_corrected=here.record in corrected)), here.note.text
        case _:
            return "", _NOTHING[part]


def how_it_stands(case: CaseShown) -> Words:
    """Return the kind and stage of a case, or since when it is closed, and whether it stands in two versions."""
    stands = Message("{kind} {into} {stage}", kind=word_of(case.head.kind), into=INTO, stage=word_of(case.head.stage))
    if case.head.closed:
        stands = Message("CLOSED {day}", day=case.head.closed)
    return Message("{stands}  {heads} VERSIONS", stands=stands, heads=case.heads) if case.heads > 1 else stands


def drafts_kept(count: int) -> Message:
    """Return how many drafts there are, and how to go on with them."""
    return plural(
        "{count} draft kept here; Enter on it goes on writing.",
        "{count} drafts kept here; Enter on one of them goes on writing.",
        count=count,
    )


def named_facts(note: NoteShown, people: Sequence[PersonShown], case: CaseShown) -> list[Fact]:
    """Return whom a note names, and which dates of its case."""
    facts: list[Fact] = []
    if people:
        named = [(Cell(person.name), Cell("  "), Cell(word_of(person.role), Token.DIM)) for person in people]
        facts.append(Fact(Message("Named here"), named[0], more=tuple(named[1:])))
    written = day_written(note.written_ms)
    days = frozenset[str]() if written is None else days_in(note.note.text, written)
    dates = [_date_cells(record, case.today) for record in case.story if record.when[:FULL_DAY] in days]
    return [*facts, Fact(Message("In these dates"), dates[0], more=tuple(dates[1:]))] if dates else facts


def _date_cells(record: RecordShown, today: str) -> tuple[Cell, ...]:
    day, time = date.fromisoformat(record.when[:FULL_DAY]), time_said(record.when)
    sign = TO_COME if record.when[:FULL_DAY] >= today else HAPPENED
    return (
        Cell(f"{sign} "),
        Cell(together((short_day(day), time), " ")),
        Cell("  "),
        Cell(about_words(record), Token.DIM),
    )
