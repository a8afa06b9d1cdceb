"""Search among 100,000 notes: the member's index against FTS5 in plain SQLite with the same settings."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterator
from functools import partial

from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting, interleave, measure, timed
from tests.bench.invented import Invented
from tests.bench.peers import PLAIN_TEXT, plain_text
from vault.index.entries import IndexedRecord
from vault.index.file import open_index
from vault.index.full_text import MOST_HITS, search
from vault.index.indexing import apply
from vault.index.search_text import parse

_BATCH = 2_000
_NOTES_OF_A_CASE = 200


def run(setting: Setting) -> Iterator[Figure]:
    """Build both from the same notes, then ask both the same questions in turn."""
    count = setting.scale.notes
    invented = Invented()
    index = open_index(setting.folder / "index.db", bytes(32), _tag)
    index.ready_lists()  # as one that grows; a new one is measured in `bulk_import`
    peer = plain_text(setting.folder / "plain.db")
    built, built_peer = Series(), Series()
    case = b""
    for start in range(0, count, _BATCH):
        batch = []
        for number in range(start, min(start + _BATCH, count)):
            if number % _NOTES_OF_A_CASE == 0:
                case = invented.id()
            batch.append(_note(invented, case, number))
        measure(built, partial(apply, index, batch, {}))
        measure(built_peer, partial(_insert, peer, batch))
    yield timed(
        f"{count:,} notes brought into the index", "s", [built.total(), built_peer.total()], peer_name=PLAIN_TEXT
    )

    asked = [_question(invented, number) for number in range(setting.scale.rounds)]
    answers = interleave(len(asked), lambda n: search(index, asked[n]), lambda n: _ask(peer, asked[n]))
    goal = Goal(10, Against.ITSELF)
    of = f"search among {count:,} notes, newest {MOST_HITS}"
    yield timed(f"{of}: p99", "ms", [a.percentile(99) for a in answers], peer_name=PLAIN_TEXT, goal=goal)
    yield timed(f"{of}: p50", "ms", [a.percentile(50) for a in answers], peer_name=PLAIN_TEXT)

    more = [_note(invented, case, count + number) for number in range(min(200, setting.scale.rounds))]
    one = interleave(len(more), lambda n: apply(index, [more[n]], {}), lambda n: _insert(peer, [more[n]]))
    yield timed(
        "one note brought into the index: p50",
        "ms",
        [o.percentile(50) for o in one],
        peer_name=PLAIN_TEXT,
        goal=Goal(3, Against.PEER_CPU),
    )
    index.close()
    peer.close()
    sizes = [(setting.folder / name).stat().st_size / 1e6 for name in ("index.db", "plain.db")]
    yield Figure(f"index of {count:,} notes", "MB", sizes[0], peer_name=PLAIN_TEXT, peer=sizes[1])


def _note(invented: Invented, case: bytes, number: int) -> IndexedRecord:
    at_ms = 1_700_000_000_000 + number * 1_000
    return IndexedRecord(case, invented.id(), invented.id(32), (), case, "note", at_ms, text=invented.note())


def _insert(peer: sqlite3.Connection, batch: list[IndexedRecord]) -> None:
    peer.execute("BEGIN")
    peer.executemany("INSERT INTO text(rowid, body) VALUES (?, ?)", [(entry.at_ms, entry.text) for entry in batch])
    peer.execute("COMMIT")


def _ask(peer: sqlite3.Connection, words: str) -> object:
    query = parse(words)
    assert query is not None
    statement = f"SELECT rowid FROM text WHERE text MATCH ? ORDER BY rowid DESC LIMIT {MOST_HITS}"
    return peer.execute(statement, (query.expression,)).fetchall()


def _question(invented: Invented, number: int) -> str:
    """Return what people type: one word, two, or the first two to four letters of one; the last is a beginning."""
    word = invented.asked_word()
    match number % 5:
        case 0:
            return word
        case 1:
            return f"{invented.asked_word()} {word}"
        case kept:
            return word[:kept]


def _tag(record: bytes, heads: bytes) -> bytes:
    return hmac.digest(bytes(32), record + heads, "sha256")


BENCHES = (Bench("search", run),)
