"""The check of the checkpoints of one log against one history of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vault.errors import MalformedError
from vault.log.checkpoint import Checkpoint, parse_note
from vault.log.checks.history import History
from vault.log.signatures import VerifySignature
from vault.store.rowtypes import CheckpointRow
from vault.words.finding import Code, Finding
from vault.words.message import Message


@dataclass(slots=True)
class SealVerdict:
    """What the checkpoints of one size say about one history.

    Some are valid checkpoints of this very tree, others validly signed ones of another tree; `problems` are no valid
    ones at all.
    """

    history: History
    root: bytes
    agreeing: int = 0
    contradicting: list[Checkpoint] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)


def judge_seals(
    rows: Sequence[CheckpointRow], history: History, origin: bytes, verify_signature: VerifySignature
) -> SealVerdict:
    """Return what checkpoint rows say about a history that has just reached their size."""
    size = history.frontier.size
    verdict = SealVerdict(history, history.frontier.root())
    for row in rows:
        checkpoint = read_checkpoint(row, origin)
        if isinstance(checkpoint, Finding):
            verdict.problems.append(checkpoint)
        elif checkpoint.size != size:
            message = Message("a checkpoint of size {size} stands out of order", size=checkpoint.size)
            verdict.problems.append(Finding(Code.CHECKPOINT, message, origin, checkpoint.size))
        elif history.signing_key is None or not checkpoint.signed_by(history.signing_key, verify_signature):
            verdict.problems.append(_wrong_signer(checkpoint, history, origin, verify_signature))
        elif checkpoint.root == verdict.root:
            verdict.agreeing += 1
        else:
            verdict.contradicting.append(checkpoint)
    return verdict


def read_checkpoint(row: CheckpointRow, origin: bytes) -> Checkpoint | Finding:
    """Return what the note of a row says, unsigned as yet, or why it is none of this log."""
    try:
        checkpoint = parse_note(row.note)
    except MalformedError as fault:
        message = Message("at size {size}: {fault}", size=row.size, fault=fault.message)
        return Finding(Code.CHECKPOINT, message, origin, row.size)
    if checkpoint.origin != origin:
        message = Message("a checkpoint at size {size} is of log {log}", size=row.size, log=checkpoint.origin.hex())
    elif (checkpoint.size, checkpoint.root) != (row.size, row.root):
        message = Message(
            "a checkpoint row claims size {size} beside a note of size {noted}, or another root",
            size=row.size,
            noted=checkpoint.size,
        )
    else:
        return checkpoint
    return Finding(Code.CHECKPOINT, message, origin, row.size)


def _wrong_signer(
    checkpoint: Checkpoint, history: History, origin: bytes, verify_signature: VerifySignature
) -> Finding:
    size = checkpoint.size
    for number, key in enumerate(history.keys, start=1):
        if checkpoint.signed_by(key, verify_signature):
            message = Message(
                "the checkpoint of size {size} belongs to session {session}, and session {number} signed it",
                size=size,
                session=history.session,
                number=number,
            )
            return Finding(Code.WRONG_SESSION, message, origin, size)
    message = Message("the checkpoint of size {size} is signed by no key that the log names up to there", size=size)
    return Finding(Code.SIGNATURE, message, origin, size)
