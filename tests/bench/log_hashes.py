"""Appending to a log and verifying all of it, against two SHA-256 for each entry: what any log of hashes costs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from hashlib import sha256

from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting, measure, timed
from tests.bench.peers import hash_twice
from tests.log.writer import Writer
from vault.log.items import Item, ItemKind
from vault.log.operation import compose
from vault.log.tree import Frontier, leaf_hash
from vault.log.verify import verify_log
from vault.seal.signing import is_signed_raw
from vault.store.engine import Database, open_database
from vault.store.rowtypes import CheckpointRow, TileRow
from vault.store.schema import make_tables
from vault.store.sqlite_texts import INSERTS

_ENTRIES_TO_A_NOTE = 10
_BATCH = 5_000
_SEALED_SIZE = 330  # a payload of the smallest padded size
_PEER = "two SHA-256 for each entry"
_COMPARTMENT = bytes(16)


def run(setting: Setting) -> Iterator[Figure]:
    """Append in batches with the peer in turn, then verify once between two halves of the peer's hashing."""
    count = setting.scale.notes * _ENTRIES_TO_A_NOTE
    log = Log(open_database(setting.folder / "log.db", bytes(32), create=True))
    appended, hashed = Series(), Series()
    entries: list[bytes] = []
    for start in range(0, count, _BATCH):
        digests = [
            sha256(start.to_bytes(8) + number.to_bytes(4)).digest() for number in range(min(_BATCH, count - start))
        ]
        entries = measure(appended, partial(log.append, digests))
        measure(hashed, partial(hash_twice, entries))
    yield timed(
        f"append to a log, {_BATCH:,} to a commit: each", "us", [_each(s, count) for s in (appended, hashed)],
        peer_name=_PEER, goal=Goal(22, Against.PEER_CPU),
    )  # fmt: skip
    log.seal()

    verified, hashed = Series(), Series()
    halves = [entries] * (count // len(entries) // 2 or 1)
    hash_halves = partial(_hash_all, halves)
    measure(hashed, hash_halves)
    proven = measure(verified, log.verify)
    measure(hashed, hash_halves)
    assert proven == count
    hashes = 2 * len(halves) * len(entries)
    yield timed(
        f"verify {count:,} entries from the file: each", "us", [_each(verified, count), _each(hashed, hashes)],
        peer_name=_PEER, goal=Goal(7, Against.PEER_CPU),
    )  # fmt: skip
    yield timed(f"verify {count:,} entries from the file", "s", [verified.total()])
    log.database.close()


class Log:
    """One log in a file of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._writer = Writer()
        self._frontier = Frontier()
        make_tables(database)

    def append(self, digests: list[bytes]) -> list[bytes]:
        """Add an entry for each digest of a version, all in one commit, and return the bytes that each consists of."""
        entries, added = [], []
        log = self._writer.origin
        with self.database.transaction() as rows:
            for digest in digests:
                seq = self._frontier.size
                operation = compose(
                    origin=log,
                    seq=seq,
                    commitment=digest,
                    items=[Item.in_compartment(ItemKind.VERSION, _COMPARTMENT, digest)],
                    sealed=digest + bytes(_SEALED_SIZE - len(digest)),
                    session_key=self._writer.session_key(2).public if seq == 0 else None,
                )
                entries.append(operation.header + operation.list + operation.sealed)
                for level, index, hashes in self._frontier.append(leaf_hash(operation.header)):
                    rows.put_tile(TileRow(log, level, index, hashes))
                added.append((log, seq, operation.header, operation.list, operation.sealed, operation.digest))
            connection = rows.connection
            connection.exec_driver_sql(INSERTS["operation"].text, added)
        return entries

    def seal(self) -> None:
        """Sign all of it, as the end of a session does."""
        seal = self._writer.seal_of(self._frontier.size, self._frontier.root(), 1)
        with self.database.transaction() as rows:
            rows.add_checkpoint(CheckpointRow(*seal))

    def verify(self) -> int:
        """Read and verify everything; return how many entries hold."""
        origin = self._writer.origin
        with self.database.reading() as rows:
            report = verify_log(self._writer.genesis, rows.operations(origin), rows.checkpoints(origin), is_signed_raw)
        return 0 if report.problems else report.size


def _hash_all(batches: list[list[bytes]]) -> None:
    for entries in batches:
        hash_twice(entries)


def _each(series: Series, count: int) -> tuple[float, float]:
    wall, cpu = series.total()
    return wall / count, cpu / count


BENCHES = (Bench("log", run),)
