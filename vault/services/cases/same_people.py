"""Who in other cases may be the same person, and who is said to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from vault.access.session import Session
from vault.casework.contact import digits_of
from vault.casework.person import Person
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId, make_id
from vault.index.case_pages import CaseRow, row_of
from vault.index.file import Index
from vault.index.full_text import people_reached
from vault.index.full_text import search as search_index
from vault.index.people_index import find_alike, people_in, places_of, who_is
from vault.log.payload import OBJECTS_LIMIT
from vault.names.likeness import alike as are_alike
from vault.names.likeness import parts_of
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases import sections, undoing
from vault.services.cases.case_people import stored_at
from vault.services.cases.editing import Place, edit
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.words.message import Message

# Who in other cases may be the same person: by names in any spelling, by numbers, by the year of birth.
# It proposes; a member decides (`same_people.same`).

_FEWEST_LETTERS = 3
_MOST_OPENED = 20
_MOST_SHOWN = 5
_LAST_DIGITS = 7  # with a country before them, or without
_YEAR = len("1984")
_MOST_NAMES = 16  # of a person whom somebody else wrote, perhaps to be looked up for hours
_MOST_NUMBERS = 32
_MOST_WORDS = 32
_FEWEST_WORDS = 2  # of one name only, many people are called
_At: TypeAlias = tuple[bytes, bytes]
"""(case, record) of somebody."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody of another case, and why they may be the same person.

    `names` are the words of the person's own names that they bear in some spelling; `numbers` the phones, addresses
    and document numbers that both have; `born` the date of birth of the other where the year is the same.
    """

    place: Place
    ref: str
    name: str = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)
    born: str = field(default="", repr=False)


def alike(session: Session, place: Place, person: Person) -> list[Alike]:
    """Return who in this member's cases may be this person, the likeliest first; the look is in the log before.

    `place` is where the person stands, in a case or a restricted section; `person` as opened there.
    """
    session.require(Action.CASE_READ, place.case)
    rule = session.require(Action.CASE_SEARCH)
    (found,) = _likely(session, [person], [False], rule, own=(place.case, place.record), why="casework")
    return found


def alike_to_new(session: Session, people: Sequence[Person], *, why: str = "intake") -> list[list[Alike]]:
    """Return for each of these people, who are not written down yet, who in this member's cases may be the same.

    Of who is known by one name only, one name alike is enough. The look is one entry of the log, before it is returned.
    """
    rule = session.require(Action.CASE_SEARCH)
    return _likely(session, people, [bears_one_name(person) for person in people], rule, why=why)


def alike_to_added(session: Session, added: Person, after: Person, case: CompartmentId) -> list[Alike]:
    """Return who in other cases may have what is added to a person of this case; see `alike_to_new`.

    `added` is the person with nothing but the names, numbers and addresses that are new; `after` the person as written.
    """
    rule = session.require(Action.CASE_SEARCH)
    (found,) = _likely(session, [added], [bears_one_name(after)], rule, beside=case, why="casework")
    return found


def alike_within(session: Session, person: Person, case: CompartmentId) -> list[Alike]:
    """Return who of one case may be this person, who is not written down yet: by `same_as_written`."""
    session.require(Action.CASE_READ, case)
    rule = session.require(Action.CASE_SEARCH)
    index = up_to_date_index(session)
    places = [Place(case, RecordId(record), Person.KIND) for record in people_in(index, case)]
    stored = [(place, found.value) for place in places if (found := stored_at(session, place)) is not None]
    here = [(place, other) for place, other in stored if same_as_written(person, other)]
    _log(session, {(place.case, place.record) for place, _ in here}, rule, "intake")
    row, words = row_of(index, case), [part for name in person.names for part in parts_of(name.text)]
    ref = "" if row is None else row.ref
    return [
        Alike(place, ref, other.display_name(), _called(words, other), _shared_phones(person, other))
        for place, other in here
    ]


def _shared_phones(person: Person, other: Person) -> tuple[str, ...]:
    ends = {digits_of(phone)[-_LAST_DIGITS:] for phone in other.phones}
    return tuple(phone for phone in person.phones if digits_of(phone)[-_LAST_DIGITS:] in ends)


def same_as_written(person: Person, other: Person) -> bool:
    """Say whether two people of a list may be the same: by a number, or by how they are called.

    By name alone nobody is who was born in another year: a list has many who are called alike.
    """
    if _shared_phones(person, other):
        return True
    if person.born and other.born and not _of_one_year(person, other):
        return False
    words = [part for name in person.names for part in parts_of(name.text)]
    return _is_enough(_called(words, other), has_one_name=bears_one_name(person), is_of_one_year=False)


def _likely(
    session: Session,
    people: Sequence[Person],
    have_one_name: Sequence[bool],
    rule: str,
    *,
    own: _At | None = None,
    beside: CompartmentId | None = None,
    why: str,
) -> list[list[Alike]]:
    index = up_to_date_index(session)
    asked = list(zip(people, have_one_name, strict=True))
    found = [_found(index, person, own, beside, has_one_name=has_one_name) for person, has_one_name in asked]
    every = {at for each in found for at in each.at}
    _log(session, every, rule, why)
    stored = {at: stored_at(session, Place(CompartmentId(at[0]), RecordId(at[1]), Person.KIND)) for at in every}
    opened = {at: each.value for at, each in stored.items() if each is not None}
    rows = {case: row for case in {case for case, _ in every} if (row := row_of(index, case)) is not None}
    return [
        _judged(person, each, opened, rows, has_one_name=has_one_name)
        for (person, has_one_name), each in zip(asked, found, strict=True)
    ]


class _Found(NamedTuple):
    """What the index says of one person: who it may be, the likeliest first, by which words and numbers."""

    at: list[_At]
    names: Mapping[_At, Sequence[str]]
    numbers: Mapping[_At, Sequence[str]]


def _found(index: Index, person: Person, own: _At | None, beside: bytes | None, *, has_one_name: bool) -> _Found:
    names: defaultdict[_At, list[str]] = defaultdict(list)
    numbers: defaultdict[_At, list[str]] = defaultdict(list)
    for name in person.names[:_MOST_NAMES]:
        for asked, words in _asked(name.text):
            is_part = asked != name.text or has_one_name
            for heard in find_alike(index, asked, limit=_MOST_OPENED, in_part=is_part):
                names[heard.case, heard.record] += words
    for phone in person.phones[:_MOST_NUMBERS]:
        for reached in people_reached(index, digits_of(phone)[-_LAST_DIGITS:]):
            numbers[reached].append(phone)
    numbered = [*person.emails, *(document.number for document in person.documents)]
    for text in numbered[:_MOST_NUMBERS]:
        for hit in search_index(index, f'"{text}"').hits:
            if hit.kind == Person.KIND:
                numbers[hit.case, hit.record].append(text)
    others = [at for at in {*names, *numbers} if at != own and at[0] != beside]
    others.sort(key=lambda at: (-10 * len(numbers[at]) - len(names[at]), at))
    return _Found(others[:_MOST_OPENED], names, numbers)


def _judged(
    person: Person, found: _Found, opened: Mapping[_At, Person], rows: Mapping[bytes, CaseRow], *, has_one_name: bool
) -> list[Alike]:
    likely = []
    for at in found.at:
        other, row = opened.get(at), rows.get(at[0])
        if other is None or row is None or (person.who is not None and other.who == person.who):
            continue
        born = other.born or "" if _of_one_year(person, other) else ""
        called = _called(found.names.get(at, ()), other)
        shared = tuple(dict.fromkeys(found.numbers.get(at, ())))
        if shared or _is_enough(called, has_one_name=has_one_name, is_of_one_year=bool(born)):
            there = Place(CompartmentId(at[0]), RecordId(at[1]), Person.KIND)
            likely.append(Alike(there, row.ref, other.display_name(), called, shared, born))
    likely.sort(key=lambda other: (-len(other.numbers), -len(other.names), not other.born, other.ref))
    return likely[:_MOST_SHOWN]


def _called(words: Iterable[str], other: Person) -> tuple[str, ...]:
    """Return those of the words, each once, that another person is called by in some spelling."""
    theirs = [part for name in other.names[:_MOST_NAMES] for part in parts_of(name.text)[:_MOST_WORDS]]
    return _told_apart(word for word in words if any(are_alike(word, part) for part in theirs))


def _is_enough(called: Sequence[str], *, has_one_name: bool, is_of_one_year: bool) -> bool:
    return len(called) >= _FEWEST_WORDS or (bool(called) and (is_of_one_year or has_one_name))


def bears_one_name(person: Person) -> bool:
    """Say whether somebody is known by no more than one word of a name."""
    return all(len(parts_of(name.text)) <= 1 for name in person.names)


def _log(session: Session, found: Collection[_At], rule: str, why: str) -> None:
    cases = sorted({CompartmentId(case) for case, _ in found})
    counts, objs = {"hit": len(found), "case": len(cases)}, [audit_of(session, case) for case in cases[:OBJECTS_LIMIT]]
    session.log_act(Entry(act="case.search", why=why, objs=tuple(objs), covers=counts, pol=rule))


def _asked(name: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return what is looked for of a name, with the words that a hit has of it: the whole name, and each word."""
    words = parts_of(name)[:_MOST_WORDS]
    return [(name, words), *((word, (word,)) for word in words if len(word) >= _FEWEST_LETTERS)]


