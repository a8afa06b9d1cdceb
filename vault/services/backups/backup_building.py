"""Write a backup into an empty folder, then open it and compare it with the vault."""

from __future__ import annotations

from vault import platform
from vault.access.pins.copies import COPIED_ROWS, CopyKeys
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.errors import VerificationError
from vault.progress import CancelledError, StepProgress, Stopped
from vault.records.versions import no_wraps
from vault.services.backups.backup_contents import ContentState, content_state, copy_chunks
from vault.services.backups.backup_folder import (
    BackupFolder,
    copy_durable,
    draft_files,
    measure,
    require_undamaged,
    write_digests,
)
from vault.services.backups.backup_proof import MANIFEST_FORMAT, Manifest, Proof, prove
from vault.services.backups.backup_state import State, StateReader, log_sizes
from vault.services.projection.projection import up_to_date_index
from vault.store.blobs import Blobs
from vault.store.copy import copy_in_parts
from vault.store.engine import open_database, open_finished
from vault.store.files import write_durable
from vault.store.manifest import put_manifest
from vault.store.rowtypes import VersionKeyRow
from vault.store.tables import metadata
from vault.words.message import Message
from vault.words.next_step import NextStep

KEY_TABLES = frozenset({"version_key", "granted", "local"})
_PLAIN_TABLES = frozenset(table.name for table in metadata.sorted_tables) - KEY_TABLES


def build(session: Session, folder: BackupFolder, progress: StepProgress, cancelled: Stopped) -> Proof:
    """Write a whole backup into a folder and return the proof that it holds what the vault held at one moment.

    Raises:
        TryAgainError: no room.
        VerificationError: what can be read of it is not what the vault holds.
        CancelledError: as asked. The caller removes the folder after each of them.
    """
    key_file = read_key_file(session.folder.keys)
    keys = session.copy_keys(key_file)
    write_durable(folder.keys, key_file.encode())
    copied = copy_in_parts(
        session.database,
        {folder.database: _PLAIN_TABLES, folder.key_rows: KEY_TABLES},
        keys.database_key,
        local_purposes=COPIED_ROWS,
        progress=lambda done, total: progress(Message("Copying the vault"), done, total),
        cancelled=cancelled,
    )
    if not copied:
        raise CancelledError
    copy_chunks(Blobs(session.folder.blobs_dir), folder.blobs, progress=progress, cancelled=cancelled)
    _copy_drafts(session, folder)
    sizes = _sizes_in(folder, keys)
    expected = StateReader(
        session.database,
        session.database,
        session.vault,
        session.keyring,
        opens=False,
        passed_over=_no_wraps(session),
        cancelled=cancelled,
    ).read(sizes)
    _put_manifest(session, folder, keys, expected, _contents_in(folder, keys, cancelled))
    write_digests(folder)
    platform.fsync_folder(folder.path)
    files = require_undamaged(folder)
    proof = prove(folder, keys, files=files, progress=progress, cancelled=cancelled)
    if proof.state != expected:
        raise VerificationError(
            Message("the backup does not contain what the vault contains"),
            next_step=Message("Run {verify_log}.", verify_log=NextStep.VERIFY_LOG),
        )
    return proof


def _no_wraps(session: Session) -> set[VersionKeyRow]:
    """Return what others wrote in the place of wrapped keys that are none, of versions that never opened here.

    What opened once, or is this seat's own, and does not open now is damage, and gets no backup.
    """
    up_to_date_index(session)
    found: set[VersionKeyRow] = set()
    with session.database.reading() as rows:
        for finding in session.quarantine:
            if finding.n is not None and finding.origin != session.log.origin:
                found |= no_wraps(rows.version_at(finding.origin, finding.seq, finding.n), keyring=session.keyring)
    return found


def _put_manifest(session: Session, folder: BackupFolder, keys: CopyKeys, state: State, contents: ContentState) -> None:
    files = measure(folder)
    del files[folder.key_rows.name]  # it cannot hold its own digest
    manifest = Manifest(
        format=MANIFEST_FORMAT,
        made_ms=session.log.now_ms(),
        digest=state.digest,
        operations=state.operations,
        versions=state.versions,
        files=files,
        attachments=contents.attachments,
        missing=contents.missing,
    )
    key_rows = open_database(folder.key_rows, keys.database_key, create=False)
    try:
        put_manifest(key_rows, manifest.encode())
    finally:
        key_rows.close()


def _sizes_in(folder: BackupFolder, keys: CopyKeys) -> dict[bytes, int]:
    tables = open_finished(folder.database, keys.database_key)
    try:
        return log_sizes(tables)
    finally:
        tables.close()


def _contents_in(folder: BackupFolder, keys: CopyKeys, cancelled: Stopped) -> ContentState:
    tables = open_finished(folder.database, keys.database_key)
    try:
        return content_state(tables, folder.blobs, cancelled)
    finally:
        tables.close()


def _copy_drafts(session: Session, folder: BackupFolder) -> None:
    """Copy this member's drafts while they may be open, and those of others, whom nobody can be, as they lie there."""
    folder.drafts_dir.mkdir(mode=platform.PRIVATE_FOLDER_MODE)
    own = session.own_drafts.settled()
    if own.exists():
        session.drafts().copy_to(folder.drafts_dir / own.name)
    for path in draft_files(session.folder.drafts_dir):
        if not path.name.startswith(own.name):
            copy_durable(path, folder.drafts_dir / path.name)
    platform.fsync_folder(folder.drafts_dir)
