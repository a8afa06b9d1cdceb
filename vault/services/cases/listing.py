"""The list of cases on a screen: looked at once, then read in pages, sorted and filtered without another entry."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.case import Case
from vault.index.cases import CaseRow, FoundCases, Place, Sort, case_count, find, page, page_at
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.projection.projection import up_to_date_index


@dataclass(frozen=True, slots=True)
class CaseList:
    """The list, opened by `open_list`: that it was looked at, and how many cases it had, is in the log."""

    _session: Session = field(repr=False)

    def count(self, found: FoundCases | None = None) -> int:
        """Return how many rows there are, of all or of a filter."""
        return case_count(up_to_date_index(self._session)) if found is None else len(found.docs)

    def filter(self, untrusted_words: str) -> FoundCases | None:
        """Return the cases whose names, or those of their people, hold all the words; None for no words."""
        return find(up_to_date_index(self._session), untrusted_words)

    def page(
        self,
        position: int,
        sort: Sort,
        *,
        found: FoundCases | None = None,
        after: Place | None = None,
        before: Place | None = None,
    ) -> list[CaseRow]:
        """Return the page that begins at this position.

        Args:
            position: of its first row, from 0.
            sort: the order.
            found: only these.
            after: the row before the page, if known: the page is then found by key, however far down it is.
            before: the row after the page, if known.
        """
        index = up_to_date_index(self._session)
        if position == 0 or after is not None or before is not None:
            return page(index, sort, found=found, after=after, before=None if after else before)
        return page_at(index, position, sort, found=found)


def open_list(session: Session) -> CaseList:
    """Open the list of all cases that this member holds; the look is in the log before any row is read.

    Raises:
        RefusedError: the member's roles do not allow it.
    """
    rule = session.require(Action.CASE_LIST)
    count = case_count(up_to_date_index(session))
    with session.work() as work:
        work.commit(Entry(act="case.list", covers={Case.KIND: count}, pol=rule))
    return CaseList(session)
