"""The Merkle tree of RFC 6962: append, root, tiles, proofs (FORMAT.md 5); digests by which copies are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from vault.errors import MalformedError, VerificationError
from vault.words.message import Message

# The Merkle tree of RFC 6962 over the headers of one log: append, root, tiles (FORMAT.md 5).
# A tree of size 0 has the root SHA-256(""). The size of a tree comes from a signed checkpoint only, never from a
# field beside a proof: an inclusion proof does not bind it.

HASH_SIZE = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = sha256(b"").digest()

ReadTile = Callable[[int, int], bytes | None]
"""(level, index) -> the 256 hashes of a full tile joined, or None where the cache lacks it."""
ReadLeaves = Callable[[int, int], Iterable[bytes]]
"""(start, stop) -> the leaf hashes of the entries [start, stop), computed from their headers."""
Subtree = Callable[[int, int], bytes]
"""(start, stop) -> the RFC 6962 hash over the leaves [start, stop), a range that the tree itself splits off."""


class Tile(NamedTuple):
    """A full tile: 256 neighbouring hashes of height `8 * level` in the tree."""

    level: int
    idx: int
    hashes: bytes


def tile_stop(level: int, idx: int) -> int:
    """Return the leaf before which a full tile ends."""
    return (idx + 1) << TILE_HEIGHT * (level + 1)


def leaf_hash(header: bytes) -> bytes:
    """Return the leaf of one header, as stored."""
    return sha256(b"\x00" + header).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over these leaves; also the height-8 node over the 256 hashes of a tile."""
    row = leaf_hashes
    if not row:
        return EMPTY_ROOT
    while len(row) > 1:
        above = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]
        if len(row) & 1:
            above.append(row[-1])
        row = above
    return row[0]


class _Row:
    """The hashes of one tile under way, and the peaks of the tree over them."""

    __slots__ = ("hashes", "peaks")

    def __init__(self) -> None:
        self.hashes: list[bytes] = []
        self.peaks: list[bytes] = []

    def push(self, node: bytes) -> bool:
        """Add a hash; True once the tile is full, and then `peaks` holds its root alone."""
        peaks = self.peaks
        before = len(self.hashes)
        self.hashes.append(node)
        while before & 1:
            node = sha256(b"\x01" + peaks.pop() + node).digest()
            before >>= 1
        peaks.append(node)
        return len(self.hashes) == TILE_WIDTH

    def copy(self) -> _Row:
        same = _Row()
        same.hashes, same.peaks = self.hashes.copy(), self.peaks.copy()
        return same


class Frontier:
    """The right edge of a growing tree: appends in constant space, and knows the root at its size."""

    __slots__ = ("_rows", "size")

    def __init__(self, size: int = 0, rows: list[_Row] | None = None) -> None:
        self.size = size
        self._rows = [_Row()] if rows is None else rows

    def append(self, leaf: bytes) -> tuple[Tile, ...]:
        """Add one leaf hash; return the tiles that it completed, lowest first (mostly none)."""
        self.size += 1
        if not self._rows[0].push(leaf):
            return ()
        return self._close_tiles()

    def _close_tiles(self) -> tuple[Tile, ...]:
        tiles = []
        for level in range(len(self._rows)):
            row = self._rows[level]
            if len(row.hashes) < TILE_WIDTH:
                break
            tiles.append(Tile(level, (self.size >> TILE_HEIGHT * (level + 1)) - 1, b"".join(row.hashes)))
            self._rows[level] = _Row()
            if level + 1 == len(self._rows):
                self._rows.append(_Row())
            self._rows[level + 1].push(row.peaks[0])
        return tuple(tiles)

    def leaves_from(self, start: int) -> list[bytes] | None:
        """Return the leaf hashes from `start` on, or None where they lie in a tile that was closed."""
        newest = self._rows[0].hashes
        first = self.size - len(newest)
        return newest[start - first :] if first <= start <= self.size else None

    def peaks(self) -> list[bytes]:
        """Return the roots of the whole subtrees that the tree consists of, the smallest (the last) first."""
        return [peak for row in self._rows for peak in reversed(row.peaks)]

    def root(self) -> bytes:
        peaks = self.peaks()
        if not peaks:
            return EMPTY_ROOT
        node = peaks[0]
        for peak in peaks[1:]:
            node = node_hash(peak, node)
        return node

    def copy(self) -> Frontier:
        """Return an independent frontier of the same tree."""
        return Frontier(self.size, [row.copy() for row in self._rows])


def subtree_of_tiles(read_tile: ReadTile, read_leaves: ReadLeaves) -> Subtree:
    """Return the subtree function of a stored tree.

    Tiles are a cache: one that is missing is recomputed from the leaves. One that is false gives a false root, which
    the caller sees when comparing with the checkpoint.
    """
    cached = lru_cache(maxsize=16)(read_tile)

    def hashes(level: int, start: int, stop: int) -> list[bytes]:
        tile = cached(level, start >> TILE_HEIGHT)
        if tile is not None:
            if len(tile) != TILE_WIDTH * HASH_SIZE:
                raise MalformedError(
                    Message(
                        "tile {level}/{start} has {count} bytes",
                        level=level,
                        start=start >> TILE_HEIGHT,
                        count=len(tile),
                    )
                )
            first = (start % TILE_WIDTH) * HASH_SIZE
            return [tile[at : at + HASH_SIZE] for at in range(first, first + (stop - start) * HASH_SIZE, HASH_SIZE)]
        if level == 0:
            return _leaves_between(start, stop, read_leaves)
        return [root(hashes(level - 1, i << TILE_HEIGHT, (i + 1) << TILE_HEIGHT)) for i in range(start, stop)]

    def subtree(start: int, stop: int) -> bytes:
        count = stop - start
        if count <= TILE_WIDTH:
            return root(hashes(0, start, stop))
        height = count.bit_length() - 1
        if count == 1 << height:
            level = height // TILE_HEIGHT
            first = start >> TILE_HEIGHT * level
            width = count >> TILE_HEIGHT * level
            return root(hashes(level, first, first + width))
        middle = start + split_at(count)
        return node_hash(subtree(start, middle), subtree(middle, stop))

    return subtree


