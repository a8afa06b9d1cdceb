"""Geneses, headers, lists, checkpoints and tiles: C1 to C3, which need no key (FORMAT.md 5 and 6)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from tests.vectors.independent.basis import (
    Fault,
    Reader,
    Refused,
    is_signed,
    is_signed_bare,
    leaf,
    require,
    root_of,
    sha256,
    u32,
)
from tests.vectors.independent.tables import Checkpoint, Operation, Rows

_HEX = {"c": 64, "g": 64, "k": 64, "l": 64, "r": 64, "x": 64}
_MOST_HISTORIES = 256


class Item(NamedTuple):
    """One line of a list."""

    kind: int
    digest: bytes
    tag: bytes


@dataclass(frozen=True, slots=True)
class Genesis:
    """The beginning of a log."""

    origin: bytes
    vault: bytes
    seat: bytes
    identity: bytes
    session_key: bytes
    predecessor: bytes
    predecessor_size: int
    predecessor_root: bytes

    @property
    def is_first(self) -> bool:
        """Whether it names no predecessor."""
        return not any(self.predecessor)


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says."""

    commitment: bytes
    roster: bytes
    key: bytes
    origin: bytes
    list_digest: bytes
    seq: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One proven operation."""

    origin: bytes
    seq: int
    header: Header
    items: tuple[Item, ...]
    sealed: bytes


@dataclass
class Log:
    """One log: its beginning, what of it is proven, and what is wrong with it."""

    genesis: Genesis
    entries: list[Entry] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)
    size: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The log in a line of a report."""
        return self.genesis.origin.hex()[:8]


def read_genesis(data: bytes, vault: bytes) -> Genesis:
    """Read and check the 249 bytes with which a log begins."""
    reader = Reader(data)
    require(reader.take(1) == b"\1", "format of a genesis")
    of, seat, identity, session = reader.take(16), reader.take(16), reader.take(32), reader.take(32)
    reader.take(16)
    before = reader.take(32), reader.number(8), reader.take(32)
    require(is_signed(identity, reader.take(64), "genesis", data[:185]), "signature of a genesis")
    reader.end()
    require(of == vault, "a genesis of another vault")
    return Genesis(sha256(data), of, seat, identity, session, *before)


