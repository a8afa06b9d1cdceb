"""Who in other cases may be the same person: by names in any spelling, by numbers, by the year of birth.

It proposes; a member decides (`same_person.same`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.contact import digits_of
from vault.casework.person import Person
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.alike import find_alike
from vault.index.cases import row_of
from vault.index.heads import heads_of
from vault.index.search import people_reached
from vault.index.search import search as search_index
from vault.names.alike import alike as are_alike
from vault.names.alike import parts_of
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases.editing import Place
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.reading import read_versions, stored_of_kind

_FEWEST_LETTERS = 3
_MOST_OPENED = 20
_MOST_SHOWN = 5
_LAST_DIGITS = 7  # with a country before them, or without
_YEAR = len("1984")
_FEWEST_WORDS = 2  # of one name only, many people are called


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

    Args:
        session: who asks.
        place: where the person stands, in a case or a restricted section.
        person: as opened there.
    """
    session.require(Action.CASE_READ, place.case)
    return _likely(session, person, place, why="casework")


def alike_to_new(session: Session, person: Person) -> list[Alike]:
    """Do so for somebody who is not written down yet; of who is known by one name only, one name alike is enough."""
    return _likely(session, person, None, why="intake")


def _likely(session: Session, person: Person, place: Place | None, *, why: str) -> list[Alike]:
    rule = session.require(Action.CASE_SEARCH)
    index = up_to_date_index(session)
    has_one_name = place is None and all(len(parts_of(name.text)) <= 1 for name in person.names)
    names: defaultdict[tuple[bytes, bytes], list[str]] = defaultdict(list)
    numbers: defaultdict[tuple[bytes, bytes], list[str]] = defaultdict(list)
    for name in person.names:
        for asked, words in _asked(name.text):
            is_part = asked != name.text or has_one_name
            for heard in find_alike(index, asked, limit=_MOST_OPENED, in_part=is_part):
                names[heard.case, heard.record] += words
    for phone in person.phones:
        for found in people_reached(index, digits_of(phone)[-_LAST_DIGITS:]):
            numbers[found].append(phone)
    for text in (*person.emails, *(document.number for document in person.documents)):
        for hit in search_index(index, f'"{text}"').hits:
            if hit.kind == Person.KIND:
                numbers[hit.case, hit.record].append(text)
    own = None if place is None else (place.case, place.record)
    found_at = sorted(
        {*names, *numbers} - {own}, key=lambda found: (-10 * len(numbers[found]) - len(names[found]), found)
    )[:_MOST_OPENED]
    _log(session, found_at, rule, why)
    likely = []
    for case, record in found_at:
        there = Place(CompartmentId(case), RecordId(record), Person.KIND)
        other = _opened(session, there)
        row = row_of(index, case)
        if other is None or row is None or (person.who is not None and other.who == person.who):
            continue
        born = other.born or "" if _is_of_one_year(person, other) else ""
        theirs = [part for name in other.names for part in parts_of(name.text)]
        called = _told_apart(word for word in names[case, record] if any(are_alike(word, part) for part in theirs))
        shared = tuple(dict.fromkeys(numbers[case, record]))
        if shared or len(called) >= _FEWEST_WORDS or (called and (born or has_one_name)):
            likely.append(Alike(there, row.ref, other.display_name(), called, shared, born))
    likely.sort(key=lambda found: (-len(found.numbers), -len(found.names), not found.born, found.ref))
    return likely[:_MOST_SHOWN]


def _log(session: Session, found_at: Iterable[tuple[bytes, bytes]], rule: str, why: str) -> None:
    cases = dict.fromkeys(CompartmentId(case) for case, _ in found_at)
    counts = Counter({"hit": len(list(found_at)), "case": len(cases)})
    with session.work() as work:
        work.commit(
            Entry(
                act="case.search",
                why=why,
                objs=tuple(audit_of(session, case) for case in cases),
                covers=counts,
                pol=rule,
            )
        )


def _asked(name: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return what is looked for of a name, with the words that a hit has of it: the whole name, and each word."""
    words = parts_of(name)
    return [(name, words), *((word, (word,)) for word in words if len(word) >= _FEWEST_LETTERS)]


def _told_apart(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words without those that only spell another one of them in another way."""
    found: list[str] = []
    for word in words:
        if all(are_alike(word, other) is None for other in found):
            found.append(word)
    return tuple(found)


def _opened(session: Session, place: Place) -> Person | None:
    heads = frozenset(map(VersionId, heads_of(session.index(), place.case, place.record, Person.KIND)))
    found = stored_of_kind(read_versions(session, place.case, place.record, heads), Person)
    return found[0].value if found else None


def _is_of_one_year(person: Person, other: Person) -> bool:
    years = [born.strip("~")[:_YEAR] if born else "" for born in (person.born, other.born)]
    return bool(years[0]) and years[0] == years[1]
