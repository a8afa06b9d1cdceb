"""The `keys` file from one generation to the next, and a new database key when a seat ends (FORMAT.md 3)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from vault.access.pins.alarms import faults_among
from vault.access.session import Session
from vault.access.trust.continuity import newest_keys
from vault.errors import (
    BrokenSealError,
    RefusedError,
    TryAgainError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.ids import SeatId, VaultId
from vault.records.work import Entry
from vault.seal.entrance.doors import DoorKeys, make_doors, make_recovery_door, open_doors
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, SLOT_BLOB_SIZE, SLOT_COUNT, KeyFile, OpenedSlot
from vault.seal.keyring import make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.store.engine import Database, open_database
from vault.store.files import promote, read_limited, write_aside
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.validity.directory import Directory
from vault.words.finding import Finding
from vault.words.message import Message
from vault.words.next_step import NextStep

# The `keys` file of a folder or backup, as it is read.


def read_key_file(path: Path) -> KeyFile:
    """Return what the file says.

    Raises:
        MalformedError: it has another form, or size.
        NotFoundError, TryAgainError, VerificationError: it cannot be read.
    """
    return KeyFile.decode(read_limited(path, KEY_FILE_SIZE))


# The `keys` file from one generation to the next: beside, listed, renamed; a crash in between is settled at unlock.
# FORMAT.md 3. At each step one whole file stands under the name, and its slots open.
def settle_new_keys(
    rows: Rows, folder: VaultFolder, file: KeyFile, directory: Directory, alarms: Sequence[Finding]
) -> KeyFile:
    """Finish a change that a crash cut off after its operation, undo one cut off before it; return the valid file.

    While the logs are in doubt nothing is touched: which file they list last cannot be said.
    """
    if faults_among(alarms, live=directory.certificates):
        return file
    new = None
    with suppress(VaultError):
        new = KeyFile.decode(read_limited(folder.keys_new, KEY_FILE_SIZE, follow_links=False))
    if (
        new is not None
        and _follows(new, file)
        and new.digest() in newest_keys(rows, new.header.folder, directory).values()
    ):
        with suppress(TryAgainError):  # not now; the file before it still opens
            promote(folder.keys)
            return new
        return file
    with suppress(OSError):
        folder.keys_new.unlink()
    return file


def renew_slot(session: Session, file: KeyFile, slot: OpenedSlot) -> KeyFile:
    """Seal the seat's own slot at the present cost, where it was made with the previous one; return the valid file.

    What cannot be written now is left to the next unlock.
    """
    if slot.renewed is None:
        return file
    with suppress(TryAgainError):
        return change_keys(session, file.with_slot(slot.number, slot.renewed))
    return file


def change_keys(session: Session, new: KeyFile) -> KeyFile:
    """Make this generation the valid one: beside, listed, renamed; return it.

    Raises:
        TryAgainError: no room; the file before it stands, or the next unlock finishes the rename.
    """
    write_aside(session.folder.keys, new.encode())
    with session.work() as work:
        work.list_keys_file(new.header.folder, new.digest())
        work.commit(Entry(act="keys.change"))
    promote(session.folder.keys)
    with session.database.reading() as rows:
        own = rows.local(session.seat, Purpose.SLOT)
    if own is not None:
        session.keys_now = (new, own.number)
        session.keep_pins()
    return new


def _follows(new: KeyFile, file: KeyFile) -> bool:
    ours, theirs = ((header.vault, header.folder, header.vault_salt) for header in (file.header, new.header))
    return new.header.generation > file.header.generation and ours == theirs


# A new key for the database of this folder, when a seat that had a way in here ends (FORMAT.md 3).
# Three durable steps, of which each may be the last before a power cut: doors that hold the new key and the old one;
# every page encrypted anew; doors that hold the new key alone. Unlock tries both keys and finishes what was begun, or
# begins it: a cut between an end and here, an end on another device and recovery sheets leave a way in that
# ended. Index, drafts and backups are under other keys.

_RESTORE_BOTH = Message("One of them is an older copy, or is damaged: restore both from one backup.")


def remember_slot(database: Database, seat: SeatId, number: int) -> frozenset[SeatId]:
    """Keep, inside the encrypted database, which slot of this folder is the seat's; return whose others are kept."""
    row = LocalRow(seat, Purpose.SLOT, number, b"")
    with database.reading() as rows:
        known = rows.local(seat, Purpose.SLOT)
    if known != row:
        with database.transaction() as rows:
            rows.put_local(row)
    with database.reading() as rows:
        return frozenset(slots_here(rows))


