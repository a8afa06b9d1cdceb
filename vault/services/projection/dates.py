"""When this device last opened, backed up and verified a vault: kept unsealed, without a name or a count."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import msgspec

from vault import platform
from vault.access.pins.delays import AttemptFile
from vault.access.session import Session
from vault.errors import VaultError
from vault.log.state import bytes_digest
from vault.policy.roles import Role
from vault.seal.pins import dates_file_name
from vault.seal.purposes import Purpose
from vault.store.files import read_limited, write_durable, write_whole
from vault.words.message import Message

_LIMIT = 4096


class Done(StrEnum):
    """What is remembered by its time alone."""

    OPENED = "opened"
    BACKUP = "backup"
    VERIFY = "verify"
    DRILL = "drill"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class Dates:
    """Milliseconds UTC, or None for what this device never did or cannot tell.

    Last unlock, last backup that was proven, last check of a log or of a backup, and the highest time seen by any of
    them. `separated`: those who audit do nothing else here. `sheets`: the secret of the recovery sheets is off this
    device, as it goes when they are proven; `made`: a set was made here of that secret. `drill` is the last that proved
    the sheets, `proposed` when the app last proposed it. `root` is the digest of the root key in effect then and at the
    last unlock: with another one the drill says nothing.
    """

    opened: int | None = None
    backup: int | None = None
    verify: int | None = None
    highest: int | None = None
    separated: bool | None = None
    sheets: bool | None = None
    made: bool | None = None
    drill: int | None = None
    proposed: int | None = None
    root: str | None = None

    @property
    def proven(self) -> bool | None:
        """Whether a drill here proved the sheets that are valid now; None where this device cannot tell."""
        if self.sheets is False:
            return False
        return True if self.sheets and self.drill is not None else None

    @property
    def lack_of_sheets(self) -> Message | None:
        """What each screen warns of: sheets not proven, or none. What is not known here, `status` tells."""
        if self.proven is not False:
            return None
        return Message("recovery sheets not proven yet") if self.made else Message("no recovery sheets")


def read(vault: bytes, state: Path | None = None) -> Dates:
    """Return what this device remembers; a file that is missing or damaged is met as if nothing were known."""
    try:
        return msgspec.json.decode(read_limited(_path(vault, state), _LIMIT), type=Dates)
    except (VaultError, RecursionError, ValueError):  # nested too deep, and all that msgspec refuses
        return Dates()


def note(vault: bytes, what: Done, at_ms: int, state: Path | None = None) -> None:
    """Remember a time. Where the state folder cannot be written the older one stays: too old, never too new."""
    known = read(vault, state)
    changed = replace(
        known,
        opened=at_ms if what is Done.OPENED else known.opened,
        backup=at_ms if what is Done.BACKUP else known.backup,
        verify=at_ms if what is Done.VERIFY else known.verify,
        drill=at_ms if what is Done.DRILL else known.drill,
        proposed=at_ms if what is Done.PROPOSED else known.proposed,
        sheets=True if what is Done.DRILL else known.sheets,
        highest=max(known.highest or 0, at_ms),
    )
    _write(vault, changed, state)


def note_drill(session: Session, at_ms: int) -> None:
    """Remember that a drill proved the sheets of the root in effect."""
    note(session.vault, Done.DRILL, at_ms, session.state)
    _write(session.vault, replace(read(session.vault, session.state), root=_root_of(session)), session.state)


def note_opened(session: Session) -> None:
    """Remember an unlock, and what `status` warns of before the next one."""
    known = read(session.vault, session.state)
    now = session.log.now_ms()
    with session.database.reading() as rows:
        has_root_secret = rows.local(session.seat, Purpose.ROOT_SECRET) is not None
    changed = replace(
        known,
        opened=now,
        highest=max(known.highest or 0, now),
        separated=duties_are_separated(session),
        sheets=not has_root_secret,
        drill=known.drill if known.root in {None, _root_of(session)} else None,
        root=_root_of(session),
    )
    # Of an unlock that a power cut takes along, the one before is remembered: too old, never too new.
    _write(session.vault, changed, session.state, write_whole)
    if not changed.sheets:
        # What may be destroyed must have a way back, also after new sheets were made and not proven yet.
        with suppress(VaultError):
            AttemptFile.in_folder(session.folder, session.state).destroy_after(None)


def note_new_sheets(vault: bytes, state: Path | None = None) -> None:
    """Remember that there is a new set of sheets, which no drill has proven yet."""
    _write(vault, replace(read(vault, state), sheets=False, made=True, drill=None), state)


def duties_are_separated(session: Session) -> bool:
    """Say whether somebody audits and no auditor has another role: who both acts and audits is checked by nobody."""
    auditing = [roles for roles in session.directory.effective.members.values() if Role.AUDITOR in roles]
    return bool(auditing) and all(roles == {Role.AUDITOR} for roles in auditing)


def _root_of(session: Session) -> str:
    return bytes_digest([session.directory.effective.root_public]).hex()


def _write(
    vault: bytes, dates: Dates, state: Path | None, replace_file: Callable[[Path, bytes], None] = write_durable
) -> None:
    path = _path(vault, state)
    with suppress(VaultError, OSError):
        platform.make_private_folder(path.parent)
        replace_file(path, msgspec.json.encode(dates))


def _path(vault: bytes, state: Path | None) -> Path:
    return (platform.state_dir() if state is None else state) / "dates" / f"{dates_file_name(vault)}.json"
