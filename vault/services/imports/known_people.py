"""Whom of a list somebody knows already: in this member's cases, in the list itself, or in the register.

It proposes; the member decides for each way of knowing at once, and a member says later who is one (`person same`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique

from vault.access.session import Session
from vault.casework.contact import COMPARED_DIGITS, digits_of
from vault.casework.person import Person
from vault.ids import CompartmentId, CompartmentKind, MemberId, RecordId, VersionId
from vault.index.alike import find_alike
from vault.index.cases import row_of
from vault.index.file import Index
from vault.index.heads import heads_of
from vault.index.search import people_reached
from vault.log.payload import OBJECTS_LIMIT
from vault.names.forms import words_of
from vault.policy.roles import ALLOWED, Action
from vault.records.work import Entry
from vault.services.cases import register
from vault.services.cases.editing import Place
from vault.services.imports.spreadsheet import NewRow
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.reading import read_versions, stored_of_kind

_FEWEST_WORDS = 2  # of one name only, many people are called
_MOST_OF_A_ROW = 5
_YEAR = len("1984")
_Found = tuple[bytes, bytes]
"""(case, record) of somebody."""


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
    """Return who of these rows may be known already, each row under the surest way; the look is in the log before."""
    rule = session.require(Action.CASE_SEARCH)
    index = up_to_date_index(session)
    people = {row.row: row.client for row in rows if row.client is not None}
    places = {number: _found(index, person) for number, person in people.items()}
    _log(session, {at for pair in places.values() for each in pair for at in each}, rule)
    known: defaultdict[Way, list[Known]] = defaultdict(list)
    for number, (reached, called) in places.items():
        found = [(Way.NUMBER, at) for at in sorted(reached)] + [(Way.NAME, at) for at in sorted(called - reached)]
        for way, at in found[:_MOST_OF_A_ROW]:
            place, row = Place(CompartmentId(at[0]), RecordId(at[1]), Person.KIND), row_of(index, at[0])
            other = _opened(session, place)
            if other is None or row is None or (way is Way.NAME and not _may_be(people[number], other)):
                continue
            known[way].append(Known(number, place, row.ref, other.display_name()))
    known[Way.FILE] += _twice(people)
    told = {who.row for found in known.values() for who in found}
    known[Way.REGISTER] += _of_colleagues(session, {n: person for n, person in people.items() if n not in told})
    return {way: tuple(known[way]) for way in Way if known[way]}


def _found(index: Index, person: Person) -> tuple[set[_Found], set[_Found]]:
    """Return (case, record) of who has a number of this person, and of who may be called so."""
    reached = {found for phone in person.phones for found in people_reached(index, digits_of(phone)[-COMPARED_DIGITS:])}
    called = {
        (heard.case, heard.record)
        for name in person.names
        for heard in find_alike(index, name.text, limit=_MOST_OF_A_ROW)
    }
    return reached, called


def _opened(session: Session, place: Place) -> Person | None:
    heads = frozenset(map(VersionId, heads_of(session.index(), place.case, place.record, Person.KIND)))
    found = stored_of_kind(read_versions(session, place.case, place.record, heads), Person)
    return found[0].value if found else None


def _may_be(person: Person, other: Person) -> bool:
    """Say whether people whose names sound alike may be the same: of two years they are not, by one word few are."""
    years = [born.strip("~")[:_YEAR] if born else "" for born in (person.born, other.born)]
    if all(years):
        return years[0] == years[1]
    return any(len(words_of(name.text)) >= _FEWEST_WORDS for name in person.names)


def _twice(people: Mapping[int, Person]) -> Iterator[Known]:
    """Yield the rows that have the number, or the name and the date of birth, of one before them."""
    first: dict[object, int] = {}
    for number, person in people.items():
        keys: list[object] = [digits_of(phone)[-COMPARED_DIGITS:] for phone in person.phones]
        keys += [(frozenset(words_of(name.text.casefold())), person.born) for name in person.names]
        before = next((first[key] for key in keys if key in first), 0)
        if before:
            yield Known(number, other_row=before)
        for key in keys:
            first.setdefault(key, number)


def _of_colleagues(session: Session, people: Mapping[int, Person]) -> Iterator[Known]:
    """Yield whom other members entered in the register; without its key nobody can be asked about."""
    named = {number: [name.text for name in person.names] for number, person in people.items() if person.names}
    may_ask = session.roles & ALLOWED[Action.REGISTER_ASK] and held_of_kind(session, CompartmentKind.REGISTER)
    if not may_ask or not named:
        return
    for number, members in zip(named, register.ask_each(session, list(named.values())), strict=True):
        others = tuple(member for member in members if member != session.member)
        if others:
            yield Known(number, members=others)


def _log(session: Session, found: Collection[_Found], rule: str) -> None:
    cases = sorted({CompartmentId(case) for case, _ in found})
    with session.work() as work:
        work.commit(
            Entry(
                act="case.search",
                why="casework",
                objs=tuple(audit_of(session, case) for case in cases[:OBJECTS_LIMIT]),
                covers=Counter({"hit": len(found), "case": len(cases)}),
                pol=rule,
            )
        )
