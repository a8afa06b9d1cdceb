"""Make and verify backups. A backup counts once it was opened again and everything in it was read."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vault import clock, platform
from vault.access.pins.copies import CopyKeys, copy_keys_of
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.errors import RefusedError, TryAgainError, UsageError, VerificationError
from vault.policy.roles import Action
from vault.progress import StepProgress, Stopped
from vault.records.work import Entry
from vault.seal.entrance.keyfile import KEY_FILE_SIZE
from vault.services.backups.backup_folder import (
    BackupFolder,
    Source,
    draft_files,
    find_backup,
    next_folder,
    numbered,
    require_undamaged,
    translated,
)
from vault.services.backups.backup_warnings import broken_cases
from vault.services.backups.proven_backup import Proof, build, cases_said, prove
from vault.services.health import last_backup
from vault.services.projection import last_done
from vault.store.blobs import CHUNK_FILE_SIZE, Blobs
from vault.words.message import Message, plural

KEPT = 3
"""How many backups of a folder stay at one destination, unless somebody says otherwise."""
_ROOM_BESIDE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """A backup that was proven: where, what it comes to, and how much is in it.

    `removed` names the earlier ones at the destination that went for it; `kept` are there now, this one among them.
    `missing` parts of the contents of `documents` were not in the vault, and are not in it. `broken` are sentences on
    the cases of which something was not here, or no key counts: they are in the backup as they are.
    """

    path: Path
    digest: bytes
    operations: int
    versions: int
    drafts: int
    removed: tuple[str, ...]
    kept: int
    documents: int = 0
    missing: int = 0
    broken: tuple[Message, ...] = ()
    cases: int = 0

    @property
    def said_of_cases(self) -> Message:
        """How many cases are in it, and that no other one is."""
        return cases_said(self.cases)

    @property
    def removal(self) -> Message:
        """What went and what is kept, in words."""
        if not self.removed:
            return Message("{kept} kept.", kept=self.kept)
        return plural(
            "{count} was removed ({names}); {kept} kept.",
            "{count} were removed ({names}); {kept} kept.",
            count=len(self.removed),
            names=", ".join(self.removed),
            kept=self.kept,
        )


@dataclass(frozen=True, slots=True)
class VerifiedBackup:
    """A backup that was opened and found whole. `made_ms` is when it was made, as its maker's clock said.

    `opened` of its versions are this member's to open; the rest was compared without opening it. `advice` says what to
    do now where it is too old.
    """

    path: Path
    digest: bytes
    operations: int
    versions: int
    opened: int
    drafts: int
    made_ms: int
    documents: int = 0
    missing: int = 0
    cases: int = 0
    advice: Message | None = None

    @property
    def said_of_cases(self) -> Message:
        """How many cases are in it, and that no other one is."""
        return cases_said(self.cases)


def make(
    session: Session,
    destination: Path,
    *,
    keep: int = KEPT,
    progress: StepProgress = lambda what, done, total: None,
    cancelled: Stopped = lambda: False,
) -> MadeBackup:
    """Make a backup in a new folder at the destination.

    Work may go on meanwhile. Of the backups of this folder at the destination the newest stay, `keep` in all; the older
    ones go once the new one was opened and read. Whatever else lies there is left alone.

    Raises:
        UsageError: `keep` is less than 1.
        RefusedError: the destination is a file, lies inside the vault, or its parent does not exist; or something there
            is called a backup and cannot be looked into.
        TryAgainError: no room, or it cannot be written there; the earlier backups stand.
        VerificationError: what was written is not what the vault holds; the earlier backups stand.
        CancelledError: as asked; the earlier backups stand.
    """
    rule = session.require(Action.BACKUP_MAKE)
    if keep < 1:
        raise UsageError(Message("at least 1 backup must be kept"), next_step=Message("Leave out `--keep` to keep 3."))
    require_place(session, destination)
    header = read_key_file(session.folder.keys).header
    source = Source(header.vault, header.folder)
    with translated(destination):
        if not destination.is_dir():
            platform.make_private_folder(destination)
        _remove_leftovers(source, destination)
        _require_room(session, destination)
        folder, final = next_folder(destination)
        try:
            proof = build(session, folder, progress, cancelled)
            folder.path.replace(final)
            platform.fsync_folder(destination)
        finally:
            shutil.rmtree(folder.path, ignore_errors=True)
        made = BackupFolder(final)
        try:
            _log(session, proof, rule)
        except BaseException:
            # What is not in the log did not happen.
            made.remove()
            raise
        last_done.note(session, last_done.Done.BACKUP, proof.manifest.made_ms)
        removed, kept = _remove_older(source, destination, keep)
    state = proof.state
    return MadeBackup(
        final,
        state.digest,
        state.operations,
        state.versions,
        proof.drafts,
        removed,
        kept,
        proof.manifest.attachments,
        proof.manifest.missing,
        broken_cases(session),
        proof.cases,
    )


def verify(
    source: Path,
    *,
    member: str,
    passphrase: bytearray,
    device_secret: bytes = b"",
    fido2_secret: bytes = b"",
    state: Path | None = None,
    progress: StepProgress = lambda what, done, total: None,
) -> VerifiedBackup:
    """Open a backup, or the newest of a destination, and read all of it. Nothing in it changes; pins get its date.

    The passphrase is wiped before this returns. Both secrets have 32 bytes, where the slot was made with them.

    Raises:
        VerificationError: names the first thing that is not as it was in the vault.
        WrongPassphraseError: the files are as they were written, so it is name or passphrase.
    """
    try:
        folder = find_backup(source)
        with translated(folder.path):
            keys, proof = open_and_prove(
                folder,
                member=member,
                passphrase=passphrase,
                device_secret=device_secret,
                fido2_secret=fido2_secret,
                progress=progress,
            )
    finally:
        passphrase[:] = bytes(len(passphrase))
    for table, count in proof.false_rows.items():
        raise VerificationError(
            Message(
                "{count} rows of the table {table} hold a value of another type than their column",
                count=count,
                table=table,
            ),
            next_step=Message("Use another backup; this backup was altered."),
        )
    _note_verified(keys, proof, platform.state_dir() if state is None else state)
    found = proof.state
    return VerifiedBackup(
        path=folder.path,
        digest=found.digest,
        operations=found.operations,
        versions=found.versions,
        opened=found.reachable,
        drafts=proof.drafts,
        made_ms=proof.manifest.made_ms,
        documents=proof.manifest.attachments,
        missing=proof.manifest.missing,
        cases=proof.cases,
        advice=last_backup(proof.manifest.made_ms, clock.now_ms()).advice,
    )


def _note_verified(keys: CopyKeys, proof: Proof, state: Path) -> None:
    """Remember the check, and of the backups of this seat that were read the newest, wherever it was made."""
    pins, now = keys.pin_file(state), clock.now_ms()
    known = pins.load()
    if known is not None:
        made = max(known.dates.backup or 0, min(proof.manifest.made_ms, now))
        pins.note({last_done.Done.VERIFY: now, last_done.Done.BACKUP: made})


def open_and_prove(
    folder: BackupFolder,
    *,
    member: str,
    passphrase: bytearray,
    device_secret: bytes = b"",
    fido2_secret: bytes = b"",
    progress: StepProgress,
) -> tuple[CopyKeys, Proof]:
    """Check a backup from its first byte on, with nothing but what opens a slot."""
    files = require_undamaged(folder)
    keys = copy_keys_of(
        read_key_file(folder.keys),
        member=member,
        passphrase=passphrase,
        device_secret=device_secret,
        fido2_secret=fido2_secret,
    )
    return keys, prove(folder, keys, files=files, progress=progress)


def salt_of(source: Path) -> bytes:
    """Return the salt of the vault that a backup is of, for a security key to answer; it is no secret."""
    return read_key_file(find_backup(source).keys).header.vault_salt


def _log(session: Session, proof: Proof, rule: str) -> None:
    covers = {"operation": proof.state.operations, "version": proof.state.versions, "draft": proof.drafts}
    session.log_act(Entry(act="backup.make", covers=covers, dig=proof.state.digest, pol=rule))


def require_place(session: Session, destination: Path) -> None:
    """Return where a backup may be made.

    Raises:
        RefusedError: it is a file, lies inside the vault, or its parent does not exist.
    """
    session.require(Action.BACKUP_MAKE)
    vault = session.folder.path.resolve()
    if destination.resolve().is_relative_to(vault):
        raise RefusedError(
            Message("a backup cannot be inside the vault"),
            next_step=Message("Choose another disk, for example a stick."),
        )
    if destination.exists() and not destination.is_dir():
        raise RefusedError(
            Message("{destination} is a file", destination=destination),
            next_step=Message("Name a folder; a new one is made inside it."),
        )
    if not destination.absolute().parent.is_dir():
        # Made with its parents, the backup would lie on this device's own disk, where the missing one should have been.
        raise RefusedError(
            Message("there is no folder {parent}", parent=destination.absolute().parent),
            next_step=Message("Connect the disk, or make the folder first."),
        )


def _remove_leftovers(source: Source, destination: Path) -> None:
    """Remove what a backup that was cut off left, once it is sure that all there can be looked into."""
    leftovers = numbered(destination, unfinished=True).values()
    for folder in (*numbered(destination).values(), *leftovers):
        folder.require_readable()
    for leftover in leftovers:
        if leftover.is_of(source):
            leftover.remove()


def _remove_older(source: Source, destination: Path, keep: int) -> tuple[tuple[str, ...], int]:
    """Remove all but the newest backups of one folder; return the names that went, and how many are left."""
    own = [folder for folder in numbered(destination).values() if folder.is_of(source)]
    removed = []
    for older in own[:-keep]:
        with suppress(OSError):  # the new one is made and proven: what cannot go now stays, and is counted
            older.remove()
            removed.append(older.path.name)
    return tuple(removed), len(own) - len(removed)


def _require_room(session: Session, destination: Path) -> None:
    parts = [session.folder.database, Path(f"{session.folder.database}-wal"), *draft_files(session.folder.drafts_dir)]
    size = sum(path.stat().st_size for path in parts if path.exists()) + KEY_FILE_SIZE + _ROOM_BESIDE
    size += CHUNK_FILE_SIZE * sum(1 for _ in Blobs(session.folder.blobs_dir).names())
    free = platform.free_bytes(destination)
    if free is not None and free < size:
        raise TryAgainError(
            Message(
                "no room at {destination}: {size} MiB are needed, {free} are free",
                destination=destination,
                size=size >> 20,
                free=free >> 20,
            )
        )
