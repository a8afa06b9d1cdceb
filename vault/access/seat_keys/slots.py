"""The slots of a folder: an attempt at them, what opens one's own, its exchange, and their end (FORMAT.md 3)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

from vault import clock, platform
from vault.access.pins.delays import AttemptFile, Wait
from vault.access.seat_keys.rekeying import change_keys, doors_here, read_key_file, seats_here, slots_here, with_doors
from vault.access.session import Session
from vault.access.trust.attempts import note_attempt
from vault.errors import VerificationError, WrongPassphraseError
from vault.seal.entrance.keyfile import (
    HEADER_SIZE,
    KEY_FILE_SIZE,
    SLOT_BLOB_SIZE,
    SLOT_COUNT,
    KeyFile,
    OpenedSlot,
    make_slot,
    unlock,
)
from vault.seal.purposes import Purpose
from vault.store.files import write_all
from vault.store.folder import VaultFolder
from vault.words.message import Message

# Destroying ways in: all slots after too many wrong attempts, or one member's own, on purpose (SECURITY.md 4).
# A slot is overwritten where it lies and the bytes are flushed. What a disk keeps elsewhere, in a snapshot or in a
# worn cell, and every earlier copy of the `keys` file, still open as they did.


def destroy_all_slots(folder: VaultFolder) -> None:
    """Put random bytes in the place of every slot of this folder; which slot is whose cannot be known without a key.

    Doors stay, so that the recovery sheets still open the vault. A disk that refuses is not waited for.
    """
    for path in (folder.keys_new, folder.keys):
        with suppress(OSError):
            overwrite(path, HEADER_SIZE, SLOT_COUNT * SLOT_BLOB_SIZE)


def destroy_own_access(session: Session) -> None:
    """End this seat's way into this folder and close the session; the others of the folder go on.

    The slot and the door of the seat go in a new generation of the `keys` file, which the log lists; after that step
    the passphrase opens nothing here, whatever follows. The file before it, the seat's own rows, its index, its drafts
    and its pins go behind it.

    Raises:
        VerificationError: which slot is the seat's is not known; nothing was changed.
        TryAgainError: the `keys` file cannot be written; nothing was changed.
    """
    folder, seat = session.folder, session.seat
    file = read_key_file(folder.keys)
    with session.database.reading() as rows:
        number = slots_here(rows).get(seat)
    if number is None:
        raise VerificationError(
            Message("this device does not know which slot is yours"), next_step=Message("Lock, unlock and repeat.")
        )
    emptied = file.with_slot(number, secrets.token_bytes(SLOT_BLOB_SIZE))
    keys = doors_here(session, file)
    with _replaced(folder.keys):
        change_keys(session, with_doors(session, emptied, keys, seats_here(session) - {seat}))
    with session.database.transaction() as rows:
        for purpose in (Purpose.SLOT, Purpose.KEYRING, Purpose.SESSION, Purpose.RATCHET, Purpose.ROOT_SECRET):
            rows.delete_local(seat, purpose)
    session.database.truncate_wal()
    # Pins are written for the last time by the close; they go after it.
    session.close()
    for path in (*session.own_index.parts(), *session.own_drafts.parts(), session.pin_file.path):
        with suppress(OSError):
            path.unlink()
    for place in (folder.index_dir, folder.drafts_dir, session.pin_file.folder):
        with suppress(OSError):
            platform.fsync_folder(place)


@contextmanager
def _replaced(path: Path) -> Iterator[None]:
    """Put random bytes over the file that has this name now, once another one has it."""
    if os.name != "posix":  # Windows renames over no open file
        yield
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        yield
        if os.fstat(descriptor).st_nlink == 0:  # under a second name it is somebody's copy
            with suppress(OSError):
                overwrite_open(descriptor)
    finally:
        os.close(descriptor)


def overwrite(path: Path, start: int, size: int) -> None:
    """Put random bytes over a part of a file, in place and durably. A link is not followed."""
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    try:
        overwrite_open(descriptor, start, size)
    finally:
        os.close(descriptor)


def overwrite_open(descriptor: int, start: int = 0, size: int = KEY_FILE_SIZE) -> None:
    """Put random bytes over a part of an open file, in place and durably: also of one that has no name any more."""
    os.lseek(descriptor, start, os.SEEK_SET)
    write_all(descriptor, secrets.token_bytes(size))
    platform.flush_file(descriptor)


# One attempt at the passphrases of a folder, wherever they are asked for: it waits, and a wrong one counts.
@contextmanager
def one_attempt(folder: VaultFolder, file: KeyFile, state: Path | None, wait: Wait) -> Iterator[None]:
    """Let the block try a passphrase once.

    Before it the delay passes that earlier attempts have earned (FORMAT.md 7). A wrong one is counted and kept as a
    hint, and destroys the slots of the folder where somebody has set that; a right one begins the count anew; what else
    ends the block leaves it as it was.
    """
    attempts = AttemptFile.of(file.header, state)
    attempts.wait(wait, clock.now_ms())
    try:
        yield
    except WrongPassphraseError:
        note_attempt(folder, file)
        if attempts.note_wrong(clock.now_ms()).destroys_now:
            destroy_all_slots(folder)
        raise
    attempts.note_right()


# What opens this seat's slot, and how it is exchanged for something else (FORMAT.md 3).
# The old factors are asked for again: who finds a session unlocked does not take it over. Until the log lists the new
# file the old factors open, from then on the new ones; a crash at any step leaves one of the two.
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
        opened = unlock(
            file, factors.passphrase, member, device_secret=factors.device_secret, fido2_secret=factors.fido2_secret
        )
        if opened.secrets.seat != session.seat:
            raise WrongPassphraseError(Message("no key slot opens with this name and passphrase"))
        return opened


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
