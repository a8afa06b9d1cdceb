"""The way back when computer and passphrase are gone: a backup and enough sheets, on whatever account."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vault import platform
from vault.access.recovering import BroughtBack, Wish, bring_back
from vault.access.recovery_session import RecoverySession, copy_keys_by_sheets, opened_by_sheets
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import VerificationError
from vault.ids import SeatId
from vault.progress import Progress, StepProgress
from vault.seal.keyring import Keyring
from vault.seal.recovery import derive_root_seed, join_sheets, root_words
from vault.seal.signing import public_key
from vault.services.backups.backup_folder import find_backup, require_undamaged, translated
from vault.services.backups.backup_proof import Proof
from vault.services.backups.backup_state import StateReader, log_sizes
from vault.services.backups.restoring import Restored, begin_again, built, copied_beside
from vault.services.credentials.sheets import TypedSheets
from vault.words.message import Message
from vault.words.next_step import NextStep

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
    root_words: tuple[str, ...]
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
        words = root_words(public_key(derive_root_seed(secret)))
        return Regained(vault, back, words, len(folder.draft_files()))
    finally:
        passphrase[:] = bytes(len(passphrase))


def try_backup(
    source: Path, beside: Path, typed: TypedSheets, *, progress: StepProgress = lambda what, done, total: None
) -> Tried:
    """Open a backup with sheets alone, as on a computer that never saw the vault, and read all that they open.

    A copy is opened, in a new folder beside a place, which is gone behind it. Nothing else is written.

    Raises:
        RefusedError: too few sheets.
        NotFoundError: there is no backup.
        VerificationError: it is damaged, or the sheets do not open it.
    """
    folder = find_backup(source)
    secret = join_sheets(typed.sheets, None)
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
    rosters = session.directory.chain.accepted
    seats = {seat for roster in rosters for seat, cert in roster.certificates.items() if cert.member == session.member}
    return frozenset(map(SeatId, seats - {session.seat}))


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
