"""Records that stand under a date: what is due in the cases of this index, by turns of the cases.

Who may write in one case can fill it with dates. So no case takes more than its share of a list: what is over the
share is counted, and the list says so.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NamedTuple

from vault.index.file import Index


class DatedRow(NamedTuple):
    """A head of a record with a form, and its case as the list has it.

    `when` is an ISO date, perhaps with a time, or less of it; `~` where the record has no date. `rule` is the code of
    the rule that gave the date, or empty.
    """

    case: bytes
    ref: str
    client: str
    record: bytes
    kind: str
    when: str
    headline: str
    rule: str


class DueCount(NamedTuple):
    """How much is due in a case: in all, and of that how much is late."""

    case: bytes
    ref: str
    due: int
    late: int


# Of a day that is known in part (`2026-11`) only what is known is compared: it is not late before it is over.
_IS_LATE = "day<substr(?2, 1, length(day))"
_DUE = (
    "WITH ranked AS (SELECT dated.*, ref, name, row_number() OVER"  # noqa: S608 - words of this file
    f" (PARTITION BY dated.case_id, {_IS_LATE}"
    f" ORDER BY CASE WHEN {_IS_LATE} THEN '' ELSE day END, day DESC, dated.doc) AS turn, {_IS_LATE} AS late"
    " FROM dated JOIN case_row ON case_row.case_id=dated.case_id AND top=1 WHERE is_due AND day<=?1||'~'"
    " AND (?6 IS NULL OR dated.case_id=?6)),"
    " taken AS (SELECT * FROM ranked WHERE turn<=CASE WHEN late THEN ?4 ELSE ?3 END"
    " ORDER BY turn, late, day, doc LIMIT ?5)"
    " SELECT taken.case_id, ref, name, record, head.kind, day, headline, rule FROM taken JOIN head USING (doc)"
    " ORDER BY day, taken.doc"
)


def due(
    index: Index, until: str, *, today: str, most: int, most_late: int, limit: int, case: bytes | None = None
) -> list[DatedRow]:
    """Return what has to be kept in open cases until a day, soonest first.

    Args:
        index: open.
        until: an ISO day, and what has a time on it is of it; `~` for all, with what has no date.
        today: an ISO day: what is before it is late.
        most: of one case, what comes next.
        most_late: of one case, what was late last.
        limit: in all. What comes first of each case is in it before what comes second of any.
        case: only of this one.
    """
    with index.reading() as sql:
        return [DatedRow(*row) for row in sql.execute(_DUE, (until, today, most, most_late, limit, case))]


_COUNT = (
    f"SELECT dated.case_id, ref, count(*), sum({_IS_LATE})"  # noqa: S608 - words of this file
    " FROM dated JOIN case_row ON case_row.case_id=dated.case_id AND top=1 WHERE is_due AND day<=?1||'~'"
    " GROUP BY dated.case_id ORDER BY ref"
)


def due_counts(index: Index, until: str, *, today: str) -> list[DueCount]:
    """Return for each open case in which something is due how much that is, by reference."""
    with index.reading() as sql:
        return [DueCount(*row) for row in sql.execute(_COUNT, (until, today))]


_TIMES = (
    "WITH ranked AS (SELECT day, row_number() OVER (PARTITION BY dated.case_id ORDER BY day) AS turn"
    " FROM (SELECT DISTINCT case_id, day FROM dated WHERE is_due AND day>=?1 AND day<=?2||'~') AS dated"
    " JOIN case_row ON case_row.case_id=dated.case_id AND top=1)"
    " SELECT day FROM ranked WHERE length(day)>=10 AND day NOT LIKE '%~' GROUP BY day"
    " ORDER BY (min(turn)-1)/?3, day LIMIT ?4"
)


def times_between(index: Index, first: str, last: str, *, turn: int, limit: int) -> list[str]:
    """Return the full dates, each once, on which something is due in open cases from a day to another.

    `turn` of each case come before more of any.
    """
    with index.reading() as sql:
        return [day for (day,) in sql.execute(_TIMES, (first, last, turn, limit))]


_KINDS = "head.kind IN (SELECT value FROM json_each(?3))"
_BETWEEN = (
    "WITH ranked AS (SELECT dated.*, ref, name, record, head.kind AS kind, row_number() OVER"  # noqa: S608
    " (PARTITION BY dated.case_id, substr(day, 1, 10) ORDER BY is_due DESC, day, dated.doc) AS turn"
    " FROM dated JOIN head USING (doc) JOIN case_row ON case_row.case_id=dated.case_id AND top=1"
    f" WHERE day>=?1 AND day<=?2||'~' AND {_KINDS}),"
    " taken AS (SELECT * FROM ranked WHERE turn<=?4 ORDER BY turn, day, doc LIMIT ?5)"
    " SELECT case_id, ref, name, record, kind, day, headline, rule, is_due FROM taken ORDER BY day, doc"
)


def between(
    index: Index, first: str, last: str, kinds: Collection[str], *, most: int, limit: int
) -> list[tuple[DatedRow, bool]]:
    """Return what stands from a day to another in open cases, of these kinds, and whether it still has to be kept.

    Of one case there are at most `most` on a day, those first that have to be kept.
    """
    with index.reading() as sql:
        rows = sql.execute(_BETWEEN, (first, last, json.dumps(sorted(kinds)), most, limit))
        return [(DatedRow(*row), bool(is_due)) for *row, is_due in rows]


_COUNT_BETWEEN = (
    "SELECT substr(day, 1, 10), count(*)"  # noqa: S608 - words of this file
    " FROM dated JOIN head USING (doc) JOIN case_row ON case_row.case_id=dated.case_id AND top=1"
    f" WHERE day>=?1 AND day<=?2||'~' AND {_KINDS} GROUP BY substr(day, 1, 10)"
)


def counts_between(index: Index, first: str, last: str, kinds: Collection[str]) -> dict[str, int]:
    """Return for each date from a day to another how much stands on it, as `between` asks."""
    with index.reading() as sql:
        return dict(sql.execute(_COUNT_BETWEEN, (first, last, json.dumps(sorted(kinds)))))


_OPEN_IN = (
    "SELECT head.kind, count(*) FROM dated JOIN head USING (doc) WHERE dated.case_id=? AND is_due GROUP BY head.kind"
)


def due_kinds(index: Index, case: bytes) -> dict[str, int]:
    """Return how many records of each kind have to be kept in a case, open or closed."""
    with index.reading() as sql:
        return dict(sql.execute(_OPEN_IN, (case,)))
