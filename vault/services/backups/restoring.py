"""Bring a backup back as a vault of its own, by a passphrase or by recovery sheets."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from vault import platform
from vault.access.pins.copies import COPIED_ROWS, CopyKeys, SheetKeys, copy_keys_of
from vault.access.recovering import BroughtBack, Wish, bring_back
from vault.access.recovery_session import RecoverySession, copy_keys_by_sheets, opened_by_sheets
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.display import local_time
from vault.errors import VerificationError
from vault.ids import Origin, SeatId
from vault.progress import Progress, StepProgress
from vault.records.work import Entry
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.keyring import Keyring
from vault.seal.recovery import join_sheets, words_of
from vault.services.backups.backup_folder import BackupFolder, copy_durable, find_backup, require_undamaged, translated
from vault.services.backups.backup_state import StateReader, copy_chunks, log_sizes
from vault.services.backups.backup_warnings import broken_cases, closed_cases, valid_again
from vault.services.backups.proven_backup import KEY_TABLES, Proof, cases_said, prove
from vault.services.credentials.paper_sheets import TypedSheets
from vault.services.projection import last_done
from vault.store.copy import add_rows, clear_table
from vault.store.engine import open_database, open_finished
from vault.store.files import make_ballast
from vault.store.folder import VaultFolder, make_beside
from vault.store.schema import SCHEMA, migrate
from vault.words.message import Message, plural
from vault.words.next_step import NextStep

# Bring a backup back as a vault of its own: a new log begins in it, and what is lost is said in words.

_ERASED = Message(
    "What was erased since then is in it again. Members, devices, roles and grants that were taken since then, and"
    " recovery sheets that were replaced, are valid again. Import a bundle of a colleague before you work."
)
ENDED_SINCE = Message(
    "Members who were removed after this backup was made, and sheets that were replaced since, are valid again in what"
    " is made of it."
)
_OWN_ENTRY = Message(" (usually one of them is about the backup itself)")


@dataclass(frozen=True, slots=True)
class Restored:
    """A vault that was brought back.

    `made_ms` is when the backup was made, as its maker's clock said; `lost_entries` how many entries this device saw
    that are not in it, or None where it saw none; `origin` the log that begins in it. `closed` are sentences on cases
    that cannot be opened or used in it, and whom to ask; `valid_again` on whom it brings back, as far as this account
    saw them go.
    """

    path: Path
    backup: Path
    made_ms: int
    operations: int
    versions: int
    drafts: int
    lost_entries: int | None
    origin: Origin
    warnings: tuple[Message, ...]
    closed: tuple[Message, ...] = ()
    valid_again: tuple[Message, ...] = ()
    cases: int = 0

    @property
    def said_of_cases(self) -> Message:
        """How many cases are in it, and that no other one is."""
        return cases_said(self.cases)

    @property
    def loss(self) -> Message:
        """The loss in words, and that what was erased since stands there again."""
        if self.lost_entries is None:
            return Message(
                "Nothing that was written after {day} is in it. {erased}", day=day(self.made_ms), erased=_ERASED
            )
        if self.lost_entries == 0:
            return Message("This device knows of nothing that was written after it.")
        return plural(
            "{count} entry of the log was made after this backup and is not in it{own}. {erased}",
            "{count} entries of the log were made after this backup and are not in it{own}. {erased}",
            count=self.lost_entries,
            own=_OWN_ENTRY,
            erased=_ERASED,
        )


def restore(
    source: Path,
    target: Path,
    *,
    member: str,
    passphrase: bytearray,
    device_secret: bytes = b"",
    fido2_secret: bytes = b"",
    state: Path | None = None,
    agree: Callable[[tuple[Message, ...]], None],
    progress: StepProgress = lambda what, done, total: None,
) -> Restored:
    """Make a vault from a backup, with the passphrase alone, on this machine or a new one.

    It is built and proven beside the target and takes its name in one step. Then it is unlocked once, so that its new
    log begins; nothing of any case is shown.

    `source` is a backup, or the destination that it was made to. The passphrase is wiped before this returns. `agree`
    is told whom and what the backup makes valid again that this account saw end, if anything, and raises where a
    person does not want that: then nothing is at the target.

    Raises:
        RefusedError: something is at the target, or it is no place for a vault.
        VerificationError: the backup is damaged; nothing is at the target.
        WrongPassphraseError: nothing is at the target.
        TryAgainError: no room.
    """
    try:
        folder = find_backup(source)
        opening = partial(
            copy_keys_of,
            member=member,
            passphrase=bytearray(passphrase),
            device_secret=device_secret,
            fido2_secret=fido2_secret,
        )
        back: tuple[Message, ...] = ()
        with built(folder, target, opening, progress) as (building, proof):
            back = valid_again(building, proof.keys, platform.state_dir() if state is None else state)
            if back:
                agree(back)
        with unlock(
            target,
            member=member,
            passphrase=passphrase,
            state=state,
            accept_loss=True,
            device_secret=device_secret,
            fido2_secret=fido2_secret,
        ) as session:
            return replace(begin_again(session, folder, proof, lost_entries=_lost(session)), valid_again=back)
    finally:
        passphrase[:] = bytes(len(passphrase))


@contextmanager
def built(
    folder: BackupFolder, target: Path, opening: Callable[[KeyFile], CopyKeys | SheetKeys], progress: StepProgress
) -> Iterator[tuple[VaultFolder, Proof]]:
    """Yield a vault made of a backup, proven, in a new folder beside the target; behind the block it takes that name.

    Where anything fails, also in the block, nothing is left of it and nothing is at the target.

    `opening` returns what opens the copy that has this `keys` file.

    Raises:
        As `restore`.
    """
    VaultFolder(target).require_free()
    with copied_beside(folder, target, opening, progress) as (building, proof), translated(target):
        yield building, proof
        if target.exists():
            target.rmdir()
        building.path.replace(target)
        platform.fsync_folder(target.parent)


@contextmanager
def copied_beside(
    folder: BackupFolder, beside: Path, opening: Callable[[KeyFile], CopyKeys | SheetKeys], progress: StepProgress
) -> Iterator[tuple[VaultFolder, Proof]]:
    """Yield a vault made of a backup, proven, in a new folder beside a place; behind the block it is gone."""
    building = make_beside(beside)
    try:
        with translated(beside):
            proof = _build(folder, building, opening, progress)
        yield building, proof
    finally:
        shutil.rmtree(building.path, ignore_errors=True)


def last_opened_here(source: Path, state: Path | None = None) -> int | None:
    """Return when this account last opened the vault that a backup is of, ms UTC; None where it never did.

    Who opens a vault beside its restored copy, by one account, is shown an older copy of it for good.
    """
    return last_done.last_opened(read_key_file(find_backup(source).keys).header.vault, state)


def day(ms: int) -> str:
    """Return a time for people, as the clock on the wall has it."""
    return local_time(ms)


def _build(
    folder: BackupFolder,
    building: VaultFolder,
    opening: Callable[[KeyFile], CopyKeys | SheetKeys],
    progress: StepProgress,
) -> Proof:
    building.make()
    copied = BackupFolder(building.path)
    names = require_undamaged(folder)
    for done, name in enumerate(names):
        progress(Message("Copying the backup"), done, len(names))
        copy_durable(folder.path / name, building.path / name)
    copy_durable(folder.digests, copied.digests)
    copy_chunks(folder.blobs, copied.blobs, progress=progress)
    # The copies are what is proven: a medium may give other bytes when it is read again.
    files = require_undamaged(copied)
    keys = opening(read_key_file(copied.keys))
    _bring_up_to_date(copied, keys)
    proof = prove(copied, keys, files=files, progress=progress)
    _join_key_rows(copied, keys)
    make_ballast(building.ballast)
    platform.fsync_folder(building.path)
    return proof


def _bring_up_to_date(copied: BackupFolder, keys: CopyKeys | SheetKeys) -> None:
    """Run the missing schema steps on the copies; the backup itself is what a failure goes back to."""
    for path in (copied.database, copied.key_rows):
        finished = open_finished(path, keys.database_key)
        stamp = finished.schema_stamp()
        finished.close()
        if stamp != SCHEMA:
            database = open_database(path, keys.database_key, create=False)
            try:
                migrate(database, back_up=lambda: None)
            finally:
                database.close()


def _join_key_rows(copied: BackupFolder, keys: CopyKeys | SheetKeys) -> None:
    """Put wraps, grants and keyrings back among the other tables, and leave the files of a vault alone behind.

    Whatever the backup holds, no session key and no ratchet comes along: a copy would sign with keys used after it.
    """
    database = open_database(copied.database, keys.database_key, create=False)
    try:
        key_rows = open_finished(copied.key_rows, keys.database_key)
        try:
            clear_table(database, "local")
            add_rows(key_rows, database, KEY_TABLES, local_purposes=COPIED_ROWS)
        finally:
            key_rows.close()
    finally:
        database.close()
    copied.key_rows.unlink()
    copied.digests.unlink()


def begin_again(
    session: Session,
    folder: BackupFolder,
    proof: Proof,
    *,
    lost_entries: int | None,
    old_seats: Collection[SeatId] = (),
) -> Restored:
    """Write into the log of a vault that was just made of a backup that it was, and return what it holds.

    `old_seats` are those in whose place the seat of the session is new.
    """
    manifest = proof.manifest
    covers = {"operation": manifest.operations, "version": manifest.versions, "draft": proof.drafts}
    session.log_act(Entry(act="backup.restore", covers=covers, dig=manifest.digest))
    last_done.note_opened(session)
    return Restored(
        path=session.folder.path,
        backup=folder.path,
        made_ms=manifest.made_ms,
        operations=manifest.operations,
        versions=manifest.versions,
        drafts=proof.drafts,
        lost_entries=lost_entries,
        origin=session.log.origin,
        warnings=session.warnings,
        closed=(*closed_cases(session, old_seats), *broken_cases(session)),
        cases=proof.cases,
    )


def _lost(session: Session) -> int | None:
    """Count the entries that this device saw before and that the restored logs lack."""
    if session.pins is None:
        return None
    with session.database.reading() as rows:
        return sum(max(0, pinned.size - rows.size(origin)) for origin, pinned in session.pins.logs.items())


# The way back when computer and passphrase are gone: a backup and enough sheets, on whatever account.

# A backup does not know how much the old devices wrote since: to end them at its sizes would take it from all.
KEPT = Message(
    "Your old devices are not revoked, and their passphrases still open them. What they wrote after the backup may be"
    " with colleagues, and is still valid. Import a bundle of each of them, and ask for grants of the cases that came"
    " after it. Then revoke them: {revoke}.",
    revoke=NextStep.REVOKE_DEVICE,
)


@dataclass(frozen=True, slots=True)
class Regained:
    """A vault that was brought back from a backup, who is in again, and the words to compare with the sheets.

    `closed_drafts` counts files of unfinished texts, which only the passphrase of whoever wrote them opens.
    """

    vault: Restored
    back: BroughtBack
    sheets_words: tuple[str, ...]
    closed_drafts: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A backup that sheets alone opened: where it is, when it was made (ms UTC), what was opened in it."""

    backup: Path
    made_ms: int
    compartments: int
    versions: int


