"""A new seat: it asks to join, waits until it is admitted, and begins its log (FORMAT.md 2).

Nothing that a bundle brings is believed for itself: the person typed the vault's 13 words, and what came has to lead
from those to an admission of this very certificate.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from vault import platform
from vault.access.pins.pins import Pins
from vault.access.seat_keys.rekeying import change_keys, doors_here, doors_of, free_slot, open_with_doors, read_key_file
from vault.access.seat_keys.rekeying import seats_here as seats_of_folder
from vault.access.session import Session
from vault.access.trust.attempts import attempts_key, make_hints
from vault.access.trust.continuity import Continuity
from vault.access.trust.directory_reading import Reading, read_directory
from vault.access.trust.prover import Prover
from vault.casework.checks import checked_name, checked_name_of_member
from vault.errors import RefusedError, VerificationError, WaitingForDecisionError
from vault.ids import ID_SIZE, ZERO_ID, MemberId, Origin, SeatId, VaultId, make_id
from vault.log.genesis import origin_of, seat_in
from vault.records.seatlog import FirstLog, SealedPlace, SeatLog, SessionKeys, decoded, first_log
from vault.seal.entrance.doors import DoorKeys, make_doors, make_recovery_door
from vault.seal.entrance.keyfile import (
    SLOT_COUNT,
    KeyFile,
    KeyHeader,
    OpenedSlot,
    SeatSecrets,
    make_key_file,
    make_slot,
)
from vault.seal.entrance.passphrase import KdfParameters
from vault.seal.keyring import Keyring, make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.seal.recovery import certificate_words, words_of
from vault.store.engine import Database, open_database
from vault.store.files import promote, write_aside
from vault.store.folder import VaultFolder, built_beside
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.store.schema import make_tables
from vault.sync.bundle_file import Manifest
from vault.validity.directory import Directory
from vault.words.message import Message
from vault.words.next_step import NextStep

# The log of a seat that joined has nothing to be compared with.
FIRST = Continuity(None, None, ())


@dataclass(frozen=True, slots=True)
class PendingSeat:
    """How the first log of a seat begins, from the request on until its entry 0.

    Attributes:
        here: whether the folder was a vault before, so that its `keys` file is complete.
        has_begun: whether its entry 0 is in the log; the `keys` file may wait for its last parts still.
    """

    log: FirstLog = field(repr=False)
    here: bool
    has_begun: bool = False

    @property
    def origin(self) -> Origin:
        """The log that begins so."""
        return self.log.origin

    def row(self, place: SealedPlace) -> LocalRow:
        """Return the row that keeps it."""
        keys = self.log.session
        wire = _WaitingMap(genesis=self.log.genesis, seed=keys.seed, following=keys.following_seed, here=self.here)
        return place.seal_row(Purpose.JOINING, msgspec.msgpack.encode(wire))

    def begins(self, directory: Directory, pins: Pins | None) -> bool:
        """Say whether the log begins now. A log that this account saw, as `pins` say, does not begin again.

        Raises:
            WaitingForDecisionError: nothing admits it yet.
            RefusedError: it was admitted, and taken since.
        """
        if self.has_begun or (pins is not None and self.origin in pins.logs):
            return False
        if self.log.seat not in directory.known:
            raise self.still_waiting()
        if self.log.seat not in directory.certificates:
            raise RefusedError(
                Message("this device was admitted, and ended again"),
                next_step=Message("Ask the member who admitted you. A device that was ended joins anew."),
            )
        return True

    @staticmethod
    def still_waiting() -> WaitingForDecisionError:
        """Return what a person hears before somebody admitted the device."""
        return WaitingForDecisionError(
            Message("this device is waiting for admission"),
            next_step=Message(
                "Give the request to a member who admits you and compare the 13 words. Then import the bundle that"
                " comes back: {finish_joining}.",
                finish_joining=NextStep.FINISH_JOINING,
            ),
        )

    def begun(self, database: Database, place: SealedPlace, directory: Directory, keyring: Keyring) -> SeatLog:
        """Return the seat's first log; it exists once its entry 0 is committed."""
        return self.log.opened(database, place, auditors=directory.auditors(), keyring=keyring)


class _WaitingMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    genesis: bytes
    seed: bytes
    following: bytes
    here: bool


