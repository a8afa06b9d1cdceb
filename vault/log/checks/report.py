"""What a verification found: each bad place by a stable code, the first one first."""

from __future__ import annotations

from dataclasses import dataclass

from vault.words.finding import Code, Finding
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class LogReport:
    """What the check of one log came to.

    Attributes:
        size: how many operations are proven (C3): covered by a valid checkpoint, and every session up to it too.
        problems: what was found, in order of place; at most 1,000.
        rejected: (seq, digest) of the rows that stand beside true ones and may be removed here.
    """

    origin: bytes
    size: int
    root: bytes
    problems: tuple[Finding, ...]
    rejected: frozenset[tuple[int, bytes]] = frozenset()


@dataclass(frozen=True, slots=True)
class ListedReport:
    """How many listed things are here and right, and what was found, in order of place; at most 1,000."""

    present: int
    problems: tuple[Finding, ...]


class Findings:
    """Problems as they are found. A hostile file cannot make it grow without end."""

    LIMIT = 1_000

    def __init__(self, origin: bytes) -> None:
        self._origin = origin
        self._problems: list[Finding] = []

    def note(self, code: Code, seq: int | None, message: Message, n: int | None = None) -> None:
        """Add one problem."""
        self.add(Finding(code, message, self._origin, seq, n))

    def add(self, *problems: Finding) -> None:
        """Add problems, until there are a thousand."""
        self._problems += problems[: self.LIMIT - len(self._problems)]

    def in_order(self) -> tuple[Finding, ...]:
        """Return the problems by place; those of a log as a whole come first."""
        return tuple(sorted(self._problems, key=lambda problem: (_place(problem.seq), _place(problem.n))))


def _place(number: int | None) -> int:
    return -1 if number is None else number
