"""Where rows stand against where their headers say that they belong: what was cut out, put in or exchanged."""

from __future__ import annotations

from vault.log.checks.report import Problem, ProblemCode


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

    def take(self, seq: int, position: int) -> list[Problem]:
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

    def close(self) -> list[Problem]:
        """Return what is settled by there being no further row."""
        if self._waiting is None:
            return []
        seq, distance = self._waiting
        if distance < self._shift:
            # One row alone does not show that others were renumbered.
            return [self._problem(ProblemCode.MOVED, seq, f"holds the one that belongs at {seq + distance}")]
        return [self._settle(distance)[0]]

    def _settle(self, next_distance: int) -> tuple[Problem, bool]:
        """Return the finding, and whether it covers the next row too."""
        assert self._waiting is not None  # noqa: S101 - both callers have looked
        seq, distance = self._waiting
        self._waiting = None
        change = distance - self._shift
        if next_distance == distance:
            self._shift = distance
            if change > 0:
                return self._problem(ProblemCode.MISSING, seq, f"{change} missing, and later ones renumbered"), False
            first = seq + change
            return self._problem(ProblemCode.INSERTED, first, f"{-change} inserted, and later ones renumbered"), False
        if change == 1 and next_distance == self._shift - 1:
            return self._problem(ProblemCode.SWAPPED, seq, f"exchanged with {seq + 1}"), True
        return self._problem(ProblemCode.MOVED, seq, f"holds the one that belongs at {seq + distance}"), False

    def _problem(self, code: ProblemCode, seq: int, what: str) -> Problem:
        return Problem(code, self._origin, seq, None, f"operation {seq}: {what}")
