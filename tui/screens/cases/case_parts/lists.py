"""The lists of a case: notes, people, papers, dates: one below the other where there is room, else the one in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from typing_extensions import override

from tui.screens.cases.case_parts.due_rows import DATES, date_row, due_in
from tui.screens.cases.case_parts.notes_by_day import note_columns, note_rows
from tui.screens.frame.rows import FixedRows
from tui.screens.papers.paper_rows import PAPER_COLUMNS, paper_row
from tui.values.codes import word_of
from tui.values.values import CaseShown, DraftShown, NoteShown, PersonShown
from tui.values.values_papers import PaperShown
from tui.values.values_records import RecordShown
from tui.widgets.cells import WIDE
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.part_tabs import Part
from tui.widgets.section_line import SectionLine
from tui.widgets.virtual_list import VirtualList
from vault.words.message import Message

Here: TypeAlias = PersonShown | PaperShown | RecordShown | DraftShown | NoteShown
"""What the cursor of a list stands on."""
NOTES, PEOPLE, PAPERS, DUE = PARTS = ("notes", "people", "papers", "dates")
"""The parts of a case that have a number, in their order."""
_TITLES: Final = {
    NOTES: Message("Notes"),
    PEOPLE: Message("People"),
    PAPERS: Message("Papers"),
    DUE: Message("Dates"),
}
_COLUMNS: Final = {
    PEOPLE: (Column(Message("role"), 11), Column(Message("name"))),
    PAPERS: PAPER_COLUMNS,
    DUE: DATES,
}
_HEIGHT_FOR_ALL: Final = 34
_MOST_BELOW: Final = 6


class CaseLists(Vertical):
    """The lists, of which one is in use.

    Args:
        case: as it was read.
    """

    def __init__(self, case: CaseShown) -> None:
        super().__init__(id="case-lists")
        self._case = case
        self._shows_all = False
        self.part = NOTES
        """The part in use."""

    @override
    def compose(self) -> ComposeResult:
        yield VirtualList(note_columns(self._case), FixedRows(), id=NOTES)
        for place, part in enumerate(PARTS[1:], start=2):
            yield SectionLine(place, _TITLES[part], id=f"{part}-head")
            yield VirtualList(_COLUMNS[part], FixedRows(), id=part, has_states=part == DUE)

    @property
    def in_use(self) -> VirtualList:
        """The list in use."""
        return self.of(self.part)

    def of(self, part: str) -> VirtualList:
        """Return the list of a part."""
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
