"""The stages of an unlock before its session: each returns a value that nothing changes afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from vault.access.membership.pending_seat import FIRST, PendingSeat, pending_seat_of, place_of
from vault.access.pins.alarms import lasting
from vault.access.pins.pins import PinFile, Pins, this_machine
from vault.access.seat_keys.keychange import settle_new_keys
from vault.access.seat_keys.refresh import needs_refresh
from vault.access.seat_keys.rekeying import doors_of, open_with_doors
from vault.access.trust.continuity import Continuity, after_damage, judge, judge_keys
from vault.access.trust.directory import Directory, as_seen_by, read_directory
from vault.access.trust.keyrings import GrantedKey, missing_keys, stored_keyring, with_directory_keys
from vault.access.trust.might_give import by_what_is_held
from vault.access.trust.migration import bring_up_to_date
from vault.access.trust.new_epochs import audit_is_stale, ratchet_is_newest
from vault.errors import VerificationError
from vault.ids import SeatId, VaultId
from vault.records.seatlog import SealedPlace, SeatLog, begin, resume
from vault.seal.entrance.doors import DoorKeys
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.entrance.unlocking import OpenedSlot
from vault.seal.keyring import Keyring
from vault.seal.recipients import KemPrivate
from vault.seal.signing import public_key
from vault.store.engine import Database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.store.shape import shape_faults
from vault.validity.authority import Listings
from vault.validity.version_validity import Learned
from vault.words.finding import Code, Finding
from vault.words.message import Message
from vault.words.next_step import NextStep


@dataclass(frozen=True, slots=True)
class OpenedFolder:
    """First stage: the database is open, and what this account remembers of it was read.

    Attributes:
        file: the `keys` file that the slot was opened in.
        raw_key: what the database opened with, of the keys behind the seat's door.
        seen: what this account remembers of the vault. `pins`: that, or None where the vault is taken as it is.
        alarms: what is wrong with the database, or with the pins.
    """

    folder: VaultFolder
    state: Path
    file: KeyFile
    slot: OpenedSlot
    doors: DoorKeys
    database: Database
    raw_key: bytes = field(repr=False)
    pin_file: PinFile
    seen: Pins | None
    pins: Pins | None
    machine: bytes
    alarms: tuple[Finding, ...]

    @property
    def place(self) -> SealedPlace:
        """What seals the local rows of this seat."""
        return place_of(self.slot.secrets, VaultId(self.file.header.vault))


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """Second stage: the seat's keyring, what was granted to it beyond that, and both for the directory alone."""

    keyring: Keyring
    listings: Listings
    granted: Sequence[GrantedKey]
    held: Keyring


@dataclass(frozen=True, slots=True)
class KnownRoster:
    """Third stage: the organisation by its newest roster.

    Attributes:
        waiting: this seat, where it has not joined yet. `begins`: its first log does not exist yet.
    """

    directory: Directory
    waiting: PendingSeat | None
    begins: bool


@dataclass(frozen=True, slots=True)
class ChosenLog:
    """Fourth stage: the log that this seat goes on with.

    Attributes:
        file: the valid `keys` file.
        keys_alarms: what speaks against it. `alarms`: against the logs.
        must_refresh: keys came or went since this seat looked last.
    """

    log: SeatLog
    learned: Learned
    file: KeyFile
    keys_alarms: tuple[Finding, ...]
    alarms: tuple[Finding, ...]
    must_refresh: bool


def open_folder(
    folder: VaultFolder, state: Path, file: KeyFile, slot: OpenedSlot, *, accept_loss: bool, undo: ExitStack
) -> OpenedFolder:
    """Open the database and bring it up to date; `undo` closes it."""
    vault, seat = VaultId(file.header.vault), SeatId(slot.secrets.seat)
    doors = doors_of(file, KemPrivate.from_seed(slot.secrets.kem_seed), seat)
    database, raw_key = open_with_doors(folder, doors)
    undo.callback(database.close)
    bring_up_to_date(database, folder, raw_key)
    altered = shape_faults(database)
    pin_file = PinFile(state / "pins", vault, seat, slot.secrets.pin_key)
    seen = pin_file.load()
    broken = (lasting(Code.PINS),) if seen is None and pin_file.is_there() else ()
    alarms = (*broken, *_altered_file(altered))
    pins = None if accept_loss else seen
    machine = this_machine(state)
    return OpenedFolder(folder, state, file, slot, doors, database, raw_key, pin_file, seen, pins, machine, alarms)


