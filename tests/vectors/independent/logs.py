"""Geneses, headers, lists, checkpoints and tiles: C1 to C3, which need no key (FORMAT.md 5 and 6)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
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

_HEX = {"c", "k", "l", "r", "x"}
_MOST_HISTORIES = 256
_MOST_LOGS = 255
_DECIDES = 16


class Item(NamedTuple):
    """One line of a list: it names a row by digest and tag, or decides by what it says, and its digest is its name."""

    kind: int
    digest: bytes
    tag: bytes = b""
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Genesis:
    """The beginning of a log: a certificate, or what goes on from another log and has neither member nor KEM key."""

    origin: bytes
    seat: bytes
    identity: bytes
    session_key: bytes
    member: bytes = b""  # zeros in a certificate that names none
    kem: bytes = b""
    predecessor: bytes = b""
    predecessor_size: int = 0
    predecessor_root: bytes = b""

    @property
    def is_first(self) -> bool:
        return bool(self.kem)

    @property
    def person(self) -> bytes:
        """Whose seat a certificate makes."""
        return self.member if any(self.member) else self.seat


@dataclass(frozen=True, slots=True)
class Header:
    commitment: bytes
    key: bytes
    origin: bytes
    list_digest: bytes
    payload: bytes
    seq: int
    decides: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One proven operation; its leaf names it in whichever history it stands."""

    origin: bytes
    seq: int
    header: Header
    items: tuple[Item, ...]
    sealed: bytes
    leaf: bytes


@dataclass
class Log:
    """One log: its beginning, what of it is proven, what is wrong with it, and its second history where it forked."""

    genesis: Genesis
    entries: list[Entry] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    contradictions: list[Fault] = field(default_factory=list)  # what concerns nobody once its seat is out
    other: Log | None = None
    parting: int | None = None  # the first place at which the two histories differ

    @property
    def name(self) -> str:
        """The log in a line of a report."""
        return self.genesis.origin.hex()[:8]

    @property
    def size(self) -> int:
        return len(self.entries)

    @cached_property
    def leaves(self) -> list[bytes]:
        """The leaf hashes of what is proven."""
        return [entry.leaf for entry in self.entries]

    def histories(self) -> list[Log]:
        return [self] if self.other is None else [self, self.other]

    def all_entries(self) -> list[Entry]:
        """Return what is proven of both histories, what they share once."""
        return self.entries + (self.other.entries[self.parting :] if self.other is not None else [])

    def root(self, size: int) -> bytes:
        """Return the root of this history at a size; nothing beyond what is proven."""
        return root_of(self.leaves[:size]) if size <= self.size else b""

    def history_with(self, size: int, root: bytes) -> Log | None:
        return next((one for one in self.histories() if one.root(size) == root), None)


def read_genesis(data: bytes, vault: bytes) -> Genesis:
    """Read and check the bytes with which a log begins: 1,393 of a certificate, 249 of any other."""
    reader = Reader(data)
    require(reader.take(1) == b"\2" and reader.take(16) == vault, "format or vault of a genesis")
    whose, identity, session = reader.take(16), reader.take(32), reader.take(32)
    reader.take(16)
    first = len(data) == 1393
    kem = reader.take(1216) if first else b""
    before = (b"", 0, b"") if first else (reader.take(32), reader.number(8), reader.take(32))
    require(is_signed(identity, reader.take(64), "genesis", data[:-64]), "signature of a genesis")
    reader.end()
    origin = sha256(data)
    seat, member = (origin[:16], whose) if first else (whose, b"")
    return Genesis(origin, seat, identity, session, member, kem, *before)


def read_header(data: bytes) -> Header:
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Refused("a header that is no JSON") from None
    require(isinstance(found, dict) and found.keys() | {"k", "t"} == {*_HEX, "s", "t", "v"}, "members of a header")
    require(msgspec.json.encode(dict(sorted(found.items()))) == data, "spelling of a header")
    for name in found.keys() & _HEX:
        require(isinstance(found[name], str) and re.fullmatch("[0-9a-f]{64}", found[name]) is not None, "a header")
    numbers = found["s"], found["v"], found.get("t", 1)
    require(all(type(one) is int for one in numbers) and numbers[1:] == (2, 1), "numbers of a header")
    require(0 <= numbers[0] < 1 << 53, "numbers of a header")
    c, k, log, r, x = (bytes.fromhex(found.get(name, "")) for name in ("c", "k", "l", "r", "x"))
    return Header(c, k, log, r, x, numbers[0], "t" in found)


