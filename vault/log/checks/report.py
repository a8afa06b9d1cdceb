"""What a verification found: each bad place by a stable code, the first one first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProblemCode(StrEnum):
    """What is wrong at a place. The words are part of the reports that other programs read."""

    # the beginning
    GENESIS = "genesis"
    # one operation
    HEADER = "header"  # not the canonical form
    FOREIGN = "foreign"  # of another log
    LIST = "list"  # not the one that the header names
    PAYLOAD = "payload"  # not the one that the header names
    ROW_DIGEST = "row-digest"  # the key of the row is not that of its content
    SESSION_KEY = "session-key"  # none where one belongs, or one used before
    # the order of operations
    MISSING = "missing"
    INSERTED = "inserted"
    SWAPPED = "swapped"
    MOVED = "moved"
    DUPLICATE = "duplicate"  # the same row again
    FALSE_ROW = "false-row"  # another row stands beside the true one
    UNORDERED = "unordered"
    # what was signed
    ALTERED = "altered"  # the signed tree holds other headers
    CHECKPOINT = "checkpoint"  # no checkpoint of this log
    SIGNATURE = "signature"  # by no key that the log names up to there
    WRONG_SESSION = "wrong-session"  # by the key of another session
    FORK = "fork"  # the log's key signed two histories
    UNSEALED_SESSION = "unsealed-session"  # a session before the newest has no valid checkpoint
    UNSIGNED = "unsigned"  # no valid checkpoint at all
    BEYOND_CHECKPOINT = "beyond-checkpoint"
    CUT = "cut"  # a checkpoint covers more than is here
    ROLLED_BACK = "rolled-back"  # not the history that was seen before
    # what the lists name
    ABSENT = "absent"  # listed, ours, not erased, not here
    UNLISTED = "unlisted"  # here, and no list names it
    VERSION_ID = "version-id"  # the id is not the hash of the row
    TAG = "tag"  # listed for another compartment
    KEYS_FILE = "keys-file"


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad place.

    Attributes:
        code: what is wrong.
        origin: the log, 32 bytes.
        seq: the operation, or the size that a checkpoint claims; None for a log as a whole.
        n: the place in the operation's list, where the problem is there.
        text: one sentence with ids and numbers, never contents.
    """

    code: ProblemCode
    origin: bytes
    seq: int | None
    n: int | None
    text: str


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
    problems: tuple[Problem, ...]
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
    problems: tuple[Problem, ...]
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
        self._problems: list[Problem] = []

    def note(self, code: ProblemCode, seq: int | None, text: str, n: int | None = None) -> None:
        """Add one problem."""
        self.add(Problem(code, self._origin, seq, n, text))

    def add(self, *problems: Problem) -> None:
        """Add problems, or count them once there are a thousand."""
        room = self.LIMIT - len(self._problems)
        self._problems += problems[:room]
        self.more += max(0, len(problems) - room)

    def in_order(self) -> tuple[Problem, ...]:
        """Return the problems by place; those of a log as a whole come first."""
        return tuple(sorted(self._problems, key=lambda problem: (_place(problem.seq), _place(problem.n))))


def _place(number: int | None) -> int:
    return -1 if number is None else number