def know_keys(opened: OpenedFolder, rows: Rows) -> KnownKeys:
    """Read which keys the seat holds, and which it was given since."""
    secrets, place, listings = opened.slot.secrets, opened.place, Listings()
    keyring = stored_keyring(rows, place)
    granted = missing_keys(rows, place, KemPrivate.from_seed(secrets.kem_seed), keyring, listings)
    might_give = by_what_is_held(rows, place.vault, keyring, secrets.root_public, granted)
    return KnownKeys(keyring, listings, granted, with_directory_keys(keyring, granted, might_give))


def read_roster(opened: OpenedFolder, keys: KnownKeys, rows: Rows) -> KnownRoster:
    """Judge the rosters from the root key in the slot; WaitingForDecisionError: none admits this seat yet."""
    secrets, place = opened.slot.secrets, opened.place
    waiting = pending_seat_of(rows, place, keys.held)
    directory = read_directory(rows, vault=place.vault, keyring=keys.held, root_public=secrets.root_public)
    directory = as_seen_by(directory, place.seat, secrets.root_public)
    begins = waiting is not None and waiting.begins(directory, secrets, opened.pins)
    return KnownRoster(directory, waiting, begins)


def choose_log(opened: OpenedFolder, keys: KnownKeys, roster: KnownRoster, rows: Rows) -> ChosenLog:
    """Compare the logs and the `keys` file with the pins, and open the log to go on with, or a new one."""
    place, pins, directory = opened.place, opened.pins, roster.directory
    identity = public_key(opened.slot.secrets.identity_seed)
    continuity = FIRST
    if not roster.begins:
        continuity = judge(rows, place, identity=identity, pins=pins, machine=opened.machine)
    alarms = continuity.alarms
    file = settle_new_keys(rows, opened.folder, opened.file, directory, alarms)
    own = (place.seat, opened.slot.number)
    keys_alarms = judge_keys(rows, file, own, pins=pins, directory=directory, alarms=alarms)
    try:
        log = _open_log(opened, keys, roster, continuity, rows)
    except VerificationError:
        continuity = after_damage(rows, place, identity=identity, pins=pins, alarms=alarms)
        log = _open_log(opened, keys, roster, continuity, rows)
    learned = Learned(listings=keys.listings)
    log.on_new_keys = learned.forget
    log.period_is_over = audit_is_stale(rows, log) or not ratchet_is_newest(log)
    must_refresh = bool(keys.granted) or needs_refresh(rows, place.seat, keys.keyring)
    return ChosenLog(log, learned, file, keys_alarms, continuity.alarms, must_refresh)


def _open_log(
    opened: OpenedFolder, keys: KnownKeys, roster: KnownRoster, continuity: Continuity, rows: Rows
) -> SeatLog:
    """Open the log that continuity chose, or begin a new one."""
    directory = roster.directory
    if roster.begins and roster.waiting is not None:
        return roster.waiting.begun(opened.database, opened.place, directory, keys.keyring)
    if continuity.origin is None:
        return begin(
            database=opened.database,
            place=opened.place,
            identity_seed=opened.slot.secrets.identity_seed,
            roster=directory.roster,
            auditors=directory.auditors(),
            keyring=keys.keyring,
            predecessor=continuity.predecessor,
        )
    return resume(
        rows,
        database=opened.database,
        place=opened.place,
        origin=continuity.origin,
        roster=directory.roster,
        auditors=directory.auditors(),
        keyring=keys.keyring,
    )


def _altered_file(faults: Sequence[Message]) -> tuple[Finding, ...]:
    if not faults:
        return ()
    message = Message(
        "The database was altered from outside: {fault}. Run {verify}.", fault=faults[0], verify=NextStep.VERIFY_LOG
    )
    return (Finding(Code.SCHEMA, message),)
