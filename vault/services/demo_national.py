"""The vault of a national organisation, full of invented cases: `casevault demo --size national`."""

from __future__ import annotations

import datetime
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.case import STAGES, Case, CaseKind
from vault.casework.form import FormedRecord
from vault.casework.kinds import CaseworkRecord
from vault.casework.note import Note
from vault.casework.person import IdentityDocument, Person, PersonName, SafeContact
from vault.casework.story.events import Deadline, DeadlineEnd, Detention, DetentionEnd, Event, Hearing, SetBy, Task
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.story.person_facts import SeenHow, Wanted, WantedSystem
from vault.casework.vocabulary import Channel, DocumentKind, NameKind, NoteKind, PersonRole, Risk
from vault.data_files import read_table
from vault.errors import InternalError, RefusedError
from vault.ids import CompartmentId, make_case_ref, make_id
from vault.progress import Progress
from vault.records.work import VERSIONS_PER_WORK, Entry
from vault.services.cases import cases
from vault.services.cases.cases import NewCase
from vault.services.credentials import vault_founding
from vault.services.demo_cases import MEMBER
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message

# Invented people, notes and events of a national organisation, in three scripts; one seed gives the same again.
# No one here exists: surnames are put together from syllables, each written in three alphabets. The words stand in
# `demo_invented.toml`.

ORGANISATION: Final = "National Legal Aid (invented)"
_Written = tuple[str, str, str]  # Cyrillic, Latin, Arabic