def root_at(size: int, read_tile: ReadTile, read_leaves: ReadLeaves) -> bytes:
    """Return the root of a stored tree as it was at `size`."""
    return subtree_of_tiles(read_tile, read_leaves)(0, size)


def frontier_at(size: int, read_tile: ReadTile, read_leaves: ReadLeaves) -> Frontier:
    """Return the frontier of a stored tree, to go on appending. The caller compares its root with the checkpoint."""
    subtree = subtree_of_tiles(read_tile, read_leaves)
    rows = [_Row()]
    for leaf in _leaves_between(size - size % TILE_WIDTH, size, read_leaves):
        rows[0].push(leaf)
    while count := size >> TILE_HEIGHT * len(rows):
        span = 1 << TILE_HEIGHT * len(rows)
        row = _Row()
        for i in range(count - count % TILE_WIDTH, count):
            row.push(subtree(i * span, (i + 1) * span))
        rows.append(row)
    return Frontier(size, rows)


def split_at(count: int) -> int:
    """Return the largest power of two below `count` (count > 1)."""
    return 1 << (count - 1).bit_length() - 1


def _leaves_between(start: int, stop: int, read_leaves: ReadLeaves) -> list[bytes]:
    leaves = list(read_leaves(start, stop))
    if len(leaves) != stop - start:
        raise VerificationError(
            Message(
                "entries {start} to {stop}: {count} of {stop_2} are here",
                start=start,
                stop=stop - 1,
                count=len(leaves),
                stop_2=stop - start,
            )
        )
    return leaves


def require_hashes(hashes: Iterable[bytes]) -> None:
    for untrusted in hashes:
        if len(untrusted) != HASH_SIZE:
            raise VerificationError(
                Message("a hash has {count} bytes, not {hash_size}", count=len(untrusted), hash_size=HASH_SIZE)
            )


# The proof of RFC 6962 that an older tree of one log is a prefix of its newer one.
def consistency_proof(old_size: int, new_size: int, subtree: Subtree) -> list[bytes]:
    """Return the RFC 6962 proof that the tree of `old_size` is a prefix of that of `new_size`; empty from 0."""
    if not 0 <= old_size <= new_size:
        raise VerificationError(
            Message(
                "a tree of {old_size} entries is no prefix of one of {new_size}", old_size=old_size, new_size=new_size
            )
        )
    if old_size == 0:
        return []
    path = []
    start, stop = 0, new_size
    while stop != old_size:
        middle = start + split_at(stop - start)
        if old_size <= middle:
            path.append(subtree(middle, stop))
            stop = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    if start:
        path.append(subtree(start, stop))
    return path[::-1]


def verify_consistency(old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree of `old_root` is a prefix of that of `new_root` (RFC 9162, 2.1.4.2).

    Size 0 is a special case: its root is fixed and its proof empty, and then it is a prefix of everything.

    Raises:
        VerificationError: it is not, or the proof is not exactly that of these sizes.
    """
    require_hashes([old_root, *proof])
    if not 0 <= old_size <= new_size:
        raise VerificationError(
            Message(
                "a tree of {old_size} entries is no prefix of one of {new_size}", old_size=old_size, new_size=new_size
            )
        )
    if old_size in (0, new_size):
        if proof:
            raise VerificationError(Message("the consistency proof is too long"))
        if old_root != (EMPTY_ROOT if old_size == 0 else new_root):
            raise VerificationError(Message("two different roots for {old_size} entries", old_size=old_size))
        return
    _climb(old_size, new_size, list(proof), old_root, new_root)


def _climb(old_size: int, new_size: int, proof: list[bytes], old_root: bytes, new_root: bytes) -> None:
    # Where the old tree is complete, its root is itself the first node, and the proof leaves it out.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else proof
    if not path:
        raise VerificationError(Message("the consistency proof is too short"))
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old_node = new_node = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise VerificationError(Message("the consistency proof is too long"))
        if place & 1 or place == last:
            old_node, new_node = node_hash(sibling, old_node), node_hash(sibling, new_node)
            while not place & 1:
                place >>= 1
                last >>= 1
        else:
            new_node = node_hash(new_node, sibling)
        place >>= 1
        last >>= 1
    if last != 0:
        raise VerificationError(Message("the consistency proof is too short"))
    if old_node != old_root or new_node != new_root:
        raise VerificationError(
            Message(
                "the first {old_size} of {new_size} entries are not those signed before",
                old_size=old_size,
                new_size=new_size,
            )
        )


# Digests by which two copies of a vault are compared.
_STATE_PREFIX = b"casevault/state/v1\x00"


def state_digest(leaves: Iterable[bytes], versions: Iterable[bytes]) -> bytes:
    """Return one digest of all that logs and versions come to, in whatever order they are read.

    `leaves` are the leaf hashes of all operations, `versions` the ids of those that are here and listed.
    """
    digest = sha256(_STATE_PREFIX)
    for group in (sorted(leaves), sorted(versions)):
        digest.update(len(group).to_bytes(8, "big"))
        for part in group:
            digest.update(part)
    return digest.digest()


def bytes_digest(pieces: Iterable[bytes]) -> bytes:
    """Return SHA-256 of the pieces joined: the name of a file's content."""
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()
