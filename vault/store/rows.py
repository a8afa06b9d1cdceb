"""The rows of a vault over one connection: sealed or public bytes in, the same bytes out.

Nothing here is believed: a row may be false, missing, old or doubled, and whoever reads it checks it against the log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

from vault.store import sqlite_texts as sql
from vault.store.connected import Connected
from vault.store.rowtypes import (
    AttachmentRow,
    CheckpointRow,
    EpochRow,
    GenesisRow,
    GrantRow,
    LocalRow,
    OperationRow,
    PlacedVersion,
    SealedVersion,
    TailRow,
    Text,
    TileRow,
    VersionKeyRow,
    VersionRow,
)

# The rows of attachments: names of chunks, and the chunks that are too small for a file of their own.


class AttachmentRows(Connected):
    """Reads and writes of attachments, as a part of `Rows`."""

    def add_attachments(self, rows: Sequence[AttachmentRow]) -> None:
        """Insert the names of attachments all chunks of which are here."""
        self._insert("attachment", rows)

    def attachments(self) -> list[AttachmentRow]:
        """Return every attachment, by digest."""
        return self._all(AttachmentRow._make, sql.ATTACHMENTS, {})

    def attachments_named(self, digest: bytes) -> list[AttachmentRow]:
        """Return what stands under a digest: one row, and false ones of other compartments perhaps."""
        return self._all(AttachmentRow._make, sql.ATTACHMENT, {"digest": digest})

    def add_tails(self, rows: Sequence[TailRow]) -> None:
        self._insert("tail", rows)

    def tail(self, name: bytes) -> bytes | None:
        """Return the last chunk of this name, as it stands here, or None."""
        row = self._first(TailRow._make, sql.TAIL, {"name": name})
        return None if row is None else row.bytes

    def tail_names(self) -> list[bytes]:
        """Return the name of every last chunk."""
        return self._scalars(sql.TAIL_NAMES, {})

    def tail_keys(self) -> list[bytes]:
        """Return the name of every row of last chunks, whatever stands beside it: chunks are not read."""
        return self._scalars(sql.TAIL_KEYS, {})

    def delete_attachments(self, rows: Collection[AttachmentRow]) -> None:
        """Delete what stands under the digests of these rows in their compartments."""
        self._run_many(sql.DELETE_ATTACHMENT, [(row.digest, row.compartment) for row in rows])

    def delete_tails(self, names: Collection[bytes]) -> None:
        self._run_many(sql.DELETE_TAIL, [(name,) for name in names])


_Row = TypeVar("_Row")
_CHUNK = 256
_VALUES_IN_ONE_PASS = 8_192  # each pass reads the whole table; SQLite takes 32,766 parameters
_BEFORE_ALL = b""


class Rows(AttachmentRows):
    """Reads and writes of one `Database.transaction()` or `.reading()`. Iterators end with that block."""

    # ---- logs

    def add_genesis(self, origin: bytes, genesis: bytes) -> None:
        self._insert("genesis", [(origin, genesis)])

    def genesis(self, origin: bytes) -> bytes | None:
        """Return the genesis of this log, or None; where a false one stands beside it, see `geneses`."""
        row = self._first(GenesisRow._make, sql.GENESIS, {"origin": origin})
        return None if row is None else row.bytes

    def geneses(self) -> list[GenesisRow]:
        """Return every genesis, by origin."""
        return self._all(GenesisRow._make, sql.GENESES, {})

    def origins(self) -> set[bytes]:
        """Return every log of which some row is here, with a beginning or without."""
        found: set[bytes] = set()
        for statement in sql.NEXT_ORIGIN:
            behind = _BEFORE_ALL
            while (following := self._scalar(statement, {"after_origin": behind})) is not None:
                found.add(following)
                behind = following
        return found

    def add_operation(self, row: OperationRow) -> None:
        self._insert("operation", [row])

    def operations(self, origin: bytes, start: int = 0, stop: int | None = None) -> Iterator[OperationRow]:
        """Yield entries `start` to before `stop` by position; where rows contradict, all that stand there."""
        return self._paged(OperationRow._make, sql.OPERATIONS_AFTER, ("seq", "digest"), (origin, start, stop))

    def is_doubled(self, origin: bytes) -> bool:
        """Say whether several rows stand at one position of a log."""
        return self._scalar(sql.DOUBLED_SEQ, {"origin": origin}) is not None

    def headers(self, origin: bytes, start: int, stop: int) -> list[bytes]:
        """Return the headers alone of the entries `start` to before `stop`, in the order of `operations`."""
        return self._scalars(sql.HEADERS, {"origin": origin, "start": start, "stop": stop})

    def operation(self, origin: bytes, seq: int) -> OperationRow | None:
        """Return the entry there, or None; where rows contradict, the one of the smallest digest."""
        return self._first(OperationRow._make, sql.OPERATION, {"origin": origin, "seq": seq})

    def size(self, origin: bytes) -> int:
        """Return the position behind the last entry of this log; gaps are not looked for."""
        newest = self._scalar(sql.NEWEST_SEQ, {"origin": origin})
        return 0 if newest is None else int(newest) + 1

    def add_checkpoint(self, row: CheckpointRow) -> None:
        """Insert a checkpoint beside all others."""
        self._insert("checkpoint", [row])

    def replace_checkpoint(self, row: CheckpointRow, *, keep_up_to: int) -> None:
        """Insert a checkpoint and drop this origin's of a size above `keep_up_to`, where the running session began.

        Of each session only the last is needed, and those that somebody cosigned.
        """
        self._run(sql.DELETE_REPLACED_CHECKPOINTS, {"origin": row.origin, "keep_up_to": keep_up_to})
        self._insert("checkpoint", [row])

    def checkpoints(self, origin: bytes) -> list[CheckpointRow]:
        """Return every checkpoint of this log, smallest first."""
        return self._all(CheckpointRow._make, sql.CHECKPOINTS, {"origin": origin})

    def newest_checkpoint(self, origin: bytes) -> CheckpointRow | None:
        """Return the one that claims the most entries, checked by nobody, or None."""
        return self._first(CheckpointRow._make, sql.NEWEST_CHECKPOINT, {"origin": origin})

    def put_tile(self, row: TileRow) -> None:
        """Store a run of hashes in place of what the cache had there."""
        self._run(sql.DELETE_TILE, row._asdict())
        self._insert("tile", [row])

    def tile(self, origin: bytes, level: int, idx: int) -> bytes | None:
        """Return the cached hashes there, or None."""
        hashes: bytes | None = self._scalar(sql.TILE, {"origin": origin, "level": level, "idx": idx})
        return hashes

    def tiles(self, origin: bytes) -> list[TileRow]:
        """Return the cached tiles of this log, by level and place."""
        return self._all(TileRow._make, sql.TILES, {"origin": origin})

    # ---- versions

    def add_versions(self, rows: Sequence[VersionRow]) -> None:
        self._insert("version", rows)

    def replace_version(self, row: VersionRow) -> None:
        """Insert a version; what stood at its key was not what the key says."""
        self._run_many(sql.DELETE_FALSE_VERSION, [row[:4]])
        self.add_versions([row])

    def add_version_keys(self, rows: Sequence[VersionKeyRow]) -> None:
        self._insert("version_key", rows)

    def versions(self, compartment: bytes, record: bytes | None = None) -> list[SealedVersion]:
        """Return what a compartment, or one record in it, holds: one item for each version and wrapped key.

        By origin and place. Versions without any key are left out: nobody here can open them.
        """
        statement = sql.VERSIONS_OF_COMPARTMENT if record is None else sql.VERSIONS_OF_RECORD
        found = self._all(SealedVersion._make, statement, {"compartment": compartment, "record": record})
        return sorted(found)  # here, because a database would sort the blobs along

    def places_in(self, compartments: Collection[bytes]) -> set[tuple[bytes, int]]:
        """Return (origin, seq) of every operation with a version in one of these compartments; no version is read."""
        return set(self._among(tuple, sql.PLACES_IN_COMPARTMENTS, list(compartments)))

    def places_in_record(self, compartment: bytes, record: bytes) -> list[tuple[bytes, bytes, int]]:
        """Return (id, origin, seq) of every version of a record; none is read."""
        return self._all(tuple, sql.PLACES_IN_RECORD, {"compartment": compartment, "record": record})

    def placed(self, compartment: bytes, record: bytes | None = None) -> list[PlacedVersion]:
        """Return where every version of a compartment, or of one record in it, stands; none is read."""
        statement = sql.PLACED_IN_COMPARTMENT if record is None else sql.PLACED_IN_RECORD
        return sorted(self._all(PlacedVersion._make, statement, {"compartment": compartment, "record": record}))

    def keys_named(self, versions: Sequence[bytes]) -> list[tuple[bytes, int, int, bytes]]:
        """Return (origin, seq, n, id) of those of these versions that are here; one pass over all keys for many."""
        return [key for part in _parts(versions) for key in self._all(tuple, sql.KEYS_NAMED, {"parts": part})]

    def version_at(self, origin: bytes, seq: int, n: int) -> list[SealedVersion]:
        """Return what stands at one place of a list: one item for each version and wrapped key."""
        return self._all(SealedVersion._make, sql.VERSION_AT, {"origin": origin, "seq": seq, "n": n})

    def versions_from(self, origin: bytes, start: int, stop: int | None = None) -> Iterator[SealedVersion]:
        """Yield a log's versions with their keys, of entries `start` to before `stop`, by place."""
        names = ("seq", "n", "id", "epoch", "wrap")
        return self._paged(SealedVersion._make, sql.SEALED_AFTER, names, (origin, start, stop))

    def version_rows(self, origin: bytes, start: int = 0, stop: int | None = None) -> Iterator[VersionRow]:
        """Yield a log's versions of entries `start` to before `stop`, by place, whether or not a key is left."""
        return self._paged(VersionRow._make, sql.VERSION_ROWS_AFTER, ("seq", "n", "id"), (origin, start, stop))

    def version_keys(self, origin: bytes, start: int = 0, stop: int | None = None) -> Iterator[VersionKeyRow]:
        """Yield a log's wrapped keys of entries `start` to before `stop`, by place, with or without a version."""
        names = ("seq", "n", "epoch", "wrap")
        return self._paged(VersionKeyRow._make, sql.VERSION_KEYS_AFTER, names, (origin, start, stop))

    def _paged(
        self,
        make: Callable[[Iterable[Any]], _Row],
        statement: Text,
        names: Sequence[str],
        within: tuple[bytes, int, int | None],
    ) -> Iterator[_Row]:
        """Yield rows of a log from a position to before another, by the columns of `names`: `seq` is the first."""
        origin, start, stop = within
        behind = (start, *(-1 if name == "n" else _BEFORE_ALL for name in names[1:]))
        fixed = {"origin": origin, "stop": sql.END if stop is None else stop, "rows": _CHUNK}
        keys = [f"after_{name}" for name in names]
        while chunk := self._all(make, statement, {**fixed, **dict(zip(keys, behind, strict=True))}):
            yield from chunk
            behind = tuple(getattr(chunk[-1], name) for name in names)

    def erase_versions(self, places: Collection[tuple[bytes, int, int]]) -> None:
        """Delete blobs and keys at these (origin, seq, n). Their bytes leave the log file with `truncate_wal`."""
        self._run_many(sql.DELETE_KEYS_OF_VERSION, list(places))
        self._run_many(sql.DELETE_VERSION, list(places))

    def holds_versions(self, versions: Sequence[VersionRow], keys: Sequence[VersionKeyRow]) -> bool:
        """Say whether the versions of one entry, each with its wrapped key, stand here by their full keys."""
        if not versions:
            return True
        here = set(self._all(tuple, sql.HELD_VERSIONS, {"origin": versions[0].origin, "seq": versions[0].seq}))
        return here.issuperset((row.n, row.id, key.epoch, key.wrap) for row, key in zip(versions, keys, strict=True))

    def holds_checkpoint(self, row: CheckpointRow) -> bool:
        return bool(self._scalar(sql.HELD_CHECKPOINT, row._asdict()) == 1)

    def holds_local(self, row: LocalRow) -> bool:
        """Say whether this is what the seat has for this purpose."""
        return self._all(tuple, sql.HELD_LOCAL, {"seat": row.seat, "purpose": row.purpose}) == [(row.number, row.blob)]

    def delete_version_keys(self, rows: Collection[VersionKeyRow]) -> None:
        """Delete exactly these wraps."""
        self._run_many(sql.DELETE_KEY, list(rows))

    # ---- epochs, grants, local secrets

    def add_epochs(self, rows: Sequence[EpochRow]) -> None:
        """Insert public notices of keys."""
        self._insert("epoch", rows)

    def epochs(self, compartment: bytes | None = None) -> list[EpochRow]:
        """Return the notices of one compartment, or of all, by compartment."""
        if compartment is not None:
            return self.epochs_of([compartment])
        return sorted(self.every_epoch(), key=lambda row: (row.compartment, row.digest))

    def epochs_of(self, compartments: Collection[bytes]) -> list[EpochRow]:
        """Return the notices of these compartments, by digest."""
        return sorted(self._among(EpochRow._make, sql.EPOCHS_OF_COMPARTMENTS, list(compartments)))

    def every_epoch(self) -> list[EpochRow]:
        """Return the notices of all compartments, in no order: to sort ten thousand by an index takes longer."""
        return self._all(EpochRow._make, sql.EPOCHS, {})

    def compartments_of_epochs(self) -> list[bytes]:
        """Return the compartment of each notice; the index alone answers."""
        return self._scalars(sql.COMPARTMENTS_OF_EPOCHS, {})

    def epoch(self, digest: bytes) -> EpochRow | None:
        """Return the notice that a list names, or None."""
        return self._first(EpochRow._make, sql.EPOCH, {"digest": digest})

    def add_grants(self, rows: Sequence[GrantRow]) -> None:
        self._insert("granted", rows)

    def delete_grants(self, rows: Collection[GrantRow]) -> None:
        self._run_many(sql.DELETE_GRANT, [(row.digest,) for row in rows])

    def grants(self) -> list[GrantRow]:
        return self._all(GrantRow._make, sql.GRANTS, {})

    def epochs_granted_to(self, seat: bytes) -> list[bytes]:
        """Return the ids of all epochs of which a key was sealed to this seat, each once; the index alone answers."""
        return list(dict.fromkeys(self._scalars(sql.EPOCHS_GRANTED_TO_SEAT, {"seat": seat})))

    def epochs_holding(self, values: Sequence[bytes], *, at: int) -> list[EpochRow]:
        """Return the notices whose bytes hold one of these values of equal length at a place, counted from 0.

        They come by digest.
        """
        found: list[EpochRow] = []
        for chunk in _parts(values):
            params = {"at": at + 1, "size": len(chunk[0]), "parts": chunk}
            found += self._all(EpochRow._make, sql.EPOCHS_HOLDING, params)
        return sorted(found)

    def grant(self, digest: bytes) -> GrantRow | None:
        """Return the grant that a list names."""
        return self._first(GrantRow._make, sql.GRANT, {"digest": digest})

    def grants_of(self, epoch: bytes) -> list[GrantRow]:
        """Return to whom one epoch's key was sealed."""
        return self.grants_of_all([epoch])

    def grants_of_all(self, epochs: Collection[bytes]) -> list[GrantRow]:
        """Return to whom the keys of these epochs were sealed, by digest."""
        return sorted(self._among(GrantRow._make, sql.GRANTS_OF_EPOCHS, list(epochs)))

    def put_local(self, row: LocalRow) -> None:
        """Store a seat's sealed secret in place of the one it had for this purpose."""
        self.delete_local(row.seat, row.purpose)
        self._insert("local", [row])

    def local(self, seat: bytes, purpose: int) -> LocalRow | None:
        """Return a seat's sealed secret for this purpose, or None."""
        return self._first(LocalRow._make, sql.LOCAL, {"seat": seat, "purpose": purpose})

    def locals_for(self, purpose: int) -> list[LocalRow]:
        """Return what each seat has for this purpose, by seat."""
        return self._all(LocalRow._make, sql.LOCALS, {"purpose": purpose})

    def delete_local(self, seat: bytes, purpose: int) -> None:
        """Delete a seat's sealed secret for this purpose, if there is one."""
        self._run(sql.DELETE_LOCAL, {"seat": seat, "purpose": purpose})

    def false_rows(self) -> dict[str, int]:
        """Return table -> number of its rows that hold a value of another type than their column: read by nothing else.

        SQLite keeps text in a column for bytes. Only somebody with the database key can have put it there.
        """
        counts = {name: int(self._scalar(statement, {}) or 0) for name, statement in sql.FALSE_ROWS.items()}
        return {name: count for name, count in counts.items() if count}


