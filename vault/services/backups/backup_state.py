"""What a vault or a copy of it comes to: one digest, every version opened, and the contents of documents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from vault.errors import BrokenSealError, MalformedError, VaultError
from vault.ids import SeatId, VaultId
from vault.log.items import Item, ItemKind, decode_items
from vault.log.tree import leaf_hash, state_digest
from vault.progress import CancelledError, Progress, StepProgress, Stopped
from vault.records.attachment_bodies import lacking_chunks
from vault.records.logs import genesis_of
from vault.records.versions import is_no_fault_of_the_copy, no_wraps, open_all
from vault.seal.bodies import Names, chunk_name
from vault.seal.keyring import Keyring
from vault.store.blobs import Blobs
from vault.store.engine import Database
from vault.store.rowtypes import OperationRow, SealedVersion, VersionKeyRow, VersionRow
from vault.words.message import Message

# What a vault or a copy of it comes to: one digest, and every version opened that a seat can open.

# Each entry lists at most 256 versions: so many entries at a time fit in memory, and others get a turn in between.
_ENTRIES_AT_A_TIME = 32


@dataclass(frozen=True, slots=True)
class State:
    """What logs and versions come to.

    The digest is over the leaf hash of every operation and the id of every version that is here and listed; of
    `reachable` versions the seat holds a key. `keys_files` are digests of the `keys` files that the logs list,
    `compartments` those that the versions are in.
    """

    digest: bytes
    operations: int
    versions: int
    reachable: int
    keys_files: frozenset[Item]
    compartments: frozenset[bytes]


def log_sizes(database: Database) -> dict[bytes, int]:
    with database.reading() as rows:
        return {row.origin: rows.size(row.origin) for row in rows.geneses()}


@dataclass(slots=True)
class StateReader:
    """Reads a state from the tables of one file and the key rows of the same or another.

    `opens`: each reachable version is decrypted, and not only counted. What the own logs of `seat` list opens, or is
    damaged. `passed_over` is no wrapped key, and is not counted as one.
    """

    tables: Database
    key_rows: Database
    vault: VaultId
    keyring: Keyring
    opens: bool
    seat: SeatId | None = None
    passed_over: Collection[VersionKeyRow] = frozenset()
    progress: Progress = lambda done, total: None
    cancelled: Stopped = lambda: False
    _leaves: list[bytes] = field(default_factory=list)
    _versions: list[bytes] = field(default_factory=list)
    _reachable: int = 0
    _keys_files: set[Item] = field(default_factory=set)
    _compartments: set[bytes] = field(default_factory=set)
    _own: set[bytes] = field(default_factory=set)

    def read(self, sizes: Mapping[bytes, int]) -> State:
        """Return the state of these logs up to these sizes.

        Raises:
            BrokenSealError: a version does not open; its id and place are named.
            CancelledError: as asked.
        """
        total, done = sum(sizes.values()), 0
        with self.tables.reading() as rows:
            geneses = {origin: genesis_of(rows, origin) for origin in sizes}
        self._own = {origin for origin, one in geneses.items() if one is not None and one.seat == self.seat}
        for origin, size in sizes.items():
            for start in range(0, size, _ENTRIES_AT_A_TIME):
                if self.cancelled():
                    raise CancelledError
                stop = min(start + _ENTRIES_AT_A_TIME, size)
                self._read_entries(origin, start, stop)
                done += stop - start
                self.progress(done, total)
        return State(
            digest=state_digest(self._leaves, self._versions),
            operations=len(self._leaves),
            versions=len(self._versions),
            reachable=self._reachable,
            keys_files=frozenset(self._keys_files),
            compartments=frozenset(self._compartments),
        )

    def _read_entries(self, origin: bytes, start: int, stop: int) -> None:
        with self.tables.reading() as rows:
            operations = list(rows.operations(origin, start, stop))
            versions = list(rows.version_rows(origin, start, stop))
        with self.key_rows.reading() as rows:
            found = rows.version_keys(origin, start, stop)
            keys = _by_place(key for key in found if key not in self.passed_over)
        self._leaves += [leaf_hash(row.header) for row in operations]
        listed = {(row.seq, n): item for row in operations for n, item in _items(row)}
        self._keys_files |= {item for item in listed.values() if item.kind == ItemKind.KEYS}
        for version in versions:
            # A false row beside a true one is copied like any other; it is no part of what the vault holds.
            expected = Item.in_compartment(ItemKind.VERSION, version.compartment, version.id)
            if listed.get((version.seq, version.n)) == expected:
                self._versions.append(version.id)
                self._compartments.add(version.compartment)
                self._reachable += self._opened(version, keys.get((version.seq, version.n), []))

    def _opened(self, version: VersionRow, keys: list[VersionKeyRow]) -> bool:
        sealed = [SealedVersion(*version, key.epoch, key.wrap) for key in keys if self.keyring.get(key.epoch)]
        if sealed and self.opens:
            try:
                open_all(sealed, vault=self.vault, keyring=self.keyring)
            except MalformedError:
                return True  # what its author sealed is no record: that is theirs, and copied as it is
            except BrokenSealError as fault:
                if any(is_no_fault_of_the_copy(row, keyring=self.keyring) for row in sealed):
                    return True
                if version.origin not in self._own and len(no_wraps(sealed, keyring=self.keyring)) == len(sealed):
                    return False  # a wrapped key that is none is as good as none (FORMAT.md 6)
                place = f"entry {version.seq} of log {version.origin.hex()[:16]}"
                raise BrokenSealError(
                    Message(
                        "version {id} of {place}: {message}", id=version.id.hex(), place=place, message=fault.message
                    )
                ) from None
        return bool(sealed)


def _items(row: OperationRow) -> Iterator[tuple[int, Item]]:
    try:
        yield from enumerate(decode_items(row.list))
    except MalformedError:
        return


def _by_place(keys: Iterable[VersionKeyRow]) -> dict[tuple[int, int], list[VersionKeyRow]]:
    places: dict[tuple[int, int], list[VersionKeyRow]] = {}
    for key in keys:
        places.setdefault((key.seq, key.n), []).append(key)
    return places


# The contents of documents in a backup: chunks by name, each read and hashed as it is copied.
_SETTLED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class ContentState:
    """How many attachments there are, and how many of their chunks are not there or not what their names say."""

    attachments: int
    missing: int


def copy_chunks(
    source: Blobs,
    target: Blobs,
    *,
    progress: StepProgress = lambda what, done, total: None,
    cancelled: Stopped = lambda: False,
) -> None:
    """Copy every chunk that is what its name says to another place; what is not stays behind.

    Raises:
        TryAgainError: no room. CancelledError: as asked.
    """
    names = list(source.names())
    for start in range(0, len(names), _SETTLED_AT_ONCE):
        copied = []
        for done, name in enumerate(names[start : start + _SETTLED_AT_ONCE], start):
            if cancelled():
                raise CancelledError
            sealed = _read(source, name)
            if sealed is not None:
                target.put(name, sealed)
                copied.append(name)
            progress(Message("Copying documents"), done + 1, len(names))
        target.settle(copied)


def content_state(tables: Database, blobs: Blobs, cancelled: Stopped = lambda: False) -> ContentState:
    """Read every chunk that the attachments of a database name, and say what is not there.

    Raises:
        CancelledError: as asked.
    """
    with tables.reading() as rows:
        attachments = rows.attachments()
    missing = 0
    for row in attachments:
        if cancelled():
            raise CancelledError
        try:
            names = Names.decode(row.names)
        except MalformedError:
            missing += 1
            continue
        with tables.reading() as rows:
            missing += lacking_chunks(rows, blobs, names)
    return ContentState(len(attachments), missing)


def _read(source: Blobs, name: bytes) -> bytes | None:
    try:
        sealed = source.get(name)
    except VaultError:
        return None
    return sealed if sealed is not None and chunk_name(sealed) == name else None
