"""The lists of a case: notes, people, papers, dates: one below the other where there is room, else the one in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from typing_extensions import override

from tui.drawn.case_time import day_written, short_day_written
from tui.looks.signs import CORRECTS
from tui.looks.tokens import Token
from tui.screens.cases.due_rows import DATES, date_row, due_in
from tui.screens.cases.note_facts import draft_kind
from tui.screens.cases.paper import PAPER_COLUMNS, paper_row
from tui.screens.frame.screen_words import clock_minute
from tui.text.calendar import long_day
from tui.text.in_words import in_words
from tui.text.safe_text import first_line
from tui.values.cases_shown import CaseShown, DraftShown, NoteShown, PaperShown, PersonShown, RecordShown
from tui.values.code_words import word_of
from tui.widgets.numbered_parts import Part, SectionLine
from tui.widgets.text_cells import WIDE, Cell, Column
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.words.message import Message, Words

# The notes of a case by day, newest first, with time and author; corrections stand under what they correct.

_TIME: Final = 7
_WIDEST_NAME: Final = 14
_WIDEST_KIND: Final = 14
_EMPTY: Final = ("", "", "")


def note_columns(case: CaseShown) -> tuple[Column, ...]:
    """Return the columns of these notes: no kind and no name is cut that has room, and the text takes what is left."""
    kinds = [word_of(note.note.kind) for note in case.notes] + [draft_kind(draft) for draft in case.drafts]
    names = [
        *_short_names(note.by for note in case.notes).values(),
        *(short_day_written(draft.saved_ms) for draft in case.drafts),
    ]
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
    said = Message(
        "corrected {day} {time} {name}: {text}",
        day=short_day_written(note.written_ms),
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
        (
            _indented(clock_minute(draft.saved_ms)),
            draft_kind(draft),
            Cell(short_day_written(draft.saved_ms), Token.DIM),
            text,
        ),
    )


def _indented(time: str) -> str:
    return f"  {time}"


def _short_names(names: Iterable[str]) -> dict[str, str]:
    """Return the first name of each author, or all of it where two have the same."""
    every = sorted({name for name in names if name})
    firsts = [name.split(" ")[0] for name in every]
    return {name: first if firsts.count(first) == 1 else name for name, first in zip(every, firsts, strict=True)}


def _widest(words: Iterable[Words]) -> int:
    return max((cell_len(in_words(said)) for said in set(words)), default=1)


Here: TypeAlias = PersonShown | PaperShown | RecordShown | DraftShown | NoteShown
"""What the cursor of a list stands on."""
NOTES, PEOPLE, PAPERS, DUE = PARTS = ("notes", "people", "papers", "dates")
"""The parts of a case that have a number, in their order."""
_TITLES: Final = {NOTES: Message("Notes"), PEOPLE: Message("People"), PAPERS: Message("Papers"), DUE: Message("Dates")}
_COLUMNS: Final = {PEOPLE: (Column(Message("role"), 11), Column(Message("name"))), PAPERS: PAPER_COLUMNS, DUE: DATES}
_HEIGHT_FOR_ALL: Final = 34
_MOST_BELOW: Final = 6


class CaseLists(Vertical):
    """The lists, of which one is in use."""

    def __init__(self, case: CaseShown) -> None:
        super().__init__(id="case-lists")
        self._case = case
        self._shows_all = False
        self.part = NOTES
        """The part in use."""

    @override
    def compose(self) -> ComposeResult:
        yield VirtualList(note_columns(self._case), id=NOTES)
        for place, part in enumerate(PARTS[1:], start=2):
            yield SectionLine(place, _TITLES[part], id=f"{part}-head")
            yield VirtualList(_COLUMNS[part], id=part, has_states=part == DUE)

    @property
    def in_use(self) -> VirtualList:
        return self.of(self.part)

    def of(self, part: str) -> VirtualList:
        return self.query_one(f"#{part}", VirtualList)

    def tabs(self) -> tuple[list[Part], int]:
        """Return the parts with how much is in them, and which is in use."""
        counts = self._counts()
        return [Part(_TITLES[part], counts[part]) for part in PARTS], PARTS.index(self.part)

    def show(self, case: CaseShown, day: date | None, stand_on: str) -> bool:
        """Show the case as it is now, on this day: each cursor stays on its record.

        Returns:
            Whether one of them went to the record `stand_on`, whose list is in use then.
        """
        self._case = case
        self.of(NOTES).columns = note_columns(case)
        today = date.fromisoformat(case.today) if case.today else None
        rows: Mapping[str, Sequence[ListRow]] = {
            NOTES: note_rows(case, day),
            PEOPLE: [ListRow(person.record, (word_of(person.role), person.name)) for person in case.persons],
            PAPERS: [paper_row(paper) for paper in case.papers],
            DUE: [date_row(record, today) for record in due_in(case)],
        }
        found = next((part for part in PARTS if stand_on and any(row.key == stand_on for row in rows[part])), None)
        self.part = found or self.part
        for part in PARTS:
            _fill(self.of(part), rows[part], stand_on)
        self.lay_out()
        return found is not None

    def here(self) -> Here | None:
        """Return what the cursor of the list in use stands on."""
        row, case = self.in_use.row_at_cursor(), self._case
        if self.part == DUE:  # by its place: a case may have a record of one id and two kinds
            dates, place = due_in(case), self.in_use.cursor
            return dates[place] if place < len(dates) else None
        every: Mapping[str, Iterable[Here]] = {
            NOTES: (*case.drafts, *case.notes),
            PEOPLE: case.persons,
            PAPERS: case.papers,
        }
        return None if row is None else next((shown for shown in every[self.part] if shown.record == row.key), None)

    def go_to(self, part: str) -> None:
        """Give the focus to the list of a part, which may be hidden."""
        self.of(part).display = True
        self.screen.set_focus(self.of(part))

    def take(self, part: str) -> bool:
        """Have this part in use, which got the focus; say whether another one was."""
        if part not in PARTS or part == self.part:
            return False
        self.part = part
        self.lay_out()
        return True

    @on(events.Resize)
    def _resized(self) -> None:
        whole = self.screen.size
        self._shows_all = whole.width >= WIDE and whole.height >= _HEIGHT_FOR_ALL
        self.lay_out()

    def lay_out(self) -> None:
        """Show what there is room for."""
        self.set_class(self._shows_all, "-all")
        counts = self._counts()
        for part in sorted(PARTS, key=lambda part: part != self.part):  # what is in use, before others go
            shown, is_below = self.of(part), self._shows_all and part != NOTES
            shown.show_cursor(always=part == self.part)
            shown.display = self._shows_all or part == self.part
            shown.styles.height = max(1, min(counts[part], _MOST_BELOW)) if is_below else "1fr"
            if part != NOTES:
                head = self.query_one(f"#{part}-head", SectionLine)
                head.display = self._shows_all
                head.say(str(counts[part]))

    def _counts(self) -> dict[str, int]:
        case = self._case
        shown = {NOTES: case.notes, PEOPLE: case.persons, PAPERS: case.papers, DUE: due_in(case)}
        return {part: len(records) for part, records in shown.items()}


def _fill(shown: VirtualList, rows: Sequence[ListRow], stand_on: str) -> None:
    before = shown.row_at_cursor()
    places = {row.key: place for place, row in enumerate(rows) if not row.is_passed}
    if shown.id != NOTES:  # its text takes what is left
        shown.fit_columns(row.cells for row in rows)
    shown.show_source(FixedRows(rows))
    place = places.get(stand_on, None if before is None else places.get(before.key))
    if place is not None:
        shown.cursor = place