def read_list(data: bytes) -> tuple[Item, ...]:
    """Read a list: items of 49 bytes, and behind them those that decide."""
    reader, items = Reader(data), list[Item]()
    while reader.at < len(data):
        kind = reader.number(1)
        if kind < _DECIDES:
            require(not items or items[-1].kind < _DECIDES, "order of a list")
            items.append(Item(kind, reader.take(32), reader.take(16)))
        else:
            content = reader.take(reader.number(2))
            items.append(Item(kind, sha256(bytes((kind,)), content), b"", content))
    require(len(items) <= 1024 and len(set(items)) == len(items), "too many items, or one twice")
    return tuple(items)


def operation_digest(row: Operation) -> bytes:
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
        self.entries: list[Entry] = []
        self.keys = [first_key]
        self.sessions = set[int]()
        self.proven = 0

    def copy(self) -> _History:
        other = _History(b"")
        other.peaks, other.entries, other.keys = list(self.peaks), list(self.entries), list(self.keys)
        other.sessions, other.proven = set(self.sessions), self.proven
        return other

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        if entry.header.key:
            self.keys.append(entry.header.key)
        size, node = 1, entry.leaf
        while self.peaks and self.peaks[-1][0] == size:
            node = sha256(b"\1", self.peaks.pop()[1], node)
            size *= 2
        self.peaks.append((size, node))

    def root(self) -> bytes:
        node = self.peaks[-1][1]
        for _, peak in reversed(self.peaks[:-1]):
            node = sha256(b"\1", peak, node)
        return node

    def prove(self, notes: Sequence[Checkpoint]) -> None:
        """Take checkpoints of just this size: the session of that number signs, and all before it must have."""
        number = len(self.keys) - 1
        if number and any(note_of(note, self.keys[number - 1]) == self.root() for note in notes):
            self.sessions.add(number)
            if len(self.sessions) == number:
                self.proven = len(self.entries)

    def proves_more_than(self, entries: Sequence[Entry]) -> bool:
        """Whether something of it is proven that is none of these."""
        return self.entries[: self.proven] != list(entries[: self.proven])


def read_log(genesis: Genesis, operations: Iterable[Operation], checkpoints: Iterable[Checkpoint]) -> Log:
    """Walk one log from its rows; of several rows at one place those count whose tree a checkpoint covers."""
    log = Log(genesis)
    notes: dict[int, list[Checkpoint]] = {}
    for note in checkpoints:
        notes.setdefault(note.size, []).append(note)
    places: dict[int, list[Operation]] = {}
    for row in operations:
        places.setdefault(row.seq, []).append(row)
    histories, seq, doubled = [_History(genesis.session_key)], 0, list[Entry]()
    while seq in places and (found := _candidates(log, places.pop(seq))):
        doubled += found if len(found) > 1 else []
        branches = [history.copy() if len(found) > 1 else history for history in histories for _ in found]
        seq, here = seq + 1, notes.pop(seq + 1, [])
        for branch, entry in zip(branches, found * len(histories), strict=True):
            branch.add(entry)
            branch.prove(here)
        roots = {one.root() for one in branches}
        # Of a note that no key of the log signed nothing is said: any row may be false.
        if any(root not in roots for note in here for key in branches[0].keys if (root := note_of(note, key))):
            log.faults.append(Fault("another tree was signed", f"log {log.name} size {seq}"))
        histories = sorted(branches, key=lambda one: -one.proven)[:_MOST_HISTORIES]
    log.faults += [Fault("missing operation", f"log {log.name} before {later}") for later in sorted(places)[:1]]
    best = histories[0]
    signed = [size for size, found in notes.items() for note in found for key in best.keys if note_of(note, key)]
    log.faults += [Fault("cut", f"log {log.name}: a checkpoint of size {size}") for size in sorted(signed)[:1]]
    log.entries, log.keys = best.entries[: best.proven], best.keys
    for one in histories[1:]:
        if one.proves_more_than(log.entries) and log.other is None:
            log.other = Log(genesis, one.entries[: one.proven], one.keys)
            pairs = enumerate(zip(log.leaves, log.other.leaves, strict=False))
            log.parting = log.other.parting = next(at for at, (left, right) in pairs if left != right)
            log.contradictions.append(Fault("two histories", f"log {log.name} from {log.parting} on"))
        elif log.other is not None and one.proves_more_than(log.entries) and one.proves_more_than(log.other.entries):
            log.contradictions.append(Fault("a third history", f"log {log.name}"))
    proven = {entry.leaf for entry in log.all_entries()}
    beside = sorted({one.seq for one in doubled if one.leaf not in proven})
    log.faults += [Fault("two operations", f"log {log.name} {place}") for place in beside]
    if log.size < seq or not seq:
        log.faults.append(Fault("not proven", f"log {log.name} from {log.size} on"))
    return log


