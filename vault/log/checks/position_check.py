"""Where rows stand against where their headers say that they belong: what was cut out, put in or exchanged."""

from __future__ import annotations

from vault.words.finding import Code, Finding
from vault.words.message import Message


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
