"""The vault of a national organisation, full of invented cases: `casevault demo --size national`, and benches."""

from __future__ import annotations

import datetime
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from typing import Final

from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.case import STAGES, Case
from vault.casework.kinds import CaseworkRecord
from vault.casework.person import Person
from vault.casework.vocabulary import PersonRole, Risk
from vault.errors import InternalError, RefusedError
from vault.ids import CompartmentId, make_case_ref, make_id
from vault.progress import Progress
from vault.records.work import VERSIONS_PER_WORK, Entry
from vault.services.cases import cases
from vault.services.cases.cases import NewCase
from vault.services.credentials import founding
from vault.services.demo_cases import MEMBER
from vault.services.demo_invented import CLOSE_REASON, ORGANISATION, Invented
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message

SEED: Final = 2026
_NAMES_OF_A_PERSON: Final = 6
_WORKS_TO_AN_INDEX: Final = 32
_OPEN: Final = 0.7


@dataclass(frozen=True, slots=True)
class Size:
    """How much: cases, notes in all, and written names of people in all. Each case has a client with a name or more."""

    cases: int
    notes: int
    names: int

    def part(self, of: int) -> Size:
        """Return one part of so many."""
        return Size(self.cases // of, self.notes // of, self.names // of)


NATIONAL: Final = Size(cases=12_000, notes=500_000, names=150_000)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: records by their kind, and written names as `name`."""

    vault: Path
    counted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Content:
    """One case before it is written."""

    founding: NewCase
    records: tuple[CaseworkRecord, ...]


def make(
    vault: Path,
    *,
    passphrase: str,
    size: Size = NATIONAL,
    seed: int = SEED,
    progress: Progress = lambda done, total: None,
) -> Made:
    """Make a vault of this size; interrupted or failed half-way, nothing of it stays.

    Args:
        vault: a new folder; the folder around it is made where it lacks.
        passphrase: of its one member, known to everybody: the people are invented.
        size: how much.
        seed: one seed gives the same people, words and dates on one day; ids and keys are random always.
        progress: told cases done, of how many.

    Raises:
        RefusedError: there is something at this place.
    """
    if vault.exists():
        raise RefusedError(
            Message("there is something at {folder} already", folder=vault), next_step=Message("Name a new folder.")
        )
    around = next(folder for folder in reversed((vault, *vault.parents)) if not folder.exists())
    try:
        vault.parent.mkdir(parents=True, exist_ok=True)
        founding.init(vault, organisation=ORGANISATION, member=MEMBER, passphrase=bytearray(passphrase.encode()))
        with unlock(vault, member=MEMBER, passphrase=bytearray(passphrase.encode())) as session:
            counted = fill(session, size, seed=seed, progress=progress)
    except BaseException:  # a stop by the keyboard too: half of it would look like all of it
        shutil.rmtree(around, ignore_errors=True)
        raise
    return Made(vault, counted)


def fill(
    session: Session, size: Size, *, seed: int = SEED, progress: Progress = lambda done, total: None
) -> Counter[str]:
    """Write invented cases into a vault, as many to an operation as it holds, and bring them into the index.

    Return how many records of each kind were written, and under `name` how many names.
    """
    if not 0 < size.cases <= min(size.notes, size.names):
        raise InternalError(Message("each case has a note and a name"))
    counted: Counter[str] = Counter()
    waiting: list[Content] = []
    amount = works = 0
    for content in contents_of(session, size, seed):
        counted.update(record.KIND for record in content.records)
        counted.update({Case.KIND: 1, "name": sum(len(r.names) for r in content.records if isinstance(r, Person))})
        if waiting and amount + len(content.records) + 1 > VERSIONS_PER_WORK:
            _write(session, waiting)
            works += 1
            waiting, amount = [], 0
            if works % _WORKS_TO_AN_INDEX == 0:
                up_to_date_index(session)
            progress(counted[Case.KIND] - 1, size.cases)
        waiting.append(content)
        amount += len(content.records) + 1
    _write(session, waiting)
    up_to_date_index(session)
    progress(size.cases, size.cases)
    return counted


def _write(session: Session, contents: list[Content]) -> None:
    """Found these cases in one operation; what does not fit beside them follows in operations of their own."""
    left: list[tuple[CompartmentId, bytes, tuple[CaseworkRecord, ...]]] = []
    room = VERSIONS_PER_WORK - len(contents)
    with session.work() as work:
        for content in contents:
            case = content.founding.found(work)
            now, later = content.records[:room], content.records[room:]
            room -= len(now)
            for record in now:
                work.keep(case, record)
            stretches = range(0, len(later), VERSIONS_PER_WORK)
            left += [(case, content.founding.head.audit, later[at : at + VERSIONS_PER_WORK]) for at in stretches]
        work.commit(Entry(act="case.create", covers={Case.KIND: len(contents)}))
    for case, audit, records in left:
        with session.work(case) as work:
            for record in records:
                work.keep(case, record)
            work.commit(Entry(act="case.import", obj=audit, covers=Counter(record.KIND for record in records)))


def contents_of(session: Session, size: Size, seed: int) -> Iterator[Content]:
    """Yield what `fill` writes, case by case, the same each time but for references."""
    invented = Invented(seed, datetime.date.fromisoformat(cases.today(session)))
    any_case = cases.new_case(session, title=ORGANISATION, kind=invented.kind())
    names = _shared(size.names, size.cases)
    for number, notes in enumerate(_spread(invented.random, size.notes, size.cases)):
        persons = _persons(invented, names[number])
        kind, is_open = invented.kind(), invented.random.random() < _OPEN
        head = replace(
            any_case.head,
            title=invented.title(kind, persons[0]),
            kind=kind,
            stage=invented.random.choice(tuple(STAGES[kind])),
            ref=make_case_ref(),
            audit=make_id(),
            opened=invented.past_day(60).isoformat(),
            risk=invented.random.choice(tuple(Risk)),
            closed=None if is_open else invented.past_day().isoformat(),
            close_reason=None if is_open else CLOSE_REASON,
        )
        records: tuple[CaseworkRecord, ...] = (
            *persons,
            *(invented.note(persons[0]) for _ in range(notes)),
            *invented.records(kind, is_open=is_open),
        )
        yield Content(replace(any_case, head=head), records)


def _persons(invented: Invented, names: int) -> list[Person]:
    """Return people with so many names in all, the client first."""
    persons = [invented.person(PersonRole.CLIENT, min(names, _NAMES_OF_A_PERSON))]
    for _ in range((names - 1) // _NAMES_OF_A_PERSON):
        left = names - sum(len(person.names) for person in persons)
        persons.append(invented.person(invented.other_role(), min(left, _NAMES_OF_A_PERSON)))
    return persons


def _shared(total: int, among: int) -> list[int]:
    """Return shares of a total, as equal as can be."""
    return [total * (place + 1) // among - total * place // among for place in range(among)]


def _spread(random: Random, total: int, among: int) -> list[int]:
    """Return uneven shares of a total, none of them empty: most cases are short, a few are long."""
    ends = accumulate(random.expovariate(1) for _ in range(among))
    sums = list(ends)
    left = total - among
    marks = [0, *(int(left * part / sums[-1]) for part in sums[:-1]), left]
    return [1 + last - first for first, last in pairwise(marks)]
