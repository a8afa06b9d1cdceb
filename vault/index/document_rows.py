"""The numbers of documents: the moment of a version, or the next free one behind it.

FTS5 is quickest, and its file smallest, where numbers follow each other. An import may give one moment to all that it
brings: neither its size nor what stands there already may cost a look at each number.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter

from vault.casework.contact import key_of
from vault.index.entries import CaseColumns, DatedColumns, IndexedRecord, PersonColumns, RegisterColumns
from vault.index.index_tables import Statements
from vault.index.people_index import sound_rows
from vault.index.search_text import fold, sort_key, storable

_FEWEST = 64
_MOST = 16_384


class FreeNumbers:
    """Hands out numbers that no document has. Ask with rising places: what was read serves the next one."""

    def __init__(self, sql: Statements, places: Sequence[int]) -> None:
        self._sql = sql
        # Of these, and of all from `_start` to before `_stop`, it is known which are taken.
        self._known = frozenset(places)
        self._start = self._stop = self._following = 0
        self._amount = _FEWEST
        self._run = range(0)  # numbers of earlier batches that nearly all are taken
        self._behind: dict[int, int] = {}  # a number that is taken -> a later one to look at
        stored = sql.execute(
            "SELECT doc FROM head WHERE doc IN (SELECT value FROM json_each(?))", (json.dumps(list(self._known)),)
        )
        self._behind.update((doc, doc + 1) for (doc,) in stored)

    def take(self, place: int) -> int:
        """Return the place itself, or where it is taken, a free number behind it; nobody else gets it."""
        number = self._not_taken(place)
        while not (number in self._known or self._start <= number < self._stop):
            self._read_from(number)
            number = self._not_taken(number)
        self._behind[number] = number + 1
        return number

    def _not_taken(self, number: int) -> int:
        """Return the first number from here on that is not known to be taken; the way there is kept short."""
        if number not in self._behind:
            return number
        passed = []
        while (following := self._behind.get(number)) is not None:
            passed.append(number)
            number = following
        for each in passed:
            self._behind[each] = number
        return number

    def _read_from(self, first: int) -> None:
        """Learn what is taken from here on: the more, the longer this goes on in one run."""
        if first in self._run:
            self._behind[first] = self._run.stop
            return
        self._amount = min(2 * self._amount, _MOST) if first == self._following else _FEWEST
        stop = self._following = first + self._amount
        stored = self._sql.execute("SELECT doc FROM head WHERE doc>=? AND doc<?", (first, stop)).fetchall()
        self._behind.update((doc, doc + 1) for (doc,) in stored)
        self._start, self._stop = first, stop
        if len(stored) == self._amount and self._stands(stop):  # its end is found by steps, not by looking at each
            self._following = self._behind[stop] = self._end_of_run(stop)
            self._run = range(first, self._following)

    def _end_of_run(self, taken: int) -> int:
        """Return a free number that stands behind a taken one."""
        step = 1
        while self._stands(taken + step):
            step *= 2
        taken, free = taken + step // 2, taken + step
        while free - taken > 1:
            middle = (taken + free) // 2
            taken, free = (middle, free) if self._stands(middle) else (taken, middle)
        return free

    def _stands(self, number: int) -> bool:
        return self._sql.execute("SELECT 1 FROM head WHERE doc=?", (number,)).fetchone() is not None


# The rows of a document (one head of one record) and of its case. The caller holds the transaction.

# After every date, so that what has no date comes last.
NO_DATE = "~"

_LAST_MS = 1 << 42  # the year 2109; a clock beyond it is a claim like any other
_DOC_OWNERS = (
    "head",
    "case_row",
    "person",
    "correction",
    "dated",
    "later",
    "contact",
    "reported",
    "registered",
    "trait",
)

# Of two heads the later one is shown, within a millisecond the one of the greater id: the same on every device. An open
# one comes after those that say closed: while one says open, what is due in the case is due.
# CROSS JOIN in both, or SQLite walks through all cases and looks for each among the wanted ones.
_HEADS_OF_CASES = (
    "SELECT case_row.case_id, doc, top, title, closed"
    " FROM wanted CROSS JOIN case_row USING (case_id) CROSS JOIN head USING (doc)"
    " ORDER BY closed IS NULL, at_ms, version"
)
# The client who was written first, as the newest head has the name: an edit does not change who it is.
_CLIENTS_OF_CASES = (
    "SELECT person.case_id, name, name_key FROM wanted CROSS JOIN person USING (case_id)"
    " CROSS JOIN head USING (doc) CROSS JOIN begun USING (compartment, record)"
    " WHERE is_client ORDER BY begun.at_ms, person.record, head.at_ms DESC, version DESC"
)
_NEXT_DATES_OF_CASES = (
    "SELECT case_id, min(day) FROM wanted CROSS JOIN dated USING (case_id) WHERE is_due GROUP BY case_id"
)
_CASES_AT_ONCE = 256
_IS_OPEN, _IS_CLOSED = 1, 2  # `top` of the head that is shown


def set_conflict(sql: Statements, compartment: bytes, record: bytes, *, is_one: bool) -> None:
    """Note that the record has several heads, or has no longer."""
    if is_one:
        sql.execute("INSERT OR IGNORE INTO conflict VALUES (?, ?)", (compartment, record))
    else:
        sql.execute("DELETE FROM conflict WHERE compartment=? AND record=?", (compartment, record))


def remove_documents(sql: Statements, docs: Sequence[int]) -> set[bytes]:
    """Remove all that is kept of the documents; return the cases whose row may change."""
    if not docs:
        return set()
    cases = _cases_of(sql, docs)
    places = [(doc,) for doc in docs]
    sql.executemany("UPDATE case_count SET cases=cases-(SELECT count(*) FROM case_row WHERE doc=? AND top=1)", places)
    for table in _DOC_OWNERS:
        sql.executemany(f"DELETE FROM {table} WHERE doc=?", places)  # noqa: S608  # names from the constant above
    sql.executemany("DELETE FROM phone WHERE doc=?", places)
    sql.executemany("DELETE FROM name_sound WHERE doc=?", places)
    sql.executemany("DELETE FROM never_use WHERE doc=?", places)
    sql.executemany("DELETE FROM text WHERE rowid=?", places)
    return cases


def add_documents(sql: Statements, entries: Sequence[IndexedRecord]) -> set[bytes]:
    """Write the documents; return the cases whose row may change."""
    documents = _numbered(sql, entries)
    sql.executemany(
        "INSERT INTO head VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(doc, e.compartment, e.record, e.version, _clamped(e.at_ms), e.case, e.kind) for doc, e in documents],
    )
    sql.executemany(
        "INSERT INTO text(rowid, names, body) VALUES (?, ?, ?)",
        [(doc, fold(e.names), fold(e.text)) for doc, e in documents if e.names or e.text],
    )
    corrections = [(doc, e.corrects) for doc, e in documents if e.corrects is not None]
    sql.executemany("INSERT INTO correction VALUES (?, ?)", corrections)
    contacts = [(doc, e.case, e.contact) for doc, e in documents if e.contact is not None]
    sql.executemany("INSERT INTO contact VALUES (?, ?, ?)", contacts)
    reported = [(doc, e.case, e.reference) for doc, e in documents if e.reference]
    sql.executemany("INSERT INTO reported VALUES (?, ?, ?)", reported)
    sql.executemany("INSERT INTO trait VALUES (?, ?)", [(t, doc) for doc, e in documents for t in e.traits])
    cases = [(doc, e.case, e.columns) for doc, e in documents if isinstance(e.columns, CaseColumns)]
    people = [(doc, e, e.columns) for doc, e in documents if isinstance(e.columns, PersonColumns)]
    dated = [(doc, e.case, e.columns) for doc, e in documents if isinstance(e.columns, DatedColumns)]
    registered = [(doc, e.columns) for doc, e in documents if isinstance(e.columns, RegisterColumns)]
    sql.executemany(
        "INSERT INTO registered VALUES (?, ?, ?, ?)", [(doc, c.key, c.hashes, c.origin) for doc, c in registered]
    )
    _add_cases(sql, cases)
    _add_people(sql, people)
    _add_dated(sql, dated)
    return {case for _, case, _ in (*cases, *dated)} | {entry.case for _, entry, _ in people}


def note_begun(sql: Statements, entries: Sequence[IndexedRecord]) -> set[bytes]:
    """Keep the earliest time of each person, of replaced versions too; return the cases whose row may change."""
    persons = [entry for entry in entries if isinstance(entry.columns, PersonColumns)]
    sql.executemany(
        "INSERT INTO begun VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at_ms=min(at_ms, excluded.at_ms)",
        [(entry.compartment, entry.record, _clamped(entry.at_ms)) for entry in persons],
    )
    return {entry.case for entry in persons}


def forget_begun(sql: Statements, compartment: bytes, record: bytes) -> None:
    """Leave nothing of when an erased person was first written."""
    sql.execute("DELETE FROM begun WHERE compartment=? AND record=?", (compartment, record))


def refresh_cases(sql: Statements, cases: Collection[bytes]) -> None:
    """Choose the head that the list shows of each case, give it the client's name and the next date, count cases."""
    asked = list(cases)
    for start in range(0, len(asked), _CASES_AT_ONCE):
        _refresh(sql, asked[start : start + _CASES_AT_ONCE])


