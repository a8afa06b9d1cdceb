"""What others can keep of this seat's log, so that a copy from before can be told from the log as it is."""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.session import Session
from vault.errors import UsageError, VerificationError
from vault.ids import Origin
from vault.log.checkpoint import parse_note, verifier_key
from vault.log.tree import subtree_of_tiles
from vault.log.tree_proofs import consistency_proof, verify_consistency
from vault.policy.roles import Action
from vault.records.logs import leaves_of
from vault.seal.recovery import words_of
from vault.seal.signing import is_signed_raw, public_key
from vault.store.rows import Rows
from vault.store.rowtypes import CheckpointRow
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """The newest checkpoint of this seat's log, as others can keep it, and 13 words of its root to read aloud.

    The note is a signed note of C2SP; with `key`, which each session has of its own, other tools check it.
    """

    note: str
    size: int
    root: bytes
    words: tuple[str, ...]
    key: str
    since: Earlier | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the log was at an earlier size: its root, 13 words of it, and the RFC 6962 proof that it only grew."""

    size: int
    root: bytes
    words: tuple[str, ...]
    proof: tuple[bytes, ...]


def checkpoint(session: Session, *, since: int | None = None) -> SignedCheckpoint:
    """Return the newest checkpoint of this seat's log, to be kept where this vault cannot reach.

    `since` is an earlier size, of which somebody kept a checkpoint: a proof shows that the log only grew from there.

    Raises:
        VerificationError: a false checkpoint stands in its place, or the headers here do not give the signed roots.
        UsageError: the log never had that size.
    """
    session.require(Action.LOG_VERIFY)
    log = session.log
    key = public_key(log.session.seed)
    with session.database.reading() as rows:
        row = rows.newest_checkpoint(log.origin)
        if row is None or not parse_note(row.note).signed_by(key, is_signed_raw):
            raise VerificationError(Message("the newest checkpoint here is not one that this session signed"))
        earlier = None if since is None else _earlier(rows, log.origin, since, row)
    return SignedCheckpoint(
        row.note.decode(), row.size, row.root, words_of(row.root), verifier_key(log.origin, key), earlier
    )


def _earlier(rows: Rows, origin: Origin, size: int, newest: CheckpointRow) -> Earlier:
    if not 0 < size <= newest.size:
        raise UsageError(Message("this log has {size} entries and never had {size_2}", size=newest.size, size_2=size))
    # From the headers alone: tiles are a cache.
    subtree = subtree_of_tiles(lambda level, index: None, lambda start, stop: leaves_of(rows, origin, start, stop))
    proof, root = consistency_proof(size, newest.size, subtree), subtree(0, size)
    verify_consistency(size, newest.size, proof, root, newest.root)
    return Earlier(size, root, words_of(root), tuple(proof))
