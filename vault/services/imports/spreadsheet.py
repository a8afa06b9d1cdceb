"""A list of cases as an office keeps it in a spreadsheet: one template, and what each row of it becomes.

A fault names the row, the column and what is wrong, and never the value: the value is somebody's name or number.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from vault.casework.case import STAGES, CaseKind, checked_stage, first_stage
from vault.casework.checks import checked_line
from vault.casework.dates import NO_SUCH_DAY
from vault.casework.note import Note
from vault.casework.person import Person, PersonName
from vault.casework.story.events import Task
from vault.casework.typed_dates import Lean, typed_birth, typed_day
from vault.casework.vocabulary import NoteKind, PersonRole, Sex, word_of
from vault.errors import UsageError
from vault.words.message import Message
from vault.words.next_step import NextStep

CASE, CLIENT, NAMES, PHONES = "case", "client", "names", "phones"
BORN, SEX, NATIONALITY = "born", "sex", "nationality"
STAGE, NEXT_DATE, NOTE = "stage", "next date", "note"
COLUMNS: Final = (CASE, CLIENT, NAMES, PHONES, BORN, SEX, NATIONALITY, STAGE, NEXT_DATE, NOTE)
_SEPARATOR: Final = ";"
_T = TypeVar("_T")

EXAMPLES: Final[tuple[tuple[str, ...], ...]] = (
    (NAMES, "Vexilda Morrowquay; Вексильда Морокуй"),
    (PHONES, "0555 918273; 0555 918274"),
    (BORN, "1984", "1984-05", "1984-05-17", "17.05.1984", "1984~"),
    (SEX, *(word.value for word in Sex)),
    (NATIONALITY, "KG", "KG; RU"),
    *((STAGE, kind.value, *(stage.value for stage in stages)) for kind, stages in STAGES.items()),
    (NEXT_DATE, "2026-11-28"),
)
"""Column, then what may stand in it; of a stage the kind of case first, then its stages."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in a cell; rows count from 1, as the spreadsheet shows them."""

    row: int
    column: str
    why: Message


@dataclass(frozen=True, slots=True)
class NewRow:
    """What a row becomes: a case in a stage, perhaps its client, something to do by a day, and a note."""

    row: int
    title: str = field(repr=False)
    stage: str
    client: Person | None = field(default=None, repr=False)
    task: Task | None = field(default=None, repr=False)
    note: Note | None = field(default=None, repr=False)

    @property
    def records(self) -> tuple[Person | Task | Note, ...]:
        """What stands in the case beside its head."""
        return tuple(record for record in (self.client, self.task, self.note) if record is not None)


def read_rows(
    rows: Sequence[Sequence[str]], kind: CaseKind, today: datetime.date
) -> tuple[list[NewRow], list[RowFault]]:
    """Return what the rows under the headers become, and every fault in the others; empty rows are left out.

    Raises:
        UsageError: the headers are not those of the template.
    """
    first = next((number for number, cells in enumerate(rows) if any(cell.strip() for cell in cells)), 0)
    columns = _columns(rows[first] if rows else ())
    found: list[NewRow] = []
    faults: list[RowFault] = []
    for number, cells in enumerate(rows[first + 1 :], first + 2):
        if any(cell.strip() for cell in cells):
            reader = _Row(number, dict(zip(columns, cells, strict=False)), faults)
            if len(cells) > len(columns):
                faults.append(RowFault(number, "", Message("there are more cells than headers")))
            row = reader.read(kind, today)
            if row is not None:
                found.append(row)
    wrong = {fault.row for fault in faults}
    return [row for row in found if row.row not in wrong], faults


def rows_to_mend(rows: Sequence[Sequence[str]], faults: Sequence[RowFault]) -> tuple[tuple[str, ...], ...]:
    """Return the headers of a list and its rows that have a fault; nothing where none has."""
    wrong = {fault.row for fault in faults}
    first = next((number for number, cells in enumerate(rows, 1) if any(cell.strip() for cell in cells)), 0)
    return tuple(tuple(cells) for number, cells in enumerate(rows, 1) if wrong and number in {first, *wrong})


