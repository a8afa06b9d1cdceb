"""Records that stand under a date: what is due in the cases of this index, by turns of the cases.

Who may write in one case can fill it with dates. So no case takes more than its share of a list: what is over the
share is counted, and the list says so.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
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


_ROWS = (
    "SELECT dated.case_id, ref, name, record, head.kind, day, headline, rule FROM dated JOIN head USING (doc)"
    " JOIN case_row ON case_row.case_id=dated.case_id AND top=1 WHERE is_due"
)
_BY_DAY = " ORDER BY day"
# Of a day that is known in part (`2026-11`) only what is known is compared: it is not late before it is over.
_IS_LATE = "day<substr(?1, 1, length(day))"
_LATE = _ROWS + " AND day<?1 AND " + _IS_LATE + " AND day<=?2||'~'" + _BY_DAY + " DESC, dated.doc DESC"
_IN_PART = _ROWS + " AND day IN (substr(?1, 1, 4), substr(?1, 1, 7)) AND day<=?2||'~' ORDER BY day, dated.doc"
_TO_COME = _ROWS + " AND day>=?1 AND day<=?2||'~' ORDER BY day, dated.doc"

_OF_CASE = _ROWS + " AND dated.case_id=? AND day<=?||'~'" + _BY_DAY + " LIMIT ?"

_OF_KIND = _ROWS + " AND head.kind=? AND day<=?||'~'" + _BY_DAY


def due(
    index: Index, until: str, *, today: str, most: int, most_late: int, limit: int
) -> tuple[list[DatedRow], set[bytes]]:
    """Return what has to be kept in open cases until a day, soonest first; and the cases that have more than is in it.

    Args:
        index: open.
        until: an ISO day, and what has a time on it is of it; `~` for all, with what has no date.
        today: an ISO day: what is before it is late.
        most: of one case, what comes next.
        most_late: of one case, what was late last.
        limit: in all; of that a quarter may be late.
    """
    full = set[bytes]()
    with index.reading() as sql:

        def taken(statement: str, of_case: Counter[bytes], most: int, limit: int) -> Iterator[DatedRow]:
            # One row after the other, in the order of an index: of a million only those are read that come first.
            for row in sql.execute(statement, (today, until)):
                if limit <= 0:
                    break
                if of_case[row[0]] >= most:
                    full.add(row[0])
                    continue
                of_case[row[0]] += 1
                limit -= 1
                yield DatedRow(*row)

        late = list(taken(_LATE, Counter(), most_late, max(limit // 4, 1)))[:limit]
        of_case = Counter[bytes]()
        to_come = list(taken(_IN_PART, of_case, most, limit - len(late)))
        to_come += taken(_TO_COME, of_case, most, limit - len(late) - len(to_come))
    return [*reversed(late), *to_come], full


def due_of(index: Index, case: bytes, until: str, *, limit: int) -> list[DatedRow]:
    """Return what has to be kept in one open case until a day, soonest first, all of it up to `limit`."""
    with index.reading() as sql:
        return [DatedRow(*row) for row in sql.execute(_OF_CASE, (case, until, limit))]


def due_of_kind(index: Index, kind: str, until: str) -> list[DatedRow]:
    """Return what of one kind has to be kept in open cases until a day, soonest first: all of it, without shares."""
    with index.reading() as sql:
        return [DatedRow(*row) for row in sql.execute(_OF_KIND, (kind, until))]


_COUNT = (
    f"SELECT dated.case_id, ref, count(*), sum({_IS_LATE})"  # noqa: S608 - words of this file
    " FROM dated JOIN case_row ON case_row.case_id=dated.case_id AND top=1"
    " WHERE is_due AND day<=?2||'~' AND dated.case_id IN (SELECT unhex(value) FROM json_each(?3))"
    " GROUP BY dated.case_id ORDER BY ref"
)
_COUNT_ALL = (
    "SELECT coalesce(sum(number), 0) FROM"
    " (SELECT case_id, count(*) AS number FROM dated WHERE is_due AND day<=?||'~' GROUP BY case_id)"
    " CROSS JOIN case_row USING (case_id) WHERE top=1"
)


def due_counts(index: Index, until: str, cases: Collection[bytes], *, today: str) -> list[DueCount]:
    """Return how much is due in each of these cases, by reference."""
    with index.reading() as sql:
        asked = (today, until, json.dumps([case.hex() for case in sorted(cases)]))
        return [DueCount(*row) for row in sql.execute(_COUNT, asked)]


def due_count(index: Index, until: str) -> int:
    """Return how much is due in all open cases."""
    with index.reading() as sql:
        return int(sql.execute(_COUNT_ALL, (until,)).fetchone()[0])


_TIMES = (
    "WITH ranked AS (SELECT day, row_number() OVER (PARTITION BY dated.case_id ORDER BY day) AS turn"
    " FROM (SELECT case_id, day FROM dated WHERE is_due AND day>=?1 AND day<=?2||'~'"
    " UNION SELECT case_id, day FROM later WHERE day>=?1 AND day<=?2||'~') AS dated"
    " JOIN case_row ON case_row.case_id=dated.case_id AND top=1)"
    " SELECT day FROM ranked WHERE length(day)>=10 AND day NOT LIKE '%~' GROUP BY day"
    " ORDER BY (min(turn)-1)/?3, day LIMIT ?4"
)


def times_between(index: Index, first: str, last: str, *, turn: int, limit: int) -> list[str]:
    """Return the full dates, each once, on which something is due in open cases from a day to another.

    The steps that follow a date that is due are among them.

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
