"""The root secret where it still lies sealed on a device: until sheets of it were proven (FORMAT.md 2 and 7)."""

from __future__ import annotations

from vault.access.session import Session
from vault.errors import BrokenSealError, VerificationError
from vault.seal.purposes import Purpose
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import public_key
from vault.seal.sizes import KEY_SIZE
from vault.words.message import Message
from vault.words.next_step import NextStep

_LOST = Message(
    "If you have sheets, prove them: {drill_recovery}. If not, restore a backup and write them from there.",
    drill_recovery=NextStep.DRILL_RECOVERY,
)


def kept_secret(session: Session) -> bytes | None:
    """Return S where it lies sealed on this device: until sheets of the root in effect were proven.

    Raises:
        VerificationError: the row was altered.
    """
    try:
        with session.database.reading() as rows:
            content = session.log.place.content(rows, Purpose.ROOT_SECRET) or b""
    except BrokenSealError:
        raise VerificationError(
            Message("the secret of the recovery sheets on this device was altered"), next_step=_LOST
        ) from None
    pieces = [content[at : at + KEY_SIZE] for at in range(0, len(content), KEY_SIZE)]
    return next((piece for piece in pieces if root_of(piece) == session.directory.root_public), None)


def forget_secret(session: Session) -> bool:
    """Erase S from this device; False where it was not here."""
    with session.database.transaction() as rows:
        was_here = rows.local(session.seat, Purpose.ROOT_SECRET) is not None
        rows.delete_local(session.seat, Purpose.ROOT_SECRET)
    session.database.truncate_wal()
    return was_here


def root_of(secret: bytes) -> bytes:
    """Return the public root key of S."""
    return public_key(derive_root_seed(secret))
