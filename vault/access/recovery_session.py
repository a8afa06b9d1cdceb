"""A vault opened by its recovery sheets alone, and what joined sheets may give on (FORMAT.md 3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from vault.access.pins.copies import SheetKeys
from vault.access.seat_keys.rekeying import open_with_doors, read_key_file, settle_new_keys
from vault.access.session import Session
from vault.access.trust.case_lines import place_of_head
from vault.access.trust.directory_reading import Reading, read_directory
from vault.access.trust.keyrings import GrantedKey, grants_between, missing_keys
from vault.access.trust.prover import Prover
from vault.casework.organisation_records import Member
from vault.errors import BrokenSealError, MalformedError, NotFoundError, RefusedError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, SeatId, VaultId
from vault.log.act_bytes import recovery_seat
from vault.log.items import ItemKind
from vault.names.normal import looks_same
from vault.records.epochs import read_notice
from vault.records.seatlog import Holder, SealedPlace
from vault.records.versions import OpenedVersion, of_kind, open_each
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry
from vault.seal.entrance.doors import DoorKeys, open_recovery_door
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.keyring import Keyring
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed, derive_root_seed
from vault.seal.signing import public_key
from vault.store.engine import Database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.store.schema import bring_up_to_date
from vault.validity.authority import Authority, Listings
from vault.validity.compartment_access import AccessResolver, CompartmentState, all_acts
from vault.validity.directory import Directory
from vault.validity.given_keys import GrantReader
from vault.validity.said_once import SaidOnce
from vault.words.message import Message
from vault.words.next_step import NextStep

# A vault opened by its recovery sheets alone: no seat, no pins, no log of its own yet (FORMAT.md 2 and 6).

_NO_KEY = bytes(32)  # recovery seals no rows of its own


@dataclass(frozen=True, slots=True)
class RecoverySession:
    """What joined sheets reach in one folder.

    `granted` is every key that some entry lists a grant of to these sheets; who gave it is not judged yet.
    """

    folder: VaultFolder
    file: KeyFile
    doors: DoorKeys = field(repr=False)
    database: Database = field(repr=False)
    private: KemPrivate = field(repr=False)
    root_seed: bytes = field(repr=False)
    directory: Directory
    granted: tuple[GrantedKey, ...] = field(repr=False)
    listings: Listings = field(repr=False)

    @property
    def vault(self) -> VaultId:
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
    with closing(database):
        bring_up_to_date(database, folder, raw_key)
        opened = _opened(folder, file, doors, database, root_secret)
        with database.reading() as rows:
            opened = replace(opened, file=settle_new_keys(rows, folder, file, opened.directory, ()))
        yield opened


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
    place = SealedPlace(vault, recovery_seat(private.public), _NO_KEY)
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
        directory = _under_the_sheets(Reading(rows, vault, Prover(None, {})), public_key(root_seed), private.public)
    return RecoverySession(folder, file, doors, database, private, root_seed, directory, tuple(granted), listings)


def _under_the_sheets(reading: Reading, root: bytes, recovery: bytes) -> Directory:
    """Return who is in by the sheets with these keys: the vault's first, or any that others put in their own place.

    Raises:
        VerificationError: they are of none of these.
    """
    directory = read_directory(reading)
    if (root, recovery) == (directory.root_public, directory.recovery):
        return directory
    for act in directory.later_sheets:
        if (root, recovery) == (act.root, act.recovery):
            return read_directory(replace(reading, chosen=[act.digest]))
    raise VerificationError(
        Message("these sheets are not of this vault, or of a set that nobody put in the place of the one before"),
        next_step=Message("Compare the 13 words on them with those of the newest sheets."),
    )


# Audit keys, opened to be given on and kept by nobody: a seat has none of its own (FORMAT.md 5).
@dataclass(frozen=True, slots=True)
class AuditKey:
    """The first ratchet key of one audit epoch."""

    compartment: CompartmentId
    epoch: EpochId
    key: bytes = field(repr=False)


def open_audit_keys(reader: GrantReader, *, seat: SeatId, granted_to: Collection[SeatId]) -> list[AuditKey]:
    """Return the audit keys that were granted to one of these seats, as far as `seat`, who reads, opens them."""
    rows = reader.rows
    wanted = {epoch for seat in granted_to for epoch in rows.epochs_granted_to(seat)}
    found: list[AuditKey] = []
    for row in rows.epochs():
        notice = read_notice(row)
        if notice is not None and notice.kind is CompartmentKind.AUDIT and notice.epoch in wanted:
            keys = (reader.open(notice, grant) for grant in grants_between(rows, notice.epoch, seat))
            key = next((key for key in keys if key is not None), None)
            if key is not None:
                found.append(AuditKey(CompartmentId(notice.compartment), EpochId(notice.epoch), key))
    return found


def hand_on_audit(session: Session) -> int:
    """Give recovery's present key the audit epochs that this auditor reads; return how many."""
    with session.database.reading() as rows:
        reader = GrantReader(rows, session.learned.listings, session.vault, session.kem_private)
        keys = open_audit_keys(reader, seat=session.seat, granted_to=[session.seat])
    recovery = [Holder(session.directory.recovery_seat, session.directory.recovery)]
    for start in range(0, len(keys), ITEMS_IN_ONE_ENTRY):
        chunk = keys[start : start + ITEMS_IN_ONE_ENTRY]
        try:
            with session.work() as work:
                for key in chunk:
                    session.log.keyring.add(key.compartment, key.epoch, key.key)
                    work.grant(key.compartment, key.epoch, recovery)
                work.commit(Entry(act="grant.add", out="ok:recovery"))
        finally:
            for key in chunk:
                session.log.keyring.drop(key.epoch)
    return len(keys)