def _refresh(sql: Statements, cases: Sequence[bytes]) -> None:
    wanted = f"WITH wanted(case_id) AS (VALUES {', '.join(['(?)'] * len(cases))}) "
    heads: dict[bytes, list[tuple[int, int, str, str | None]]] = {}
    for case, *head in sql.execute(wanted + _HEADS_OF_CASES, cases):
        heads.setdefault(case, []).append(tuple(head))
    clients: dict[bytes, tuple[str, str]] = {}
    for case, name, name_key in sql.execute(wanted + _CLIENTS_OF_CASES, cases):
        clients.setdefault(case, (name, name_key))
    dates = dict(sql.execute(wanted + _NEXT_DATES_OF_CASES, cases))
    below = [(doc, top) for found in heads.values() for doc, top, *_ in found[:-1] if top]
    shown: list[tuple[int, int, str, str, str, int]] = []
    added = -sum(1 for _, top in below if top == _IS_OPEN)
    for case, found in heads.items():
        doc, top, title, closed = found[-1]
        now = _IS_OPEN if closed is None else _IS_CLOSED
        shown.append((now, len(found), *clients.get(case, ("", sort_key(title))), dates.get(case, NO_DATE), doc))
        added += (now == _IS_OPEN) - (top == _IS_OPEN)
    sql.execute("UPDATE case_count SET cases=cases+?", (added,))
    sql.executemany("UPDATE case_row SET top=0 WHERE doc=?", [(doc,) for doc, _ in below])
    sql.executemany("UPDATE case_row SET top=?, heads=?, name=?, name_key=?, due=? WHERE doc=?", shown)


