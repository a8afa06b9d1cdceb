"""The import of a list of cases: what it would make, whom somebody knows already, and making all of it or nothing."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum, unique
from pathlib import Path
from typing import Final

from vault.access.session import Session
from vault.casework.case import Case, CaseKind
from vault.casework.contact import COMPARED_DIGITS, digits_of
from vault.casework.intake import RegisterEntry
from vault.casework.person import Person
from vault.casework.vocabulary import word_of
from vault.errors import UsageError
from vault.ids import CompartmentId, MemberId, RecordId, make_case_ref, make_id
from vault.names.likeness import skeletons_of
from vault.policy.roles import Action
from vault.progress import CancelledError, Progress, Stopped
from vault.records.work import Entry, joined_transaction
from vault.services.cases.cases import CaseMade, new_case, today
from vault.services.cases.editing import Place
from vault.services.cases.register import entries_for
from vault.services.cases.same_people import bears_one_name, same_as_written
from vault.services.cases.writing_down import look_each, named_in
from vault.services.imports.spreadsheet import COLUMNS, EXAMPLES, NewRow, RowFault, read_rows, rows_to_mend
from vault.services.imports.taking_back import Mark, keep_mark
from vault.services.projection.projection import up_to_date_index
from vault.store.files import write_new
from vault.tables.table_files import csv_of, read_table, xlsx_of
from vault.words.message import Message

# Whom of a list somebody knows already: in this member's cases, in the list itself, or in the register.
# It proposes; the member decides for each way of knowing at once, and a member says later who is one (`person same`).

_MOST_OF_A_KEY: Final = 20  # rows that sound alike and are looked at for each further one


@unique
class Way(StrEnum):
    """How somebody of a list is known; each is asked about once."""

    NUMBER = "number"
    NAME = "name"
    FILE = "file"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom a row may name: of a case, of another row, or known to other members."""

    row: int
    place: Place | None = None
    ref: str = ""
    name: str = field(default="", repr=False)
    other_row: int = 0
    members: tuple[MemberId, ...] = ()


def known_of(session: Session, rows: Sequence[NewRow]) -> dict[Way, tuple[Known, ...]]:
    """Return who of these rows may be known already; the look is in the log before.

    They are looked up as anybody is who is written down (`writing_down.look_each`); without a client, the title is. One
    answer is for all rows: who has a given name and the year of birth alone is not asked about.
    """
    session.require(Action.CASE_SEARCH)
    people = {row.row: named_in(row.title) if row.client is None else row.client for row in rows}
    known: defaultdict[Way, list[Known]] = defaultdict(list)
    for (number, person), looked in zip(people.items(), look_each(session, list(people.values())), strict=True):
        for found in looked.alike:
            if not found.numbers and len(found.names) == 1 and not bears_one_name(person):
                continue
            way = Way.NUMBER if found.numbers else Way.NAME
            known[way].append(Known(number, found.place, found.ref, found.name))
        if looked.members:
            known[Way.REGISTER].append(Known(number, members=looked.members))
    known[Way.FILE] += _twice({row.row: row.client for row in rows if row.client is not None})
    return {way: tuple(known[way]) for way in Way if known[way]}


def _twice(people: Mapping[int, Person]) -> Iterator[Known]:
    """Yield the rows that may be somebody of one before them, by a number or by how a name sounds."""
    before: defaultdict[str, list[int]] = defaultdict(list)
    for number, person in people.items():
        keys = [digits_of(phone)[-COMPARED_DIGITS:] for phone in person.phones]
        keys += skeletons_of([name.text for name in person.names])
        candidates = dict.fromkeys(other for key in keys for other in before[key])
        same = next((other for other in candidates if same_as_written(person, people[other])), 0)
        if same:
            yield Known(number, other_row=same)
        for key in keys:
            if len(before[key]) < _MOST_OF_A_KEY:
                before[key].append(number)


# What a list of cases would make: read, checked row by row, and compared with whom this member knows.
# It changes nothing but the log, which says that somebody looked for people.
XLSX = ".xlsx"


@dataclass(frozen=True, slots=True)
class Preview:
    """The rows of a list that can be made, who of them may be known already, and what is wrong in the other rows.

    `to_mend` are its headers and those other rows, as they stand in the list; nothing where none has a fault.
    """

    kind: CaseKind
    rows: tuple[NewRow, ...] = field(repr=False)
    faults: tuple[RowFault, ...] = ()
    known: Mapping[Way, tuple[Known, ...]] = field(default_factory=dict)
    to_mend: tuple[tuple[str, ...], ...] = field(default=(), repr=False)


def preview(session: Session, path: Path, *, kind: str) -> Preview:
    """Return what a CSV or XLSX file would make, and every fault in it; the file stays as it is.

    Raises:
        UsageError: it is no table that is read here, it has no row, or its headers are not those of the template.
        NotFoundError, TryAgainError: the file cannot be read.
    """
    session.require(Action.CASE_CREATE)
    session.require(Action.CASE_SEARCH)
    case_kind = word_of(CaseKind, kind, "kind")
    table = read_table(path)
    rows, faults = read_rows(table, case_kind, datetime.date.fromisoformat(today(session)))
    if not rows and not faults:
        raise UsageError(Message("the file has no row under its headers"))
    return Preview(case_kind, tuple(rows), tuple(faults), known_of(session, rows), rows_to_mend(table, faults))


def place_to_mend(path: Path) -> Path:
    """Return a name beside a list that nothing has yet, for its rows that have a fault."""
    suffix = XLSX if path.suffix.casefold() == XLSX else ".csv"
    ends = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    places = (path.with_name(f"{path.stem}-to-mend{end}{suffix}") for end in ends)
    return next(place for place in places if not place.exists())