def require_whole(source: Path) -> Path:
    """Return which backup will be taken, when it is as it was written: before a row is typed.

    Raises:
        NotFoundError: there is no backup.
        VerificationError: the backup is damaged.
        NewerVaultError: a newer program made it.
    """
    folder = find_backup(source)
    with translated(folder.path):
        require_undamaged(folder)
    read_key_file(folder.keys)
    return folder.path


def restore_by_sheets(
    source: Path,
    target: Path,
    typed: TypedSheets,
    wish: Wish,
    *,
    passphrase: bytearray,
    state: Path | None = None,
    progress: StepProgress = lambda what, done, total: None,
) -> Regained:
    """Make a vault from a backup with sheets alone, and bring a member back into it.

    It is built, proven and opened beside the target, and takes its name in one step with the member in it.

    `source` is a backup, or the destination that it was made to. The passphrase of the new seat is wiped before this
    returns.

    Raises:
        RefusedError: too few sheets; something is at the target; or somebody new is in already.
        NotFoundError: no such backup or member.
        VerificationError: the backup is damaged, or the sheets do not open it; nothing is at the target.
        TryAgainError: no room.
    """
    state = platform.state_dir() if state is None else state
    try:
        folder = find_backup(source)
        secret = join_sheets(typed.sheets, None)
        opening = partial(copy_keys_by_sheets, root_secret=secret)
        with (
            built(folder, target, opening, progress) as (building, proof),
            opened_by_sheets(building.path, secret) as opened,
        ):
            back = bring_back(opened, wish, bytearray(passphrase), state=state)
        with unlock(target, member=wish.name, passphrase=bytearray(passphrase), state=state) as session:
            vault = begin_again(session, folder, proof, lost_entries=None, old_seats=_old_seats(session))
            words = words_of(session.directory.sheets_digest)
        return Regained(vault, back, words, len(folder.draft_files()))
    finally:
        passphrase[:] = bytes(len(passphrase))


