"""This computer as a place for a vault: each probe as an item with a word of advice. Nothing here opens a vault."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import vault
from vault import platform
from vault.log.state import bytes_digest
from vault.platform import Answer
from vault.services.findings import Item, Verdict

_ENOUGH_ROOM = 1024 * 1024 * 1024
_LEAST_COLUMNS, _LEAST_LINES = 80, 24
_ENCRYPT = "Switch on the system's own disk encryption: it protects what other programs leave behind."


def lock_digest() -> Item:
    """Return the digest of the list of exact versions that this program was built with, to compare with the release."""
    package = Path(vault.__file__).parent
    for path in (package / "_requirements.lock", package.parent / "requirements.lock"):
        if path.is_file():
            return Item("lock digest", Verdict.OK, f"SHA-256 {bytes_digest([path.read_bytes()]).hex()}")
    return Item("lock digest", Verdict.UNKNOWN, "the lock file is missing", "Install CaseVault from a release.")


def disk(place: Path) -> Item:
    """Return the kind of file system at a place."""
    kind = platform.filesystem_kind(place)
    if kind == "unknown":
        return Item("disk", Verdict.UNKNOWN, "the system does not tell")
    return Item("disk", Verdict.OK, f"file system {kind}")


def room(place: Path) -> Item:
    """Return how much can still be written at a place."""
    free = platform.free_bytes(place)
    if free is None:
        return Item("room", Verdict.UNKNOWN, "the system does not tell")
    found = f"{free / (1 << 30):.1f} GiB free"
    if free < _ENOUGH_ROOM:
        return Item("room", Verdict.WARN, found, "Make room: a full disk stops all writing.")
    return Item("room", Verdict.OK, found)


def swap() -> Item:
    """Return where memory of this process may be written by the system."""
    match platform.swap_state():
        case "none":
            return Item("swap", Verdict.OK, "none")
        case "memory":
            return Item("swap", Verdict.OK, "compressed, in memory")
        case "encrypted":
            return Item("swap", Verdict.OK, "encrypted")
        case "plain":
            return Item("swap", Verdict.WARN, "on a disk without encryption", f"Keys may end there. {_ENCRYPT}")
        case "unknown":
            return Item("swap", Verdict.UNKNOWN, "the system does not tell", _ENCRYPT)


def hibernation() -> Item:
    """Return whether the system can write all memory to disk."""
    match platform.hibernation_possible():
        case Answer.NO:
            return Item("hibernation", Verdict.OK, "not possible")
        case Answer.YES:
            return Item(
                "hibernation", Verdict.WARN, "possible", "Lock the vault before you close the lid, or switch it off."
            )
        case Answer.UNKNOWN:
            return Item("hibernation", Verdict.UNKNOWN, "the system does not tell", "Lock the vault before you leave.")


def disk_encryption(place: Path) -> Item:
    """Return whether the system encrypts the disk under a place."""
    match platform.disk_encrypted(place):
        case Answer.YES:
            return Item("disk encryption", Verdict.OK, "on")
        case Answer.NO:
            return Item("disk encryption", Verdict.WARN, "none was found", _ENCRYPT)
        case Answer.UNKNOWN:
            return Item("disk encryption", Verdict.UNKNOWN, "the system does not tell", _ENCRYPT)


def synced_folder(place: Path) -> Item:
    """Return whether a network or a sync program shares a place."""
    reason = platform.is_network_or_synced(place)
    if reason is None:
        return Item("synced folder", Verdict.OK, "no network and no sync program was found here")
    return Item("synced folder", Verdict.WARN, reason, "Keep the vault on this device's own disk.")


def terminal() -> Item:
    """Return what kind of terminal this runs in."""
    if not sys.stdout.isatty():
        return Item("terminal", Verdict.UNKNOWN, "none: the output goes to a file or a program")
    columns, lines = shutil.get_terminal_size()
    kind = os.environ.get("TERM", "")
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    found = f"{kind or 'no TERM'}, {columns} x {lines}, {sys.stdout.encoding}"
    if kind in {"", "dumb"}:
        return Item("terminal", Verdict.WARN, found, "The app cannot draw here; use another terminal.")
    if encoding != "utf8":
        return Item("terminal", Verdict.WARN, found, "Names would not show: set a UTF-8 locale, such as C.UTF-8.")
    if columns < _LEAST_COLUMNS or lines < _LEAST_LINES:
        return Item("terminal", Verdict.WARN, found, f"Make it at least {_LEAST_COLUMNS} x {_LEAST_LINES}.")
    return Item("terminal", Verdict.OK, found)
