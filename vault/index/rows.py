"""The rows of a document (one head of one record) and of its case. The caller holds the transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from operator import itemgetter

from vault.index.entries import CaseColumns, IndexedRecord, PersonColumns
from vault.index.fold import fold, sort_key
from vault.index.numbers import FreeNumbers
from vault.index.schema import Statements

# After every date, so that what has no date comes last.
NO_DATE = "~"

_LAST_MS = 1 << 42  # the year 2109; a clock beyond it is a claim like any other
_DOC_OWNERS = ("head", "case_row", "person", "correction")

# Of two heads the later one is shown, within a millisecond the one of the greater id: the same on every device.
_HEADS_OF_CASE = (
    "SELECT doc, top, status, title FROM case_row JOIN head USING (doc) WHERE case_row.case_id=?"
    " ORDER BY at_ms, version"
)
# The client who was written first, as the newest head has the name: an edit does not change who it is.
_CLIENT_OF_CASE = (
    "SELECT name, name_key FROM person JOIN head USING (doc) JOIN begun USING (compartment, record)"
    " WHERE person.case_id=? AND is_client ORDER BY begun.at_ms, person.record, head.at_ms DESC, version DESC LIMIT 1"
)


def set_conflict(sql: Statements, compartment: bytes, record: bytes, *, is_one: bool) -> None:
    """Note that the record has several heads, or has no longer."""
    if is_one:
        sql.execute("INSERT OR IGNORE INTO conflict VALUES (?, ?)", (compartment, record))
    else:
        sql.execute("DELETE FROM conflict WHERE compartment=? AND record=?", (compartment, record))


def remove_documents(sql: Statements, docs: Sequence[int]) -> set[bytes]:
    """Remove all that is kept of the documents; return the cases whose row may change."""
    cases = _cases_of(sql, docs)
    places = [(doc,) for doc in docs]
    sql.executemany(
        "UPDATE case_count SET cases=cases-1 WHERE status=(SELECT status FROM case_row WHERE doc=? AND top)", places
    )
    for table in _DOC_OWNERS:
        sql.executemany(f"DELETE FROM {table} WHERE doc=?", places)  # noqa: S608  # names from the constant above
    sql.executemany("DELETE FROM phone WHERE doc=?", places)
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
    cases: set[bytes] = set()
    for doc, entry in documents:
        match entry.columns:
            case CaseColumns() as columns:
                _add_case(sql, doc, entry.case, columns)
                cases.add(entry.case)
            case PersonColumns() as columns:
                _add_person(sql, doc, entry, columns)
                cases.add(entry.case)
            case None:
                pass
    return cases


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


def refresh_cases(sql: Statements, cases: Iterable[bytes]) -> None:
    """Choose the head that the list shows of each case, give it the client's name, and keep the counts."""
    for case in cases:
        docs = sql.execute(_HEADS_OF_CASE, (case,)).fetchall()
        if not docs:
            continue
        client = sql.execute(_CLIENT_OF_CASE, (case,)).fetchone()
        for doc, top, status, _title in docs[:-1]:
            if top:
                sql.execute("UPDATE case_row SET top=0 WHERE doc=?", (doc,))
                _count(sql, status, -1)
        doc, top, status, title = docs[-1]
        name, name_key = client or ("", sort_key(title))
        sql.execute(
            "UPDATE case_row SET top=1, heads=?, name=?, name_key=? WHERE doc=?", (len(docs), name, name_key, doc)
        )
        if not top:
            _count(sql, status, 1)


def reversed_digits(phone: str) -> str:
    """Return the digits of a number from last to first, whatever stands between them."""
    return "".join(letter for letter in reversed(fold(phone)) if letter in "0123456789")


def _cases_of(sql: Statements, docs: Sequence[int]) -> set[bytes]:
    found = sql.execute(
        "SELECT case_id FROM case_row WHERE doc IN (SELECT value FROM json_each(?1))"
        " UNION SELECT case_id FROM person WHERE doc IN (SELECT value FROM json_each(?1))",
        (json.dumps(list(docs)),),
    )
    return {case for (case,) in found} if docs else set()


def _numbered(sql: Statements, entries: Sequence[IndexedRecord]) -> list[tuple[int, IndexedRecord]]:
    """Give each entry a number of its own, oldest first: FTS5 is quickest when its row numbers rise."""
    if not entries:
        return []
    numbers = FreeNumbers(sql, [_clamped(entry.at_ms) for entry in entries])
    in_time = sorted(entries, key=lambda e: (e.at_ms, e.counter, e.version))
    return sorted(((numbers.take(_clamped(e.at_ms)), e) for e in in_time), key=itemgetter(0))


def _clamped(at_ms: int) -> int:
    return min(max(at_ms, 0), _LAST_MS)


def _add_case(sql: Statements, doc: int, case: bytes, columns: CaseColumns) -> None:
    c = columns
    sql.execute(
        "INSERT INTO case_row(doc, tie, case_id, top, heads, title, ref, status, kind, due, risk, owner, opened,"
        " name, name_key) VALUES (?1, ?1, ?, 0, 1, ?, ?, ?, ?, ?, ?, ?, ?, '', '')",
        (doc, case, c.title, c.ref, c.status, c.kind, c.due or NO_DATE, c.risk, c.owner, c.opened),
    )


def _add_person(sql: Statements, doc: int, entry: IndexedRecord, columns: PersonColumns) -> None:
    sql.execute(
        "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?)",
        (doc, entry.case, entry.record, columns.is_client, columns.name, columns.name_key),
    )
    digits = {reversed_digits(phone) for phone in columns.phones}
    sql.executemany("INSERT INTO phone VALUES (?, ?)", [(number, doc) for number in digits if number])


def _count(sql: Statements, status: str, difference: int) -> None:
    sql.execute(
        "INSERT INTO case_count VALUES (?1, ?2) ON CONFLICT(status) DO UPDATE SET cases=cases+?2", (status, difference)
    )