def try_backup(
    source: Path, beside: Path, secret: bytes, *, progress: StepProgress = lambda what, done, total: None
) -> Tried:
    """Open a backup with the secret of the sheets alone, as on a computer that never saw the vault; read all it opens.

    A copy is opened, in a new folder beside a place, which is gone behind it. Nothing else is written.

    Raises:
        NotFoundError: there is no backup.
        VerificationError: it is damaged, or the sheets do not open it.
    """
    folder = find_backup(source)
    opening = partial(copy_keys_by_sheets, root_secret=secret)
    with (
        copied_beside(folder, beside, opening, progress) as (building, proof),
        opened_by_sheets(building.path, secret) as opened,
    ):
        keyring = _keys_of_recovery(opened)
        versions = _read_all(
            opened, proof, keyring, lambda done, total: progress(Message("Reading the backup"), done, total)
        )
    return Tried(folder.path, proof.manifest.made_ms, len(keyring.compartments()), versions)


def _old_seats(session: Session) -> frozenset[SeatId]:
    """Return the other seats that the member ever had: in their place stands the one of this session."""
    known = session.directory.known
    return frozenset(seat for seat, item in known.items() if item.member == session.member) - {session.seat}


def _keys_of_recovery(opened: RecoverySession) -> Keyring:
    keyring = Keyring()
    for key in opened.granted:
        if (opened_key := key.key) is not None:
            keyring.add(key.compartment, key.epoch, opened_key)
    return keyring


def _read_all(opened: RecoverySession, proof: Proof, keyring: Keyring, progress: Progress) -> int:
    """Open every version of which recovery holds a key, and return how many there are."""
    database = opened.database
    reader = StateReader(database, database, opened.vault, keyring, opens=True, progress=progress)
    state = reader.read(log_sizes(database))
    if state.digest != proof.state.digest:
        raise VerificationError(Message("the copy of the backup is not the same as the backup"))
    return state.reachable
