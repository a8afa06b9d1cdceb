"""The notes of a case by day, newest first, with time and author; corrections stand under what they correct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from rich.cells import cell_len

from tui.drawn.case_time import day_written
from tui.looks.signs import CORRECTS
from tui.looks.tokens import Token
from tui.screens.cases.note_lines import draft_kind
from tui.screens.frame.wording import clock_minute
from tui.text.calendar import long_day, short_day
from tui.text.first_line import first_line
from tui.text.in_words import in_words
from tui.values.codes import word_of
from tui.values.values import CaseShown, DraftShown, NoteShown
from tui.widgets.cells import Cell
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from vault.display import NO_TIME
from vault.words.message import Message, Words

_TIME: Final = 7
_WIDEST_NAME: Final = 14
_WIDEST_KIND: Final = 14
_EMPTY: Final = ("", "", "")


def note_columns(case: CaseShown) -> tuple[Column, ...]:
    """Return the columns of these notes: no kind and no name is cut that has room, and the text takes what is left."""
    kinds = [word_of(note.note.kind) for note in case.notes] + [draft_kind(draft) for draft in case.drafts]
    names = [*_short_names(note.by for note in case.notes).values(), *map(_saved_on, case.drafts)]
    return (
        Column("", _TIME, runs_on=True),
        Column("", min(_widest(kinds), _WIDEST_KIND), rank=2),
        Column("", min(_widest(names), _WIDEST_NAME), rank=1),
        Column(""),
    )


def note_rows(case: CaseShown, today: date | None) -> list[ListRow]:
    """Return the rows: drafts first, then the notes under headings of days."""
    names = _short_names(note.by for note in case.notes)
    rows = [_heading(Message("Drafts, for you alone"))] if case.drafts else []
    rows += [_draft_row(draft) for draft in case.drafts]
    before: date | str | None = ""
    for note, is_under in in_order(case.notes):
        day = day_written(note.written_ms)
        if not is_under and day != before:
            rows.append(_heading(_day_words(day, today)))
            before = day
        rows.append(_correction_row(note, names) if is_under else _note_row(note, names))
    return rows


def in_order(notes: Sequence[NoteShown]) -> Iterator[tuple[NoteShown, bool]]:
    """Yield every note once, newest first, and whether it corrects the one above it.

    What corrects a note that is not here stands on its own, and so do notes that name one another in a circle.
    """
    under: dict[str, list[NoteShown]] = {}
    known = {note.record for note in notes}
    alone = []
    for note in notes:
        amends = None if note.note.amends is None else note.note.amends.hex()
        if amends in known and amends != note.record:
            under.setdefault(amends, []).append(note)
        else:
            alone.append(note)
    told: set[str] = set()
    for first in (*reversed(alone), *reversed(notes)):
        if first.record in told:
            continue
        waiting = [(first, False)]
        while waiting:
            note, is_under = waiting.pop()
            if note.record not in told:
                told.add(note.record)
                yield note, is_under
                waiting += [(other, True) for other in reversed(under.get(note.record, ()))]


def _heading(words: Words) -> ListRow:
    return ListRow("", (Cell(words, Token.DIM, bold=True),), is_passed=True)


def _day_words(day: date | None, today: date | None) -> Words:
    if day is None:
        return Message("A day that no calendar has")
    if day == today:
        return Message("Today, {day}", day=long_day(day))
    if today is not None and day.year == today.year:
        return long_day(day)
    return Message("{day} {year}", day=long_day(day), year=day.year)


def _note_row(note: NoteShown, names: dict[str, str]) -> ListRow:
    text: list[Cell] = [Cell(first_line(note.note.text))]
    if note.note.amends is not None:
        text.insert(0, Cell(Message("correction  "), Token.WARN))
    if note.note.withdrawn:
        text.insert(0, Cell(Message("WITHDRAWN  "), Token.WARN))
    if note.heads > 1:
        text.insert(0, Cell(Message("{heads} VERSIONS  ", heads=note.heads), Token.WARN))
    kind, by = word_of(note.note.kind), Cell(names.get(note.by, ""), Token.DIM)
    return ListRow(note.record, (_indented(clock_minute(note.written_ms)), kind, by, tuple(text)))


def _correction_row(note: NoteShown, names: dict[str, str]) -> ListRow:
    day = day_written(note.written_ms)
    said = Message(
        "corrected {day} {time} {name}: {text}",
        day=NO_TIME if day is None else short_day(day),
        time=clock_minute(note.written_ms),
        name=names.get(note.by, ""),
        text=first_line(note.note.text),
    )
    return ListRow(note.record, ((Cell(f"      {CORRECTS} ", Token.WARN), Cell(said, Token.WARN)), *_EMPTY))


def _draft_row(draft: DraftShown) -> ListRow:
    mark = Message("DRAFT restricted") if draft.section else Message("DRAFT")
    text = (Cell(mark, Token.WARN, bold=True), Cell(f" {first_line(draft.text)}"))
    return ListRow(
        draft.record,
        (_indented(clock_minute(draft.saved_ms)), draft_kind(draft), Cell(_saved_on(draft), Token.DIM), text),
    )


def _saved_on(draft: DraftShown) -> Words:
    day = day_written(draft.saved_ms)
    return NO_TIME if day is None else short_day(day)


def _indented(time: str) -> str:
    return f"  {time}"


def _short_names(names: Iterable[str]) -> dict[str, str]:
    """Return the first name of each author, or all of it where two have the same."""
    every = sorted({name for name in names if name})
    firsts = [name.split(" ")[0] for name in every]
    return {name: first if firsts.count(first) == 1 else name for name, first in zip(every, firsts, strict=True)}


def _widest(words: Iterable[Words]) -> int:
    return max((cell_len(in_words(said)) for said in set(words)), default=1)
