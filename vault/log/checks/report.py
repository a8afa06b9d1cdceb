"""What a verification found: each bad place by a stable code, the first one first."""

from __future__ import annotations

from dataclasses import dataclass

from vault.words.finding import Code, Finding
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class LogReport:
    """What the check of one log came to.

    Attributes:
        origin: the log, 32 bytes.
        size: how many operations are proven (C3): covered by a valid checkpoint, and every session up to it too.
        root: the root at that size, 32 bytes.
        session_keys: public keys of the sessions in order, number 1 first; the last one has not signed yet.
        operations: how many positions hold a row.
        checkpoints: how many checkpoints are valid and agree.
        problems: what was found, in order of place; at most 1,000.
        more: how many problems were found beyond those.
        rejected: (seq, digest) of the rows that stand beside true ones and may be removed here.
    """

    origin: bytes
    size: int
    root: bytes
    session_keys: tuple[bytes, ...]
    operations: int
    checkpoints: int
    problems: tuple[Finding, ...]
    more: int = 0
    rejected: frozenset[tuple[int, bytes]] = frozenset()

    @property
    def holds(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class ListedReport:
    """What the check of listed things against the rows at hand came to.

    Attributes:
        listed: how many the lists name.
        present: how many of them are here and right.
        erased: how many are gone, and a list names them as erased.
        not_for_us: how many are absent and belong to compartments that are not held here.
        problems: what was found, in order of place; at most 1,000.
        more: how many problems were found beyond those.
    """

    listed: int
    present: int
    erased: int
    not_for_us: int
    problems: tuple[Finding, ...]
    more: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.problems


class Findings:
    """Problems as they are found. A hostile file cannot make it grow without end."""

    LIMIT = 1_000

    def __init__(self, origin: bytes) -> None:
        self.more = 0
        self._origin = origin
        self._problems: list[Finding] = []

    def note(self, code: Code, seq: int | None, message: Message, n: int | None = None) -> None:
        """Add one problem."""
        self.add(Finding(code, message, self._origin, seq, n))

    def add(self, *problems: Finding) -> None:
        """Add problems, or count them once there are a thousand."""
        room = self.LIMIT - len(self._problems)
        self._problems += problems[:room]
        self.more += max(0, len(problems) - room)

    def in_order(self) -> tuple[Finding, ...]:
        """Return the problems by place; those of a log as a whole come first."""
        return tuple(sorted(self._problems, key=lambda problem: (_place(problem.seq), _place(problem.n))))


def _place(number: int | None) -> int:
    return -1 if number is None else number
