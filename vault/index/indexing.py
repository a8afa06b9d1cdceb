"""Entries into the index, with the cursor and the digest of what it holds, in one transaction (FORMAT.md 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vault.index import document_rows
from vault.index.entries import Entry, IndexedRecord, RemovedCompartment, RemovedRecord
from vault.index.file import Index, IndexTag
from vault.index.index_tables import Statements

# The digest of the index (FORMAT.md 8): what it holds, in 32 bytes that no order of arrival changes.
# The sum modulo 2^256 of tag(record, heads) over all records, heads sorted and joined. Kept with every commit,
# repeated in the pins, recounted after unlock.

_MODULUS = 1 << 256
_ROWS = 4_000


def summand(tag: IndexTag, record: bytes, heads: Collection[bytes]) -> int:
    """Return what one record adds to the sum; nothing when it has no heads."""
    return int.from_bytes(tag(record, b"".join(sorted(heads)))) if heads else 0


def add_summand(sql: Statements, difference: int) -> None:
    """Move the kept sum, within the transaction that changes the heads."""
    kept = int.from_bytes(sql.execute("SELECT sum FROM digest").fetchone()[0])
    sql.execute("UPDATE digest SET sum=?", (((kept + difference) % _MODULUS).to_bytes(32),))


def recount(index: Index) -> bytes | None:
    """Return the digest counted anew from the heads, or None when the index changed meanwhile: ask again later.

    Takes the lock for a few milliseconds at a time, so that a screen never waits for it.
    """
    before = index.changes
    total = 0
    last = (b"", b"", b"")
    group: tuple[bytes, bytes] | None = None
    heads: list[bytes] = []
    while True:
        with index.reading() as sql:
            rows = sql.execute(
                "SELECT compartment, record, version FROM head WHERE (compartment, record, version) > (?, ?, ?)"
                " ORDER BY compartment, record, version LIMIT ?",
                (*last, _ROWS),
            ).fetchall()
        for compartment, record, version in rows:
            if group != (compartment, record):
                total += summand(index.tag, group[1], heads) if group else 0
                group, heads = (compartment, record), []
            heads.append(version)
        if index.changes != before:
            return None
        if len(rows) < _ROWS:
            total += summand(index.tag, group[1], heads) if group else 0
            return (total % _MODULUS).to_bytes(32)
        last = rows[-1]


# Entries into the index, together with the cursor, in one transaction.
# What stands there afterwards depends on the set of entries alone, never on their order, their batches or how often
# they came: so a replay after a crash, a rebuild and a sync in any order all end in the same place.
_Key = tuple[bytes, bytes]  # compartment, record
_Replaced = tuple[str, bytes]  # the kind of a version, and a parent that it names: one of another kind stays a head
_KEYS_AT_ONCE = 256


def apply(
    index: Index,
    entries: Iterable[Entry],
    cursor: Mapping[bytes, int],
    *,
    pending: Collection[tuple[bytes, int]] = (),
    settled: Collection[tuple[bytes, int]] = (),
    cutoffs: Collection[bytes] = (),
    ended: Collection[bytes] = (),
) -> None:
    """Bring the entries into the index and move the cursor on; a cursor never moves back.

    An erased version must not be given again after its removal: the index keeps no trace of what it was.

    Args:
        index: open.
        entries: a few thousand at most for each call in bulk.
        cursor: for each origin, how many of its entries are covered once these are in.
        pending: (origin, seq) of entries to ask again, although the cursor goes past them.
        settled: those of which everything is in now.
        cutoffs: what names the cuts that the index follows from here on.
        ended: those whose cuts bind no more.

    Raises:
        TryAgainError: no room; nothing changed.
        VerificationError: the file cannot be trusted: make it anew (`file.make_index`).
    """
    given = list(entries)
    with index.writing() as sql:
        batch = _Batch(sql)
        batch.look_at(
            {(entry.compartment, entry.record) for entry in given if not isinstance(entry, RemovedCompartment)}
        )
        for entry in given:
            match entry:
                case IndexedRecord():
                    batch.add(entry)
                case RemovedRecord(compartment, record):
                    batch.remove((compartment, record))
                case RemovedCompartment(compartment):
                    batch.remove_compartment(compartment)
        batch.write(index.tag)
        sql.executemany(
            "INSERT INTO cursor(origin, size) VALUES (?, ?)"
            " ON CONFLICT(origin) DO UPDATE SET size=max(size, excluded.size)",
            list(cursor.items()),
        )
        sql.executemany("DELETE FROM waiting WHERE origin=? AND seq=?", list(settled))
        sql.executemany("INSERT OR IGNORE INTO waiting VALUES (?, ?)", list(pending))
        sql.executemany("INSERT OR IGNORE INTO cut VALUES (?)", [(digest,) for digest in cutoffs])
        sql.executemany("DELETE FROM cut WHERE digest=?", [(digest,) for digest in ended])


@dataclass(slots=True)
class _Touched:
    """The heads of one record, and every version that one of its versions names as parent (FORMAT.md 4)."""

    heads_before: dict[bytes, tuple[str, int]]  # version -> its kind, its document
    replaced_before: frozenset[_Replaced]
    heads: dict[bytes, tuple[str, IndexedRecord | None]]  # version -> its kind; None: stands in the file already
    replaced: set[_Replaced]


@dataclass(slots=True)
class _Batch:
    sql: Statements
    seen: list[IndexedRecord] = field(default_factory=list)
    touched: dict[_Key, _Touched] = field(default_factory=dict)

    def add(self, entry: IndexedRecord) -> None:
        self.seen.append(entry)
        record = self._touch((entry.compartment, entry.record))
        for parent in entry.parents:
            record.replaced.add((entry.kind, parent))
            if record.heads.get(parent, ("", None))[0] == entry.kind:
                del record.heads[parent]
        if (entry.kind, entry.version) not in record.replaced and entry.version not in record.heads:
            record.heads[entry.version] = (entry.kind, entry)

    def remove(self, key: _Key) -> None:
        record = self._touch(key)
        record.heads.clear()
        record.replaced.clear()
        self.seen = [entry for entry in self.seen if (entry.compartment, entry.record) != key]
        document_rows.forget_begun(self.sql, *key)

    def remove_compartment(self, compartment: bytes) -> None:
        stored = self.sql.execute(
            "SELECT record FROM head WHERE compartment=?1 UNION SELECT record FROM replaced WHERE compartment=?1",
            (compartment,),
        )
        for key in {(compartment, record) for (record,) in stored} | {k for k in self.touched if k[0] == compartment}:
            self.remove(key)

    def write(self, tag: IndexTag) -> None:
        gone: list[int] = []
        new: list[IndexedRecord] = []
        difference = 0
        replaced: list[tuple[bytes, bytes, str, bytes]] = []
        not_replaced: list[tuple[bytes, bytes, str, bytes]] = []
        for key, record in self.touched.items():
            if record.replaced != record.replaced_before:
                replaced += [(*key, *each) for each in record.replaced - record.replaced_before]
                not_replaced += [(*key, *each) for each in record.replaced_before - record.replaced]
            if record.heads_before:
                # A head that left and came again within the batch is a new entry, with columns of its own.
                stays = {version for version, (_, entry) in record.heads.items() if entry is None}
                gone += [doc for version, (_, doc) in record.heads_before.items() if version not in stays]
            new += [entry for _, entry in record.heads.values() if entry is not None]
            if record.heads.keys() != record.heads_before.keys():
                difference -= summand(tag, key[1], record.heads_before)
                difference += summand(tag, key[1], record.heads)
                if len(record.heads) > 1 or len(record.heads_before) > 1:
                    kinds = [kind for kind, _ in record.heads.values()]
                    document_rows.set_conflict(self.sql, *key, is_one=len(kinds) > len(set(kinds)))
        self.sql.executemany("INSERT INTO replaced VALUES (?, ?, ?, ?)", replaced)
        self.sql.executemany(
            "DELETE FROM replaced WHERE compartment=? AND record=? AND kind=? AND version=?", not_replaced
        )
        cases = document_rows.note_begun(self.sql, self.seen)
        cases |= document_rows.remove_documents(self.sql, gone) | document_rows.add_documents(self.sql, new)
        document_rows.refresh_cases(self.sql, cases)
        if difference:
            add_summand(self.sql, difference)

    def look_at(self, keys: Iterable[_Key]) -> None:
        """Read what stands in the file of these records."""
        heads: dict[_Key, dict[bytes, tuple[str, int]]] = {}
        replaced: dict[_Key, set[_Replaced]] = {}
        asked = list(keys)
        for start in range(0, len(asked), _KEYS_AT_ONCE):
            some = asked[start : start + _KEYS_AT_ONCE]
            for compartment, record, version, kind, doc in self._ask(some, "version, kind, doc", "head"):
                heads.setdefault((compartment, record), {})[version] = (kind, doc)
            for compartment, record, kind, version in self._ask(some, "kind, version", "replaced"):
                replaced.setdefault((compartment, record), set()).add((kind, version))
        for key in asked:
            if key not in heads and key not in replaced:  # a new one, as all of an import are
                self.touched[key] = _Touched({}, frozenset(), {}, set())
                continue
            before, gone = heads.get(key, {}), replaced.get(key, set())
            stays: dict[bytes, tuple[str, IndexedRecord | None]] = {
                version: (kind, None) for version, (kind, _) in before.items()
            }
            self.touched[key] = _Touched(before, frozenset(gone), stays, gone)

    def _ask(self, keys: Sequence[_Key], columns: str, table: str) -> Iterable[tuple[Any, ...]]:
        # CROSS JOIN, or SQLite walks through the table and looks for each row among the keys.
        text = (
            f"WITH wanted(compartment, record) AS (VALUES {', '.join(['(?, ?)'] * len(keys))})"  # noqa: S608 - names
            f" SELECT compartment, record, {columns} FROM wanted CROSS JOIN {table} USING (compartment, record)"
        )
        found: Iterable[tuple[Any, ...]] = self.sql.execute(text, [part for key in keys for part in key])
        return found

    def _touch(self, key: _Key) -> _Touched:
        if key not in self.touched:
            self.look_at([key])
        return self.touched[key]