def pending_seat_of(rows: Rows, place: SealedPlace) -> PendingSeat | None:
    """Return how this seat's first log begins, or None where it is an ordinary seat by now.

    Raises:
        VerificationError: the row was altered.
    """
    content = place.content(rows, Purpose.JOINING)
    if content is None:
        return None
    wire = decoded(content, _WaitingMap, Message("the row of the waiting device cannot be read"))
    log = FirstLog(wire.genesis, SessionKeys(1, wire.seed, wire.following))
    return PendingSeat(log, wire.here, rows.size(log.origin) > 0)


def finish_joining(session: Session, waiting: PendingSeat, file: KeyFile, doors: DoorKeys) -> KeyFile:
    """Complete the `keys` file of a new device from the directory, and end its waiting. Return the valid file."""
    if not waiting.here:
        recovery = make_recovery_door(session.vault, doors, session.directory.recovery)
        completed = file.with_doors(file.doors, recovery)
        with session.database.reading() as rows:
            attempts = attempts_key(rows, session.vault, session.keyring, session.directory)
        if attempts is not None:
            completed = replace(completed, attempts_public=attempts.public)
        file = change_keys(session, completed)
        session.door_for = session.directory.recovery
    with session.database.transaction() as rows:
        rows.delete_local(session.seat, Purpose.JOINING)
    return file


@contextmanager
def pending_database(folder: VaultFolder, file: KeyFile, slot: OpenedSlot) -> Iterator[Database | None]:
    """Open the database of a folder whose seat waits, so that a bundle can be taken; None where it does not wait."""
    seat = SeatId(slot.secrets.seat)
    database, _ = open_with_doors(folder, doors_of(file, KemPrivate.from_seed(slot.secrets.kem_seed), seat))
    with closing(database):
        with database.reading() as rows:
            waiting = pending_seat_of(rows, place_of(slot.secrets, VaultId(file.header.vault)))
        yield database if waiting is not None and not waiting.has_begun else None


def require_admitted(rows: Rows, own: SeatSecrets, manifest: Manifest) -> None:
    """Refuse what came unless it leads from the vault's words to this very certificate: then nothing is kept of it.

    Raises:
        VerificationError: it is of another vault, does not admit this device, or comes from somebody who is not in.
    """
    vault = VaultId(own.anchor[:ID_SIZE])
    directory = read_directory(Reading(rows, vault, Prover(None, {})))
    if words_of(directory.anchor) != words_of(own.anchor):
        raise VerificationError(
            Message("this bundle is of another vault than the 13 words that you typed"),
            next_step=Message("Compare the vault's 13 words with the card or a sheet, by voice."),
        )
    if own.seat not in directory.certificates:
        raise VerificationError(
            Message("this bundle does not admit this device"),
            next_step=Message("Ask the member who admits you for the newest bundle."),
        )
    maker = directory.certificates.get(SeatId(manifest.seat))
    if maker is None or maker.identity != manifest.identity:
        raise VerificationError(
            Message("this bundle was made by somebody who is not a member"),
            next_step=Message("Ask the member who admits you for a bundle of theirs."),
        )


def place_of(content: SeatSecrets, vault: VaultId) -> SealedPlace:
    """Return what seals the local rows of a seat."""
    return SealedPlace(vault, SeatId(content.seat), content.keyring_key)


# A new seat asks to join: its keys, and its certificate, which is the whole request.
@dataclass(frozen=True, slots=True)
class NewSeat:
    """The keys of a seat that asks to join, and how its first log will begin."""

    secrets: SeatSecrets = field(repr=False)
    waiting: PendingSeat
    kem_public: bytes

    @property
    def certificate(self) -> bytes:
        """The request: what an admission lists."""
        return self.waiting.log.genesis


@dataclass(frozen=True, slots=True)
class Asked:
    """A written request, and the words to compare with the member who admits."""

    seat: SeatId
    words: tuple[str, ...]
    file: bytes = field(repr=False)


def new_seat(anchor: bytes, *, member: bytes = ZERO_ID, here: bool) -> NewSeat:
    """Draw the keys of a new seat of the vault with these words; `member` is whose further device it is."""
    drawn, vault = SeatSecrets.draw(), VaultId(anchor[:ID_SIZE])
    kem_public = KemPrivate.from_seed(drawn.kem_seed).public
    log = first_log(vault, drawn.identity_seed, kem_public, member=member)
    return NewSeat(replace(drawn, seat=log.seat, anchor=anchor), PendingSeat(log, here), kem_public)


