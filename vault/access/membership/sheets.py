"""Acts that the recovery sheets sign (FORMAT.md 2)."""

from __future__ import annotations

from vault.access.seat_keys.root_secret import kept_secret, root_of
from vault.access.session import Session
from vault.errors import RefusedError, SheetsNeededError
from vault.log.act_bytes import SHEETS_PURPOSE, MadeAct, by_sheets, sheets_message
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import public_key, sign
from vault.words.message import Message


def signed_by_sheets(root_seed: bytes, vault: bytes, made: MadeAct) -> MadeAct:
    """Return an act with the signature of the sheets: it counts in any log that lists it."""
    signature = sign(root_seed, SHEETS_PURPOSE, sheets_message(vault, made.kind, made.content))
    return by_sheets(made, public_key(root_seed), signature)


def secret_for(session: Session, typed: bytes | None = None) -> bytes:
    """Return the secret of the sheets in effect: as typed, or while it lies sealed on this device.

    Raises:
        RefusedError: it is not here, or what was typed is of other sheets.
    """
    secret = kept_secret(session) if typed is None else typed
    if secret is None:
        raise SheetsNeededError(
            Message("this needs the recovery sheets, and their secret is not on this device"),
            next_step=Message("Type two sheets, or have another admin do it who has them."),
        )
    if root_of(secret) != session.directory.root_public:
        raise RefusedError(
            Message("these are not the recovery sheets that are in effect"),
            next_step=Message("Type the newest sheets."),
        )
    return secret


def by_the_sheets(session: Session, made: MadeAct, typed: bytes | None = None) -> MadeAct:
    """Return an act signed by the sheets in effect.

    Raises:
        RefusedError: as `secret_for`.
    """
    return signed_by_sheets(derive_root_seed(secret_for(session, typed)), session.vault, made)
