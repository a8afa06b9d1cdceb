"""A page of 64 among a million cases, in every order, from the member's index and from plain SQLite."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterator
from functools import partial
from itertools import islice

from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting, interleave, measure, timed
from tests.bench.invented import STATUSES, Invented
from tests.bench.peers import plain_sqlite
from vault.index import case_pages
from vault.index.document_rows import NO_DATE
from vault.index.entries import CaseColumns, DatedColumns, IndexedRecord
from vault.index.file import Index, open_index
from vault.index.indexing import apply
from vault.index.search_text import sort_key

_BATCH = 5_000
_PEER = "plain sqlite3"
_ORDERS = {"due": ("due",), "ref": ("ref",), "name": ("name_key",), "status": ("status", "due")}
_PEER_TABLE = (
    "CREATE TABLE case_row(id INTEGER PRIMARY KEY, tie INTEGER, case_id BLOB UNIQUE, title, ref, status, due, name_key)"
)
_PEER_DATES = "CREATE TABLE deadline(id INTEGER PRIMARY KEY, case_id BLOB, day)"
_PEER_INDEXES = (
    "case_row(due, tie)",
    "case_row(ref, tie)",
    "case_row(name_key, tie)",
    "case_row(status, due, tie)",
    "deadline(case_id, day)",
    "deadline(day)",
)


def run(setting: Setting) -> Iterator[Figure]:
    """Build both lists of the same cases, then read pages from random places of each in turn."""
    count = setting.scale.cases
    index = open_index(setting.folder / "index.db", bytes(32), _tag)
    peer = plain_sqlite(setting.folder / "plain.db")
    built, built_peer = Series(), Series()
    peer.execute(_PEER_TABLE)
    peer.execute(_PEER_DATES)
    made = _entries(count)
    while batch := list(islice(made, _BATCH)):
        measure(built, partial(apply, index, batch, {}))
        measure(built_peer, partial(_apply_to_peer, peer, batch))
    measure(built, index.ready_lists)
    measure(built_peer, partial(_index_peer, peer))
    yield timed(
        f"index of {count:,} cases built: each", "us", [_each(built, count), _each(built_peer, count)],
        peer_name=_PEER, goal=Goal(5, Against.PEER_CPU),
    )  # fmt: skip

    reader = Reader(index, peer, setting.scale.rounds)
    pages = interleave(setting.scale.rounds, reader.ours, reader.plain)
    goal = Goal(5, Against.ITSELF)
    of = f"page of {case_pages.PAGE} among {count:,} cases, any order"
    yield timed(f"{of}: p99", "ms", [p.percentile(99) for p in pages], peer_name=_PEER, goal=goal)
    yield timed(f"{of}: p50", "ms", [p.percentile(50) for p in pages], peer_name=_PEER)
    first = Series()
    for sort in case_pages.Sort:
        measure(first, partial(case_pages.page_at, index, count // 2, sort))
    (later,) = interleave(min(50, setting.scale.rounds), lambda n: case_pages.page_at(index, count * (n % 10) // 10))
    of = f"jump to any place among {count:,} cases"
    yield timed(f"{of}: the first time, the most", "ms", [first.percentile(99)], goal=Goal(60, Against.ITSELF))
    yield timed(f"{of}: later, p99", "ms", [later.percentile(99)], goal=Goal(2, Against.ITSELF))
    index.close()
    peer.close()
    yield Figure(
        f"file with {count:,} cases, text index included",
        "MB",
        _megabytes(setting, "index.db"),
        peer_name=f"{_PEER}, no text",
        peer=_megabytes(setting, "plain.db"),
    )


class Reader:
    """Asks both for the page after the same random place."""

    def __init__(self, index: Index, peer: sqlite3.Connection, rounds: int) -> None:
        self._index, self._peer = index, peer
        invented = Invented(seed=11)
        self._asked = [(list(case_pages.Sort)[n % 4], _somewhere(invented)) for n in range(rounds)]

    def ours(self, number: int) -> object:
        sort, row = self._asked[number]
        keys = tuple(row[column] for column in _ORDERS[sort.value])
        return case_pages.page(self._index, sort, after=case_pages.Place(keys, 0))

    def plain(self, number: int) -> object:
        sort, row = self._asked[number]
        columns = _ORDERS[sort.value]
        names = ", ".join((*columns, "tie"))
        return self._peer.execute(
            f"SELECT * FROM case_row WHERE ({names}) >"
            f" ({', '.join('?' * (len(columns) + 1))}) ORDER BY {names} LIMIT {case_pages.PAGE}",
            (*(row[column] for column in columns), 0),
        ).fetchall()


def _entries(count: int) -> Iterator[IndexedRecord]:
    invented = Invented()
    for number in range(count):
        title, ref = invented.name(), invented.ref()
        columns = CaseColumns(
            title, ref, invented.random.choice(STATUSES), kind="asylum", risk="low", owner="amina", opened="2026-01-02"
        )  # fmt: skip
        case = invented.id()
        yield IndexedRecord(
            case, invented.id(), invented.id(32), (), case, "case", 1_700_000_000_000 + number * 1_000,
            names=f"{title} {ref}", columns=columns
        )  # fmt: skip
        yield IndexedRecord(
            case, invented.id(), invented.id(32), (), case, "deadline", 1_700_000_000_000 + number * 1_000,
            columns=DatedColumns(invented.due(), is_due=True, headline="")
        )  # fmt: skip


def _apply_to_peer(peer: sqlite3.Connection, batch: list[IndexedRecord]) -> None:
    rows = []
    for entry, dated in zip(batch[::2], batch[1::2], strict=True):
        c, d = entry.columns, dated.columns
        assert isinstance(c, CaseColumns)
        assert isinstance(d, DatedColumns)
        rows.append((entry.at_ms, entry.case, c.title, c.ref, c.status, d.when or NO_DATE, sort_key(c.title)))
    peer.execute("BEGIN")
    peer.executemany(
        "INSERT INTO case_row(tie, case_id, title, ref, status, due, name_key) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
    )
    peer.executemany("INSERT INTO deadline(case_id, day) VALUES (?, ?)", ((row[1], row[5]) for row in rows))
    peer.execute("COMMIT")


def _index_peer(peer: sqlite3.Connection) -> None:
    for place, columns in enumerate(_PEER_INDEXES):
        peer.execute(f"CREATE INDEX list_{place} ON {columns}")


def _somewhere(invented: Invented) -> dict[str, str]:
    return {
        "due": invented.due() or NO_DATE,
        "ref": invented.ref(),
        "name_key": sort_key(invented.name()),
        "status": invented.random.choice(STATUSES),
    }


def _each(series: Series, count: int) -> tuple[float, float]:
    wall, cpu = series.total()
    return wall / count, cpu / count


def _megabytes(setting: Setting, name: str) -> float:
    return (setting.folder / name).stat().st_size / 1e6


def _tag(record: bytes, heads: bytes) -> bytes:
    return hmac.digest(bytes(32), record + heads, "sha256")


BENCHES = (Bench("list", run),)