def join(
    path: Path,
    anchor: bytes,
    *,
    member_name: str,
    passphrase: bytearray,
    parameters: KdfParameters,
    member: bytes = ZERO_ID,
) -> Asked:
    """Make a vault that waits for admission, in a folder that does not exist or is empty, and the request for it.

    `anchor` is what the vault's words gave, `member` whose further device this is. The caller wipes the passphrase.

    Raises:
        RefusedError: something is there already, the place is not safe, or the passphrase is refused.
        UsageError: the name is no printable line.
        TryAgainError: no room.
    """
    name = checked_name_of_member(member_name) if member == ZERO_ID else checked_name(member_name, "name of the member")
    folder = VaultFolder(path)
    folder.require_free()
    new = new_seat(anchor, member=member, here=False)
    vault = VaultId(anchor[:ID_SIZE])
    header = KeyHeader(vault, make_id(), 0, make_key(), parameters)
    with built_beside(path) as building:
        make_hints(building, vault)
        database_key = make_key()
        with closing(open_database(building.database, database_key, create=True)) as database:
            make_tables(database)
            number = secrets.randbelow(SLOT_COUNT)
            slot = make_slot(header, number, new.secrets, passphrase=passphrase, member_name=name)
            file = _first_key_file(header, new, DoorKeys(database_key), number, slot)
            write_aside(building.keys, file.encode())
            with database.transaction() as rows:
                rows.put_local(LocalRow(new.secrets.seat, Purpose.SLOT, number, b""))
                rows.put_local(new.waiting.row(place_of(new.secrets, vault)))
        promote(building.keys)
    platform.fsync_folder(path.parent)
    return Asked(new.waiting.log.seat, certificate_words(vault, new.certificate), new.certificate)


@dataclass(frozen=True, slots=True)
class HereSeat:
    """A new seat in a folder that is a vault already: what has to be stored before and with its admission.

    `keys` is the folder's next `keys` file, with its slot and its door.
    """

    certificate: bytes
    keys: KeyFile = field(repr=False)
    rows: tuple[LocalRow, ...] = field(repr=False)

    @property
    def seat(self) -> SeatId:
        """The seat."""
        return SeatId(seat_in(self.certificate))

    @property
    def member(self) -> MemberId:
        """Who begins with it."""
        return MemberId(origin_of(self.certificate)[:ID_SIZE])


def join_here(session: Session, *, member_name: str, passphrase: bytearray, member: bytes = ZERO_ID) -> HereSeat:
    """Make a seat in this very folder for somebody who types name and passphrase at the same keyboard.

    `member` is whose further seat it is; without one somebody new begins with it.

    Nothing is written yet; the caller wipes the passphrase.

    Raises:
        RefusedError: no slot of the folder is free, or the passphrase is refused.
        UsageError: the name is no printable line.
    """
    name = checked_name_of_member(member_name)
    file = read_key_file(session.folder.keys)
    new = new_seat(session.anchor, member=member, here=True)
    with session.database.reading() as rows:
        number = free_slot(rows)
    slot = make_slot(file.header, number, new.secrets, passphrase=passphrase, member_name=name)
    doors = doors_here(session, file)
    certificates = session.directory.certificates
    seats = [(seat, certificates[seat].kem) for seat in seats_of_folder(session)]
    keys = file.with_slot(number, slot).with_doors(
        make_doors(session.vault, doors, [*seats, (new.secrets.seat, new.kem_public)]),
        make_recovery_door(session.vault, doors, session.directory.recovery),
    )
    place = place_of(new.secrets, session.vault)
    rows_of_it = (LocalRow(new.secrets.seat, Purpose.SLOT, number, b""), new.waiting.row(place))
    return HereSeat(new.certificate, keys, rows_of_it)


def _first_key_file(header: KeyHeader, new: NewSeat, keys: DoorKeys, number: int, slot: bytes) -> KeyFile:
    """Return the `keys` file of a device that waits: recovery and attempts follow with the directory."""
    nobody = KemPrivate.from_seed(make_kem_seed()).public
    return make_key_file(
        header,
        doors=make_doors(header.vault, keys, [(new.secrets.seat, new.kem_public)]),
        recovery_door=make_recovery_door(header.vault, DoorKeys(make_key()), nobody),
        attempts_public=nobody,
        slots={number: slot},
    )