def reversed_digits(phone: str) -> str:
    """Return the digits of a number from last to first, whatever stands between them."""
    return "".join(letter for letter in reversed(fold(phone)) if letter in "0123456789")


def _cases_of(sql: Statements, docs: Sequence[int]) -> set[bytes]:
    found = sql.execute(
        "SELECT case_id FROM case_row WHERE doc IN (SELECT value FROM json_each(?1))"
        " UNION SELECT case_id FROM person WHERE doc IN (SELECT value FROM json_each(?1))"
        " UNION SELECT case_id FROM dated WHERE doc IN (SELECT value FROM json_each(?1))",
        (json.dumps(list(docs)),),
    )
    return {case for (case,) in found}


def _numbered(sql: Statements, entries: Sequence[IndexedRecord]) -> list[tuple[int, IndexedRecord]]:
    """Give each entry a number of its own, oldest first: FTS5 is quickest when its row numbers rise."""
    if not entries:
        return []
    numbers = FreeNumbers(sql, [_clamped(entry.at_ms) for entry in entries])
    in_time = sorted(entries, key=lambda e: (e.at_ms, e.counter, e.version))
    return sorted(((numbers.take(_clamped(e.at_ms)), e) for e in in_time), key=itemgetter(0))


def _clamped(at_ms: int) -> int:
    return min(max(at_ms, 0), _LAST_MS)


def _add_cases(sql: Statements, found: Iterable[tuple[int, bytes, CaseColumns]]) -> None:
    sql.executemany(
        "INSERT INTO case_row(doc, tie, case_id, top, heads, title, ref, status, kind, due, risk, owner, opened,"
        " closed, name, name_key) VALUES (?1, ?1, ?, 0, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '')",
        [
            (*(doc, case, storable(c.title), c.ref, c.status, c.kind, NO_DATE), *(c.risk, c.owner, c.opened, c.closed))
            for doc, case, c in found
        ],
    )


def _add_dated(sql: Statements, found: Sequence[tuple[int, bytes, DatedColumns]]) -> None:
    sql.executemany(
        "INSERT INTO dated VALUES (?, ?, ?, ?, ?, ?)",
        [(doc, case, c.when or NO_DATE, c.is_due, storable(c.headline), storable(c.rule)) for doc, case, c in found],
    )
    later = [(doc, when, case) for doc, case, c in found if c.is_due for when in c.later]
    sql.executemany("INSERT OR IGNORE INTO later VALUES (?, ?, ?)", later)


def _add_people(sql: Statements, found: Sequence[tuple[int, IndexedRecord, PersonColumns]]) -> None:
    sql.executemany(
        "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (doc, entry.case, entry.record, c.is_client, storable(c.name), c.name_key, c.who, storable(c.contact))
            for doc, entry, c in found
        ],
    )
    sounds = [row for doc, _, c in found for row in sound_rows(doc, map(storable, c.names))]
    sql.executemany("INSERT OR IGNORE INTO name_sound VALUES (?, ?, ?, ?, ?)", sounds)
    numbers = {(reversed_digits(phone), doc) for doc, _, c in found for phone in c.phones}
    sql.executemany("INSERT INTO phone VALUES (?, ?)", [place for place in numbers if place[0]])
    never_use = [(doc, entry.case, storable(line)) for doc, entry, c in found for line in c.never_use]
    sql.executemany(
        "INSERT OR IGNORE INTO never_use VALUES (?, ?, ?, ?)", [(*row, key_of(row[2])) for row in never_use]
    )