def slots_here(rows: Rows) -> dict[SeatId, int]:
    """Return which seats have a way into this folder, and at which slot."""
    return {SeatId(row.seat): row.number for row in rows.locals_for(Purpose.SLOT)}


def free_slot(rows: Rows, choose: Callable[[Sequence[int]], int] = secrets.choice) -> int:
    """Return a number that no seat of this folder is known to have, drawn: its place tells not who came when.

    Raises:
        RefusedError: all are in use.
    """
    taken = set(slots_here(rows).values())
    free = [number for number in range(SLOT_COUNT) if number not in taken]
    if not free:
        raise RefusedError(
            Message("this folder has room for {slot_count} devices, and all of it is in use", slot_count=SLOT_COUNT),
            next_step=Message(
                "Revoke the devices that nobody uses any more: {list_devices}.", list_devices=NextStep.LIST_DEVICES
            ),
        )
    return choose(free)


def seats_here(session: Session) -> frozenset[SeatId]:
    """Return the seats that have a way into this folder and are in; this seat always."""
    with session.database.reading() as rows:
        here = frozenset(slots_here(rows))
    return (here & frozenset(session.directory.certificates)) | {session.seat}


def close_doors(session: Session) -> None:
    """Change the key of the database where a seat that still has a way into this folder is out.

    Raises:
        VerificationError, TryAgainError: see `rekey`; the next unlock comes back to it.
    """
    if _seats_ended_here(session):
        rekey(session)


def rekey(session: Session) -> None:
    """Encrypt the database anew under a key that only `seats_here` and recovery get, and empty all other slots.

    A copy of this folder that was taken before opens as it did, under the old key.

    Raises:
        VerificationError: the logs are in doubt: which `keys` file is the valid one cannot be said.
        TryAgainError: no room; what was begun is finished at the next unlock.
    """
    staying = seats_here(session)
    with session.database.reading() as rows:
        session.require_sound_log(taken_from=slots_here(rows).keys() - staying)
    file = read_key_file(session.folder.keys)
    before = doors_here(session, file)
    if before.old is not None:
        # A change before this one found no room: the key that opens the database now would stand in no door.
        session.database.rekey(before.new)
    doors = DoorKeys(make_key(), before.new)
    file = change_keys(session, with_doors(session, _without_other_slots(session, file, staying), doors, staying))
    with session.database.transaction() as rows:
        # Not before: until the doors with the new key stand, these rows are all that says that it is owed.
        for seat in slots_here(rows).keys() - staying:
            rows.delete_local(seat, Purpose.SLOT)
    session.here = staying
    session.database.rekey(doors.new)
    _close_old_doors(session, file, doors.new)


def open_with_doors(folder: VaultFolder, doors: DoorKeys) -> tuple[Database, bytes]:
    """Open the database with the new key or, where a change of key was cut off before it, the old one.

    Raises:
        VerificationError: neither opens it.
    """
    for key in (doors.new, doors.old):
        if key is not None:
            with suppress(WrongPassphraseError):
                return open_database(folder.database, key, create=False, ballast=folder.ballast), key
    raise VerificationError(Message("keys and database do not belong together"), next_step=_RESTORE_BOTH)


