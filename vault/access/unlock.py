"""The one way in: member and passphrase -> Session. Everything an open vault needs is wired here."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from time import sleep

from vault import platform
from vault.access.membership.pending_seat import finish_joining
from vault.access.pins.alarms import lasting, stored
from vault.access.pins.clocks import clock_alarms
from vault.access.pins.delays import Wait
from vault.access.pins.pins import PinKeeper, Pins, first_pins, pinned_now, with_keys
from vault.access.seat_keys.key_file import read_key_file
from vault.access.seat_keys.keychange import renew_slot
from vault.access.seat_keys.refresh import refresh
from vault.access.seat_keys.rekeying import doors_of, finish_rekey, remember_slot, renew_recovery_door
from vault.access.seat_keys.throttle import one_attempt
from vault.access.session import Session
from vault.access.stages import (
    ChosenLog,
    KnownKeys,
    KnownRoster,
    OpenedFolder,
    choose_log,
    know_keys,
    open_folder,
    read_roster,
)
from vault.access.trust.attempts import attempts_alarm, attempts_key, count_attempts
from vault.access.trust.brought_back import judge_restored, still_valid_again
from vault.access.trust.continuity import judge_roster, with_remembered
from vault.access.trust.directory import Directory
from vault.access.trust.new_epochs import ratchet_is_newest
from vault.access.trust.own_devices import judge_devices
from vault.access.trust.proving import Prover
from vault.access.trust.sheets_used import judge_sheets
from vault.errors import TryAgainError
from vault.policy.clocks import read_clock
from vault.records.attachments import sweep_strays
from vault.records.seatlog import SeatLog, renew_tiles
from vault.records.work import Entry, Work
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.entrance.unlocking import OpenedSlot
from vault.seal.entrance.unlocking import unlock as open_slot_with
from vault.store.blobs import Blobs
from vault.store.files import BALLAST_SIZE, make_ballast
from vault.store.folder import VaultFolder
from vault.words.finding import Code

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
            roster = read_roster(opened, keys, rows)
            chosen = choose_log(opened, keys, roster, rows)
        session = _begin_session(opened, keys, roster, chosen, undo)
        if chosen.must_refresh:
            refresh(session, opened_at_unlock=keys.granted)
        _settle_keys(session, opened, roster, chosen)
        chosen.log.on_durable = session.keep_pins
        session.keep_pins()
        _renew_ballast(folder)
        _sweep(session)
        undo.pop_all()
        return session


def _remembered(opened: OpenedFolder, keys: KnownKeys, chosen: ChosenLog, directory: Directory) -> tuple[Pins, int]:
    """Return what this account remembers from here on, and how many attempts failed since it looked last."""
    log, vault = chosen.log, opened.place.vault
    base = first_pins(log, opened.machine) if opened.pins is None else opened.pins
    if opened.pins is None and opened.seen is not None:
        base = replace(base, ended=opened.seen.ended, dates=opened.seen.dates)
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
    opened: OpenedFolder, keys: KnownKeys, roster: KnownRoster, chosen: ChosenLog, undo: ExitStack
) -> Session:
    """Last stage: judge what was found, put this unlock into the log, and have a session for what follows it."""
    secrets, seat, directory, log = opened.slot.secrets, opened.place.seat, roster.directory, chosen.log
    base, attempts = _remembered(opened, keys, chosen, directory)
    member = directory.member_of(seat)
    noticed = (
        *opened.alarms,
        *chosen.alarms,
        *judge_roster(directory, opened.pins),
        *judge_restored(directory, opened.seen if opened.pins is None else None),
        *judge_sheets(directory, base.roster),
        *judge_devices(directory, seat, base.roster),
        *clock_alarms(read_clock(base.highest_ms, log.now_ms())),
        *(() if ratchet_is_newest(log) else (lasting(Code.RATCHET),)),
        *chosen.keys_alarms,
        *attempts_alarm(attempts),
    )
    alarms = still_valid_again(with_remembered(noticed, opened.pins), directory, base.ended)
    verified = dict(base.logs)
    # An account that sees the folder first knows for which sheets its door was made where there was one set alone.
    made_for = {roster.head.recovery for roster in directory.chain.accepted}
    door_for = base.recovery if opened.pins is not None or len(made_for) > 1 else next(iter(made_for))
    pins = replace(base, pending=log.origin, alarms=stored(alarms), recovery=door_for)
    _write_first_entry(opened, log, pins, "log.genesis" if roster.begins else "log.restored")
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


def _settle_keys(session: Session, opened: OpenedFolder, roster: KnownRoster, chosen: ChosenLog) -> None:
    """Finish what changes the `keys` file; while the logs are in doubt, only what a new device waits for."""
    file = chosen.file
    if roster.waiting is not None:
        file = finish_joining(session, roster.waiting, file, opened.doors)
    if not session.faults():
        if file is opened.file:
            file = renew_slot(session, file, opened.slot)
        is_same = file.doors == opened.file.doors
        doors = opened.doors if is_same else doors_of(file, session.kem_private, session.seat)
        finish_rekey(session, file, doors, opened.raw_key)
    renew_recovery_door(session)


def _sweep(session: Session) -> None:
    """Delete chunks that an act left which was cut off; while the logs are in doubt nothing goes."""
    if not session.faults():
        with suppress(TryAgainError):
            sweep_strays(session.database, Blobs(session.folder.blobs_dir), now_s=session.log.now_ms() / 1000)


def _renew_ballast(folder: VaultFolder) -> None:
    """Put back what an earlier full disk was given, once there is ample room again."""
    free = platform.free_bytes(folder.path)
    if folder.ballast.exists() or free is None or free < _AMPLE * BALLAST_SIZE:
        return
    with suppress(TryAgainError):
        make_ballast(folder.ballast)
