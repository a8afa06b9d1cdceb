"""The list of cases on a screen: looked at once, then read in pages, sorted and filtered without another entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.person import SafeContact
from vault.display import here
from vault.ids import CompartmentId
from vault.index.case_pages import (
    CaseRow,
    DateGlance,
    FoundCases,
    Place,
    Sort,
    case_count,
    find,
    found_too,
    next_dates,
    own_count,
    page,
    page_at,
    people_at_a_glance,
    people_counts,
    row_of,
    states_of,
)
from vault.index.full_text import cases_of_phone
from vault.index.people_index import find_alike, never_use_by_case
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import up_to_date_index

MOST_LIKE = 3
"""How many cases are named beside what somebody types of a call."""
_LOCAL_DIGITS = 9
_FEWEST_LOCAL_DIGITS = 7
_MOST_HEARD = 12
_MOST_FILTERED = 100


@dataclass(frozen=True, slots=True)
class CasePreview:
    """What stands beside the list of the case under its cursor: all of it is in the index, none of it is a note.

    `others` are people who are no clients, `more_people` how many there are beside; `contacts` are the first safe
    contacts, each with whose it is; `never_use` all that must never be used; `owner` a member; `states` the stage and
    the risk of each version of a case that has two.
    """

    row: CaseRow
    clients: tuple[str, ...] = field(repr=False)
    others: tuple[str, ...] = field(repr=False)
    more_people: int
    contacts: tuple[tuple[str, SafeContact], ...] = field(repr=False)
    more_contacts: int
    never_use: tuple[str, ...] = field(repr=False)
    dates: tuple[DateGlance, ...] = field(repr=False)
    owner: str = field(repr=False)
    states: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CaseList:
    """The list, opened by `open_list`: that it was looked at, and how many cases it had, is in the log."""

    _session: Session = field(repr=False)

    def count(self, found: FoundCases | None = None) -> int:
        """Return how many rows there are, of all or of a filter."""
        return case_count(up_to_date_index(self._session)) if found is None else len(found.docs)

    def own_count(self) -> int:
        """Return how many of the cases name this member as their owner."""
        return own_count(up_to_date_index(self._session), self._session.member)

    def people_counts(self, rows: Sequence[CaseRow]) -> dict[bytes, int]:
        """Return how many people the cases of these rows have; those without any are left out."""
        return people_counts(up_to_date_index(self._session), [row.case for row in rows])

    def filter(self, untrusted_words: str) -> FoundCases | None:
        """Return the cases whose names, or those of their people, hold all the words; None for no words.

        Cases of people whose names sound so, in whatever spelling, or whose number ends so, are among them.
        """
        index = up_to_date_index(self._session)
        found = find(index, untrusted_words)
        if found is None or found.more:
            return found
        is_number = not any(letter.isalpha() for letter in untrusted_words)
        if is_number:
            return found_too(index, found, cases_of_phone(index, untrusted_words))
        heard = find_alike(index, untrusted_words, limit=_MOST_FILTERED, in_part=True)
        return found_too(index, found, dict.fromkeys(hit.case for hit in heard))

    def ends_as(self, untrusted_number: str) -> list[CaseRow]:
        """Return cases, open or closed, of people with a number that ends as this one does.

        Of a long one the last nine, eight or seven digits are asked: it may be heard without its country or trunk.
        """
        index = up_to_date_index(self._session)
        digits = "".join(letter for letter in untrusted_number if letter.isdecimal())
        for length in range(min(len(digits), _LOCAL_DIGITS), min(len(digits), _FEWEST_LOCAL_DIGITS) - 1, -1):
            found = cases_of_phone(index, digits[-length:], limit=MOST_LIKE)
            if found:
                rows = [row_of(index, case) for case in found]
                return [row for row in rows if row is not None]
        return []

    def sounds_as(self, untrusted_name: str) -> list[CaseRow]:
        """Return cases, open or closed, of people who may have this name in whatever spelling, the surest first.

        What is typed may be a beginning: open cases that have it so in a name come first.
        """
        index = up_to_date_index(self._session)
        typed = find(index, untrusted_name)
        begun = [] if typed is None else page(index, Sort.NAME, found=FoundCases(typed.docs[:MOST_LIKE], more=False))
        heard = find_alike(index, untrusted_name, limit=_MOST_HEARD, in_part=True)
        rows = (row_of(index, case) for case in dict.fromkeys(hit.case for hit in heard))
        found = {row.case: row for row in (*begun, *rows) if row is not None}
        return list(found.values())[:MOST_LIKE]

    def page(
        self,
        position: int,
        sort: Sort,
        *,
        found: FoundCases | None = None,
        after: Place | None = None,
        before: Place | None = None,
    ) -> list[CaseRow]:
        """Return the page that begins at this position, from 0, in this order; of `found` alone, if it is given.

        `after` and `before` are the rows beside it, if known: it is then found by key, however far down it is.
        """
        index = up_to_date_index(self._session)
        if position == 0 or after is not None or before is not None:
            return page(index, sort, found=found, after=after, before=None if after else before)
        return page_at(index, position, sort, found=found)

    def preview(self, case: CompartmentId) -> CasePreview | None:
        """Return what stands beside the list of one of its cases; None where it went."""
        index = up_to_date_index(self._session)
        row = row_of(index, case)
        if row is None:
            return None
        glance = people_at_a_glance(index, case)
        owner = "" if not row.owner else name_in(names_of_members(self._session), bytes.fromhex(row.owner))
        return CasePreview(
            row,
            clients=tuple(person.name for person in glance.people if person.is_client and person.name),
            others=tuple(person.name for person in glance.people if not person.is_client and person.name),
            more_people=glance.more,
            contacts=tuple(
                (person.name, msgspec.json.decode(person.contact, type=SafeContact)) for person in glance.contacts
            ),
            more_contacts=glance.more_contacts,
            never_use=never_use_by_case(index, [case]).get(case, ()),
            dates=tuple(next_dates(index, case, here(self._session.log.now_ms()).strftime("%Y-%m-%dT%H:%M"))),
            owner=owner,
            states=tuple(states_of(index, case)) if row.heads > 1 else (),
        )


def has_cases(session: Session) -> bool:
    """Say whether this member holds any open case."""
    session.require(Action.CASE_LIST)
    return case_count(up_to_date_index(session)) > 0


def open_list(session: Session) -> CaseList:
    """Open the list of all cases that this member holds; the look is in the log before any row is read.

    Raises:
        RefusedError: the member's roles do not allow it.
    """
    rule = session.require(Action.CASE_LIST)
    count = case_count(up_to_date_index(session))
    session.log_act(Entry(act="case.list", covers={Case.KIND: count}, pol=rule))
    return CaseList(session)
