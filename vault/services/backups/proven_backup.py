"""Write a backup, and prove one: opened as a restore opens it and compared with its vault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from vault import platform
from vault.access.pins.copies import COPIED_ROWS, CopyKeys, OwnFile, SheetKeys
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.errors import MalformedError, NewerVaultError, NoVaultError, VerificationError, WrongPassphraseError
from vault.ids import CompartmentKind
from vault.log.items import Item
from vault.progress import CancelledError, StepProgress, Stopped
from vault.records.epochs import read_notice
from vault.records.seatlog import decoded
from vault.records.versions import no_wraps
from vault.services.backups.backup_folder import (
    BackupFolder,
    copy_durable,
    draft_files,
    measure,
    require_undamaged,
    write_digests,
)
from vault.services.backups.backup_state import ContentState, State, StateReader, content_state, copy_chunks, log_sizes
from vault.services.projection.projection import up_to_date_index
from vault.store.blobs import Blobs
from vault.store.copy import MANIFEST_TABLE, copy_in_parts, put_manifest, read_manifest
from vault.store.draft_files import Drafts
from vault.store.engine import Database, open_database, open_finished
from vault.store.files import write_durable
from vault.store.folder import KEY_ROWS
from vault.store.rowtypes import VersionKeyRow
from vault.store.schema import SCHEMA, content_faults, shape_faults
from vault.store.tables import metadata
from vault.words.message import Message, plural
from vault.words.next_step import NextStep

# Is a backup whole? Opened as a restore opens it: every page, every version of the seat, and its state.

MANIFEST_FORMAT = 1


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself, sealed: when it was made (claimed, ms UTC), of what, with which other files."""

    format: int
    made_ms: int
    digest: bytes
    operations: int
    versions: int
    files: dict[str, bytes]
    attachments: int = 0
    missing: int = 0

    def encode(self) -> bytes:
        return msgspec.msgpack.encode(self)


@dataclass(frozen=True, slots=True)
class Proof:
    """A backup that was opened and found whole, and the keys that did.

    `drafts` counts the unfinished texts of the seat that opened it, `cases` those of everybody. `false_rows` counts, by
    table, what no reader takes for a row of it: a backup is made without, so somebody wrote there since; a restore
    leaves it out or tells of it.
    """

    manifest: Manifest
    state: State
    drafts: int
    cases: int
    false_rows: Mapping[str, int]
    keys: CopyKeys | SheetKeys = field(repr=False)


def cases_said(count: int) -> Message:
    """Say how many cases a backup has, and that no other one is in it."""
    if count:
        return plural(
            "{count} case is in it. Cases that only other devices hold are not in it.",
            "{count} cases are in it. Cases that only other devices hold are not in it.",
            count=count,
        )
    return Message(
        "NO CASE IS IN IT: the device that made it holds none. Each member makes a backup of their own device; or give"
        " the cases to a caseworker or supervisor who backs them all up: {grant}.",
        grant=NextStep.GRANT_ACCESS,
    )


def prove(
    folder: BackupFolder,
    keys: CopyKeys | SheetKeys,
    *,
    files: Mapping[str, bytes],
    progress: StepProgress = lambda what, done, total: None,
    cancelled: Stopped = lambda: False,
) -> Proof:
    """Open a backup and everything in it that this seat can open. Nothing in it or beside it changes.

    By sheets no version is opened, and all are counted. `files` are the digests of its files as found, before its
    tables were brought up to date: exactly those of its manifest.

    Raises:
        VerificationError: names the first thing that is not as it was in the vault.
        CancelledError: as asked.
    """
    with _opened(folder.database, keys.database_key) as tables, _opened(folder.key_rows, keys.database_key) as key_rows:
        manifest = _manifest(key_rows)
        _require_these(manifest.files, files)
        with key_rows.reading() as rows:
            keyring = keys.keyring(rows)
        reader = StateReader(
            tables,
            key_rows,
            keys.vault,
            keyring,
            opens=True,
            seat=keys.place.seat if isinstance(keys, CopyKeys) else None,
            progress=lambda done, total: progress(Message("Checking the backup"), done, total),
            cancelled=cancelled,
        )
        state = reader.read(log_sizes(tables))
        contents = content_state(tables, folder.blobs, cancelled)
        cases = _cases_among(tables, state.compartments)
        false_rows = _false_rows(tables) + _false_rows(key_rows)
    expected = (manifest.digest, manifest.operations, manifest.versions)
    if (state.digest, state.operations, state.versions) != expected:
        raise VerificationError(
            Message(
                "the backup holds {operations} entries and {versions} saved changes that are not the"
                " {operations_2} and {versions_2} of the vault",
                operations=state.operations,
                versions=state.versions,
                operations_2=manifest.operations,
                versions_2=manifest.versions,
            )
        )
    if contents != ContentState(manifest.attachments, manifest.missing):
        raise VerificationError(
            Message(
                "the backup lacks {count} parts of documents that it was made with",
                count=max(1, contents.missing - manifest.missing),
            )
        )
    key_file = read_key_file(folder.keys)
    if Item.of_keys(key_file.header.folder, key_file.digest()) not in state.keys_files:
        raise VerificationError(Message("the keys file is not one that the log lists"))
    return Proof(manifest, state, _count_drafts(folder, keys), cases, false_rows, keys)


