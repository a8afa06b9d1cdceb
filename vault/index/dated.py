"""Records that stand under a date: what is due in the cases of this index, and of one case."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NamedTuple

from vault.index.file import Index


class DatedRow(NamedTuple):
    """A head of a record with a form, and its case as the list has it.

    `when` is an ISO date, perhaps with a time, or less of it; `~` where the record has no date.
    """

    case: bytes
    ref: str
    client: str
    record: bytes
    kind: str
    when: str
    headline: str


_DUE = (
    "SELECT dated.case_id, ref, name, record, head.kind, day, headline FROM dated JOIN head USING (doc)"
    " JOIN case_row ON case_row.case_id=dated.case_id AND top=1"
    " WHERE is_due AND day<=?||'~' ORDER BY day, dated.doc LIMIT ?"
)


def due(index: Index, until: str, *, limit: int) -> list[DatedRow]:
    """Return what has to be kept in open cases until a day, soonest first.

    The day is ISO, and what has a time on it is of it; `~` for all, with what has no date.
    """
    with index.reading() as sql:
        return [DatedRow(*row) for row in sql.execute(_DUE, (until, limit))]


_BETWEEN = (
    "SELECT dated.case_id, ref, name, record, head.kind, day, headline, is_due FROM dated JOIN head USING (doc)"
    " JOIN case_row ON case_row.case_id=dated.case_id AND top=1"
    " WHERE day>=? AND day<=?||'~' AND head.kind IN (SELECT value FROM json_each(?)) ORDER BY day, dated.doc LIMIT ?"
)


def between(index: Index, first: str, last: str, kinds: Collection[str], *, limit: int) -> list[tuple[DatedRow, bool]]:
    """Return what stands from a day to another in open cases, of these kinds, and whether it still has to be kept."""
    with index.reading() as sql:
        rows = sql.execute(_BETWEEN, (first, last, json.dumps(sorted(kinds)), limit))
        return [(DatedRow(*row), bool(is_due)) for *row, is_due in rows]
