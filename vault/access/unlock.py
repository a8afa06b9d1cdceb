"""The one way in: member and passphrase -> Session. Everything an open vault needs is wired here."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import sleep

from vault import __version__, platform
from vault.access.membership.pending_seat import FIRST, PendingSeat, finish_joining, pending_seat_of
from vault.access.pins.alarms import lasting, stored
from vault.access.pins.clocks import clock_alarms
from vault.access.pins.delays import Wait
from vault.access.pins.pins import PinFile, PinKeeper, Pins, first_pins, pinned_now, this_machine, with_keys
from vault.access.seat_keys.key_file import read_key_file
from vault.access.seat_keys.keychange import renew_slot, settle_new_keys
from vault.access.seat_keys.refresh import needs_refresh, refresh
from vault.access.seat_keys.rekeying import doors_of, finish_rekey, open_with_doors, remember_slot
from vault.access.seat_keys.throttle import one_attempt
from vault.access.session import Session
from vault.access.trust.attempts import attempts_key, count_attempts
from vault.access.trust.continuity import (
    Continuity,
    after_damage,
    judge,
    judge_keys,
    judge_roster,
    with_remembered,
)
from vault.access.trust.directory import Directory, read_directory
from vault.access.trust.keyrings import GrantedKey, missing_keys, stored_keyring, with_directory_keys
from vault.access.trust.might_give import by_what_is_held
from vault.access.trust.migration import bring_up_to_date
from vault.access.trust.new_epochs import audit_is_stale, ratchet_is_newest
from vault.access.trust.own_devices import judge_devices
from vault.access.trust.proving import Prover
from vault.access.trust.sheets_used import judge_sheets
from vault.errors import TryAgainError, VerificationError
from vault.ids import SeatId, VaultId
from vault.policy.clocks import read_clock
from vault.records.seatlog import SealedPlace, SeatLog, begin, renew_tiles, resume
from vault.records.work import Entry, Work
from vault.seal.entrance.doors import DoorKeys
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.entrance.unlocking import OpenedSlot
from vault.seal.entrance.unlocking import unlock as open_slot_with
from vault.seal.keyring import Keyring
from vault.seal.recipients import KemPrivate
from vault.seal.signing import public_key
from vault.store.engine import Database
from vault.store.files import BALLAST_SIZE, make_ballast
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.store.shape import shape_faults
from vault.validity.authority import Listings
from vault.validity.version_validity import Learned
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, plural
from vault.words.next_step import NextStep

_AMPLE = 16


def unlock(
    path: Path,
    *,
    member: str,
    passphrase: bytearray,
    state: Path | None = None,
    accept_loss: bool = False,
    device_secret: bytes = b"",
    fido2_secret: bytes = b"",
    wait: Wait = sleep,
) -> Session:
    """Open a vault for one member. The passphrase is wiped before this returns.

    Args:
        path: the vault's folder.
        member: the member's name as typed; case and composed letters do not matter.
        passphrase: UTF-8 bytes.
        state: this account's state folder; the system's usual one by default.
        accept_loss: take the vault as it is and set aside what this account saw of it before: for a restore alone,
            which tells a person what is lost.
        device_secret: the 32 bytes of the keyfile, where the slot was made with one.
        fido2_secret: the 32 bytes of the security key, where the slot was made with one.
        wait: gets the seconds that earlier wrong attempts have earned, and returns after them or raises.

    Raises:
        WrongPassphraseError: wrong passphrase or factor, unknown member or damaged slot, at one cost.
        NoVaultError, OpenElsewhereError, NewerVaultError, TryAgainError: as they say.
        VerificationError: what is stored contradicts what was signed.
    """
    folder = VaultFolder(path)
    folder.require()
    folder.require_safe_place(platform.is_network_or_synced)
    state = platform.state_dir() if state is None else state
    file = read_key_file(folder.keys)
    try:
        with one_attempt(folder, file, state, wait):
            slot = open_slot_with(file, passphrase, member, device_secret=device_secret, fido2_secret=fido2_secret)
    finally:
        passphrase[:] = bytes(len(passphrase))
    with ExitStack() as undo:
        session = _Opening(folder, state, file, slot, accept_loss).open(undo)
        undo.pop_all()
        return session


@dataclass(frozen=True, slots=True)
class _Found:
    """What a folder holds for the seat that opens it.

    `begins`: its first log does not exist yet. `granted`: the keys that its keyring lacks; None where none came or went
    since this seat looked last.
    `opened`: the `keys` file that its slot was opened in.
    """

    keyring: Keyring
    listings: Listings
    directory: Directory
    waiting: PendingSeat | None
    begins: bool
    continuity: Continuity
    keys_alarms: tuple[Finding, ...]
    log: SeatLog
    granted: Sequence[GrantedKey] | None
    opened: KeyFile


@dataclass(slots=True)
class _Opening:
    """The steps between an opened slot and a session."""

    folder: VaultFolder
    state: Path
    file: KeyFile
    slot: OpenedSlot
    accept_loss: bool

    @property
    def vault(self) -> VaultId:
        return VaultId(self.file.header.vault)

    @property
    def seat(self) -> SeatId:
        return SeatId(self.slot.secrets.seat)

    def open(self, undo: ExitStack) -> Session:
        secrets = self.slot.secrets
        doors = self._doors()
        database, raw_key = open_with_doors(self.folder, doors)
        undo.callback(database.close)
        bring_up_to_date(database, self.folder, raw_key)
        altered = shape_faults(database)
        pin_file = PinFile(self.state / "pins", self.vault, self.seat, secrets.pin_key)
        seen = pin_file.load()
        broken = (lasting(Code.PINS),) if seen is None and pin_file.is_there() else ()
        pins = None if self.accept_loss else seen
        machine = this_machine(self.state)
        found = self._look(database, pins, machine)
        directory, log, keyring = found.directory, found.log, found.keyring
        base = first_pins(log, machine) if pins is None else pins
        if base.machine != machine:
            # The log of the other machine may go on there. What was seen of all logs stays seen.
            base = replace(base, machine=machine, current=log.origin)
        if not found.keys_alarms:
            base = with_keys(base, self.file, self.slot.number)
        with database.reading() as rows:
            attempts, counted_hints = count_attempts(
                self.folder, self.vault, lambda: attempts_key(rows, self.vault, keyring, directory), base.attempts
            )
        base = replace(base, attempts=counted_hints)
        verified = dict(base.logs)
        keeper = PinKeeper(pin_file)
        undo.callback(keeper.close)
        session = Session(
            folder=self.folder,
            vault=self.vault,
            seat=self.seat,
            member=directory.member_of(self.seat),
            roles=directory.roles_of(directory.member_of(self.seat)),
            database=database,
            keyring=keyring,
            directory=directory,
            log=log,
            alarms=with_remembered(
                (
                    *broken,
                    *(() if not altered else (_altered_file(altered),)),
                    *found.continuity.alarms,
                    *judge_roster(directory, pins),
                    *judge_sheets(directory, secrets.root_public, base.roster),
                    *judge_devices(directory, self.seat, base.roster),
                    *clock_alarms(read_clock(base.highest_ms, log.now_ms())),
                    *(() if ratchet_is_newest(log) else (lasting(Code.RATCHET),)),
                    *found.keys_alarms,
                    *_attempts_alarm(attempts),
                ),
                pins,
            ),
            pins=seen,
            _secrets=secrets,
            _keeper=keeper,
            _next_pins=lambda: pinned_now(log, base, verified),
            prover=Prover(log, verified),
            learned=Learned(listings=found.listings),
            state=self.state,
            highest_ms=base.highest_ms,
        )
        log.on_new_keys = session.learned.forget
        self._first_entry(session, pin_file, base, "log.genesis" if found.begins else "log.restored")
        session.here = base.here | remember_slot(database, self.seat, self.slot.number)
        if found.granted is not None:
            refresh(session, opened_at_unlock=found.granted)
        self._settle_keys(session, found, doors, raw_key)
        if not found.keys_alarms:
            session.keys_now = (self.file, self.slot.number)
        log.on_durable = session.keep_pins
        session.keep_pins()
        _renew_ballast(self.folder)
        return session

    def _look(self, database: Database, pins: Pins | None, machine: bytes) -> _Found:
        """Read what the folder holds for this seat: its keys, the organisation, and the log to go on with."""
        secrets = self.slot.secrets
        place = SealedPlace(self.vault, self.seat, secrets.keyring_key)
        listings = Listings()
        with database.reading() as rows:
            keyring = stored_keyring(rows, place)
            granted = missing_keys(rows, place, KemPrivate.from_seed(secrets.kem_seed), keyring, listings)
            might_give = by_what_is_held(rows, self.vault, keyring, secrets.root_public, granted)
            held = with_directory_keys(keyring, granted, might_give)
            waiting = pending_seat_of(rows, place, held)
            directory = read_directory(rows, vault=self.vault, keyring=held, root_public=secrets.root_public)
            begins = waiting is not None and waiting.begins(directory, secrets, pins)
            identity = public_key(secrets.identity_seed)
            continuity = FIRST if begins else judge(rows, place, identity=identity, pins=pins, machine=machine)
            opened = self.file
            self.file = settle_new_keys(rows, self.folder, self.file, directory, continuity.alarms)
            keys_alarms = judge_keys(
                rows, self.file, (self.seat, self.slot.number), pins=pins, directory=directory, alarms=continuity.alarms
            )
            logs = _Logs(secrets.identity_seed, database, place, keyring, directory, waiting if begins else None)
            try:
                log = logs.open(rows, continuity)
            except VerificationError:
                continuity = after_damage(rows, place, identity=identity, pins=pins, alarms=continuity.alarms)
                log = logs.open(rows, continuity)
            log.period_is_over = audit_is_stale(rows, log) or not ratchet_is_newest(log)
            acted = bool(granted) or needs_refresh(rows, self.seat, keyring)
        missing = granted if acted else None
        return _Found(keyring, listings, directory, waiting, begins, continuity, keys_alarms, log, missing, opened)

    def _settle_keys(self, session: Session, found: _Found, doors: DoorKeys, raw_key: bytes) -> None:
        """Finish what changes the `keys` file; while the logs are in doubt, only what a new device waits for."""
        if found.waiting is not None:
            self.file = finish_joining(session, found.waiting, self.file, doors)
        if session.faults():
            return
        if self.file is found.opened:
            self.file = renew_slot(session, self.file, self.slot)
        doors = doors if self.file.doors == found.opened.doors else self._doors()
        self.file = finish_rekey(session, self.file, doors, raw_key)

    def _doors(self) -> DoorKeys:
        return doors_of(self.file, KemPrivate.from_seed(self.slot.secrets.kem_seed), self.seat)

    def _first_entry(self, session: Session, pin_file: PinFile, base: Pins, act: str) -> None:
        """Write the session's first entry: nothing is read before this unlock itself is in the log."""
        log = session.log
        if log.tiles_are_false:
            renew_tiles(log)
        is_new = log.genesis is not None
        if is_new:
            # Pins name the new log before it can exist, so that a crash in between does not begin a second one.
            pin_file.save(replace(base, pending=log.origin, alarms=stored(session.alarms)))
        with Work(log) as work:
            work.commit(Entry(act=act if is_new else "unlock.ok"))
        # Until then the file still holds the key and the ratchet of a session that was killed (FORMAT.md 5).
        session.database.truncate_wal()