def _cases_among(database: Database, compartments: Collection[bytes]) -> int:
    with database.reading() as rows:
        notices = [read_notice(row) for row in rows.epochs_of(compartments)]
    return len({each.compartment for each in notices if each is not None and each.kind is CompartmentKind.CASE})


def _false_rows(database: Database) -> Counter[str]:
    with database.reading() as rows:
        return Counter(rows.false_rows())


@contextmanager
def _opened(path: Path, raw_key: bytes) -> Iterator[Database]:
    try:
        database = open_finished(path, raw_key)
    except (WrongPassphraseError, NoVaultError):
        raise VerificationError(Message("{name} does not open with the backup's own keys", name=path.name)) from None
    try:
        database.require_whole()
        stamp = database.schema_stamp() or "none"
        if stamp > SCHEMA:
            raise NewerVaultError(
                Message("the backup has schema {stamp}, this program knows {schema}", stamp=stamp, schema=SCHEMA)
            )
        if stamp != SCHEMA:
            raise MalformedError(
                Message(
                    "{name} has schema {stamp}, which is checked only while it is restored", name=path.name, stamp=stamp
                ),
                next_step=Message("Restore it to a new folder; this does not change the backup."),
            )
        for fault in (*shape_faults(database, besides=MANIFEST_TABLE), *content_faults(database)):
            raise VerificationError(
                Message("{fault}", fault=fault), next_step=Message("Use another backup; this backup was altered.")
            )
        yield database
    finally:
        database.close()


def _manifest(key_rows: Database) -> Manifest:
    manifest = decoded(read_manifest(key_rows), Manifest, Message("the manifest of the backup cannot be read"))
    if manifest.format > MANIFEST_FORMAT:
        raise NewerVaultError(
            Message(
                "the backup has format {format}, this program knows {manifest_format}",
                format=manifest.format,
                manifest_format=MANIFEST_FORMAT,
            )
        )
    return manifest


def _require_these(made: Mapping[str, bytes], found: Mapping[str, bytes]) -> None:
    """Refuse another set of files than the backup was made with: anybody can add one, and a line to `digests`."""
    for name in sorted(made.keys() | found.keys() - {KEY_ROWS}):
        if name not in made:
            raise VerificationError(
                Message("{name} was not in the backup when it was made", name=name),
                next_step=Message("Use another backup; this backup was altered."),
            )
        if found.get(name) != made[name]:
            raise VerificationError(Message("{name} is not the file that the backup was made with", name=name))


def _count_drafts(folder: BackupFolder, keys: CopyKeys | SheetKeys) -> int:
    if isinstance(keys, SheetKeys):
        return 0
    key = keys.secrets.draft_key
    path = OwnFile(folder.drafts_dir, keys.vault, keys.place.seat, key).path
    if not path.exists():
        return 0
    try:
        drafts = Drafts(open_finished(path, key), key)
    except (WrongPassphraseError, NoVaultError):
        raise VerificationError(Message("your drafts in the backup do not open")) from None
    try:
        return len(drafts.list())
    finally:
        drafts.close()


# Write a backup into an empty folder, then open it and compare it with the vault.
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
    own = session.own_drafts.path
    if own.exists():
        session.drafts().copy_to(folder.drafts_dir / own.name)
    for path in draft_files(session.folder.drafts_dir):
        if not path.name.startswith(own.name):
            copy_durable(path, folder.drafts_dir / path.name)
    platform.fsync_folder(folder.drafts_dir)
