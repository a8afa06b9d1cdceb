"""A vault opened by its recovery sheets alone: no seat, no pins, no log of its own yet (FORMAT.md 2 and 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from vault.access.pins.copies import SheetKeys
from vault.access.seat_keys.key_file import read_key_file
from vault.access.seat_keys.keychange import settle_new_keys
from vault.access.seat_keys.rekeying import open_with_doors
from vault.access.trust.directory import RECOVERY, Directory, read_directory
from vault.access.trust.keyrings import GrantedKey, missing_keys, with_directory_keys
from vault.access.trust.migration import bring_up_to_date
from vault.access.trust.proving import proven_alone
from vault.errors import BrokenSealError, MalformedError, VerificationError
from vault.ids import VaultId
from vault.log.items import Item, ItemKind
from vault.log.rosters.roster import ROSTER_PURPOSE, ROSTER_RECORD, Roster, RosterChain
from vault.log.signatures import signed_message
from vault.records.seatlog import SealedPlace
from vault.records.versions import OpenedVersion, open_each
from vault.seal.entrance.doors import DoorKeys, open_recovery_door
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.keyring import Keyring
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed, derive_root_seed
from vault.seal.signing import is_signed_raw, public_key
from vault.store.engine import Database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.validity.authority import Authority, Listings
from vault.words.message import Message
from vault.words.next_step import NextStep

_NO_KEY = bytes(32)  # recovery seals no rows of its own


@dataclass(frozen=True, slots=True)
class RecoverySession:
    """What joined sheets reach in one folder.

    `anchor` is the root key that signed roster 0: what a seat keeps of the root. `granted` is every key that some entry
    lists a grant of to recovery; who gave it is not judged yet.
    """

    folder: VaultFolder
    file: KeyFile
    doors: DoorKeys = field(repr=False)
    database: Database = field(repr=False)
    private: KemPrivate = field(repr=False)
    root_seed: bytes = field(repr=False)
    anchor: bytes
    directory: Directory
    granted: tuple[GrantedKey, ...] = field(repr=False)
    listings: Listings = field(repr=False)

    @property
    def vault(self) -> VaultId:
        """The vault."""
        return VaultId(self.file.header.vault)


@contextmanager
def opened_by_sheets(path: Path, root_secret: bytes) -> Iterator[RecoverySession]:
    """Open a vault with S and close it behind. Nothing is written but a change of keys that a crash cut off.

    Raises:
        VerificationError: S is of another vault or was replaced, or nothing that it should open does.
        NoVaultError, OpenElsewhereError, NewerVaultError, TryAgainError: as they say.
    """
    folder = VaultFolder(path)
    folder.require()
    folder.require_safe_place()
    file = read_key_file(folder.keys)
    doors = open_door(file, root_secret)
    database, raw_key = open_with_doors(folder, doors)
    try:
        bring_up_to_date(database, folder, raw_key)
        opened = _opened(folder, file, doors, database, root_secret)
        with database.reading() as rows:
            opened = replace(opened, file=settle_new_keys(rows, folder, file, opened.directory, ()))
        yield opened
    finally:
        database.close()


def open_door(file: KeyFile, root_secret: bytes) -> DoorKeys:
    """Return the database keys, with S.

    Raises:
        VerificationError: the sheets do not open this folder.
    """
    private = KemPrivate.from_seed(derive_recovery_seed(root_secret))
    try:
        return open_recovery_door(private, file.header.vault, file.recovery_door)
    except (BrokenSealError, MalformedError):
        raise VerificationError(
            Message("these sheets do not open this vault"),
            next_step=Message("They belong to another vault, or to a replaced set: compare the 13 words on them."),
        ) from None


def copy_keys_by_sheets(file: KeyFile, root_secret: bytes) -> SheetKeys:
    """Return what S opens of the copy that has this `keys` file: its recovery door holds the key of the database.

    Raises:
        VerificationError: the sheets are of another vault, or of a set that was replaced.
    """
    return SheetKeys(VaultId(file.header.vault), open_door(file, root_secret).new)


def _opened(
    folder: VaultFolder, file: KeyFile, doors: DoorKeys, database: Database, root_secret: bytes
) -> RecoverySession:
    vault, listings = VaultId(file.header.vault), Listings()
    private = KemPrivate.from_seed(derive_recovery_seed(root_secret))
    root_seed = derive_root_seed(root_secret)
    place = SealedPlace(vault, RECOVERY, _NO_KEY)
    with database.reading() as rows:
        if not any(True for _ in rows.grants()):
            raise VerificationError(
                Message("the rows with keys are missing here, as in a backup without its keyrows.db"),
                next_step=Message(
                    "The sheets are fine. Copy the whole backup, then restore it with them: {restore_backup}.",
                    restore_backup=NextStep.RESTORE_BACKUP_BY_SHEETS,
                ),
            )
        granted = missing_keys(rows, place, private, Keyring(), listings)
        keyring = with_directory_keys(Keyring(), granted)
        anchor, directory = _believed(rows, vault, keyring, public_key(root_seed))
    return RecoverySession(
        folder, file, doors, database, private, root_seed, anchor, directory, tuple(granted), listings
    )


def _believed(rows: Rows, vault: VaultId, keyring: Keyring, root_public: bytes) -> tuple[bytes, Directory]:
    """Return the first root key and the directory that end in the root of the sheets.

    A later root signs the roster that names it (FORMAT.md 2): who has its secret can go back from there by digests.
    They bind no signature: of those on roster 0 the one counts that stands where entry 0 of the vault lists it.
    """
    beginnings = _beginnings(rows, vault, keyring)
    for anchor in dict.fromkeys(key for _, roster in beginnings for key, _ in roster.signatures):
        with suppress(VerificationError):
            directory = read_directory(rows, vault=vault, keyring=keyring, root_public=anchor)
            if directory.effective.root_public == root_public and (
                anchor == root_public
                or (_vouches(directory.chain, root_public) and _founded(rows, directory.chain, beginnings, anchor))
            ):
                return anchor, directory
    raise VerificationError(
        Message("no list of members of this vault ends in the root of these sheets"),
        next_step=Message("They belong to a replaced set, or the lists were altered."),
    )


def _beginnings(rows: Rows, vault: VaultId, keyring: Keyring) -> list[tuple[OpenedVersion, Roster]]:
    """Return all that claims to be roster 0, and with whatever signatures: whoever is in can write a copy."""
    found = []
    for compartment in keyring.compartments():
        for version in open_each(rows.versions(compartment, ROSTER_RECORD), vault=vault, keyring=keyring)[0]:
            with suppress(MalformedError):
                roster = Roster.from_content(version.content.kind, version.content.fields)
                if roster.head.number == 0:
                    found.append((version, roster))
    return found


def _vouches(chain: RosterChain, root_public: bytes) -> bool:
    """Say whether this root signed the roster that names it, and with it all before."""
    return any(
        key == root_public and is_signed_raw(key, signature, signed_message(ROSTER_PURPOSE, roster.root))
        for roster in chain.accepted
        if roster.head.new_root == root_public
        for key, signature in roster.signatures
    )


def _founded(rows: Rows, chain: RosterChain, beginnings: Sequence[tuple[OpenedVersion, Roster]], anchor: bytes) -> bool:
    """Say whether this key signed roster 0 as entry 0 of the vault lists it."""
    authority = Authority(rows, chain, lambda origin, seq: proven_alone(rows, origin))
    for version, roster in beginnings:
        entry = authority.entry(version.origin, version.seq, (ItemKind.VERSION, version.id))
        item = Item.in_compartment(ItemKind.VERSION, version.compartment, version.id)
        if entry is not None and entry.founds_vault and item in entry.items:
            return anchor in dict(roster.signatures)
    return False
