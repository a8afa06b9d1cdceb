"""The Merkle tree of RFC 6962 over the headers of one log: append, root, tiles (FORMAT.md 5).

A tree of size 0 has the root SHA-256(""). The size of a tree comes from a signed checkpoint only, never from a field
beside a proof: an inclusion proof does not bind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from vault.errors import MalformedError, VerificationError
from vault.words.message import Message

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
    """Return the parent of two neighbouring hashes."""
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
        """Return the root over all leaves so far."""
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
    """Return if each is as long as a hash."""
    for untrusted in hashes:
        if len(untrusted) != HASH_SIZE:
            raise VerificationError(
                Message("a hash has {count} bytes, not {hash_size}", count=len(untrusted), hash_size=HASH_SIZE)
            )
