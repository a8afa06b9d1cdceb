"""Make the cases of a list, all of them or none: they become durable together, whatever happens on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum, unique

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.intake import RegisterEntry
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId, make_case_ref, make_id
from vault.names.likeness import skeletons_of
from vault.policy.roles import Action
from vault.progress import CancelledError, Progress, Stopped
from vault.records.together import together
from vault.records.work import Entry
from vault.services.cases.cases import CaseMade, NewCase, new_case
from vault.services.cases.register import entries_for
from vault.services.imports.known_people import Known, Way
from vault.services.imports.mark_row import Mark, keep_mark
from vault.services.imports.previewing import Preview
from vault.services.imports.spreadsheet import NewRow
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message


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
    """The cases that were made, in the order of the rows; the rows that were left out; and who is to be looked at."""

    cases: tuple[CaseMade, ...]
    left_out: tuple[int, ...] = ()
    to_join: tuple[ToJoin, ...] = ()


def make(
    session: Session,
    preview: Preview,
    answers: Mapping[Way, Answer],
    *,
    progress: Progress = lambda done, total: None,
    cancelled: Stopped = lambda: False,
) -> Imported:
    """Make the cases that a preview shows. When this returns, all are durable; where it raises, none was made.

    Args:
        session: of the owner.
        preview: its rows with a fault are left out.
        answers: one for each way in which somebody is known.
        progress: told how many cases are done.
        cancelled: asked before each.

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
    with together(log) as stored:
        for done, row in enumerate(rows):
            progress(done, len(rows))
            if cancelled():
                raise CancelledError
            head = replace(founding.head, title=row.title, stage=row.stage, ref=make_case_ref(), audit=make_id())
            new = NewCase(head, founding.holders)
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
    return Imported(tuple(made), tuple(sorted(left_out)), tuple(pairs))


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
