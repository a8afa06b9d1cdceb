"""The one way in: member and passphrase -> Session, in stages that each return a value which stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import sleep

from vault import platform
from vault.access.membership.joining import FIRST, PendingSeat, finish_joining, pending_seat_of, place_of
from vault.access.pins.alarms import clock_alarms, lasting, stored
from vault.access.pins.delays import Wait
from vault.access.pins.pins import PinFile, PinKeeper, Pinned, Pins, first_pins, pinned_now, this_machine, with_keys
from vault.access.seat_keys.refresh import keep_lines, refresh, remembered_lines
from vault.access.seat_keys.rekeying import (
    doors_of,
    finish_rekey,
    open_with_doors,
    read_key_file,
    remember_slot,
    renew_recovery_door,
    renew_slot,
    settle_new_keys,
)
from vault.access.seat_keys.slots import one_attempt
from vault.access.session import Session
from vault.access.trust.attempts import attempts_alarm, attempts_key, count_attempts
from vault.access.trust.continuity import Continuity, after_damage, judge, judge_keys, with_remembered
from vault.access.trust.directory_reading import Reading, read_directory
from vault.access.trust.keyrings import GrantedKey, missing_keys, stored_keyring
from vault.access.trust.membership_news import judge_restored, news_of, still_valid_again, told_of
from vault.access.trust.prover import Prover
from vault.access.trust.writing_keys import audit_is_stale, ratchet_is_newest
from vault.errors import RefusedError, TryAgainError, VerificationError
from vault.ids import Origin, SeatId, VaultId
from vault.policy.clocks import read_clock
from vault.records.attachment_bodies import sweep_strays
from vault.records.seatlog import SealedPlace, SeatLog, begin, renew_tiles, resume
from vault.records.work import Entry, Work
from vault.seal.entrance.doors import DoorKeys
from vault.seal.entrance.keyfile import KeyFile, OpenedSlot
from vault.seal.entrance.keyfile import unlock as open_slot_with
from vault.seal.keyring import Keyring
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import words_of
from vault.seal.signing import public_key
from vault.store.blobs import Blobs
from vault.store.engine import Database
from vault.store.files import BALLAST_SIZE, make_ballast
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.store.schema import bring_up_to_date, shape_faults
from vault.validity.authority import Listings
from vault.validity.deciding_lines import Lines
from vault.validity.directory import Directory
from vault.validity.version_validity import Learned
from vault.words.finding import Code, Finding
from vault.words.message import Message
from vault.words.next_step import NextStep

_FEW_ENTRIES = 256  # of one's own log, without a line that decides: reading them again is faster than the disk

# The stages of an unlock before its session: each returns a value that nothing changes afterwards.


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
    """Second stage: the seat's keyring, and what was granted to it beyond that, unopened."""

    keyring: Keyring
    listings: Listings
    granted: Sequence[GrantedKey]


@dataclass(frozen=True, slots=True)
class KnownMembers:
    """Third stage: who is in.

    Attributes:
        waiting: this seat, where it has not joined yet. `begins`: its first log does not exist yet.
        verified: what was proven of the logs for that. `remembered`: the lines as this seat read them last.
    """

    directory: Directory
    waiting: PendingSeat | None
    begins: bool
    verified: dict[Origin, Pinned]
    remembered: Lines

    def has_news(self, own: Origin) -> bool:
        """Say whether something was read that is worth a commit: a line, a log of others, or much of one's own."""
        lines, before = self.directory.lines, self.remembered
        known = before.read.get(own, 0)
        grown = lines.read.get(own, 0) - known
        return grown not in range(_FEW_ENTRIES) or replace(lines, read={**lines.read, own: known}) != before

    def has_news_of_others(self, own: Origin) -> bool:
        """Say whether a log of others is longer than when this seat read it last: a bundle came in another session."""
        before = self.remembered.read
        return any(size != before.get(log) for log, size in self.directory.lines.read.items() if log != own)


