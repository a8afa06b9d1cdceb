"""This computer as a place for a vault: its disk, its clock, and what a killed command left on it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import vault
from vault import clock, platform
from vault.access.session import Session
from vault.errors import UsageError
from vault.log.tree import bytes_digest
from vault.platform import Answer
from vault.policy.clocks import ClockReading, ClockState
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.store.folder import clear_leftovers
from vault.words.message import Message, listed
from vault.words.next_step import NextStep

# One line of `status` or `doctor`: most of them say that all is well, so that they are no findings.


class Verdict(StrEnum):
    """How an item stands."""

    OK = "ok"
    WARN = "warn"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Item:
    """A stable name, how it stands, what was found and, unless all is well, what to do."""

    name: str
    verdict: Verdict
    found: Message
    advice: Message | None = None


# This computer as a place for a vault: each probe as an item with a word of advice. Nothing here opens a vault.
_ENOUGH_ROOM = 1024 * 1024 * 1024
_LEAST_COLUMNS, _LEAST_LINES = 80, 24
_ENCRYPT = Message("Switch on the system's own disk encryption: it protects what other programs leave behind.")
_UNTOLD = Message("the system does not tell")


def lock_digest() -> Item:
    """Return the digest of the list of exact versions that this program was built with, to compare with the release."""
    package = Path(vault.__file__).parent
    for path in (package / "_requirements.lock", package.parent / "requirements.lock"):
        if path.is_file():
            return Item(
                "lock digest", Verdict.OK, Message("SHA-256 {digest}", digest=bytes_digest([path.read_bytes()]).hex())
            )
    return Item(
        "lock digest",
        Verdict.UNKNOWN,
        Message("the lock file is missing"),
        Message("Install CaseVault from a release."),
    )


def disk(place: Path) -> Item:
    """Return the kind of file system at a place."""
    kind = platform.filesystem_kind(place)
    if kind == "unknown":
        return Item("disk", Verdict.UNKNOWN, _UNTOLD)
    return Item("disk", Verdict.OK, Message("file system {kind}", kind=kind))


def room(place: Path) -> Item:
    """Return how much can still be written at a place."""
    free = platform.free_bytes(place)
    if free is None:
        return Item("room", Verdict.UNKNOWN, _UNTOLD)
    found = Message("{free} GiB free", free=f"{free / (1 << 30):.1f}")
    if free < _ENOUGH_ROOM:
        return Item("room", Verdict.WARN, found, Message("Make room: a full disk stops all writing."))
    return Item("room", Verdict.OK, found)


def swap() -> Item:
    """Return where memory of this process may be written by the system."""
    match platform.swap_state():
        case "none":
            return Item("swap", Verdict.OK, Message("none"))
        case "memory":
            return Item("swap", Verdict.OK, Message("compressed, in memory"))
        case "encrypted":
            return Item("swap", Verdict.OK, Message("encrypted"))
        case "plain":
            return Item(
                "swap",
                Verdict.WARN,
                Message("on a disk without encryption"),
                Message("Keys may end up there. {encrypt}", encrypt=_ENCRYPT),
            )
        case "unknown":
            return Item("swap", Verdict.UNKNOWN, _UNTOLD, _ENCRYPT)


def hibernation() -> Item:
    """Return whether the system can write all memory to disk."""
    match platform.hibernation_possible():
        case Answer.NO:
            return Item("hibernation", Verdict.OK, Message("not possible"))
        case Answer.YES:
            return Item(
                "hibernation",
                Verdict.WARN,
                Message("possible"),
                Message("Lock the vault before you close the lid, or switch it off."),
            )
        case Answer.UNKNOWN:
            return Item("hibernation", Verdict.UNKNOWN, _UNTOLD, Message("Lock the vault before you leave."))


def disk_encryption(place: Path) -> Item:
    """Return whether the system encrypts the disk under a place."""
    match platform.disk_encrypted(place):
        case Answer.YES:
            return Item("disk encryption", Verdict.OK, Message("on"))
        case Answer.NO:
            return Item("disk encryption", Verdict.WARN, Message("none was found"), _ENCRYPT)
        case Answer.UNKNOWN:
            return Item("disk encryption", Verdict.UNKNOWN, _UNTOLD, _ENCRYPT)


def synced_folder(place: Path) -> Item:
    """Return whether a network or a sync program shares a place."""
    reason = platform.is_network_or_synced(place)
    if reason is None:
        return Item("synced folder", Verdict.OK, Message("no network and no sync program was found here"))
    return Item("synced folder", Verdict.WARN, reason, Message("Keep the vault on this device's own disk."))


def terminal() -> Item:
    if not sys.stdout.isatty():
        return Item("terminal", Verdict.UNKNOWN, Message("none: the output goes to a file or a program"))
    columns, lines = shutil.get_terminal_size()
    kind = os.environ.get("TERM", "")
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    found = Message(
        "{kind}, {columns} x {lines}, {encoding}",
        kind=kind or Message("no TERM"),
        columns=columns,
        lines=lines,
        encoding=str(sys.stdout.encoding),
    )
    if kind in {"", "dumb"}:
        return Item("terminal", Verdict.WARN, found, Message("The app cannot draw here; use another terminal."))
    if encoding != "utf8":
        return Item(
            "terminal", Verdict.WARN, found, Message("Names would not be shown: set a UTF-8 locale, such as C.UTF-8.")
        )
    if columns < _LEAST_COLUMNS or lines < _LEAST_LINES:
        return Item(
            "terminal",
            Verdict.WARN,
            found,
            Message("Make it at least {columns} x {lines}.", columns=_LEAST_COLUMNS, lines=_LEAST_LINES),
        )
    return Item("terminal", Verdict.OK, found)


def terminal_buffer(environ: Mapping[str, str] = os.environ) -> Item:
    """Return whether this terminal writes to a disk what scrolled past: the app clears it, a command cannot."""
    buffer = platform.terminal_buffer(environ)
    match buffer.keeps:
        case Answer.NO:
            return Item("terminal memory", Verdict.OK, buffer.words)
        case Answer.YES:
            return Item(
                "terminal memory",
                Verdict.WARN,
                buffer.words,
                Message("Switch that off in its settings, or use another terminal."),
            )
        case Answer.UNKNOWN:
            return Item(
                "terminal memory", Verdict.UNKNOWN, buffer.words, Message("Limit its scrollback, and save no sessions.")
            )


def recording(commands: Sequence[Sequence[str]] | None) -> Item:
    """Return whether a program that records screens runs among these, of those that are known by name."""
    if commands is None:
        return Item("recording", Verdict.UNKNOWN, _UNTOLD, Message("End every program that shares the screen."))
    found = platform.recorders(commands)
    if found:
        return Item(
            "recording",
            Verdict.WARN,
            Message("running: {names}", names=", ".join(found)),
            Message("End it before you open a case."),
        )
    words = Message("no known recorder is running; a recorder inside the desktop cannot be seen")
    return Item("recording", Verdict.OK, words)


def process_memory() -> Item:
    """Return whether a process that holds keys can be closed to others of this account, and its keys kept from swap."""
    failed: list[Message] = list(platform.harden_process())
    kept = platform.LockedMemory(1)
    if not kept.is_locked:
        failed.append(Message("keys cannot be kept out of swap"))
    kept.close()
    if failed:
        advice = Message("Let no program of unknown origin run here.")
        return Item("process memory", Verdict.WARN, Message("{failed}", failed=listed(failed)), advice)
    return Item(
        "process memory", Verdict.OK, Message("closed to other processes of this account; keys stay out of swap")
    )


def readers() -> Item:
    """Return whether the processes that read what others made are closed to the files of this account."""
    version = platform.landlock_version()
    if version:
        return Item(
            "reading papers",
            Verdict.OK,
            Message("closed to the files of this account, Landlock {version}", version=version),
        )
    return Item(
        "reading papers",
        Verdict.WARN,
        Message("a fault in a library that reads a paper can read and delete files of this account"),
        Message("Linux from 5.13 on can refuse that, where Landlock is switched on."),
    )


def exposures(
    environ: Mapping[str, str] = os.environ, *, commands: Callable[[], Sequence[Sequence[str]] | None] | None = None
) -> tuple[Message, ...]:
    """Return what a person must hear at unlock of this computer: sentences, worst last, none where nothing was found.

    They are news about the device, never a fault of the vault. What the system does not tell is left to `doctor`.
    """
    seen = platform.running_commands() if commands is None else commands()
    items = (hibernation(), swap(), terminal_buffer(environ), recording(seen))
    return tuple(
        Message("This computer: {name}: {found}.", name=item.name, found=item.found)
        for item in items
        if item.verdict is Verdict.WARN
    )


# What a killed `init`, `member join` or `backup restore` left beside a place: its own goes, all else is named.
def clear_place(path: Path) -> tuple[Message, ...]:
    """Remove this program's own leftovers beside a place, and return what there is to say of them, a line for each."""
    found = clear_leftovers(path, now=clock.now_ms() / 1000)
    gone = (
        Message("{name} was removed: an interrupted attempt had left it.", name=path.name) for path in found.removed
    )
    left = (
        Message(
            "{path} may be left from an earlier attempt, or may be yours: look at it, and delete it if you do not"
            " need it.",
            path=path,
        )
        for path in found.doubtful
    )
    return (*gone, *left)


# The clock of this computer, as far as rights that end depend on it: looked at, believed, and put right.
def look_at_clock(session: Session) -> ClockReading:
    """Return how the clock stands to the highest time believed."""
    session.require(Action.OWN_DEVICE)
    return session.clock()


def confirm_clock(session: Session) -> ClockReading:
    """Say that a clock which jumped ahead is right: from now on rights that end are measured by it.

    Raises:
        UsageError: the clock did not jump.
    """
    rule = session.require(Action.OWN_DEVICE)
    if session.clock().state is not ClockState.JUMPED:
        raise UsageError(
            Message("the clock did not jump: there is nothing to confirm"),
            next_step=Message("{show_clock} gives details.", show_clock=NextStep.SHOW_CLOCK),
        )
    session.log_act(Entry(act="clock.jump", pol=rule))
    session.believe_clock()
    return session.clock()


def repair_clock(session: Session) -> ClockReading:
    """Undo a wrong time that was believed: the clock as it stands now counts, be it earlier.

    What was withdrawn meanwhile stays withdrawn and is granted again by whoever holds it.
    """
    rule = session.require(Action.CLOCK_REPAIR)
    session.log_act(Entry(act="clock.repair", pol=rule))
    session.believe_clock()
    return session.clock()