def doors_here(session: Session, file: KeyFile) -> DoorKeys:
    """Return what every door of the next generation has to hold: both keys, while a change waits for room.

    Raises:
        VerificationError: no door opens for this seat.
    """
    return doors_of(file, session.kem_private, session.seat)


def doors_of(file: KeyFile, private: KemPrivate, seat: SeatId) -> DoorKeys:
    """Return the keys of the database for a seat.

    Raises:
        VerificationError: no door opens for it.
    """
    try:
        return open_doors(private, seat, VaultId(file.header.vault), file.doors)
    except BrokenSealError:
        raise VerificationError(
            Message("no door of the keys file opens for your device"),
            next_step=Message(
                "Your access here was revoked, or keys and vault are from different days: then restore both from one"
                " backup."
            ),
        ) from None


def finish_rekey(session: Session, file: KeyFile, doors: DoorKeys, opened_with: bytes) -> None:
    """Finish a change of key that was cut off or is owed; what there is no room for waits.

    `doors` is what the file holds for this seat, `opened_with` the key that the database opened with.
    """
    with suppress(TryAgainError):
        if doors.old is not None:
            if opened_with != doors.new:
                session.database.rekey(doors.new)
            _close_old_doors(session, file, doors.new)
        # Also after that: whoever was ended since the change began was given the key that it brought.
        if _seats_ended_here(session):
            rekey(session)


def _seats_ended_here(session: Session) -> bool:
    """Say whether a seat that has a way into this folder was let in and is out now.

    Whoever has the key of the database can take their row out of it, and nothing out of what this account remembers.
    """
    directory = session.directory
    with session.database.reading() as rows:
        here = slots_here(rows).keys() | session.here
    return any(seat in directory.known and seat not in directory.certificates for seat in here)


def _close_old_doors(session: Session, file: KeyFile, key: bytes) -> None:
    change_keys(session, with_doors(session, file, DoorKeys(key), seats_here(session)))
    # Copies from before a migration are under the key that was given up.
    for copy in session.folder.path.glob("vault.db.schema-*"):
        with suppress(OSError):
            copy.unlink()


def renew_recovery_door(session: Session) -> None:
    """Make the recovery door anew where another recovery key is in effect than it was made for.

    New sheets are made on one device, and have to open the folders of all: a fault that lies in the logs of others
    alone stops it not. What cannot be written waits for the next unlock: it keeps nobody out.
    """
    recovery = session.directory.recovery
    in_doubt = any(session.seat in fault.seats or not fault.seats for fault in session.faults())
    if session.door_for == recovery or in_doubt:
        return
    with suppress(VaultError):
        change_keys(session, with_recovery_door(session, recovery))
        session.door_for = recovery


def with_recovery_door(session: Session, recovery: bytes) -> KeyFile:
    """Return the next generation, with a door that this recovery key opens in the place of the one before."""
    file = read_key_file(session.folder.keys)
    return file.with_doors(file.doors, make_recovery_door(session.vault, doors_here(session, file), recovery))


def with_doors(session: Session, file: KeyFile, keys: DoorKeys, seats: Collection[SeatId]) -> KeyFile:
    """Return the next generation, with doors for these seats and recovery alone."""
    certificates = session.directory.certificates
    doors = make_doors(session.vault, keys, [(seat, certificates[seat].kem) for seat in seats])
    recovery = make_recovery_door(session.vault, keys, session.directory.recovery)
    return file.with_doors(doors, recovery)


def _without_other_slots(session: Session, file: KeyFile, seats: Collection[SeatId]) -> KeyFile:
    """Put random bytes in every slot that none of these seats is known to have."""
    with session.database.reading() as rows:
        kept = {number for seat, number in slots_here(rows).items() if seat in seats}
    slots = [slot if number in kept else secrets.token_bytes(SLOT_BLOB_SIZE) for number, slot in enumerate(file.slots)]
    return replace(file, slots=tuple(slots))
