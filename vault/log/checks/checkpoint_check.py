"""The check of the checkpoints of one log against one history of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vault.errors import MalformedError
from vault.log.checkpoint import Checkpoint, parse_note
from vault.log.checks.history import History
from vault.log.checks.report import Problem, ProblemCode
from vault.log.signatures import VerifySignature


class CheckpointRow(Protocol):
    """A row of the table `checkpoint`, believed in nothing."""

    @property
    def size(self) -> int:
        """The size that the row claims."""

    @property
    def root(self) -> bytes:
        """The root that the row claims."""

    @property
    def note(self) -> bytes:
        """The signed note."""


class SealQueue:
    """Checkpoint rows by rising size, handed out when the walk reaches that size."""

    def __init__(self, rows: Iterable[CheckpointRow]) -> None:
        self._rows: Iterator[CheckpointRow] = iter(rows)
        self._next = next(self._rows, None)

    @property
    def next_size(self) -> int | None:
        """The smallest size that waits."""
        return None if self._next is None else self._next.size

    def take(self, size: int) -> list[CheckpointRow]:
        """Return the rows that wait with this size or, out of order, a smaller one."""
        taken = []
        while self._next is not None and self._next.size <= size:
            taken.append(self._next)
            self._next = next(self._rows, None)
        return taken

    def drain(self) -> Iterator[CheckpointRow]:
        """Yield all that still wait."""
        while self._next is not None:
            yield self._next
            self._next = next(self._rows, None)


@dataclass(slots=True)
class SealVerdict:
    """What the checkpoints of one size say about one history.

    Attributes:
        history: that history.
        root: its root at that size.
        agreeing: valid checkpoints of this very tree.
        contradicting: validly signed checkpoints of another tree.
        problems: rows that are no valid checkpoint at all.
    """

    history: History
    root: bytes
    agreeing: int = 0
    contradicting: list[Checkpoint] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def judge_seals(
    rows: Sequence[CheckpointRow], history: History, origin: bytes, verify_signature: VerifySignature
) -> SealVerdict:
    """Return what checkpoint rows say about a history that has just reached their size."""
    size = history.frontier.size
    verdict = SealVerdict(history, history.frontier.root())
    for row in rows:
        checkpoint = read_checkpoint(row, origin)
        if isinstance(checkpoint, Problem):
            verdict.problems.append(checkpoint)
        elif checkpoint.size != size:
            text = f"a checkpoint of size {checkpoint.size} stands out of order"
            verdict.problems.append(Problem(ProblemCode.CHECKPOINT, origin, checkpoint.size, None, text))
        elif history.signing_key is None or not checkpoint.signed_by(history.signing_key, verify_signature):
            verdict.problems.append(_wrong_signer(checkpoint, history, origin, verify_signature))
        elif checkpoint.root == verdict.root:
            verdict.agreeing += 1
        else:
            verdict.contradicting.append(checkpoint)
    return verdict


def read_checkpoint(row: CheckpointRow, origin: bytes) -> Checkpoint | Problem:
    """Return what the note of a row says, unsigned as yet, or why it is none of this log."""
    try:
        checkpoint = parse_note(row.note)
    except MalformedError as fault:
        return Problem(ProblemCode.CHECKPOINT, origin, row.size, None, f"at size {row.size}: {fault.message}")
    if checkpoint.origin != origin:
        text = f"a checkpoint at size {row.size} is of log {checkpoint.origin.hex()}"
    elif (checkpoint.size, checkpoint.root) != (row.size, row.root):
        text = f"a checkpoint row claims size {row.size} beside a note of size {checkpoint.size}, or another root"
    else:
        return checkpoint
    return Problem(ProblemCode.CHECKPOINT, origin, row.size, None, text)


def _wrong_signer(
    checkpoint: Checkpoint, history: History, origin: bytes, verify_signature: VerifySignature
) -> Problem:
    size = checkpoint.size
    for number, key in enumerate(history.keys, start=1):
        if checkpoint.signed_by(key, verify_signature):
            text = f"the checkpoint of size {size} belongs to session {history.session}, and session {number} signed it"
            return Problem(ProblemCode.WRONG_SESSION, origin, size, None, text)
    text = f"the checkpoint of size {size} is signed by no key that the log names up to there"
    return Problem(ProblemCode.SIGNATURE, origin, size, None, text)
