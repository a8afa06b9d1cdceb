"""`status` and `doctor`: what can be said of a vault and this computer without a name or a count.

Without a passphrase `status` tells little: whoever takes a locked computer learns of no backup, no sheets, no auditor.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

from vault import __version__, clock, platform
from vault.access.pins.delays import AttemptFile, Attempts
from vault.access.pins.pins import Dates
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.display import MINUTE_UTC, age, local_time
from vault.durations import DAY_MS
from vault.seal.entrance.keyfile import KeyHeader
from vault.seal.entrance.passphrase import DEFAULT, KdfParameters
from vault.services import this_computer
from vault.services.projection import last_done
from vault.services.this_computer import Item, Verdict
from vault.store.folder import VaultFolder
from vault.words.message import Message, plural
from vault.words.next_step import NextStep

_BACKUP_DAYS = 7
_VERIFY_DAYS = 30
_DRILL_DAYS = 366
_FIRST_YEAR, _LAST_YEAR = 2025, 2100
# A clock that runs back further than this since it was last seen is wrong now, or was then.
_CLOCK_SLACK_MS = 2 * DAY_MS


def status(
    vault: Path, *, session: Session | None = None, state: Path | None = None, now_ms: int | None = None
) -> list[Item]:
    """Return what this device knows of a vault: most of it with a session alone.

    Raises:
        NoVaultError: there is none.
        VaultError: its `keys` file cannot be read.
    """
    now = clock.now_ms() if now_ms is None else now_ms
    header = _header(vault)
    opened, attempts = before_unlock(vault, state=state)
    here = None if session is None else Message("opened with your passphrase")
    found = here or VaultFolder(vault).open_elsewhere() or Message("locked")
    items = [
        Item("vault", Verdict.OK, Message("format 1, {found}", found=found)),
        _cost(header.parameters),
        _last_opened(opened, now),
    ]
    if session is None:
        count = Message("{count} since the last unlock by this account", count=attempts or Message("none"))
        return [*items, Item("wrong attempts", Verdict.OK, count)]
    known = session.dates
    return [
        *items,
        last_backup(known.backup, now),
        _last_verify(known, now),
        _duties(known),
        sheets(known, now),
        _wrong_attempts(AttemptFile.of(header, session.state).load()),
    ]


def before_unlock(vault: Path, *, state: Path | None = None) -> tuple[int | None, int]:
    """Return when this account last opened a vault here, in ms UTC, and how many wrong attempts there were since.

    Raises:
        NoVaultError: there is none.
        VaultError: its `keys` file cannot be read.
    """
    header = _header(vault)
    return last_done.last_opened(header.vault, state), AttemptFile.of(header, state).load().count


def doctor(vault: Path | None, *, state: Path | None = None, now_ms: int | None = None) -> list[Item]:
    """Return what this computer is like as a place for a vault.

    Where no vault was named, the home folder stands for the disk.

    Raises:
        NoVaultError: one was named and is not there.
    """
    now = clock.now_ms() if now_ms is None else now_ms
    opened = None if vault is None else last_done.last_opened(_header(vault).vault, state)
    place = Path.home() if vault is None else vault
    return [
        Item("version", Verdict.OK, Message("{version}", version=__version__)),
        this_computer.lock_digest(),
        this_computer.disk(place),
        this_computer.room(place),
        this_computer.swap(),
        this_computer.hibernation(),
        this_computer.process_memory(),
        this_computer.readers(),
        this_computer.disk_encryption(place),
        this_computer.synced_folder(place),
        _clock(opened, now),
        this_computer.terminal(),
        this_computer.terminal_buffer(),
        this_computer.recording(platform.running_commands()),
    ]


def _header(vault: Path) -> KeyHeader:
    folder = VaultFolder(vault)
    folder.require()
    return read_key_file(folder.keys).header


def _cost(cost: KdfParameters) -> Item:
    found = Message(
        "{mib} MiB, {passes} passes, {lanes} lanes for one guess at a passphrase",
        mib=cost.memory_kib >> 10,
        passes=cost.iterations,
        lanes=cost.lanes,
    )
    if cost.memory_kib < DEFAULT.memory_kib or cost.iterations < DEFAULT.iterations:
        return Item(
            "passphrase cost",
            Verdict.WARN,
            found,
            Message("Guessing is cheaper than it should be; use a long passphrase."),
        )
    return Item("passphrase cost", Verdict.OK, found)


def _last_opened(opened: int | None, now: int) -> Item:
    if opened is None:
        return Item("last opened", Verdict.UNKNOWN, Message("never by this account on this device"))
    return Item("last opened", Verdict.OK, _when(opened, now))


def last_backup(made_ms: int | None, now: int) -> Item:
    """Return what is to be said of a backup that is the last, made at this time in ms UTC, or never."""
    if made_ms is None:
        advice = Message("Make one on another disk: {backup}.", backup=NextStep.MAKE_BACKUP)
        return Item("last backup", Verdict.WARN, Message("none was made on this device"), advice)
    return _aged(
        "last backup", made_ms, now, _BACKUP_DAYS, Message("Make a new one: {backup}.", backup=NextStep.MAKE_BACKUP)
    )


def _last_verify(known: Dates, now: int) -> Item:
    advice = Message(
        "Check what is stored: {log}, and {backup}.", log=NextStep.VERIFY_LOG, backup=NextStep.VERIFY_BACKUP
    )
    if known.verify is None:
        return Item("last verify", Verdict.WARN, Message("never on this device"), advice)
    return _aged("last verify", known.verify, now, _VERIFY_DAYS, advice)


def _aged(name: str, then: int, now: int, days: int, advice: Message) -> Item:
    too_old = now - then > days * DAY_MS
    return Item(name, Verdict.WARN if too_old else Verdict.OK, _when(then, now), advice if too_old else None)


def _when(then: int, now: int) -> Message:
    return Message("{time} ({age})", time=local_time(then), age=age(then, now))


def _duties(known: Dates) -> Item:
    if known.separated:
        return Item("duties", Verdict.OK, Message("an auditor exists who does nothing else"))
    advice = Message("Admit a second member as auditor: nobody else checks what a single person does.")
    return Item("duties", Verdict.WARN, Message("no auditor who does nothing else"), advice)


def sheets(known: Dates, now: int) -> Item:
    """Return how the recovery sheets stand as far as this device knows, and what to do."""
    drill = NextStep.DRILL_RECOVERY
    if known.drill is not None and known.proven:
        aged = _aged("recovery", known.drill, now, _DRILL_DAYS, Message("Ask for the sheets: {drill}.", drill=drill))
        return replace(aged, found=Message("proven {when}", when=aged.found))
    if known.proven is None:
        advice = Message(
            "Ask an admin when a drill proved them last; on any device an admin can: {drill}.", drill=drill
        )
        unknown = Message("this device does not know whether sheets are proven")
        return Item("recovery", Verdict.UNKNOWN, unknown, advice)
    advice = Message("Do not rely on them until a drill proves them: {drill}.", drill=drill)
    if not known.made:
        advice = Message(
            "Without them a lost passphrase can lose everything: {sheets}, then {drill}.",
            sheets=NextStep.MAKE_SHEETS,
            drill=drill,
        )
    return Item("recovery", Verdict.WARN, known.lack_of_sheets or Message("not known"), advice)


def _wrong_attempts(known: Attempts) -> Item:
    count = known.count or Message("none")
    if known.destroy_after is None:
        harmless = Message("{count} since the last unlock by this account; they destroy nothing", count=count)
        return Item("wrong attempts", Verdict.OK, harmless)
    found = Message(
        "{count} since the last unlock by this account; the {last}th destroys every slot of this folder",
        count=count,
        last=known.destroy_after,
    )
    advice = Message("Keep sheets and a backup. Undo: {undo}.", undo=NextStep.DISARM_DESTRUCTION)
    return Item("wrong attempts", Verdict.WARN, found, advice)


def _clock(opened: int | None, now: int) -> Item:
    day = datetime.datetime.fromtimestamp(now / 1000, tz=datetime.UTC)
    found = Message("{time}", time=day.strftime(MINUTE_UTC))
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return Item(
            "clock", Verdict.WARN, found, Message("The year is wrong: set the clock before you write anything.")
        )
    if opened is not None and now < opened - _CLOCK_SLACK_MS:
        days = (opened - now) // DAY_MS
        seen = plural(
            "{time}, {count} day before the last use",
            "{time}, {count} days before the last use",
            count=days,
            time=found,
        )
        return Item("clock", Verdict.WARN, seen, Message("It went back: set the clock."))
    return Item("clock", Verdict.OK, found)