class _Invented(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file has."""

    given: tuple[_Written, ...]
    beginnings: tuple[_Written, ...]
    middles: tuple[_Written, ...]
    endings: tuple[_Written, ...]
    otherwise: tuple[tuple[str, str], ...]
    places: tuple[str, ...]
    courts: tuple[str, ...]
    tasks: tuple[str, ...]
    dates: tuple[str, ...]
    events: tuple[str, ...]
    where_held: tuple[str, ...]
    sentences: tuple[str, ...]
    titles: dict[CaseKind, str]


_WORDS: Final = read_table("vault.services", "demo_invented.toml", _Invented)
_ROLES: Final = (
    PersonRole.RELATIVE, PersonRole.WITNESS, PersonRole.INTERPRETER, PersonRole.DEPENDANT, PersonRole.GUARANTOR,
    PersonRole.LAWYER,
)  # fmt: skip
_NOTE_KINDS: Final = (NoteKind.CONTACT, NoteKind.CONTACT, NoteKind.INTERVIEW, NoteKind.LEGAL_ADVICE, NoteKind.SAFETY)
_KINDS: Final = (CaseKind.ASYLUM, CaseKind.ASYLUM, CaseKind.EXTRADITION, CaseKind.DETENTION, CaseKind.FAMILY)
CLOSE_REASON: Final = "the matter is over"
_DAYS_BACK: Final = 700


class Invented:
    """A source of invented casework around one day; two of one seed and day give the same."""

    def __init__(self, seed: int, today: datetime.date) -> None:
        self.random = random.Random(seed)  # noqa: S311 - invented people, no secret
        self._today = today
        self._phones = 0

    def person(self, role: PersonRole, names: int = 6) -> Person:
        """Return a person with so many names, 6 at most: first in the script that is theirs, then as others write."""
        written, born = self._name(), self._today - datetime.timedelta(days=self.random.randrange(6_000, 26_000))
        first = self.random.randrange(3)
        self._phones += 1
        phone = f"+996 555 {self._phones // 1000 % 1000:03} {self._phones % 1000:03}"
        contact = None
        if role is PersonRole.CLIENT and self.random.random() < 1 / 4:
            contact = SafeContact(Channel.PHONE, phone, "18:00-20:00", never_use=(f"+996 700 {phone[-7:]}",))
        return Person(
            role=role,
            names=tuple(self._names(written, first))[:names],
            born=born.isoformat(),
            phones=(phone,),
            documents=(IdentityDocument(DocumentKind.PASSPORT, f"AN{self.random.randrange(10**7):07}"),)
            if role is PersonRole.CLIENT
            else (),
            safe_contact=contact,
        )

    def other_role(self) -> PersonRole:
        return self.random.choice(_ROLES)

    def kind(self) -> CaseKind:
        return self.random.choice(_KINDS)

    def title(self, kind: CaseKind, client: Person) -> str:
        surname = client.display_name().split()[-1]
        return _WORDS.titles[kind].format(name=surname, place=self.random.choice(_WORDS.places))

    def past_day(self, before: int = 0) -> datetime.date:
        """Return a day of the last two years, at least so many days ago."""
        return self._today - datetime.timedelta(days=before + self.random.randrange(_DAYS_BACK - before))

    def note(self, client: Person) -> Note:
        """Return a note of two to nine sentences about a client."""
        said = {
            "name": self.random.choice(client.names).text,
            "phone": client.phones[0],
            "place": self.random.choice(_WORDS.places),
            "day": self.past_day().isoformat(),
        }
        sentences = self.random.choices(_WORDS.sentences, k=self.random.randint(2, 9))
        return Note(
            self.random.choice(_NOTE_KINDS),
            " ".join(sentences).format(**said),
            occurred=self.past_day().isoformat() if self.random.random() < 1 / 2 else None,
        )

    def records(self, kind: CaseKind, *, is_open: bool) -> Iterator[FormedRecord]:
        """Yield what happened in a case and what is to be kept; of a closed one everything is over."""
        chosen = self.random.choice
        if kind in {CaseKind.EXTRADITION, CaseKind.DETENTION}:
            yield from self._held(kind, is_open=is_open)
        yield Event(
            what=chosen(_WORDS.events),
            at=self.past_day(90).isoformat()[:7],
            place=chosen(_WORDS.places),
            source="the client",
        )
        for number in range(self.random.randint(1, 3)):
            is_over = not is_open or number > 0 or self.random.random() < 2 / 3
            at = self.past_day(10) if is_over else self._coming(60)
            done, end = (at.isoformat(), DeadlineEnd.KEPT) if is_over else (None, None)
            yield Deadline(chosen(_WORDS.dates), at.isoformat(), chosen(tuple(SetBy)[::2]), done=done, end=end)
        at = self._coming(30)
        is_done = not is_open or self.random.random() < 4 / 5
        yield Task(chosen(_WORDS.tasks), due=at.isoformat(), done=self.past_day().isoformat() if is_done else None)

    def _held(self, kind: CaseKind, *, is_open: bool) -> Iterator[FormedRecord]:
        chosen, taken = self.random.choice, self.past_day(40)
        if kind is CaseKind.EXTRADITION:
            system, seen = chosen(tuple(WantedSystem)[:4]), taken.isoformat()
            yield Wanted(system, category="accused", seen=seen, seen_how=SeenHow.ARREST)
        yield Incident(IncidentKind.ARREST, at=f"{taken}T05:40", place=chosen(_WORDS.places), told_by="the family")
        is_held = is_open and self.random.random() < 1 / 3
        yield Detention(
            place=chosen(_WORDS.where_held),
            taken=taken.isoformat(),
            order=f"order {self.random.randrange(1, 40)}/{self.random.randrange(1, 400)}",
            court=chosen(_WORDS.courts),
            expires=self._coming(60).isoformat() if is_held else (taken + datetime.timedelta(days=30)).isoformat(),
            ended=None if is_held else (taken + datetime.timedelta(days=20)).isoformat(),
            end=None if is_held else DetentionEnd.RELEASED,
        )
        at = self._coming(30) if is_held else taken + datetime.timedelta(days=2)
        yield Hearing(
            f"{at}T10:00", "detention", chosen(_WORDS.courts), outcome=None if is_held else "detained for one month"
        )

    def _coming(self, days: int) -> datetime.date:
        return self._today + datetime.timedelta(days=self.random.randrange(-3, days))

    def _name(self) -> _Written:
        given, *parts = (
            self.random.choice(pool) for pool in (_WORDS.given, _WORDS.beginnings, _WORDS.middles, _WORDS.endings)
        )
        cyrillic, latin, arabic = (
            f"{first} {''.join(syllables)}" for first, syllables in zip(given, zip(*parts, strict=True), strict=True)
        )
        return cyrillic, latin, arabic

    def _names(self, written: _Written, first: int) -> Iterator[PersonName]:
        """Yield the name in its own script, in the two others, and as lists, papers and the press have it."""
        latin = written[1]
        yield PersonName.written(written[first])
        for place in range(3):
            if place != first:
                yield PersonName.written(written[place], NameKind.PASSPORT if place == 1 else NameKind.LEGAL)
        plain = latin.lower()
        spelled = [plain.replace(old, new).title() for old, new in _WORDS.otherwise if old in plain]
        kinds = (NameKind.POLICE_LIST, NameKind.PRESS, NameKind.MISSPELT)
        for variant, kind in zip(self.random.sample(spelled, k=min(len(spelled), len(kinds))), kinds, strict=False):
            yield PersonName.written(variant, kind)
        for kind in (NameKind.ALIAS, NameKind.BIRTH, NameKind.FORMER):
            yield PersonName.written(self._name()[first], kind)


# The vault of a national organisation, full of invented cases: `casevault demo --size national`, and benches.
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
    """Make a vault of this size in a new folder; interrupted or failed half-way, nothing of it stays.

    One seed gives the same people, words and dates on one day; ids and keys are random always. Everybody knows the
    passphrase of its one member: the people are invented. `progress` is told cases done, of how many.

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
        vault_founding.init(vault, organisation=ORGANISATION, member=MEMBER, passphrase=bytearray(passphrase.encode()))
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