def _told_apart(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words without those that only spell another one of them in another way."""
    found: list[str] = []
    for word in words:
        if all(are_alike(word, other) is None for other in found):
            found.append(word)
    return tuple(found)


def _of_one_year(person: Person, other: Person) -> bool:
    years = [born.strip("~")[:_YEAR] if born else "" for born in (person.born, other.born)]
    return bool(years[0]) and years[0] == years[1]


# One person in several cases: a person is a record of one case, and `who` says that two records are one person.
# No list of people stands outside the cases: it would tell who is in whose cases.
@dataclass(frozen=True, slots=True)
class Standing:
    """A case in which a person stands, and their record and name there."""

    case: CompartmentId
    ref: str
    title: str = field(repr=False)
    record: RecordId
    name: str = field(repr=False)
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of joining two records: in how many places the person stands now.

    `ref` is the reference of the case where both stand; empty where they are of two cases, or one is of a section.
    """

    places: int
    ref: str = ""


def same(session: Session, place: Place, other: Place) -> Joined:
    """Say that two records are one person, in cases or in restricted sections.

    The first takes the `who` of the second, with everybody who was the same as the first; where neither has one, both
    get a new one. Each case and section is changed by an entry of its own.

    Raises:
        UsageError: it is one record.
    """
    session.require(Action.CASE_WRITE, place.case)
    session.require(Action.CASE_WRITE, other.case)
    if place == other:
        raise UsageError(Message("these two are already the same record"))
    ours, theirs = _who(session, place), _who(session, other)
    who = theirs or ours or make_id()
    changed = {place, other}
    if ours is not None and ours != who:
        changed |= _places(session, ours)
    for home in {where.case for where in changed}:
        session.require(Action.CASE_WRITE, home)

    def known(person: Person) -> Person:
        return replace(person, who=who)

    written = 0
    for where in sorted(changed, key=lambda where: (where.case, where.record)):
        if sections.is_section(session, where.case):
            edited = sections.edit_person(session, where, known)
        else:
            edited = edit(session, where, Person, known, act="person.edit")
        written += bool(edited.settled)
    undoing.note_together(session, written)
    ref = called(session, place)[1] if are_of_one_case(session, place, other) else ""
    return Joined(len(_places(session, who)), ref)


def are_of_one_case(session: Session, place: Place, other: Place) -> bool:
    """Say whether two people stand in one case, and in no section of it."""
    return place.case == other.case and not sections.is_section(session, place.case)


def called(session: Session, place: Place) -> tuple[str, str]:
    """Return what a person is called at a place, and the reference of its case."""
    session.require(Action.CASE_READ, place.case)
    index = up_to_date_index(session)
    if sections.is_section(session, place.case):
        person = sections.person_at(session, place)
        case, name = sections.case_of_person(session, place), "" if person is None else person.display_name()
    else:
        case, name = place.case, people_in(index, place.case).get(place.record, "")
    row = row_of(index, case)
    return name, "" if row is None else row.ref


def cases_of(session: Session, place: Place) -> list[Standing]:
    """Return the cases of this member in which the same person stands; of other members' cases nothing is known.

    The look is in the log before they are returned.
    """
    session.require(Action.CASE_READ, place.case)
    rule = session.require(Action.CASE_LIST)
    index = up_to_date_index(session)
    who = _who(session, place)
    found = {place} if who is None else _places(session, who)
    session.log_act(Entry(act="case.list", covers={Person.KIND: len(found)}, pol=rule))
    lines = [
        Standing(home, row.ref, row.title, record, name, row.closed)
        for home, record, name in _named(session, found, who)
        if (row := row_of(index, home)) is not None
    ]
    return sorted(lines, key=lambda line: (line.ref, line.record))


def _who(session: Session, place: Place) -> bytes | None:
    if sections.is_section(session, place.case):
        return sections.who_is(session, place)
    return who_is(up_to_date_index(session), place.case, place.record)


def _places(session: Session, who: bytes) -> set[Place]:
    """Return where somebody is written to be this person, in the cases and sections of this member."""
    found = {_place(*where) for where in places_of(up_to_date_index(session), who)}
    return found | {place for place, _, _ in sections.places_of_person(session, who)}


def _named(session: Session, found: set[Place], who: bytes | None) -> Iterator[tuple[CompartmentId, RecordId, str]]:
    """Yield the case, the record and the name of each place; a place in a section is one of its case."""
    index = up_to_date_index(session)
    for place in found:
        if not sections.is_section(session, place.case):
            yield place.case, place.record, people_in(index, place.case).get(place.record, "")
    for place, case, person in sections.places_of_person(session, who) if who is not None else ():
        yield case, place.record, person.display_name()


def _place(case: bytes, record: bytes) -> Place:
    return Place(CompartmentId(case), RecordId(record), Person.KIND)
