"""Whom of a list somebody knows already: in this member's cases, in the list itself, or in the register.

It proposes; the member decides for each way of knowing at once, and a member says later who is one (`person same`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final

from vault.access.session import Session
from vault.casework.contact import COMPARED_DIGITS, digits_of
from vault.casework.person import Person
from vault.ids import MemberId
from vault.names.likeness import skeletons_of
from vault.policy.roles import Action
from vault.services.cases.alike import bears_one_name, same_as_written
from vault.services.cases.editing import Place
from vault.services.cases.writing_down import look_each, named_in
from vault.services.imports.spreadsheet import NewRow

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