def _candidates(log: Log, rows: Sequence[Operation]) -> list[Entry]:
    found: dict[bytes, Entry] = {}
    for row in rows:
        try:
            header = read_header(row.header)
            require((header.seq, header.origin) == (row.seq, log.genesis.origin), "place")
            require((header.list_digest, header.payload) == (sha256(row.list), sha256(row.sealed)), "parts")
            require(row.digest == operation_digest(row), "digest")
            items = read_list(row.list)
            require(header.decides == any(item.kind >= _DECIDES for item in items), "whether its list decides")
        except Refused as refusal:
            log.faults.append(Fault("false operation", f"log {log.name} {row.seq}: {refusal}"))
            continue
        found[row.digest] = Entry(row.origin, row.seq, header, items, row.sealed, leaf(row.header))
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
    faults += [
        Fault("predecessor", f"log {log.name} goes on from another")
        for log in logs.values()
        if log.genesis.predecessor in logs and before_of(log, logs) is None
    ]
    return logs, faults


def before_of(log: Log, logs: Mapping[bytes, Log]) -> Log | None:
    """Return the history from which a log goes on, if it is here and as the genesis says; None of a first log."""
    genesis = log.genesis
    before = logs.get(genesis.predecessor)
    if before is None or before.genesis.seat != genesis.seat or before.genesis.identity != genesis.identity:
        return None
    return before.history_with(genesis.predecessor_size, genesis.predecessor_root)


def way_to(log: Log, logs: Mapping[bytes, Log]) -> list[Entry] | None:
    """Return the entries before a log's first, from its certificate on; None where they are not all here."""
    way, at, seen = list[Entry](), log, {log.genesis.origin}
    while not at.genesis.is_first:
        size, before = at.genesis.predecessor_size, before_of(at, logs)
        if before is None or before.genesis.origin in seen:
            return None
        seen.add(before.genesis.origin)
        way, at = before.entries[:size] + way, before
    return way


def valid_logs(logs: Mapping[bytes, Log]) -> set[bytes]:
    """Return the logs that are valid: of each seat the first 255 (FORMAT.md 5)."""
    ranked: dict[bytes, list[tuple[int, bytes]]] = {}
    for log in logs.values():
        before, at = 0, log
        while not at.genesis.is_first and before < len(logs) and (following := before_of(at, logs)) is not None:
            before, at = before + 1, following
        rank = before if at.genesis.is_first else len(logs)
        ranked.setdefault(log.genesis.seat, []).append((rank, log.genesis.origin))
    return {origin for found in ranked.values() for _, origin in sorted(found)[:_MOST_LOGS]}


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
        if log is None or 256 ** (tile.level + 1) * (tile.idx + 1) > max(one.size for one in log.histories()):
            faults.append(Fault("tile", "of no whole stretch of a log"))
        elif all(tile.hashes != tile_hashes(one.leaves, tile.level, tile.idx) for one in log.histories()):
            faults.append(Fault("tile", f"log {log.name} level {tile.level} index {tile.idx}"))
    return faults
