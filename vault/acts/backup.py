"""A backup: made on another disk, and only called one when it was opened and read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Field, Plan, Said, Shape, Told, empty, one
from vault.words.message import Message, Value, Words, listed, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Working

_KEPT: Final = "3"


def _what_is_copied(session: Session, said: Said) -> Plan[tuple[Path, int]]:
    from vault.services.backups import backups

    folder = Path(one(said, "folder") or "")
    backups.require_place(session, folder)
    return Plan((folder, int(one(said, "keep") or _KEPT)))


def _make(session: Session, plan: Plan[tuple[Path, int]], _agreed: Agreed, working: Working) -> Told:
    from vault.services.backups import backups

    folder, keep = plan.of
    made = backups.make(session, folder, keep=keep, progress=working.tell, cancelled=working.stopped)
    lines = (
        Message("The backup is at {path}.", path=made.path),
        Message("It was opened again and read: {inside}.", inside=inside(made.operations, made.versions, made.drafts)),
        made.said_of_cases,
        *documents(made.documents, made.missing),
        *(Message("NOT WHOLE: {broken}", broken=broken) for broken in made.broken),
        Message("Backups of this vault there: {removal}", removal=made.removal),
        Message("Keep it apart from this computer. It opens with the same passphrases."),
    )
    data = {
        "backup": str(made.path),
        "digest": made.digest.hex(),
        "versions": made.versions,
        "operations": made.operations,
        "drafts": made.drafts,
        "removed": list(made.removed),
        "kept": made.kept,
        "documents": made.documents,
        "missing": made.missing,
        "broken": list(made.broken),
        "cases": made.cases,
    }
    return Told(lines, data)


def inside(entries: int, versions: int, drafts: int) -> Value:
    """Return in words how much is in a backup."""
    return listed(
        [
            plural("{count} entry", "{count} entries", count=entries),
            plural("{count} saved change", "{count} saved changes", count=versions),
            plural("{count} draft", "{count} drafts", count=drafts),
        ]
    )


def documents(count: int, missing: int) -> list[Words]:
    """Return in words what is in a backup of the content of documents, and what is not."""
    lines: list[Words] = []
    if count:
        lines.append(
            plural(
                "The content of documents is in it: {count} file.",
                "The content of documents is in it: {count} files, with the texts that were read from them.",
                count=count,
            )
        )
    if missing:
        lines.append(
            plural(
                "{count} part of them was missing in the vault: no backup made now contains it.",
                "{count} parts of them were missing in the vault: no backup made now contains them.",
                count=missing,
            )
        )
    return lines


MAKE_BACKUP: Final = Act(
    "backup make",
    Message("copy the vault, open the copy and read all of it"),
    Message("Backup"),
    Message("make the backup"),
    (
        Field("folder", Message("Folder"), Shape.NEW_FOLDER, Message("a folder, best on another disk"), form="DEST",
              hint="/media/stick/backups", is_required=True),
        Field("keep", Message("How many stay"), Shape.NUMBER,
              Message("how many backups of this vault to keep there"), first=_KEPT),
    ),
    look=_what_is_copied,
    run=_make,
    doing=Message("Making a backup, and reading it again"),
    nothing=Message("no new backup was made; the earlier backups stay"),
    begin=empty,
    about=Message(
        "A new folder is made inside the one that you name, best on a stick. It is sealed and opens with the same"
        " passphrases. The newest ones there stay; an older backup is removed once the new one was opened and every"
        " record in it read."
    ),
    is_long=True,
    makes_files=True,
)  # fmt: skip
ACTS: Final = (MAKE_BACKUP,)
