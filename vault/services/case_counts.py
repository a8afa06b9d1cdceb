"""How many people, cases and acts there are among the cases that a member may read, by what is known of them.

A person of several cases is counted once, in the newest open one. A case has the sex, age and nationality of its first
client. An act is something done or that happened: a note, a hearing, an incident, an event. Nothing of restricted
sections is counted.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum, unique
from pathlib import Path

import msgspec

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.vocabulary import PersonRole, word_of
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind, VersionId
from vault.index.heads import heads_in
from vault.policy.roles import Action
from vault.progress import CancelledError, Progress, Stopped
from vault.records.seatlog import decoded
from vault.records.work import Entry
from vault.seal.purposes import Purpose
from vault.services.cases.cases import today
from vault.services.projection.expired_rights import left_out_words
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.stored_records import Stored, read_heads, stored_of_kind
from vault.tables.small_cells import FEWEST, Numbers, Shown, TooManyError, Values, protected
from vault.tables.table_files import Cell, csv_of, xlsx_of
from vault.words.message import Message, Words, plural

# The tables of counts that this seat was shown: a later table must not give away what these hid (FORMAT.md 7).

MOST = 32
_Row = tuple[Values, Numbers]
_Cells = frozenset[tuple[str, str]]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    by: Values
    rows: tuple[_Row, ...]
    total: Numbers | None
    hidden: tuple[Values, ...]


def tables_before(session: Session) -> list[Shown]:
    """Return the newest tables that were shown, the oldest first.

    Raises:
        MalformedError, BrokenSealError: the row was altered.
    """
    with session.database.reading() as rows:
        content = session.log.place.content(rows, Purpose.COUNTED)
    if content is None:
        return []
    tables = decoded(content, list[_Table], Message("the row of earlier counts cannot be read"))
    return [Shown(table.by, dict(table.rows), table.total, table.hidden) for table in tables]


def keep_table(session: Session, earlier: list[Shown], table: Shown) -> None:
    """Remember a table before it is shown; of many, the newest stay.

    The same table again, perhaps with its columns in another order, takes the place of the older one: who makes it many
    times makes this device forget nothing.
    """
    others = [each for each in earlier if _told(each) != _told(table)]
    kept = [_Table(each.by, tuple(each.rows.items()), each.total, each.hidden) for each in (*others, table)[-MOST:]]
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.COUNTED, msgspec.msgpack.encode(kept)))


def _told(table: Shown) -> tuple[frozenset[_Cells], frozenset[tuple[_Cells, Numbers]], Numbers | None]:
    """Return what a table tells, in whatever order its columns stand: columns and hidden rows, rows, total."""

    def cells(values: Values) -> _Cells:
        return frozenset(zip(table.by, values, strict=True))

    hidden = frozenset(map(cells, (table.by, *table.hidden)))
    return hidden, frozenset((cells(values), numbers) for values, numbers in table.rows.items()), table.total


UNKNOWN = "unknown"
ACTS = frozenset({Note.KIND, "hearing", "incident", "event"})
_HELPED = frozenset({PersonRole.CLIENT, PersonRole.DEPENDANT})
_BANDS = ((5, "0-4"), (12, "5-11"), (18, "12-17"), (60, "18-59"))
_OLDEST = "60+"


@unique
class Column(StrEnum):
    """What people and cases are counted by."""

    STAGE = "stage"
    KIND = "kind"
    SEX = "sex"
    AGE_BAND = "age-band"
    NATIONALITY = "nationality"


def count(
    session: Session,
    by: Sequence[str],
    *,
    progress: Progress = lambda done, total: None,
    cancelled: Stopped = lambda: False,
) -> Shown:
    """Return a table of what this member may read, without small groups and what would give them away.

    That it was made, and of how many cases, is in the log before. It is remembered: later tables are compared with it.
    How many cases were lent until a day that has passed, and are not counted, it says as a number alone.

    Raises:
        UsageError: a column is unknown or named twice, or there are too many rows to compare.
        CancelledError: as asked.
    """
    rule = session.require(Action.CASE_LIST)
    columns = tuple(word_of(Column, column, "--by").value for column in by)
    if not columns or len(set(columns)) < len(columns):
        raise UsageError(
            Message("name each column once"), next_step=Message("Use these: {names}.", names=", ".join(Column))
        )
    up_to_date_index(session)
    hidden = session.hidden
    held = [case for case in held_of_kind(session, CompartmentKind.CASE) if case not in hidden]
    counted = _counted(session, held, progress, cancelled)
    earlier = tables_before(session)
    try:
        table = protected(tuple(Column), counted, columns, earlier)
    except TooManyError:
        raise UsageError(
            Message("the table has too many rows to say what is safe to show"), next_step=Message("Name fewer columns.")
        ) from None
    keep_table(session, earlier, table)
    cases = sum(numbers.cases for numbers in counted.values())
    people = sum(numbers.people for numbers in counted.values())
    session.log_act(Entry(act="case.list", why="report", covers={Case.KIND: cases, Person.KIND: people}, pol=rule))
    return replace(table, left_out=len(hidden), instead=_instead(counted, table, earlier))


def _instead(counted: Mapping[Values, Numbers], table: Shown, earlier: Sequence[Shown]) -> Values:
    """Return the columns by which alone a row with a known value would be shown; nothing where this table shows one."""
    found = []
    for column in () if table.rows else Column:
        with suppress(TooManyError):
            rows = protected(tuple(Column), counted, (column.value,), [*earlier, table]).rows
            if rows.keys() - {(UNKNOWN,)}:
                found.append(column.value)
    return tuple(found)


def _counted(
    session: Session, held: Sequence[CompartmentId], progress: Progress, cancelled: Stopped
) -> dict[Values, Numbers]:
    """Return how many have which values of all columns."""
    day = datetime.date.fromisoformat(today(session))
    people: dict[bytes, tuple[tuple[bool, str, bytes], Values]] = {}
    cases, acts = Counter[Values](), Counter[Values]()
    for done, case in enumerate(held):
        progress(done, len(held))
        if cancelled():
            raise CancelledError
        session.require(Action.CASE_READ, case)
        head, persons, n_acts = _read(session, case)
        if head is None:
            continue
        of_case = (head.value.stage, head.value.kind.value)
        helped = [person for person in persons if person.value.role in _HELPED]
        client = next((p.value for p in persons if p.value.role is PersonRole.CLIENT), None)
        values = (*of_case, *_values(client, day))
        cases[values] += 1
        acts[values] += n_acts
        newest = (head.value.closed is None, head.value.opened or "", case)
        for person in helped:
            key = person.value.who or case + person.record
            if key not in people or people[key][0] < newest:
                people[key] = newest, (*of_case, *_values(person.value, day))
    progress(len(held), len(held))
    n_people = Counter(values for _, values in people.values())
    return {values: Numbers(n_people[values], cases[values], acts[values]) for values in {*n_people, *cases}}


def _read(session: Session, case: CompartmentId) -> tuple[Stored[Case] | None, list[Stored[Person]], int]:
    heads = heads_in(session.index(), case)
    opened = read_heads(
        session, case, frozenset(VersionId(head.version) for head in heads if head.kind in {Case.KIND, Person.KIND})
    )
    n_acts = len({head.record for head in heads if head.kind in ACTS})
    return next(iter(stored_of_kind(opened, Case)), None), list(_each_once(stored_of_kind(opened, Person))), n_acts


def _each_once(persons: Iterable[Stored[Person]]) -> Iterator[Stored[Person]]:
    """Yield each record once: where its versions differ, as the first has it."""
    return iter({person.record: person for person in reversed(list(persons))}.values())


def _values(person: Person | None, day: datetime.date) -> Values:
    if person is None:
        return (UNKNOWN, UNKNOWN, UNKNOWN)
    sex = UNKNOWN if person.sex is None else person.sex.value
    return sex, _band(person.born, day), next(iter(person.nationalities), UNKNOWN)


def _band(born: str | None, day: datetime.date) -> str:
    """Return the band of an age; of an unknown month or day the first is taken."""
    if born is None:
        return UNKNOWN
    year, month, at = (*map(int, born.strip("~").split("-")), 1, 1)[:3]
    age = day.year - year - ((day.month, day.day) < (month, at))
    return next((band for limit, band in _BANDS if age < limit), _OLDEST)


# What a person reads of a table of counts, and the table as a file; command and app say the same.
_NUMBERS = ("people", "cases", "acts")
_TOTAL = "total"


def table_of(shown: Shown) -> list[list[Cell]]:
    """Return headers, rows and the total, for a file; what is hidden is not in it."""
    rows: list[list[Cell]] = [[*shown.by, *_NUMBERS]]
    rows += [[*values, *numbers] for values, numbers in sorted(shown.rows.items())]
    if shown.total is not None:
        rows.append([_TOTAL, *[""] * (len(shown.by) - 1), *shown.total])
    return rows


def file_of(shown: Shown, suffix: str) -> bytes:
    """Return the table as CSV or XLSX, by the ending of a name.

    Raises:
        UsageError: another ending.
    """
    require_table(suffix)
    return csv_of(table_of(shown)) if suffix.casefold() == ".csv" else xlsx_of(table_of(shown), title="counts")


def require_table(suffix: str) -> None:
    """Return where a file with this ending can be written.

    Raises:
        UsageError: another ending.
    """
    if suffix.casefold() not in {".csv", ".xlsx"}:
        raise UsageError(Message("the name of the file must end in .csv or .xlsx"))


def is_empty(shown: Shown) -> bool:
    """Say whether no row and no total may be shown: a file would hold headings alone."""
    return not shown.rows and shown.total is None


def count_lines(shown: Shown) -> Iterator[Words]:
    """Yield the table, line by line, and what is not in it."""
    if not shown.rows:
        yield Message(
            "No row may be shown: each has fewer than {fewest}, or would reveal a row that has fewer.", fewest=FEWEST
        )
        if shown.instead:
            yield Message("By one of these alone there is a row to show: {names}.", names=", ".join(shown.instead))
        else:
            yield Message("No other column alone shows a row now: too few people and cases are counted.")
    rows = table_of(shown)
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    first_number = len(shown.by)
    for row in texts:
        cells = [
            cell.rjust(width) if column >= first_number else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
    if shown.hidden or shown.total is None:
        yield Message(
            "Rows of fewer than {fewest} people or cases are hidden, and other rows that would reveal them.",
            fewest=FEWEST,
        )
    if shown.stands:
        yield plural(
            "{count} number is shown as it was last time: it changed by fewer than {fewest}.",
            "{count} numbers are shown as they were last time: they changed by fewer than {fewest}.",
            count=len(shown.stands),
            fewest=FEWEST,
        )
    if shown.left_out:
        yield left_out_words(shown.left_out)
    yield Message("It was compared only with the tables of this device: agree with colleagues who makes the tables.")


def file_words(shown: Shown, path: Path) -> Message:
    """Return where the table is, or why there is no file."""
    if is_empty(shown):
        return Message("No file is written: there is nothing to show.")
    return Message("The table is at {path}.", path=path)


def numbers_data(numbers: Numbers | None) -> dict[str, int] | None:
    """Return the numbers of a row for other programs."""
    return None if numbers is None else dict(zip(_NUMBERS, numbers, strict=True))


def row_data(by: Values, values: Values, numbers: Numbers) -> dict[str, object]:
    """Return a row for other programs."""
    return {**dict(zip(by, values, strict=True)), **dict(zip(_NUMBERS, numbers, strict=True))}
