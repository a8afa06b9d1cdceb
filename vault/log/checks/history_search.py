"""Which of several rows at each of several positions are the signed ones: found by the root that they must give.

Every doubled row doubles the possible histories. Trying one more costs the hashes of one path in the tree, so that a
few thousand histories are tried in less than a second, and a hostile file cannot make it more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from math import prod

from vault.log.checks.history import History
from vault.log.checks.rowcheck import CheckedRow
from vault.log.tree import node_hash

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
