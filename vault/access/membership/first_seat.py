"""`init`: a vault, its root, its founder's seat and entry 0, all or nothing (FORMAT.md 5)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from vault import platform
from vault.access.membership.sheets import signed_by_sheets
from vault.access.pins.pins import PinFile, Pins, begun_pins, this_machine
from vault.access.trust.attempts import make_hints
from vault.casework.checks import checked_name, checked_name_of_member
from vault.casework.organisation_records import AttemptsKey, Member, Organisation, PackageKey
from vault.ids import ID_SIZE, CompartmentKind, MemberId, VaultId, make_id
from vault.log.act_bytes import NONCE_SIZE, admit, anchor_digest, begin, recovery_seat
from vault.policy.roles import Role
from vault.records.seatlog import Holder, SealedPlace, SeatLog, first_log
from vault.records.work import Entry, Work
from vault.seal.entrance.doors import DoorKeys, make_doors, make_recovery_door
from vault.seal.entrance.keyfile import SLOT_COUNT, KeyFile, KeyHeader, SeatSecrets, make_key_file, make_slot
from vault.seal.entrance.passphrase import KdfParameters
from vault.seal.keyring import Keyring, make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.seal.recovery import derive_recovery_seed, derive_root_seed, make_root_secret
from vault.seal.signing import make_signing_seed, public_key
from vault.store.engine import open_database
from vault.store.files import promote, write_aside
from vault.store.folder import VaultFolder, built_beside
from vault.store.rowtypes import LocalRow
from vault.store.schema import make_tables

# A founder is everything until others are admitted; `status` says so.
FOUNDER_ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.CASEWORKER, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Founded:
    """A new vault; its 13 words are those of `anchor`.

    `root_secret` goes to the sheets, and lies sealed here until they are proven.
    """

    vault: VaultId
    member: MemberId
    anchor: bytes
    root_secret: bytes = field(repr=False)
    pin_file: PinFile = field(repr=False)


def found_vault(
    path: Path,
    *,
    organisation: str,
    member_name: str,
    passphrase: bytearray,
    parameters: KdfParameters,
    state: Path | None = None,
    choose: Callable[[Sequence[int]], int] = secrets.choice,
) -> Founded:
    """Make a vault in a folder that does not exist or is empty.

    It is built beside and takes its name in one step, so that a crash leaves no half vault. `choose` draws the slot.

    Raises:
        RefusedError: something is there already, the place is not safe for a vault, or the passphrase is empty.
        UsageError: the name of organisation or member is empty, or no single printable line.
        TryAgainError: no room, or the account's state folder cannot be used.
    """
    founder = _Founder(checked_name(organisation, "name of the organisation"), checked_name_of_member(member_name))
    folder = VaultFolder(path)
    folder.require_free()
    state = platform.state_dir() if state is None else state
    header = KeyHeader(founder.vault, make_id(), 0, make_key(), parameters)
    number = choose(range(SLOT_COUNT))
    slot = make_slot(header, number, founder.secrets, passphrase=passphrase, member_name=founder.name)
    pin_file = PinFile(state / "pins", founder.vault, founder.seat, founder.secrets.pin_key)
    try:
        with built_beside(path) as building:
            make_hints(building, founder.vault)
            # Last of all the name: a vault that stands there is complete, and its account can use it.
            pin_file.save(_build(building, founder, founder.key_file(header, number, slot), number, state))
    except BaseException:
        with suppress(OSError):
            pin_file.path.unlink()
        raise
    platform.fsync_folder(path.parent)
    return Founded(founder.vault, founder.member, founder.anchor, founder.root_secret, pin_file)


class _Founder:
    """The keys of the vault's first seat and of its root, drawn once."""

    def __init__(self, organisation: str, name: str) -> None:
        self.organisation, self.name = organisation, name
        self.root_secret = make_root_secret()
        self.root_seed = derive_root_seed(self.root_secret)
        self.recovery = KemPrivate.from_seed(derive_recovery_seed(self.root_secret)).public
        self.attempts_seed = make_kem_seed()
        self.database_key = make_key()
        drawn = SeatSecrets.draw()
        self.kem_public = KemPrivate.from_seed(drawn.kem_seed).public
        root, identity = public_key(self.root_seed), public_key(drawn.identity_seed)
        self.anchor = anchor_digest(root, self.recovery, identity)
        self.vault = VaultId(self.anchor[:ID_SIZE])
        self.log = first_log(self.vault, drawn.identity_seed, self.kem_public)
        self.seat, self.member = self.log.seat, MemberId(self.log.seat)
        self.secrets = replace(drawn, seat=self.seat, anchor=self.anchor)
        # One supervisor alone may admit helpers until two admins or the sheets end that.
        admitted = admit(self.log.genesis, FOUNDER_ROLES, None, secrets.token_bytes(NONCE_SIZE))
        self.acts = (begin(root, self.recovery, helpers=True), signed_by_sheets(self.root_seed, self.vault, admitted))

    def holders(self) -> list[Holder]:
        """Return who is granted the first epochs: the founder and recovery."""
        return [Holder(self.seat, self.kem_public), Holder(recovery_seat(self.recovery), self.recovery)]

    def key_file(self, header: KeyHeader, number: int, slot: bytes) -> KeyFile:
        """Return the first `keys` file: one slot, one door, one for recovery."""
        keys = DoorKeys(self.database_key)
        return make_key_file(
            header,
            doors=make_doors(self.vault, keys, [(self.seat, self.kem_public)]),
            recovery_door=make_recovery_door(self.vault, keys, self.recovery),
            attempts_public=KemPrivate.from_seed(self.attempts_seed).public,
            slots={number: slot},
        )


def _build(folder: VaultFolder, founder: _Founder, key_file: KeyFile, slot: int, state: Path) -> Pins:
    place = SealedPlace(founder.vault, founder.seat, founder.secrets.keyring_key)
    write_aside(folder.keys, key_file.encode())
    with closing(open_database(folder.database, founder.database_key, create=True)) as database:
        make_tables(database)
        with database.transaction() as rows:
            rows.put_local(place.seal_row(Purpose.ROOT_SECRET, founder.root_secret))
            rows.put_local(LocalRow(founder.seat, Purpose.SLOT, slot, b""))
        log = founder.log.opened(database, place, auditors=founder.holders(), keyring=Keyring())
        _commit_entry_0(log, founder, key_file)
    promote(folder.keys)
    return begun_pins(log, this_machine(state), key_file, slot, recovery=founder.recovery)


def _commit_entry_0(log: SeatLog, founder: _Founder, key_file: KeyFile) -> None:
    """List how the vault begins, the first keys and their grants, the keys file and what the organisation shares.

    In this order: the places give the compartments their names (`validity.directory`).
    """
    with Work(log) as work:
        directory = work.found(CompartmentKind.DIRECTORY, founder.holders())
        work.found(CompartmentKind.REGISTER, founder.holders())
        work.found(CompartmentKind.INTAKE, founder.holders())
        sending = work.found(CompartmentKind.SENDING, founder.holders())
        for value in (
            Organisation(founder.organisation),
            Member(founder.member, founder.name),
            AttemptsKey(founder.attempts_seed),
        ):
            work.keep(directory, value)
        work.keep(sending, PackageKey(make_signing_seed()))
        work.list_keys_file(key_file.header.folder, key_file.digest())
        for made in founder.acts:
            work.list_act(made)
        work.commit(Entry(act="log.genesis"))
