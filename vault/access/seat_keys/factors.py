"""What opens this seat's slot, and how it is exchanged for something else (FORMAT.md 3).

The old factors are asked for again: who finds a session unlocked does not take it over. Until the log lists the new
file the old factors open, from then on the new ones; a crash at any step leaves one of the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

from vault.access.pins.delays import Wait
from vault.access.seat_keys.key_file import read_key_file
from vault.access.seat_keys.keychange import change_keys
from vault.access.seat_keys.throttle import one_attempt
from vault.access.session import Session
from vault.errors import VerificationError, WrongPassphraseError
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.entrance.unlocking import OpenedSlot, make_slot, unlock
from vault.store.folder import VaultFolder
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person gives to be let in: a passphrase in UTF-8, and 32 bytes of each further factor or none.

    Whoever makes it wipes the passphrase.
    """

    passphrase: bytearray = field(repr=False)
    device_secret: bytes = field(default=b"", repr=False)
    fido2_secret: bytes = field(default=b"", repr=False)


def check_factors(session: Session, member: str, factors: Factors, wait: Wait = sleep) -> OpenedSlot:
    """Return the session's own slot, if these factors open it; a wrong attempt counts as one at unlock does.

    `member` is the name as it was typed at unlock.

    Raises:
        WrongPassphraseError: they open nothing, or the slot of another seat; nothing was changed.
        VerificationError: another `keys` file was put in the place of the valid one.
    """
    file = _valid_file(session)
    with one_attempt(session.folder, file, session.state, wait):
        return _open_own(session, file, member, factors)


def change_factors(session: Session, member: str, old: Factors, new: Factors, wait: Wait = sleep) -> KeyFile:
    """Have the new factors open this seat's slot in place of the old ones; return the valid `keys` file.

    Copies of the file from before, in backups above all, still open with the old factors.

    Raises:
        WrongPassphraseError: the old factors open nothing; nothing was changed.
        RefusedError: the new passphrase is empty.
        VerificationError: the log is in doubt: which file is the valid one cannot be said.
        TryAgainError: no room; the old factors open, or the next unlock finishes the change.
    """
    session.require_sound_log()  # before the passphrase is tried
    return exchange_factors(session, member, check_factors(session, member, old, wait), new)


def exchange_factors(session: Session, member: str, own: OpenedSlot, new: Factors) -> KeyFile:
    """Have the new factors open this slot, which the old ones opened just now; return the valid `keys` file.

    Raises:
        RefusedError, VerificationError, TryAgainError: as `change_factors`.
    """
    session.require_sound_log()
    file = _valid_file(session)
    slot = make_slot(
        file.header,
        own.number,
        own.secrets,
        passphrase=new.passphrase,
        member_name=member,
        device_secret=new.device_secret,
        fido2_secret=new.fido2_secret,
    )
    return change_keys(session, file.with_slot(own.number, slot))


def salt_of_vault(path: Path) -> bytes:
    """Return the 32 bytes that every derivation for the vault of this folder starts from; they are no secret.

    Raises:
        NoVaultError: there is none.
    """
    folder = VaultFolder(path)
    folder.require()
    return read_key_file(folder.keys).header.vault_salt


def _valid_file(session: Session) -> KeyFile:
    """Return the `keys` file, if it is the one that this session unlocked with or wrote: its costs are used anew."""
    file = read_key_file(session.folder.keys)
    if session.keys_now is None or file != session.keys_now[0]:
        raise VerificationError(
            Message("the keys file is not the one that this session opened"),
            next_step=Message("Lock, then unlock: CaseVault says what is wrong."),
        )
    return file


def _open_own(session: Session, file: KeyFile, member: str, factors: Factors) -> OpenedSlot:
    opened = unlock(
        file, factors.passphrase, member, device_secret=factors.device_secret, fido2_secret=factors.fido2_secret
    )
    if opened.secrets.seat != session.seat:
        raise WrongPassphraseError(Message("no key slot opens with this name and passphrase"))
    return opened