def _parts(values: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Yield as many values at a time as a statement takes."""
    return (values[start : start + _VALUES_IN_ONE_PASS] for start in range(0, len(values), _VALUES_IN_ONE_PASS))


# In which order rows were written: a hint of the engine's own. Of doubled entries follows from it only what is tried
# first, and of sealings of one key which of them makes way.
# Two histories of a log come one after the other. Whoever looks which entries belong together finds it so at once;
# without the hint the search comes to the same, or gives up where very many are doubled.
_TURNS = "SELECT seq, digest, rowid FROM operation WHERE origin=?"


def in_turn(rows: Rows, origin: bytes) -> Iterator[OperationRow]:
    """Yield the entries of a log by position, and of several at one position those first that were written first."""
    if not rows.is_doubled(origin):
        yield from rows.operations(origin)
        return
    turns = {(seq, digest): turn for seq, digest, turn in rows.driver.execute(_TURNS, (origin,))}
    for _, same in groupby(rows.operations(origin), key=lambda row: row.seq):
        yield from sorted(same, key=lambda row: turns.get((row.seq, row.digest), 0))


_TURNS_OF_GRANTS = "SELECT digest, rowid FROM granted WHERE epoch=?"


def sealings_in_turn(rows: Rows, epoch: bytes, seat: bytes, giver: bytes) -> list[GrantRow]:
    """Return how one giver sealed a key to one reader, that first which was written first."""
    turns = dict(rows.driver.execute(_TURNS_OF_GRANTS, (epoch,)).fetchall())
    found = [row for row in rows.grants_of(epoch) if (row.seat, row.giver) == (seat, giver)]
    return sorted(found, key=lambda row: turns[row.digest])