# What joined sheets may give on: which keys recovery holds by right, and who the members are.
@dataclass(frozen=True, slots=True)
class RecoverableKeys:
    """One compartment of which recovery holds keys: who is in, and these keys."""

    state: CompartmentState
    keys: tuple[GrantedKey, ...] = field(repr=False)


@dataclass(slots=True)
class RecoveryScope:
    """Judges for recovery, over one moment of the rows."""

    opened: RecoverySession
    rows: Rows
    prover: Prover
    authority: Authority = field(init=False)
    holding: AccessResolver = field(init=False)

    def __post_init__(self) -> None:
        directory = self.opened.directory
        self.authority = Authority(self.rows, directory, lambda origin, seq: self.prover.around(self.rows, origin, seq))
        acts = all_acts(self.rows)
        self.holding = AccessResolver(
            self.authority, lambda _: acts, lambda head: place_of_head(directory, self.rows, head)
        )

    def reached(self) -> list[RecoverableKeys]:
        """Return each compartment of which recovery holds a key that opens, in the order in which it got them."""
        keys: dict[CompartmentId, list[GrantedKey]] = {}
        for key in self.opened.granted:
            keys.setdefault(key.compartment, []).append(key)
        found = []
        for compartment, given in keys.items():
            state = self.holding.state(compartment)
            if state is None:
                continue
            if opened := tuple(key for key in given if key.key is not None):
                found.append(RecoverableKeys(state, opened))
        return found

    def audit_keys_of(self, seats: Collection[SeatId]) -> list[AuditKey]:
        """Return the audit keys that these seats were granted and recovery too."""
        reader = GrantReader(self.rows, self.opened.listings, self.opened.vault, self.opened.private)
        return open_audit_keys(reader, seat=self.opened.directory.recovery_seat, granted_to=seats)

    def member_named(self, name: str) -> MemberId | None:
        """Return the member of this name among those who are in, however it is capitalised; None if there is none.

        Raises:
            RefusedError: several have it.
        """
        wanted = _folded(name)
        known = self.opened.directory.members
        found = {
            said.member for said in self._said_of_members() if said.member in known and _folded(said.name) == wanted
        }
        if len(found) > 1:
            raise RefusedError(
                Message("several members have this name"),
                next_step=Message("Admit somebody new as admin with `--new-admin`."),
            )
        return next(iter(found), None)

    def is_taken(self, name: str) -> bool:
        """Say whether the name is, to the eye, that of somebody who is in."""
        known = self.opened.directory.members
        return any(looks_same(said.name, name) for said in self._said_of_members() if said.member in known)

    def _said_of_members(self) -> list[Member]:
        """Return the versions of kind `member` that somebody who might wrote; none stands in the place of another."""
        home = self.opened.directory.compartment
        keyring = Keyring()
        for key in self.opened.granted:
            if key.compartment == home and (opened_key := key.key) is not None:
                keyring.add(home, key.epoch, opened_key)
        opened, _ = open_each(self.rows.versions(home), vault=self.opened.vault, keyring=keyring)
        once = SaidOnce(self.rows, self.opened.vault, keyring)
        return [said for version, said in of_kind(opened, Member) if self._may_stand(version, once)]

    def _may_stand(self, version: OpenedVersion, once: SaidOnce) -> bool:
        entry = self.authority.entry(version.origin, version.seq, (ItemKind.VERSION, version.id))
        return (
            entry is not None
            and self.authority.may_have_written(version, CompartmentKind.DIRECTORY)
            and once.is_admission(version, entry)
        )


def require_member(found: MemberId | None) -> MemberId:
    """Return the member who was found.

    Raises:
        NotFoundError: nobody was.
    """
    if found is None:
        raise NotFoundError(
            Message("there is no member of this name"),
            next_step=Message("Check the name, or admit somebody new as admin with `--new-admin`."),
        )
    return found


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.strip()).casefold())