def read_header(data: bytes) -> Header:
    """Read a header, which has one spelling."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Refused("a header that is no JSON") from None
    require(isinstance(found, dict) and found.keys() | {"k"} == {*_HEX, "s", "v"}, "members of a header")
    require(msgspec.json.encode(dict(sorted(found.items()))) == data, "spelling of a header")
    for name in found.keys() & _HEX.keys():
        require(isinstance(found[name], str) and re.fullmatch("[0-9a-f]{64}", found[name]) is not None, "a header")
    require(type(found["s"]) is int and 0 <= found["s"] < 1 << 53 and found["v"] == 1, "numbers of a header")
    c, g, k, log, r, x = (bytes.fromhex(found.get(name, "")) for name in ("c", "g", "k", "l", "r", "x"))
    return Header(c, g, k, log, r, found["s"], x)


def read_list(data: bytes) -> tuple[Item, ...]:
    """Read a list of items of 49 bytes."""
    require(len(data) % 49 == 0 and len(data) <= 49 * 1024, "size of a list")
    parts = (data[at : at + 49] for at in range(0, len(data), 49))
    items = tuple(Item(part[0], part[1:33], part[33:]) for part in parts)
    require(len(set(items)) == len(items), "an item twice")
    return items


def operation_digest(row: Operation) -> bytes:
    """Return the digest that a row of `operation` must have."""
    return sha256(*(u32(len(part)) + part for part in (row.header, row.list, row.sealed)))


def note_of(row: Checkpoint, key: bytes) -> bytes | None:
    """Return the root in a signed note, if this key signed it for this log and size; else None."""
    try:
        text, _, line = row.note.decode().partition("\n\n")
        name, size, root = text.split("\n")
        dash, signer, coded = line.removesuffix("\n").split(" ")
        signature = base64.b64decode(coded, validate=True)
        decoded = base64.b64decode(root, validate=True)
    except ValueError:
        return None
    key_id = sha256(name.encode(), b"\n\1", key)[:4]
    right = (
        name == signer == "casevault/" + row.origin.hex()
        and (dash, size) == ("\N{EM DASH}", str(row.size))
        and signature[:4] == key_id
        and decoded == row.root
        and is_signed_bare(key, signature[4:], text.encode() + b"\n")
    )
    return decoded if right else None


class _History:
    """One of the trees that rows may give, while several stand at one place."""

    def __init__(self, first_key: bytes) -> None:
        self.peaks: list[tuple[int, bytes]] = []
        self.rows: list[Entry] = []
        self.leaves: list[bytes] = []
        self.keys = [first_key]

    def copy(self) -> _History:
        other = _History(b"")
        other.peaks, other.rows = list(self.peaks), list(self.rows)
        other.leaves, other.keys = list(self.leaves), list(self.keys)
        return other

    def add(self, entry: Entry, hashed: bytes) -> None:
        self.rows.append(entry)
        self.leaves.append(hashed)
        if entry.header.key:
            self.keys.append(entry.header.key)
        size, node = 1, hashed
        while self.peaks and self.peaks[-1][0] == size:
            node = sha256(b"\1", self.peaks.pop()[1], node)
            size *= 2
        self.peaks.append((size, node))

    def root(self) -> bytes:
        node = self.peaks[-1][1]
        for _, peak in reversed(self.peaks[:-1]):
            node = sha256(b"\1", peak, node)
        return node

    def signer(self) -> tuple[int, bytes]:
        """Return number and key of the session that signs at this size."""
        number = len(self.keys) - 1
        return number, self.keys[number - 1] if number else b""


def read_log(genesis: Genesis, operations: Iterable[Operation], checkpoints: Iterable[Checkpoint]) -> Log:
    """Walk one log from its rows; of several rows at one place, take those whose tree a checkpoint covers."""
    log = Log(genesis)
    notes: dict[int, list[Checkpoint]] = {}
    for note in checkpoints:
        notes.setdefault(note.size, []).append(note)
    places: dict[int, list[Operation]] = {}
    for row in operations:
        places.setdefault(row.seq, []).append(row)
    histories, sessions = [_History(genesis.session_key)], set[int]()
    seq = 0
    while seq in places and histories:
        found = _candidates(log, places.pop(seq))
        if not found:
            break
        branches = [history.copy() if len(found) > 1 else history for history in histories for _ in found]
        for branch, (entry, hashed) in zip(branches, found * len(histories), strict=True):
            branch.add(entry, hashed)
        histories = branches[:_MOST_HISTORIES]
        seq += 1
        here = notes.pop(seq, [])
        agreeing = [one for one in histories if any(note_of(note, one.signer()[1]) == one.root() for note in here)]
        roots = {one.root() for one in histories}
        # Of a note that no key of the log signed nothing is said: any row may be false.
        if any(root not in roots for note in here for key in histories[0].keys if (root := note_of(note, key))):
            log.faults.append(Fault("another tree was signed", f"log {log.name} size {seq}"))
        if agreeing:
            histories = agreeing
            sessions.add(agreeing[0].signer()[0])
            if sessions >= set(range(1, agreeing[0].signer()[0] + 1)):
                log.size, log.roots[seq] = seq, agreeing[0].root()
    log.faults += [Fault("missing operation", f"log {log.name} before {later}") for later in sorted(places)[:1]]
    beyond = [
        size for size, found in notes.items() for note in found for key in histories[0].keys if note_of(note, key)
    ]
    log.faults += [Fault("cut", f"log {log.name}: a checkpoint of size {size}") for size in sorted(beyond)[:1]]
    if log.size < seq or not seq:
        log.faults.append(Fault("not proven", f"log {log.name} from {log.size} on"))
    history = histories[0]
    log.entries, log.leaves, log.keys = history.rows[: log.size], history.leaves[: log.size], history.keys
    return log


def _candidates(log: Log, rows: Sequence[Operation]) -> list[tuple[Entry, bytes]]:
    found: dict[bytes, tuple[Entry, bytes]] = {}
    for row in rows:
        try:
            header = read_header(row.header)
            require((header.seq, header.origin) == (row.seq, log.genesis.origin), "place")
            require((header.list_digest, header.payload) == (sha256(row.list), sha256(row.sealed)), "parts")
            require(row.digest == operation_digest(row), "digest")
            items = read_list(row.list)
        except Refused as refusal:
            log.faults.append(Fault("false operation", f"log {log.name} {row.seq}: {refusal}"))
            continue
        found[row.digest] = Entry(row.origin, row.seq, header, items, row.sealed), leaf(row.header)
    if len(found) > 1:
        log.faults.append(Fault("two operations", f"log {log.name} {rows[0].seq}"))
    return list(found.values())


def read_logs(rows: Rows, vault: bytes) -> tuple[dict[bytes, Log], list[Fault]]:
    """Read every log of which a genesis is here; name rows of logs that have none."""
    logs: dict[bytes, Log] = {}
    faults = []
    for origin, data in rows.geneses:
        try:
            genesis = read_genesis(data, vault)
            require(genesis.origin == origin, "name of a log")
        except Refused as refusal:
            faults.append(Fault("genesis", f"{origin.hex()[:8]}: {refusal}"))
            continue
        operations = [row for row in rows.operations if row.origin == origin]
        logs[origin] = read_log(genesis, operations, [row for row in rows.checkpoints if row.origin == origin])
    named = {row.origin for row in rows.operations} | {row.origin for row in rows.versions}
    named |= {row.origin for row in rows.checkpoints} | {row.origin for row in rows.version_keys}
    faults += [Fault("rows without a genesis", origin.hex()[:8]) for origin in sorted(named - logs.keys())]
    faults += [fault for log in logs.values() for fault in log.faults]
    for log in logs.values():
        before, claimed = logs.get(log.genesis.predecessor), log.genesis.predecessor_size
        if before is not None and root_of(before.leaves[:claimed]) != log.genesis.predecessor_root:
            faults.append(Fault("predecessor", f"log {log.name} goes on from another"))
    return logs, faults


def tile_hashes(leaves: Sequence[bytes], level: int, idx: int) -> bytes:
    """Return the 256 hashes of a full tile: hash i is the root over 256^level leaves."""
    width = 256**level
    first = idx * 256 * width
    return b"".join(root_of(leaves[at : at + width]) for at in range(first, first + 256 * width, width))


def tile_faults(rows: Rows, logs: dict[bytes, Log]) -> list[Fault]:
    """Compare each tile with the headers below it; it is a cache, so that a log without tiles is whole."""
    faults = []
    for tile in rows.tiles:
        log = logs.get(tile.origin)
        if log is None or 256 ** (tile.level + 1) * (tile.idx + 1) > log.size:
            faults.append(Fault("tile", "of no whole stretch of a log"))
        elif tile.hashes != tile_hashes(log.leaves, tile.level, tile.idx):
            faults.append(Fault("tile", f"log {log.name} level {tile.level} index {tile.idx}"))
    return faults
