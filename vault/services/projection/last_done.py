"""When this device last backed up, verified and drilled, kept in its sealed pins; in clear only when it last opened."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec

from vault import platform
from vault.access.pins.delays import AttemptFile
from vault.access.session import Session
from vault.errors import VaultError
from vault.log.tree import bytes_digest
from vault.policy.roles import Role
from vault.seal.named import dates_file_name
from vault.seal.purposes import Purpose
from vault.store.files import read_limited, write_whole

NEW_SHEETS: Final[Mapping[str, Any]] = {"sheets": False, "made": True, "drill": None}
"""The `dates` of a set that was handed out and is not proven."""

_LIMIT = 4096


class Done(StrEnum):
    """What is remembered by its time alone: a field of `Dates`."""

    BACKUP = "backup"
    VERIFY = "verify"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class Opened:
    """All that lies in clear: when the vault was last opened, ms UTC."""

    opened: int | None = None


def last_opened(vault: bytes, state: Path | None = None) -> int | None:
    """Return when this account last opened a vault here; a file that is missing or damaged is met as if it never did.

    Files made before said more; only this is read of them, and the next unlock replaces them.
    """
    try:
        return msgspec.json.decode(read_limited(_path(vault, state), _LIMIT), type=Opened).opened
    except (VaultError, RecursionError, ValueError):  # nested too deep, and all that msgspec refuses
        return None


def note(session: Session, what: Done, at_ms: int) -> None:
    """Remember a time. Of what a kill takes along, the one before is remembered: too old, never too new."""
    session.note_dates(**{what.value: at_ms})


def note_drill(session: Session, at_ms: int) -> None:
    """Remember that a drill proved the sheets of the root in effect."""
    session.note_dates(drill=at_ms, sheets=True, root=_root_of(session))


def note_opened(session: Session) -> None:
    """Remember an unlock, and what this device is warned of from here on."""
    known, root = session.dates, _root_of(session)
    with session.database.reading() as rows:
        has_root_secret = rows.local(session.seat, Purpose.ROOT_SECRET) is not None
    session.note_dates(
        separated=duties_are_separated(session),
        sheets=not has_root_secret,
        drill=known.drill if known.root in {None, root} else None,
        root=root,
    )
    path = _path(session.vault, session.state)
    with suppress(VaultError, OSError):
        platform.make_private_folder(path.parent)
        # Of an unlock that a power cut takes along, the one before is remembered: too old, never too new.
        write_whole(path, msgspec.json.encode(Opened(session.log.now_ms())))
    if has_root_secret:
        # What may be destroyed must have a way back, also after new sheets were made and not proven yet.
        with suppress(VaultError):
            AttemptFile.in_folder(session.folder, session.state).destroy_after(None)


def note_new_sheets(session: Session) -> None:
    """Remember that there is a new set of sheets, which no drill has proven yet."""
    session.note_dates(**NEW_SHEETS)


def duties_are_separated(session: Session) -> bool:
    """Say whether somebody audits and no auditor has another role: who both acts and audits is checked by nobody."""
    auditing = [roles for roles in session.directory.members.values() if Role.AUDITOR in roles]
    return bool(auditing) and all(roles == {Role.AUDITOR} for roles in auditing)


def _root_of(session: Session) -> bytes:
    return bytes_digest([session.directory.root_public])


def _path(vault: bytes, state: Path | None) -> Path:
    return (platform.state_dir() if state is None else state) / "dates" / f"{dates_file_name(vault)}.json"
