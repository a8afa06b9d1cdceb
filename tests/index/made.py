"""Invented entries, and an index of its own for each test."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from vault.index.entries import CaseColumns, DatedColumns, IndexedRecord, PersonColumns
from vault.index.file import Index
from vault.index.search_text import sort_key

KEY = bytes(range(32))
ORIGIN = b"o" * 32


def tag(record: bytes, heads: bytes) -> bytes:
    return hmac.digest(b"index key", record + heads, "sha256")


def id16(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:16]


def id32(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def note(
    name: str,
    text: str,
    *,
    at: int = 1,
    case: str = "case",
    parents: Iterable[str] = (),
    v: str = "",
    corrects: str = "",
) -> IndexedRecord:
    return IndexedRecord(
        id16(case),
        id16(name),
        id32(name + v),
        tuple(map(id32, parents)),
        id16(case),
        "note",
        at,
        text=text,
        corrects=id16(corrects) if corrects else None,
    )


def case(
    name: str = "case",
    *,
    title: str = "Removal to Tashkent",
    at: int = 1,
    v: str = "",
    parents: Iterable[str] = (),
    status: str = "open",
    ref: str = "K7QM-3XPD",
) -> IndexedRecord:
    columns = CaseColumns(title, ref, status, kind="extradition", risk="high", owner="amina", opened="2026-01-02")
    names = f"{title} {ref}"
    return IndexedRecord(
        id16(name),
        id16("r" + name),
        id32(name + v),
        tuple(map(id32, parents)),
        id16(name),
        "case",
        at,
        0,
        names,
        "",
        columns,
    )


def deadline(
    of_case: str, day: str | None, *, v: str = "", parents: Iterable[str] = (), is_due: bool = True
) -> IndexedRecord:
    name = f"deadline of {of_case}"
    place = id16(of_case), id16(name), id32(name + v), tuple(id32(name + parent) for parent in parents), id16(of_case)
    return IndexedRecord(*place, "deadline", 1, 0, "", "appeal", DatedColumns(day, is_due, "appeal"))


def person(
    name: str, *, case: str = "case", at: int = 1, client: bool = True, phones: tuple[str, ...] = (), **place: str
) -> IndexedRecord:
    record, version = place.get("record", name), place.get("v", name)
    parents = (id32(place["parent"]),) if "parent" in place else ()
    columns = PersonColumns(name, sort_key(name), client, phones)
    return IndexedRecord(
        id16(case), id16(record), id32(version), parents, id16(case), "person", at, 0, name, "", columns
    )


def contents(index: Index) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the index but the numbers of its rows, which depend on what else came in the same millisecond."""
    queries = {
        "heads": "SELECT compartment, record, version, case_id, kind, at_ms FROM head",
        "replaced": "SELECT * FROM replaced",
        "conflict": "SELECT * FROM conflict",
        "rows": "SELECT h.version, c.case_id, top, heads, title, ref, status, c.kind, due, risk,"
        " owner, opened, closed, name, name_key FROM case_row AS c LEFT JOIN head AS h USING (doc) WHERE top",
        "people": "SELECT version, person.case_id, is_client, name, name_key FROM person LEFT JOIN head USING (doc)",
        "phones": "SELECT digits, version FROM phone LEFT JOIN head USING (doc)",
        "dated": "SELECT version, dated.case_id, day, is_due, headline, rule FROM dated LEFT JOIN head USING (doc)",
        "corrections": "SELECT note, version FROM correction LEFT JOIN head USING (doc)",
        "counts": "SELECT * FROM case_count WHERE cases",
        "digest": "SELECT * FROM digest",
    }
    with index.reading() as sql:
        sql.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(main, text, instance)")
        found = {name: sorted(sql.execute(query), key=repr) for name, query in queries.items()}
        words = sql.execute("SELECT term, col, version FROM words LEFT JOIN head USING (doc)")
        return found | {"words": sorted(words, key=repr)}
