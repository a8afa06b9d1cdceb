"""The list of cases page by page, search, and calls: the slip that is being typed and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from msgspec import structs

from tui.gateway.unlocked_vault import Subject, UnlockedVault, case_id
from tui.values import shaping
from tui.values.cases_shown import CaseLine, CaseListStart, FoundShown, PreviewShown
from tui.values.forms_typed import CaseLike, Reminding, SlipBegun, SlipTyped
from vault.casework.person import Person
from vault.casework.story import headline_said
from vault.casework.story.protection import missed_for
from vault.errors import InternalError
from vault.ids import RecordId, VersionId, make_id
from vault.index.case_pages import CaseRow, DateGlance, FoundCases, Place, Sort
from vault.index.document_rows import NO_DATE
from vault.policy.roles import Action
from vault.services.cases import case_changes, case_people, cases, intake, listing, searching
from vault.services.cases.intake import SlipLine
from vault.services.cases.listing import CaseList
from vault.services.safety import incidents
from vault.words.message import Message, Words, enumerated

# The list of cases, page by page, and search.

_MOST_AMONG: Final = 200


class Finding(Subject):
    """Finds cases and records. It remembers the list that a session opened, and the last filter."""

    sorts: ClassVar[tuple[str, ...]] = tuple(sort.value for sort in (Sort.DUE, Sort.NAME, Sort.REF, Sort.STATUS))

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self._list: CaseList | None = None
        self._found: tuple[str, FoundCases | None] = ("", None)
        self._seen_in_search: set[VersionId] = set()

    @property
    def cases(self) -> CaseList:
        """The list of cases; the first look of a session is in the log."""
        if self._list is None:
            self._session.require(Action.CASE_LIST, tried=False)  # the app opens it by itself
            self._list = listing.open_list(self._session)
        return self._list

    def start(self, sort: str, untrusted_filter: str = "") -> CaseListStart:
        """Return the size and first page of the list; the first call of a session puts the look into the log."""
        cases = self.cases
        found = cases.filter(untrusted_filter)
        self._found = (untrusted_filter, found)
        rows = cases.page(0, Sort(sort), found=found)
        more = found is not None and found.more
        own = cases.own_count() if found is None else 0
        return CaseListStart(cases.count(found), self._lines(rows), more, own)

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
        return CaseListStart(self._list.count(found), self._lines(rows))

    def _lines(self, rows: Sequence[CaseRow]) -> tuple[CaseLine, ...]:
        today, people = cases.today(self._session), self.cases.people_counts(rows)
        return tuple(self._as_listed(_line(row, today, people.get(row.case, 0))) for row in rows)

    def first(self, sort: str, untrusted_filter: str) -> tuple[str, ...]:
        """Return the cases at the top of the list, as many as may be changed at once."""
        found, rows = self.cases.filter(untrusted_filter), list[CaseRow]()
        while len(rows) < case_changes.MOST_CASES:
            after = rows[-1].place if rows else None
            page = self.cases.page(len(rows), Sort(sort), found=found, after=after)
            rows += page
            if not page:
                break
        return tuple(row.case.hex() for row in rows[: case_changes.MOST_CASES])

    def alone(self, shown: tuple[str, ...]) -> frozenset[str]:
        """Return those of these cases that no other member can open; where there is no other member, none is named."""
        session = self._session
        if len(session.directory.members) == 1 or not self._may(Action.CASE_READ):
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
        dates = tuple(
            (date.kind, "" if date.when == NO_DATE else date.when, self._said_of(date)) for date in found.dates
        )
        shown = PreviewShown(
            *(row.title, row.kind, row.status, row.risk, found.clients, found.others, contacts, dates, found.owner),
            never_use=found.never_use,
            more_people=found.more_people,
            more_contacts=found.more_contacts,
            states=found.states,
        )
        return self._as_listed(shown)

    def _said_of(self, date: DateGlance) -> Words:
        said = headline_said(date.kind, date.headline)
        late = missed_for(date.kind, None if date.when == NO_DATE else date.when, incidents.now_here(self._session))
        return said if late is None else Message("{late}, {about}", late=incidents.missed_words(late), about=said)

    def search(self, untrusted_words: str, *, exact: bool = False, in_sections: bool = False) -> FoundShown:
        """Find records; an entry covers all hits, also while somebody types on and finds some of them again.

        `in_sections` opens each restricted section of this member too; that is in the log once.
        """
        found = searching.search(self._session, untrusted_words, exact=exact, seen=self._seen_in_search)
        hits, more, leaves_sections = found.hits, found.more, found.leaves_sections and not in_sections
        if in_sections:
            apart = searching.search_sections(self._session, untrusted_words, exact=exact)
            hits, more = (*hits, *apart.hits), more or apart.more
        of = 0 if self._list is None else self._list.count()
        return FoundShown(hits, more, of=of, leaves_sections=leaves_sections)

    def people(self, untrusted_words: str) -> FoundShown:
        """Find people, among the newest records that have the words; one entry covers all of these."""
        found = searching.search(self._session, untrusted_words, limit=_MOST_AMONG)
        return FoundShown(tuple(hit for hit in found.hits if hit.kind == Person.KIND), found.more)


def _line(row: CaseRow, today: str, people: int) -> CaseLine:
    return CaseLine(
        *(row.case.hex(), row.ref, row.name, row.title, row.status, row.heads, row.place),
        due=row.due or "",
        risk=row.risk,
        today=today,
        more_people=max(people - 1, 0) if row.name else 0,
    )


# Calls: the slip that is being typed, the open ones, and what becomes of them.
_AT_HOME = 4


class Intake(Subject):
    """Shows call slips, and keeps what is typed of one."""

    def __init__(self, door: UnlockedVault, finding: Finding) -> None:
        super().__init__(door)
        self._finding = finding
        self._last: SlipTyped | None = None
        self._seen: set[RecordId] = set()

    def begin(self, now_ms: int) -> SlipBegun:
        """Return the slip that was put away, or an empty one; for who takes no calls, who does."""
        if not self._session.allows(Action.INTAKE_WRITE).allowed:
            return SlipBegun(None, self._who_takes_calls())
        return SlipBegun(self._unlocked.shelf.slip() or SlipTyped(make_id().hex(), now_ms), last=self._last)

    def kept(self, slip: SlipTyped) -> None:
        """Forget what was typed of a slip that is kept now; its fields can be repeated in the next one."""
        self._last = slip
        self._unlocked.shelf.forget(slip)

    def remind(self, number: str, name: str, said: str = "") -> Reminding:
        """Return cases that this member may list whose people have such a number or such a name."""
        if not self._may(Action.CASE_LIST):
            return Reminding()
        cases = self._finding.cases
        (do_not_call,) = case_people.never_used_in_calls(self._session, [(number, f"{name}\n{said}")])
        return Reminding(_like(cases.ends_as(number)), _like(cases.sounds_as(name)), do_not_call)

    def find_open(self, untrusted_words: str) -> Sequence[SlipLine]:
        """Return the open slips with these words; none for who may not read them."""
        if not self._may(Action.INTAKE_READ):
            return ()
        return intake.find_open(self._session, untrusted_words, seen=self._seen)

    def newest(self) -> tuple[int, Sequence[SlipLine]]:
        """Return how many slips are open, and the newest for home, newest first; none for who may not read them."""
        if not self._may(Action.INTAKE_READ):
            return 0, ()
        found = intake.list_open(self._session, seen=self._seen)
        return len(found), list(map(self._hidden, found[: -_AT_HOME - 1 : -1]))

    def _hidden(self, line: SlipLine) -> SlipLine:
        return replace(line, stored=structs.replace(line.stored, value=self._as_listed(line.said)))

    def _who_takes_calls(self) -> Message:
        names = intake.takers(self._session)
        if not names:
            return Message("Your roles take no calls, and nobody else's roles do.")
        return Message("Your roles take no calls. Give it to: {names}.", names=enumerated(names))


def _like(rows: Iterable[CaseRow]) -> tuple[CaseLike, ...]:
    return tuple(CaseLike(row.case.hex(), row.ref, row.name or row.title) for row in rows)
