"""The list of cases, page by page, and search."""

from __future__ import annotations

from typing import ClassVar, Final

from tui.gateway.subject import Subject, UnlockedVault, case_id
from tui.values import shaping
from tui.values.values import CaseLine, CaseListStart, FoundShown, HitShown, PreviewShown
from vault.casework.person import Person
from vault.errors import InternalError
from vault.ids import VersionId
from vault.index.cases import CaseRow, FoundCases, Place, Sort
from vault.index.rows import NO_DATE
from vault.policy.roles import Action
from vault.services.cases import cases, listing, searching
from vault.services.cases.listing import CaseList
from vault.services.cases.searching import WHY_WORDS, FoundRecord
from vault.words.message import Message

_MOST_AMONG: Final = 200


class Finding(Subject):
    """Finds cases and records. It remembers the list that a session opened, and the last filter."""

    sorts: ClassVar[tuple[str, ...]] = tuple(sort.value for sort in (Sort.NAME, Sort.REF, Sort.STATUS, Sort.DUE))

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self._list: CaseList | None = None
        self._found: tuple[str, FoundCases | None] = ("", None)
        self._seen_in_search: set[VersionId] = set()

    @property
    def cases(self) -> CaseList:
        """The list of cases; the first look of a session is in the log."""
        if self._list is None:
            self._list = listing.open_list(self._session)
        return self._list

    def start(self, sort: str, untrusted_filter: str = "") -> CaseListStart:
        """Return the size and first page of the list; the first call of a session puts the look into the log."""
        cases = self.cases
        found = cases.filter(untrusted_filter)
        self._found = (untrusted_filter, found)
        rows = cases.page(0, Sort(sort), found=found)
        more = found is not None and found.more
        return CaseListStart(cases.count(found), tuple(self._as_listed(_line(row)) for row in rows), more)

    def page(
        self, sort: str, untrusted_filter: str, position: int, *, after: object = None, before: object = None
    ) -> CaseListStart:
        """Return the page at a position of the list that `start` began; its places make the next ones quick."""
        if self._list is None:
            raise InternalError(Message("the list was not opened"))
        words, found = self._found
        if words != untrusted_filter:
            found = self._list.filter(untrusted_filter)
        rows = self._list.page(
            position,
            Sort(sort),
            found=found,
            after=after if isinstance(after, Place) else None,
            before=before if isinstance(before, Place) else None,
        )
        return CaseListStart(self._list.count(found), tuple(self._as_listed(_line(row)) for row in rows))

    def alone(self, shown: tuple[str, ...]) -> frozenset[str]:
        """Return those of these cases that no other member can open; where there is no other member, none is named."""
        session = self._session
        if len(session.directory.effective.members) == 1 or not self._may(Action.CASE_READ):
            return frozenset()
        held = [
            compartment
            for compartment in map(case_id, shown)
            if session.holds(compartment) and compartment not in session.hidden
        ]
        session.states_of(held)  # judged together, then asked one by one
        return frozenset(compartment.hex() for compartment in held if cases.only_you(session, compartment) is not None)

    def preview(self, case: str) -> PreviewShown | None:
        """Return what stands beside the list of a case in it; None where it went."""
        found = self.cases.preview(case_id(case))
        if found is None:
            return None
        row = found.row
        contacts = tuple((name, shaping.contact_line(contact)) for name, contact in found.contacts)
        dates = tuple((date.kind, "" if date.when == NO_DATE else date.when, date.headline) for date in found.dates)
        shown = PreviewShown(
            *(row.title, row.kind, row.status, row.risk, found.clients, found.others, contacts, dates, found.owner),
            never_use=found.never_use,
            more_people=found.more_people,
            more_contacts=found.more_contacts,
        )
        return self._as_listed(shown)

    def search(self, untrusted_words: str, *, exact: bool = False) -> FoundShown:
        """Find records; an entry covers all hits, also while somebody types on and finds some of them again."""
        found = searching.search(self._session, untrusted_words, exact=exact, seen=self._seen_in_search)
        return FoundShown(tuple(map(_hit, found.hits)), found.more)

    def people(self, untrusted_words: str) -> FoundShown:
        """Find people, among the newest records that have the words; one entry covers all of these."""
        found = searching.search(self._session, untrusted_words, limit=_MOST_AMONG)
        return FoundShown(tuple(_hit(hit) for hit in found.hits if hit.kind == Person.KIND), found.more)


def _hit(hit: FoundRecord) -> HitShown:
    return HitShown(
        hit.case.hex(),
        hit.ref,
        hit.record.hex(),
        hit.kind,
        hit.snippet,
        hit.do_not_call,
        title=hit.title,
        client=hit.client,
        is_closed=hit.is_closed,
        written_ms=hit.written_ms,
        marks=hit.marks,
        why=WHY_WORDS[hit.why],
    )


def _line(row: CaseRow) -> CaseLine:
    return CaseLine(
        row.case.hex(), row.ref, row.name, row.title, row.kind, row.status, row.heads, row.place, due=row.due or ""
    )