def _columns(headers: Sequence[str]) -> list[str]:
    """Return the columns that the headers name, in their order."""
    columns = [" ".join(header.casefold().replace("_", " ").replace("-", " ").split()) for header in headers]
    if not set(COLUMNS) & set(columns):  # then they are no headers: their words are somebody's
        raise UsageError(
            Message("no cell of the first row is a header of the template"),
            next_step=Message(
                "The first row must have these: {names}. {template} writes an empty list that has them.",
                names=", ".join(COLUMNS),
                template=NextStep.WRITE_TEMPLATE,
            ),
        )
    unknown = [header.strip() for header, column in zip(headers, columns, strict=True) if column not in COLUMNS]
    if unknown:
        raise UsageError(
            Message("these columns are unknown: {names}", names=", ".join(name or '""' for name in unknown)),
            next_step=Message("Remove them, or use these: {names}.", names=", ".join(COLUMNS)),
        )
    if len(set(columns)) < len(columns):
        raise UsageError(Message("a column stands there twice"))
    if CASE not in columns:
        raise UsageError(Message("the column {name} is missing", name=CASE))
    return columns


@dataclass(slots=True)
class _Row:
    number: int
    cells: dict[str, str]
    faults: list[RowFault]

    def read(self, kind: CaseKind, today: datetime.date) -> NewRow | None:
        """Return what the row becomes; None after a fault."""
        before = len(self.faults)
        title = self._of(CASE, lambda said: checked_line(said, CASE))
        stage = self._of(
            STAGE, lambda said: (checked_stage(kind, said.casefold()) if said else first_stage(kind)).value
        )
        names = self._of(CLIENT, lambda said: _names([said])) or ()
        names += self._of(NAMES, lambda said: _names(_parts(said))) or ()
        phones = self._of(PHONES, lambda said: Person(PersonRole.CLIENT, phones=_parts(said)).phones) or ()
        born = self._of(BORN, lambda said: _day(said, lambda: typed_birth(said, today, BORN), _BIRTHS))
        sex = self._of(SEX, lambda said: word_of(Sex, said.casefold(), SEX) if said else None)
        nations = self._of(
            NATIONALITY, lambda said: Person(PersonRole.CLIENT, nationalities=_parts(said)).nationalities
        )
        due = self._of(NEXT_DATE, lambda said: _day(said, lambda: _coming(said, today), _DAYS))
        note = self._of(NOTE, lambda said: Note(NoteKind.ADMINISTRATION, said) if said else None)
        if len(self.faults) > before or title is None or stage is None:
            return None
        client = None
        if names or phones or born or sex or nations:
            each_once = tuple({name.text: name for name in names}.values())
            client = Person(
                PersonRole.CLIENT, each_once, born, phones, sex=sex, nationalities=tuple(dict.fromkeys(nations or ()))
            )
        return NewRow(self.number, title, stage, client, None if due is None else Task(NEXT_DATE, due), note)

    def _of(self, column: str, read: Callable[[str], _T]) -> _T | None:
        try:
            return read(self.cells.get(column, "").strip())
        except UsageError as wrong:
            self.faults.append(RowFault(self.number, column, wrong.message))
            return None


_DAYS: Final = Message("a date is written 2026-11-28")
_BIRTHS: Final = Message(
    "a date of birth is written 1984, 1984-05, 1984-05-17 or 17.05.1984; about 1984 is written 1984~"
)
_NO_DAY: Final = Message("the calendar has no such day")


def _names(said: Sequence[str]) -> tuple[PersonName, ...]:
    return tuple(PersonName.written(name) for name in said if name)


def _coming(said: str, today: datetime.date) -> str:
    return typed_day(said, today, NEXT_DATE, Lean.COMING)


def _parts(said: str) -> tuple[str, ...]:
    """Return the lines of a cell; a semicolon parts too."""
    parts = (part.strip() for line in said.splitlines() for part in line.split(_SEPARATOR))
    return tuple(dict.fromkeys(part for part in parts if part))


def _day(said: str, read: Callable[[], str], how: Message) -> str | None:
    """Return a date as read; what is wrong with it, this says without its words."""
    if not said:
        return None
    try:
        return read()
    except UsageError as wrong:
        raise UsageError(_NO_DAY if wrong.message.template == NO_SUCH_DAY.template else how) from None
