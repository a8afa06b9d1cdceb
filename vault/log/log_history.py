"""Rows of one log as they go by: each in itself, where it stands, and the histories that they may make."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import chain
from math import prod
from typing import Generic, NamedTuple, TypeVar

import msgspec

from vault.errors import MalformedError
from vault.log.operation import decode_wire, operation_digest
from vault.log.tree import Frontier, Tile, node_hash
from vault.store.rowtypes import OperationRow
from vault.words.finding import Code, Finding
from vault.words.message import Message

# The check of one operation's row in itself: is every part the one that its header names?


class CheckedRow(NamedTuple):
    """What a row comes to.

    Attributes:
        leaf: leaf hash of the header as stored, whatever else is wrong.
        position: where the header says that it belongs; None when it cannot be read.
        session_key: `k`, where the header has one.
        fault: what does not fit, or None.
    """

    leaf: bytes
    position: int | None
    session_key: bytes | None
    fault: tuple[Code, Message] | None


# The place in a header of the one member that does not follow from the row: all before it has a fixed width.
_C = slice(6, 70)


class RowChecker:
    """Checks the rows of one log."""

    __slots__ = ("_origin_hex",)

    def __init__(self, origin: bytes) -> None:
        self._origin_hex = origin.hex()

    def plain_leaf(self, row: OperationRow) -> bytes | None:
        """Return the leaf of a row with nothing wrong, no session key and no item that decides; else None.

        The expected header is rebuilt from the data rather than parsed: equal bytes leave nothing to judge, and a
        million of them go by in seconds. `check` looks closer at the others.
        """
        header, items, sealed = row.header, row.list, row.sealed
        commitment = header[_C]
        listed, payload = sha256(items).hexdigest(), sha256(sealed).hexdigest()
        behind = f'","l":"{self._origin_hex}","r":"{listed}","s":{row.seq},"v":2,"x":"{payload}"}}'
        if (
            header == b'{"c":"%b%b' % (commitment, behind.encode())
            and _is_hex(commitment)
            and row.digest == operation_digest(header, items, sealed)
        ):
            return sha256(b"\x00" + header).digest()
        return None

    def check(self, row: OperationRow) -> CheckedRow:
        """Hash all parts of the row again and compare them with its header."""
        leaf = self.plain_leaf(row)
        return self._judge(row) if leaf is None else CheckedRow(leaf, row.seq, None, None)

    def _judge(self, row: OperationRow) -> CheckedRow:
        leaf = sha256(b"\x00" + row.header).digest()
        try:
            wire = decode_wire(row.header)
        except MalformedError as refusal:
            return CheckedRow(leaf, None, None, (Code.HEADER, refusal.message))
        key = None if wire.k is msgspec.UNSET else bytes.fromhex(wire.k)
        fault = None
        if wire.l != self._origin_hex:
            fault = (Code.FOREIGN, Message("its header belongs to log {log}", log=wire.l))
        elif wire.r != sha256(row.list).hexdigest():
            fault = (Code.LIST, Message("its list is not the one that its header names"))
        elif wire.x != sha256(row.sealed).hexdigest():
            fault = (Code.PAYLOAD, Message("its sealed payload is not the one that its header names"))
        elif row.digest != operation_digest(row.header, row.list, row.sealed):
            fault = (Code.ROW_DIGEST, Message("the digest of the row is not that of its content"))
        return CheckedRow(leaf, wire.s, key, fault)


def _is_hex(text: bytes) -> bool:
    return not text.translate(None, b"0123456789abcdef")


# One possible history of a log, while its rows go by: tree, session keys, and which sessions are sealed.
class History:
    """A tree under way. Where two rows claim one position, the log has two histories until a checkpoint decides.

    Attributes:
        frontier: the tree over the leaves so far.
        keys: session keys: that of genesis, then every `k`. The one before the last signs now.
        problems: what is wrong if this history is the true one.
        rejected: (seq, digest) of the rows that are false if this history is the true one.
    """

    __slots__ = ("_first", "_known", "_open", "_origin", "_sealed", "frontier", "keys", "problems", "rejected")

    def __init__(self, origin: bytes, first_key: bytes) -> None:
        self._origin = origin
        self.frontier = Frontier()
        self.keys = [first_key]
        self.problems: list[Finding] = []
        self.rejected: list[tuple[int, bytes]] = []
        self._known = {first_key}
        self._first = 0
        self._sealed = True
        # (number, first entry) of the sessions that ended without a valid checkpoint
        self._open: list[tuple[int, int]] = []

    def copy(self) -> History:
        """Return an independent history that is equal so far."""
        twin = History(self._origin, self.keys[0])
        twin.frontier, twin.keys, twin.problems = self.frontier.copy(), self.keys.copy(), self.problems.copy()
        twin.rejected = self.rejected.copy()
        twin._known, twin._open = self._known.copy(), self._open.copy()
        twin._first, twin._sealed = self._first, self._sealed
        return twin

    @property
    def session(self) -> int:
        """The number of the session under way: the count of `k` so far, which is the number of its key."""
        return len(self.keys) - 1

    @property
    def signing_key(self) -> bytes | None:
        """The key that signs a checkpoint of this size; None before entry 0."""
        return self.keys[-2] if len(self.keys) > 1 else None

    def append(self, row: CheckedRow) -> tuple[Tile, ...]:
        """Add the next entry; return the tiles that it completes (mostly none)."""
        seq = self.frontier.size
        if row.session_key is not None:
            self._begin_session(row.session_key, seq)
        elif seq == 0:
            self._note(Code.SESSION_KEY, seq, Message("entry 0 names no next session key"))
        return self.frontier.append(row.leaf)

    def reject(self, digests: Iterable[bytes]) -> None:
        """Note the other rows that claim the position of the entry to be added next."""
        seq = self.frontier.size
        for digest in digests:
            self.rejected.append((seq, digest))
            self._note(
                Code.FALSE_ROW, seq, Message("beside operation {seq} stands a row that no checkpoint covers", seq=seq)
            )

    def seal(self) -> bool:
        """Take a valid checkpoint at this size; False once any session before was left without one."""
        self._sealed = True
        for number, first in self._open:
            message = Message(
                "session {number}, from entry {first} on, has no valid checkpoint, and later sessions have",
                number=number,
                first=first,
            )
            self._note(Code.UNSEALED_SESSION, first, message)
        skipped = bool(self._open)
        self._open.clear()
        return not skipped

    def _begin_session(self, key: bytes, seq: int) -> None:
        if not self._sealed:
            self._open.append((self.session, self._first))
        if key in self._known:
            self._note(Code.SESSION_KEY, seq, Message("entry {seq} names a session key that was named before", seq=seq))
        self._known.add(key)
        self.keys.append(key)
        self._first = seq
        self._sealed = False

    def _note(self, code: Code, seq: int, message: Message) -> None:
        self.problems.append(Finding(code, message, self._origin, seq))


# Which of several rows at each of several positions are the signed ones: found by the root that they must give.
# Every doubled row doubles the possible histories. Trying one more costs the hashes of one path in the tree, so that
# a few thousand histories are tried in less than a second, and a hostile file cannot make it more.
TRIES = 1 << 14
_LONGEST = 1 << 16


class AmbiguousRange:
    """Positions from the first doubled one on, up to the next checkpoint that settles them.

    `tries` is how many histories there are.
    """

    __slots__ = ("_base", "_rows", "tries")

    def __init__(self, before: History) -> None:
        self._base = before.copy()
        self._rows: list[Mapping[bytes, CheckedRow]] = []
        self.tries = 1

    @property
    def first(self) -> int:
        """The first doubled position."""
        return self._base.frontier.size

    @property
    def can_be_tried(self) -> bool:
        """Whether few enough histories of few enough entries are left to try."""
        return self.tries <= TRIES and len(self._rows) <= _LONGEST

    def add(self, rows: Mapping[bytes, CheckedRow]) -> None:
        """Add the rows that may stand at the next position, by digest, as they came."""
        if len(self._rows) <= _LONGEST:
            self._rows.append(rows)
            self.tries *= len(rows)

    def find(self, roots: Collection[bytes]) -> History | None:
        """Return the history that gives one of these roots, or None: the likely ones first, then all if few."""
        if len(self._rows) > _LONGEST:
            return None
        doubled = [place for place, rows in enumerate(self._rows) if len(rows) > 1]
        chosen = [next(iter(rows)) for rows in self._rows]
        tree = _Tree(self._base, [rows[digest].leaf for rows, digest in zip(self._rows, chosen, strict=True)])
        choices = [self._likely(tree, doubled, chosen)]
        if self.can_be_tried:
            choices.append(self._choices(tree, doubled, chosen))
        for _ in chain.from_iterable(choices):
            if tree.root in roots:
                return self._chosen(chosen)
        return None

    def _likely(self, tree: _Tree, doubled: list[int], chosen: list[bytes]) -> Iterator[None]:
        """Put the rows in that came first up to a place and those that came last from there on, and turned round.

        Two histories come one after the other, so that of however many entries these few choices nearly always do.
        """
        options = {place: list(self._rows[place]) for place in doubled}
        yield
        for at in (-1, 0):
            for place in doubled:
                chosen[place] = options[place][at]
                tree.put(place, self._rows[place][chosen[place]].leaf)
                yield

    def _choices(self, tree: _Tree, doubled: list[int], chosen: list[bytes]) -> Iterator[None]:
        """Put each possible choice into the tree in turn."""
        counters = [0] * len(doubled)
        options = [list(self._rows[place]) for place in doubled]
        for _ in range(prod(map(len, options))):
            yield
            # Like the digits of a number: the last one turns fastest.
            for at in reversed(range(len(doubled))):
                counters[at] = (counters[at] + 1) % len(options[at])
                place, digest = doubled[at], options[at][counters[at]]
                chosen[place] = digest
                tree.put(place, self._rows[place][digest].leaf)
                if counters[at]:
                    break

    def _chosen(self, chosen: list[bytes]) -> History:
        history = self._base.copy()
        for rows, digest in zip(self._rows, chosen, strict=True):
            history.reject(other for other in rows if other != digest)
            history.append(rows[digest])
        return history


class _Tree:
    """The tree over a log whose last leaves can be exchanged."""

    def __init__(self, before: History, leaves: list[bytes]) -> None:
        start = before.frontier.size
        peaks = iter(before.frontier.peaks())
        # For each level: where the nodes at hand begin, the whole node to the left of them if it is their sibling.
        self._starts: list[int] = []
        self._left: list[bytes | None] = []
        self._levels: list[list[bytes]] = [leaves]
        while True:
            self._starts.append(start)
            self._left.append(next(peaks) if start & 1 else None)
            if start == 0 and len(self._levels[-1]) == 1:
                break
            level = len(self._levels) - 1
            last = start + len(self._levels[-1]) - 1
            start >>= 1
            self._levels.append([self._join(level, i) for i in range(start, (last >> 1) + 1)])

    @property
    def root(self) -> bytes:
        """The root over all leaves."""
        return self._levels[-1][0]

    def put(self, place: int, leaf: bytes) -> None:
        """Exchange one leaf and hash its path again."""
        self._levels[0][place] = leaf
        index = self._starts[0] + place
        for level in range(len(self._levels) - 1):
            index >>= 1
            self._levels[level + 1][index - self._starts[level + 1]] = self._join(level, index)

    def _join(self, level: int, index: int) -> bytes:
        """Return the parent `index` of two nodes of a level; one that has no sibling stands for itself."""
        nodes, start = self._levels[level], self._starts[level]
        at = 2 * index - start
        left = self._left[level] if at < 0 else nodes[at]
        assert left is not None  # noqa: S101 - a node to the left is whole, and then it is a peak; for the type checker
        return node_hash(left, nodes[at + 1]) if at + 1 < len(nodes) else left


# Where rows stand against where their headers say that they belong: what was cut out, put in or exchanged.
def run_of(first: int, last: int) -> Message:
    """Return how operations from one to another are called."""
    if first == last:
        return Message("operation {first}", first=first)
    return Message("operations {first} to {last}", first=first, last=last)


class Places:
    """Tells a deletion, an insertion and an exchange apart, by how far headers lie from their rows.

    After a deletion with renumbering every later row is off by the same distance; after an exchange the next is not.
    So each finding waits for the row after it.
    """

    __slots__ = ("_origin", "_shift", "_waiting")

    def __init__(self, origin: bytes) -> None:
        self._origin = origin
        self._shift = 0
        self._waiting: tuple[int, int] | None = None

    @property
    def undisturbed(self) -> bool:
        """Whether every row so far stood where its header says."""
        return self._shift == 0 and self._waiting is None

    @property
    def missing(self) -> int:
        """How many more were cut out than put in, where the rest was renumbered."""
        return self._shift

    def take(self, seq: int, position: int) -> list[Finding]:
        """Take the next row, which stands at `seq` with a header of `position`; return what that settles."""
        distance = position - seq
        settled = []
        if self._waiting is not None:
            problem, both = self._settle(distance)
            settled.append(problem)
            if both:
                return settled
        if distance != self._shift:
            self._waiting = (seq, distance)
        return settled

    def close(self) -> list[Finding]:
        """Return what is settled by there being no further row."""
        if self._waiting is None:
            return []
        seq, distance = self._waiting
        if distance < self._shift:
            # One row alone does not show that others were renumbered.
            return [self._moved(seq, distance)]
        return [self._settle(distance)[0]]

    def _settle(self, next_distance: int) -> tuple[Finding, bool]:
        """Return the finding, and whether it covers the next row too."""
        assert self._waiting is not None  # noqa: S101 - both callers have looked
        seq, distance = self._waiting
        self._waiting = None
        change = distance - self._shift
        if next_distance == distance:
            self._shift = distance
            if change > 0:
                message = Message("operation {seq}: {count} missing, and later ones renumbered", seq=seq, count=change)
                return Finding(Code.MISSING, message, self._origin, seq), False
            first = seq + change
            message = Message("operation {seq}: {count} inserted, and later ones renumbered", seq=first, count=-change)
            return Finding(Code.INSERTED, message, self._origin, first), False
        if change == 1 and next_distance == self._shift - 1:
            message = Message("operation {seq}: exchanged with {other}", seq=seq, other=seq + 1)
            return Finding(Code.SWAPPED, message, self._origin, seq), True
        return self._moved(seq, distance), False

    def _moved(self, seq: int, distance: int) -> Finding:
        message = Message("operation {seq}: holds the one that belongs at {other}", seq=seq, other=seq + distance)
        return Finding(Code.MOVED, message, self._origin, seq)


# A stream in order, of which the next thing can be looked at before it is taken.
_Thing = TypeVar("_Thing")


class Ahead(Generic[_Thing]):
    """A stream; `next` is what comes next, or None at its end."""

    def __init__(self, things: Iterable[_Thing]) -> None:
        self._things = iter(things)
        self.next = next(self._things, None)

    def take(self) -> _Thing | None:
        """Pass what comes next and return what comes behind it."""
        self.next = next(self._things, None)
        return self.next

    def take_while(self, belongs: Callable[[_Thing], bool]) -> Iterator[_Thing]:
        """Yield and pass what comes next, as long as it belongs."""
        while (taken := self.next) is not None and belongs(taken):
            self.next = next(self._things, None)
            yield taken
