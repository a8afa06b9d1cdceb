"""`status` and `doctor`: what can be said of a vault and this computer without a passphrase, a name or a count."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

from vault import __version__, clock, platform
from vault.access.pins.delays import AttemptFile, Attempts
from vault.access.seat_keys.key_file import read_key_file
from vault.display import MINUTE_UTC, time_text
from vault.durations import DAY_MS, MINUTE_MS
from vault.seal.entrance.keyfile import KeyHeader
from vault.seal.entrance.passphrase import DEFAULT, KdfParameters
from vault.services.computer import probes
from vault.services.projection import dates
from vault.services.projection.dates import Dates
from vault.services.projection.findings import Item, Verdict
from vault.store.folder import VaultFolder

_BACKUP_DAYS = 7
_VERIFY_DAYS = 30
_DRILL_DAYS = 366
_FIRST_YEAR, _LAST_YEAR = 2025, 2100
# A clock that runs back further than this since it was last seen is wrong now, or was then.
_CLOCK_SLACK_MS = 2 * DAY_MS


def status(vault: Path, *, state: Path | None = None, now_ms: int | None = None) -> list[Item]:
    """Return what this device knows of a vault.

    Raises:
        NoVaultError: there is none.
        VaultError: its `keys` file cannot be read.
    """
    now = clock.now_ms() if now_ms is None else now_ms
    header = _header(vault)
    known = dates.read(header.vault, state)
    return [
        Item("vault", Verdict.OK, "format 1, locked"),
        _cost(header.parameters),
        _last_opened(known, now),
        _last_backup(known, now),
        _last_verify(known, now),
        _duties(known),
        _sheets(known, now),
        _wrong_attempts(AttemptFile.of(header, state).load()),
    ]


def doctor(vault: Path | None, *, state: Path | None = None, now_ms: int | None = None) -> list[Item]:
    """Return what this computer is like as a place for a vault, and what this device knows of that one.

    Args:
        vault: its folder, if one was named; else the home folder stands for the disk.
        state: this account's state folder.
        now_ms: the wall clock.

    Raises:
        NoVaultError: one was named and is not there.
    """
    now = clock.now_ms() if now_ms is None else now_ms
    known = Dates() if vault is None else dates.read(_header(vault).vault, state)
    place = Path.home() if vault is None else vault
    return [
        Item("version", Verdict.OK, __version__),
        probes.lock_digest(),
        probes.disk(place),
        probes.room(place),
        probes.swap(),
        probes.hibernation(),
        probes.process_memory(),
        probes.disk_encryption(place),
        probes.synced_folder(place),
        _clock(known, now),
        probes.terminal(),
        probes.terminal_buffer(),
        probes.recording(platform.running_commands()),
        _last_backup(known, now),
        _last_verify(known, now),
    ]


def age(then_ms: int, now_ms: int) -> str:
    """Return how long ago something was, in the largest unit that fits."""
    minutes = max(0, now_ms - then_ms) // MINUTE_MS
    for unit, length in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= length:
            count = minutes // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def _header(vault: Path) -> KeyHeader:
    folder = VaultFolder(vault)
    folder.require()
    return read_key_file(folder.keys).header


def _cost(cost: KdfParameters) -> Item:
    found = f"{cost.memory_kib >> 10} MiB, {cost.iterations} passes, {cost.lanes} lanes for one guess at a passphrase"
    if cost.memory_kib < DEFAULT.memory_kib or cost.iterations < DEFAULT.iterations:
        return Item(
            "passphrase cost", Verdict.WARN, found, "Guessing is cheaper than it should be; use a long passphrase."
        )
    return Item("passphrase cost", Verdict.OK, found)


def _last_opened(known: Dates, now: int) -> Item:
    if known.opened is None:
        return Item("last opened", Verdict.UNKNOWN, "never by this account on this device")
    return Item("last opened", Verdict.OK, _when(known.opened, now))


def _last_backup(known: Dates, now: int) -> Item:
    if known.backup is None:
        advice = "Make one on another disk: `casevault backup make DEST`."
        return Item("last backup", Verdict.WARN, "none was made on this device", advice)
    return _aged("last backup", known.backup, now, _BACKUP_DAYS, "Make a new one: `casevault backup make DEST`.")


def _last_verify(known: Dates, now: int) -> Item:
    advice = "Check what is stored: `casevault log verify`, and `casevault backup verify SRC`."
    if known.verify is None:
        return Item("last verify", Verdict.WARN, "never on this device", advice)
    return _aged("last verify", known.verify, now, _VERIFY_DAYS, advice)


def _aged(name: str, then: int, now: int, days: int, advice: str) -> Item:
    too_old = now - then > days * DAY_MS
    return Item(name, Verdict.WARN if too_old else Verdict.OK, _when(then, now), advice if too_old else "")


def _when(then: int, now: int) -> str:
    return f"{time_text(then, MINUTE_UTC)} ({age(then, now)})"


def _duties(known: Dates) -> Item:
    if known.separated:
        return Item("duties", Verdict.OK, "an auditor exists who does nothing else")
    advice = "Admit a second member as auditor: nobody else checks what a single person does."
    return Item("duties", Verdict.WARN, "no separation of duties", advice)


def _sheets(known: Dates, now: int) -> Item:
    if known.drill is not None and known.proven:
        aged = _aged("recovery", known.drill, now, _DRILL_DAYS, "Ask for the sheets: `casevault recovery drill`.")
        return replace(aged, found=f"proven {aged.found}")
    if known.proven is None:
        advice = "Ask an admin when a drill proved them last; on any device an admin can: `casevault recovery drill`."
        return Item("recovery", Verdict.WARN, "not known here whether sheets are proven", advice)
    make = "" if known.made else "`casevault recovery sheets`, then "
    advice = f"Do not rely on them until a drill proves them: {make}`casevault recovery drill`."
    return Item("recovery", Verdict.WARN, known.lack_of_sheets, advice)


def _wrong_attempts(known: Attempts) -> Item:
    found = f"{known.count or 'none'} since the last unlock by this account"
    if known.destroy_after is None:
        return Item("wrong attempts", Verdict.OK, f"{found}; they destroy nothing")
    words = f"{found}; the {known.destroy_after}th destroys every slot of this folder"
    return Item(
        "wrong attempts",
        Verdict.WARN,
        words,
        "Keep sheets and a backup. Undo: `casevault destroy after-wrong-attempts off`.",
    )


def _clock(known: Dates, now: int) -> Item:
    day = datetime.datetime.fromtimestamp(now / 1000, tz=datetime.UTC)
    found = day.strftime(MINUTE_UTC)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return Item("clock", Verdict.WARN, found, "The year is wrong: set the clock before you write anything.")
    if known.highest is not None and now < known.highest - _CLOCK_SLACK_MS:
        back = age(now, known.highest).removesuffix(" ago")
        return Item("clock", Verdict.WARN, f"{found}, {back} before the last use", "It ran back: set the clock.")
    return Item("clock", Verdict.OK, found)