@dataclass(frozen=True, slots=True)
class ChosenLog:
    """Fourth stage: the log that this seat goes on with.

    Attributes:
        file: the valid `keys` file.
        keys_alarms: what speaks against it. `alarms`: against the logs.
        must_refresh: keys came or went since this seat looked last, or a log begins that has no place yet.
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
    alarms = [lasting(Code.PINS)] if seen is None and pin_file.is_there() else []
    if altered:
        message = Message(
            "The database was altered from outside: {fault}. Run {verify}.",
            fault=altered[0],
            verify=NextStep.VERIFY_LOG,
        )
        alarms.append(Finding(Code.SCHEMA, message))
    pins = None if accept_loss else seen
    machine = this_machine(state)
    return OpenedFolder(
        folder, state, file, slot, doors, database, raw_key, pin_file, seen, pins, machine, tuple(alarms)
    )


def know_keys(opened: OpenedFolder, rows: Rows) -> KnownKeys:
    """Read which keys the seat holds, and which it was given since."""
    place, listings = opened.place, Listings()
    keyring = stored_keyring(rows, place)
    private = KemPrivate.from_seed(opened.slot.secrets.kem_seed)
    return KnownKeys(keyring, listings, missing_keys(rows, place, private, keyring, listings))


def know_members(opened: OpenedFolder, rows: Rows) -> KnownMembers:
    """Judge who is in, by the lines of all logs; WaitingForDecisionError: nothing admits this seat yet."""
    secrets, place = opened.slot.secrets, opened.place
    waiting = pending_seat_of(rows, place)
    if waiting is not None and not rows.geneses():
        raise waiting.still_waiting()
    prover = Prover(None, {} if opened.pins is None else dict(opened.pins.logs))
    chosen = () if opened.seen is None else opened.seen.sheets
    remembered = remembered_lines(rows, place)
    directory = read_directory(Reading(rows, place.vault, prover, remembered, chosen))
    if words_of(directory.anchor) != words_of(secrets.anchor):
        raise VerificationError(Message("this vault is not the one whose words this device was given"))
    begins = waiting is not None and waiting.begins(directory, opened.pins)
    if place.seat in directory.organisation.out:
        raise RefusedError(
            Message("this device was ended, and opens nothing here any more"),
            next_step=Message("Ask an admin who ended it. If it is yours and not lost, join anew with it."),
        )
    return KnownMembers(directory, waiting, begins, prover.verified, remembered)


def choose_log(opened: OpenedFolder, keys: KnownKeys, known: KnownMembers, rows: Rows) -> ChosenLog:
    """Compare the logs and the `keys` file with the pins, and open the log to go on with, or a new one."""
    place, pins, directory = opened.place, opened.pins, known.directory
    identity = public_key(opened.slot.secrets.identity_seed)
    continuity = FIRST
    if not known.begins:
        continuity = judge(rows, place, identity=identity, pins=pins, machine=opened.machine)
    alarms = continuity.alarms
    file = settle_new_keys(rows, opened.folder, opened.file, directory, alarms)
    own = (place.seat, opened.slot.number)
    keys_alarms = judge_keys(rows, file, own, pins=pins, directory=directory, alarms=alarms)
    try:
        log = _open_log(opened, keys, known, continuity, rows)
    except VerificationError:
        continuity = after_damage(rows, place, identity=identity, pins=pins, alarms=alarms)
        log = _open_log(opened, keys, known, continuity, rows)
    learned = Learned(listings=keys.listings)
    log.on_new_keys = learned.forget
    log.period_is_over = audit_is_stale(rows, log) or not ratchet_is_newest(log)
    must_refresh = log.genesis is not None or bool(keys.granted) or known.has_news_of_others(log.origin)
    return ChosenLog(log, learned, file, keys_alarms, continuity.alarms, must_refresh)


def _open_log(
    opened: OpenedFolder, keys: KnownKeys, known: KnownMembers, continuity: Continuity, rows: Rows
) -> SeatLog:
    """Open the log that continuity chose, or begin a new one."""
    directory = known.directory
    if known.begins and known.waiting is not None:
        return known.waiting.begun(opened.database, opened.place, directory, keys.keyring)
    if continuity.origin is None:
        assert continuity.predecessor is not None  # noqa: S101 - there is a log to go on from; for the type checker
        return begin(
            database=opened.database,
            place=opened.place,
            identity_seed=opened.slot.secrets.identity_seed,
            auditors=directory.auditors(),
            keyring=keys.keyring,
            predecessor=continuity.predecessor,
        )
    return resume(
        rows,
        database=opened.database,
        place=opened.place,
        origin=continuity.origin,
        auditors=directory.auditors(),
        keyring=keys.keyring,
    )


# The one way in: member and passphrase -> Session. Everything an open vault needs is wired here.
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
    folder.require_safe_place()
    state = platform.state_dir() if state is None else state
    file = read_key_file(folder.keys)
    try:
        with one_attempt(folder, file, state, wait):
            slot = open_slot_with(file, passphrase, member, device_secret=device_secret, fido2_secret=fido2_secret)
    finally:
        passphrase[:] = bytes(len(passphrase))
    return open_with_slot(folder, state, file, slot, accept_loss=accept_loss)


def open_with_slot(
    folder: VaultFolder, state: Path, file: KeyFile, slot: OpenedSlot, *, accept_loss: bool = False
) -> Session:
    """Go from an opened slot to a session, stage by stage; what one of them finds, no later one changes."""
    with ExitStack() as undo:
        opened = open_folder(folder, state, file, slot, accept_loss=accept_loss, undo=undo)
        with opened.database.reading() as rows:
            keys = know_keys(opened, rows)
            known = know_members(opened, rows)
            chosen = choose_log(opened, keys, known, rows)
        session = _begin_session(opened, keys, known, chosen, undo)
        if chosen.must_refresh:
            refresh(session, opened_at_unlock=keys.granted)
        _settle_keys(session, opened, known, chosen)
        chosen.log.on_durable = session.keep_pins
        session.keep_pins()
        _renew_ballast(folder)
        if not session.faults():  # while the logs are in doubt nothing goes that an act left which was cut off
            with suppress(TryAgainError):
                sweep_strays(session.database, Blobs(folder.blobs_dir), now_s=session.log.now_ms() / 1000)
        undo.pop_all()
        return session


def _remembered(opened: OpenedFolder, keys: KnownKeys, chosen: ChosenLog, directory: Directory) -> tuple[Pins, int]:
    """Return what this account remembers from here on, and how many attempts failed since it looked last."""
    log, vault = chosen.log, opened.place.vault
    base = opened.pins or replace(first_pins(log, opened.machine), seen=told_of(directory, opened.place.seat))
    if opened.pins is None and opened.seen is not None:
        base = replace(base, ended=opened.seen.ended, dates=opened.seen.dates, sheets=opened.seen.sheets)
    if base.machine != opened.machine:
        # The log of the other machine may go on there. What was seen of all logs stays seen.
        base = replace(base, machine=opened.machine, current=log.origin)
    if not chosen.keys_alarms:
        base = with_keys(base, chosen.file, opened.slot.number)
    with opened.database.reading() as rows:
        attempts, counted_hints = count_attempts(
            opened.folder, vault, lambda: attempts_key(rows, vault, keys.keyring, directory), base.attempts
        )
    return replace(base, attempts=counted_hints), attempts


def _begin_session(
    opened: OpenedFolder, keys: KnownKeys, known: KnownMembers, chosen: ChosenLog, undo: ExitStack
) -> Session:
    """Last stage: judge what was found, put this unlock into the log, and have a session for what follows it."""
    secrets, seat, directory, log = opened.slot.secrets, opened.place.seat, known.directory, chosen.log
    base, attempts = _remembered(opened, keys, chosen, directory)
    member = directory.member_of(seat)
    noticed = (
        *opened.alarms,
        *chosen.alarms,
        *((lasting(Code.VERIFY),) if directory.lines.altered or directory.lines.is_anew else ()),
        *judge_restored(directory, opened.seen, restored=opened.pins is None),
        *(() if opened.pins is None else news_of(directory, seat, base.seen)),
        *clock_alarms(read_clock(base.highest_ms, log.now_ms())),
        *(() if ratchet_is_newest(log) else (lasting(Code.RATCHET),)),
        *chosen.keys_alarms,
        *attempts_alarm(attempts),
    )
    alarms = still_valid_again(with_remembered(noticed, opened.pins), directory, base.ended)
    verified = {**base.logs, **known.verified}
    # An account that sees the folder first knows for which sheets its door was made where there was one set alone.
    is_first_set = not directory.chosen and not directory.replacements()
    door_for = base.recovery if opened.pins is not None or not is_first_set else directory.recovery
    pins = replace(base, pending=log.origin, alarms=stored(alarms), recovery=door_for)
    if known.has_news(log.origin):
        keep_lines(opened.database, opened.place, directory.lines)
    _write_first_entry(opened, log, pins, "log.genesis" if known.begins else "log.restored")
    here = base.here | remember_slot(opened.database, seat, opened.slot.number)
    keeper = PinKeeper(opened.pin_file)
    undo.callback(keeper.close)
    return Session(
        folder=opened.folder,
        vault=opened.place.vault,
        seat=seat,
        member=member,
        roles=directory.roles_of(member),
        database=opened.database,
        keyring=keys.keyring,
        directory=directory,
        log=log,
        alarms=alarms,
        pins=opened.seen,
        _secrets=secrets,
        _keeper=keeper,
        _next_pins=lambda: pinned_now(log, base, verified),
        prover=Prover(log, verified),
        learned=chosen.learned,
        state=opened.state,
        highest_ms=base.highest_ms,
        sheets=base.sheets,
        here=here,
        door_for=door_for,
        keys_now=None if chosen.keys_alarms else (chosen.file, opened.slot.number),
        dates=base.dates,
    )


def _write_first_entry(opened: OpenedFolder, log: SeatLog, pins: Pins, act: str) -> None:
    """Write the session's first entry: nothing is read before this unlock itself is in the log."""
    if log.tiles_are_false:
        renew_tiles(log)
    is_new = log.genesis is not None
    if is_new:
        # Pins name the new log before it can exist, so that a crash in between does not begin a second one.
        opened.pin_file.save(pins)
    with Work(log) as work:
        work.commit(Entry(act=act if is_new else "unlock.ok"))
    # Until then the file still holds the key and the ratchet of a session that was killed (FORMAT.md 5).
    opened.database.truncate_wal()


def _settle_keys(session: Session, opened: OpenedFolder, known: KnownMembers, chosen: ChosenLog) -> None:
    """Finish what changes the `keys` file; while the logs are in doubt, only what a new device waits for."""
    file = chosen.file
    if known.waiting is not None:
        file = finish_joining(session, known.waiting, file, opened.doors)
    if not session.faults():
        if file is opened.file:
            file = renew_slot(session, file, opened.slot)
        is_same = file.doors == opened.file.doors
        doors = opened.doors if is_same else doors_of(file, session.kem_private, session.seat)
        finish_rekey(session, file, doors, opened.raw_key)
    renew_recovery_door(session)


def _renew_ballast(folder: VaultFolder) -> None:
    """Put back what an earlier full disk was given, once there is ample room again."""
    free = platform.free_bytes(folder.path)
    if folder.ballast.exists() or free is None or free < _AMPLE * BALLAST_SIZE:
        return
    with suppress(TryAgainError):
        make_ballast(folder.ballast)
