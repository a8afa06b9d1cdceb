"""Destroying ways in on purpose: one's own at once, everybody's after many wrong attempts. Never without a way back.

Both need a recovery that was proven: sheets of which the threshold was put together once. What each does against whom,
and what it does not, stands in SECURITY.md 4.
"""

from __future__ import annotations

from vault.access.pins.delays import AttemptFile
from vault.access.seat_keys.slots import destroy_own_access
from vault.access.session import Session
from vault.durations import DAY_MS
from vault.errors import RefusedError, UsageError
from vault.policy.roles import Action
from vault.words.message import Message

SENTENCE = "destroy my access here"
"""What a person types, so that no slip of a key and no script of another purpose does it."""

_BACKUP_DAYS = 30


def recovery_is_proven(session: Session) -> bool:
    """Say whether a drill on this device proved the sheets that are valid now."""
    return session.dates.proven is True


def require_armed(session: Session) -> None:
    """Return if `destroy_access` would be done now: said before anybody types for nothing.

    Raises:
        RefusedError: why not.
    """
    session.require(Action.OWN_KEYS)
    known = session.dates
    if not recovery_is_proven(session):
        reason = Message("no recovery was proven on this device: without sheets nothing would open this vault again")
    elif known.backup is None:
        reason = Message("no backup was made and read back on this device")
    elif session.log.now_ms() - known.backup > _BACKUP_DAYS * DAY_MS:
        reason = Message("the last backup that was read back is older than {days} days", days=_BACKUP_DAYS)
    else:
        return
    raise RefusedError(
        Message("your access is not destroyed: {reason}", reason=reason),
        next_step=Message("Prove the recovery sheets, make a backup on a disk that stays elsewhere, then repeat."),
    )


def destroy_access(session: Session, *, typed: str) -> None:
    """End this member's way into this folder on this device, and the session with it. There is no way back from here.

    The member types `SENTENCE`; case and outer spaces do not matter. The session is closed when this returns.

    Raises:
        RefusedError: it is not armed; nothing was changed.
        UsageError: something else was typed; nothing was changed.
        TryAgainError: the `keys` file cannot be written; nothing was changed.
    """
    require_armed(session)
    if typed.strip().casefold() != SENTENCE:
        raise UsageError(
            Message("the sentence was not typed; nothing was changed"),
            next_step=Message("Type exactly: {sentence}", sentence=SENTENCE),
        )
    destroy_own_access(session)


def destroy_slots_after(session: Session, count: int | None) -> None:
    """Have every slot of this folder destroyed after this many wrong attempts in a row here, or never.

    A name that nobody has cannot be told from one that somebody has, so it is all slots: those of every member who
    uses this folder on this device. The choice lies with the count in the account's state folder.

    Raises:
        RefusedError: fewer than twenty, or no recovery was proven.
    """
    session.require(Action.RECOVERY_MANAGE)
    if count is not None and not recovery_is_proven(session):
        raise RefusedError(
            Message("slots are destroyed only after a recovery drill"),
            next_step=Message("Prove the recovery sheets first."),
        )
    AttemptFile.in_folder(session.folder, session.state).destroy_after(count)