def write_to_mend(preview: Preview, out: Path) -> None:
    """Write the rows with a fault to a new file, in clear: only where a person named it, or was asked.

    Raises:
        RefusedError: something is there already. TryAgainError: no room.
    """
    is_workbook = out.suffix.casefold() == XLSX
    write_new(out, xlsx_of(preview.to_mend, title="cases") if is_workbook else csv_of(preview.to_mend))


def write_template(out: Path) -> None:
    """Write an empty list, CSV or XLSX by the ending of its name."""
    write_new(out, template(out.suffix))


def template(suffix: str) -> bytes:
    """Return an empty list with the headers of the template, as CSV, or as XLSX for the suffix `.xlsx`.

    A workbook has a second sheet, which is not read, with what may stand in the columns.
    """
    if suffix.casefold() == XLSX:
        return xlsx_of([COLUMNS], title="cases", beside=("words", EXAMPLES))
    return csv_of([COLUMNS])


# Make the cases of a list, all of them or none: they become durable together, whatever happens on the way.
@unique
class Answer(StrEnum):
    """What happens to rows that name somebody who may be known: left out, made, or made and told as pairs to join."""

    SKIP = "skip"
    MAKE = "make"
    JOIN = "join"


@dataclass(frozen=True, slots=True)
class ToJoin:
    """A person of a new case, by its reference, and who may be the same: `person same` says so after a look."""

    person: RecordId
    other: RecordId
    ref: str
    name: str = field(repr=False)
    new_ref: str
    new_name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Imported:
    """The cases that were made, in the order of the rows; the rows that were left out; and who is to be looked at.

    `titles` are theirs, by the reference.
    """

    cases: tuple[CaseMade, ...]
    titles: Mapping[str, str] = field(repr=False)
    left_out: tuple[int, ...] = ()
    to_join: tuple[ToJoin, ...] = ()


def make_cases(
    session: Session,
    preview: Preview,
    answers: Mapping[Way, Answer],
    *,
    progress: Progress = lambda done, total: None,
    cancelled: Stopped = lambda: False,
) -> Imported:
    """Make the cases that a preview shows. When this returns, all are durable; where it raises, none was made.

    Rows with a fault are left out. `answers` has one for each way in which somebody is known. `progress` is told how
    many cases are done, `cancelled` asked before each.

    Raises:
        UsageError: an answer is missing, or nothing is left to make.
        CancelledError: as asked. TryAgainError: no room.
    """
    rule = session.require(Action.CASE_CREATE)
    if not preview.known.keys() <= answers.keys():
        raise UsageError(Message("say what happens to people who may be known already"))
    left_out = {who.row for way, found in preview.known.items() if answers[way] is Answer.SKIP for who in found}
    rows = [row for row in preview.rows if row.row not in left_out]
    if not rows:
        raise UsageError(Message("no row is left to import"))
    founding = new_case(session, title=rows[0].title, kind=preview.kind.value)
    entries = _entries(session, rows)
    for home in {home for home, _ in entries.values()}:
        session.settle_keys(home)
    made: list[CaseMade] = []
    people: dict[int, RecordId] = {}
    log = session.log
    first = log.size
    with joined_transaction(log) as stored:
        for done, row in enumerate(rows):
            progress(done, len(rows))
            if cancelled():
                raise CancelledError
            head = replace(founding.head, title=row.title, stage=row.stage, ref=make_case_ref(), audit=make_id())
            new = replace(founding, head=head)
            with session.work() as work:
                case = new.found(work)
                for record in row.records:
                    kept = work.keep(case, record)
                    if record is row.client:
                        people[row.row] = kept
                covers = Counter([Case.KIND, *(record.KIND for record in row.records)])
                if row.row in entries:
                    home, registered = entries[row.row]
                    work.keep(home, registered)
                    covers[registered.KIND] += 1
                work.commit(Entry(act="case.import", obj=head.audit, covers=covers, pol=rule))
            made.append(new.made(case))
        keep_mark(session, stored, Mark(log.origin, first, log.size, log.now_ms()))
    progress(len(rows), len(rows))
    up_to_date_index(session)
    made_of = {
        row.row: (case.ref, row.title if row.client is None else row.client.display_name())
        for row, case in zip(rows, made, strict=True)
    }
    pairs = [
        pair
        for way, found in preview.known.items()
        if answers[way] is Answer.JOIN
        for who in found
        if (pair := _pair(people, who, made_of)) is not None
    ]
    titles = {case.ref: row.title for row, case in zip(rows, made, strict=True)}
    return Imported(tuple(made), titles, tuple(sorted(left_out)), tuple(pairs))


def _entries(session: Session, rows: Sequence[NewRow]) -> dict[int, tuple[CompartmentId, RegisterEntry]]:
    """Return what the register gets with the clients, by row, as with any person (`register.entries_for`)."""
    named = {
        row.row: row.client
        for row in rows
        if row.client is not None and skeletons_of([name.text for name in row.client.names])
    }
    return dict(zip(named, entries_for(session, named.values()), strict=False))


def _pair(people: Mapping[int, RecordId], known: Known, made_of: Mapping[int, tuple[str, str]]) -> ToJoin | None:
    """Return whom to look at, each with reference and name: `made_of` has those of the rows."""
    person = people.get(known.row)
    other = people.get(known.other_row) if known.place is None else known.place.record
    called = made_of.get(known.other_row, ("", "")) if known.place is None else (known.ref, known.name)
    return None if person is None or other is None else ToJoin(person, other, *called, *made_of[known.row])