def _attempts_alarm(count: int) -> tuple[Finding, ...]:
    if not count:
        return ()
    message = plural(
        "{count} failed attempt to open this vault since the last unlock.",
        "{count} failed attempts to open this vault since the last unlock.",
        count=count,
    )
    return (Finding(Code.ATTEMPTS, message, severity=Severity.NEWS),)


@dataclass(frozen=True, slots=True)
class _Logs:
    """Opens the log that continuity chose, or begins a new one."""

    identity_seed: bytes = field(repr=False)
    database: Database
    place: SealedPlace
    keyring: Keyring
    directory: Directory
    waiting: PendingSeat | None

    def open(self, rows: Rows, continuity: Continuity) -> SeatLog:
        if self.waiting is not None:
            return self.waiting.begun(self.database, self.place, self.directory, self.keyring)
        if continuity.origin is None:
            return begin(
                database=self.database,
                place=self.place,
                identity_seed=self.identity_seed,
                roster=self.directory.roster,
                auditors=self.directory.auditors(),
                keyring=self.keyring,
                app_version=__version__,
                predecessor=continuity.predecessor,
            )
        return resume(
            rows,
            database=self.database,
            place=self.place,
            origin=continuity.origin,
            roster=self.directory.roster,
            auditors=self.directory.auditors(),
            keyring=self.keyring,
            app_version=__version__,
        )


def _altered_file(faults: Sequence[Message]) -> Finding:
    message = Message(
        "The database was altered from outside: {fault}. Run {verify}.", fault=faults[0], verify=NextStep.VERIFY_LOG
    )
    return Finding(Code.SCHEMA, message)


def _renew_ballast(folder: VaultFolder) -> None:
    """Put back what an earlier full disk was given, once there is ample room again."""
    free = platform.free_bytes(folder.path)
    if folder.ballast.exists() or free is None or free < _AMPLE * BALLAST_SIZE:
        return
    with suppress(TryAgainError):
        make_ballast(folder.ballast)
