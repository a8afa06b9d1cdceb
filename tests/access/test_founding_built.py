"""What a new vault consists of, opened with the keys of its founder alone: nothing is stretched for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from vault.access import founding
from vault.access.directory import read_directory
from vault.access.founding import FOUNDER_ROLES
from vault.access.pins import Pinned, Pins, this_machine
from vault.ids import RECOVERY_SEAT, CompartmentId
from vault.log.epochs import CompartmentKind
from vault.log.header import Header
from vault.log.items import ItemKind, decode_items
from vault.log.roster import ROSTER_RECORD
from vault.log.roster_entries import Certificate, RosterHead
from vault.policy.rights import NEWEST_TABLE
from vault.policy.roles import Role
from vault.records.epochs import read_notice
from vault.records.seatlog import SealedPlace
from vault.records.versions import OpenedVersion, open_all
from vault.seal.doors import DoorKeys, open_doors, open_recovery_door
from vault.seal.envelope import SUITE
from vault.seal.keyfile import KEY_FILE_SIZE, SLOT_BLOB_SIZE, KeyFile, KeyHeader
from vault.seal.keyring import Keyring
from vault.seal.passphrase import FLOOR
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed, derive_root_seed
from vault.seal.signing import public_key
from vault.store.engine import Database, open_database
from vault.store.files import promote, read_limited
from vault.store.folder import VaultFolder
from vault.store.rows import Rows

NOW_MS = 1_800_000_000_000


@dataclass(frozen=True)
class Built:
    """A vault that was built for a founder, and its rows."""

    founder: founding._Founder
    folder: VaultFolder
    pins: Pins
    rows: Rows

    @property
    def file(self) -> KeyFile:
        return KeyFile.decode(read_limited(self.folder.keys, KEY_FILE_SIZE))

    @property
    def place(self) -> SealedPlace:
        return SealedPlace(self.founder.vault, self.founder.seat, self.founder.secrets.keyring_key)

    def local(self, purpose: Purpose) -> bytes:
        row = self.rows.local(self.founder.seat, purpose)
        assert row is not None
        return self.place.open_row(row)

    @property
    def keyring(self) -> Keyring:
        return Keyring.decode(self.local(Purpose.KEYRING))

    def compartment(self, kind: CompartmentKind) -> CompartmentId:
        notices = (read_notice(row) for row in self.rows.epochs())
        (found,) = (one.compartment for one in notices if one is not None and one.kind is kind)
        return CompartmentId(found)

    def versions(self, kind: CompartmentKind) -> list[OpenedVersion]:
        sealed = self.rows.versions(self.compartment(kind))
        return sorted(open_all(sealed, vault=self.founder.vault, keyring=self.keyring), key=lambda one: one.n)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Built]:
    """A vault of Mira Halvorsen; its slot opens for nobody."""
    monkeypatch.setattr("vault.clock.now_ms", lambda: NOW_MS)
    folder = VaultFolder(tmp_path / "new.vault")
    folder.make()
    founder = founding._Founder("Harbour Aid", "Mira Halvorsen")
    file = founder.key_file(KeyHeader(founder.vault, b"f" * 16, 0, b"S" * 32, FLOOR), 5, b"s" * SLOT_BLOB_SIZE)
    pins = founding._build(folder, founder, file, 5, tmp_path / "state")
    assert {one.name for one in folder.path.iterdir()} == {"blobs", "drafts", "index", "keys", "vault.db"}
    database = open_database(folder.database, founder.database_key, create=False)
    with database.reading() as rows:
        yield Built(founder, folder, pins, rows)
    database.close()


def test_the_database_is_closed_before_the_keys_file_makes_it_a_vault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    close = Database.close

    def closing(database: Database) -> None:
        happened.append("closed")
        close(database)

    def promoting(path: Path) -> None:
        happened.append("promoted")
        promote(path)

    monkeypatch.setattr(Database, "close", closing)
    monkeypatch.setattr(founding, "promote", promoting)
    folder = VaultFolder(tmp_path / "new.vault")
    folder.make()
    founder = founding._Founder("Harbour Aid", "Mira Halvorsen")
    header = KeyHeader(founder.vault, b"f" * 16, 0, b"S" * 32, FLOOR)
    founding._build(folder, founder, founder.key_file(header, 5, b"s" * SLOT_BLOB_SIZE), 5, tmp_path / "state")
    assert happened == ["closed", "promoted"]


def told(version: OpenedVersion) -> tuple[str, dict[str, object]]:
    return version.content.kind, dict(version.content.fields)


def test_a_founder_is_everything_until_others_are_admitted() -> None:
    assert {Role.ADMIN, Role.SUPERVISOR, Role.CASEWORKER, Role.AUDITOR} == FOUNDER_ROLES


def test_the_directory_says_who_the_organisation_and_its_founder_are_and_who_reads_failed_attempts(
    built: Built,
) -> None:
    roster, organisation, member, attempts = built.versions(CompartmentKind.DIRECTORY)
    (package,) = built.versions(CompartmentKind.SENDING)
    assert (roster.record, roster.content.kind) == (ROSTER_RECORD, "roster")
    assert told(organisation) == ("organisation", {"name": "Harbour Aid"})
    assert told(member) == ("member", {"member": built.founder.member, "name": "Mira Halvorsen"})
    assert told(attempts) == ("attempts-key", {"kem": built.founder.attempts_seed})
    assert KemPrivate.from_seed(built.founder.attempts_seed).public == built.file.attempts_public
    seed = package.content.fields["seed"]
    assert isinstance(seed, bytes)
    assert (told(package), len(seed)) == (("package-key", {"seed": seed}), 32)
    assert len({one.record for one in (roster, organisation, member, attempts, package)}) == 5


def test_roster_0_certifies_the_founder_in_every_role_under_the_newest_rules(built: Built) -> None:
    founder = built.founder
    root = public_key(derive_root_seed(founder.root_secret))
    recovery = KemPrivate.from_seed(derive_recovery_seed(founder.root_secret)).public
    directory = read_directory(built.rows, vault=founder.vault, keyring=built.keyring, root_public=root)
    assert directory.chain.problems == ()
    (roster,) = directory.chain.accepted
    assert roster.head == RosterHead(
        founder.vault, 0, (), recovery, NEWEST_TABLE, (SUITE,), None, helpers_by_supervisor=True
    )
    assert roster.members == {founder.member: FOUNDER_ROLES}
    kem, identity = KemPrivate.from_seed(founder.secrets.kem_seed).public, public_key(founder.secrets.identity_seed)
    own = Certificate(founder.seat, founder.member, kem, identity, built.pins.current)
    assert roster.certificates == {founder.seat: own}
    assert [signer for signer, _ in roster.signatures] == [root]
    assert (built.pins.roster, founder.secrets.root_public) == (roster.root, root)


def test_entry_0_lists_five_compartments_for_the_founder_and_recovery_and_the_keys_file(built: Built) -> None:
    stored = built.rows.operation(built.pins.current, 0)
    assert stored is not None
    assert Header.decode(stored.header).roster == built.pins.roster
    kinds = [item.kind for item in decode_items(stored.list)]
    assert [kinds.count(one) for one in (ItemKind.EPOCH, ItemKind.GRANT, ItemKind.VERSION, ItemKind.KEYS)] == [
        5,
        10,
        5,
        1,
    ]
    for kind in ("DIRECTORY", "REGISTER", "INTAKE", "SENDING", "AUDIT"):
        (epoch,) = (row for row in built.rows.epochs(built.compartment(CompartmentKind[kind])))
        notice = read_notice(epoch)
        assert notice is not None
        granted = {grant.seat for grant in built.rows.grants_of(notice.epoch)}
        assert granted == {built.founder.seat, RECOVERY_SEAT}
    last = decode_items(stored.list)[-1]
    assert (last.kind, last.digest) == (ItemKind.KEYS, built.file.digest())


def test_the_doors_open_for_the_founder_and_for_recovery(built: Built) -> None:
    founder, keys = built.founder, DoorKeys(built.founder.database_key)
    own = KemPrivate.from_seed(founder.secrets.kem_seed)
    by_sheets = KemPrivate.from_seed(derive_recovery_seed(founder.root_secret))
    assert open_doors(own, founder.seat, founder.vault, built.file.doors) == keys
    assert open_recovery_door(by_sheets, founder.vault, built.file.recovery_door) == keys
    assert built.file.slots[5] == b"s" * SLOT_BLOB_SIZE


def test_the_root_secret_lies_in_the_vault_until_sheets_are_proven(built: Built) -> None:
    assert built.local(Purpose.ROOT_SECRET) == built.founder.root_secret


def test_the_account_remembers_the_whole_of_the_vault_that_it_founded(built: Built, tmp_path: Path) -> None:
    checkpoint = built.rows.newest_checkpoint(built.pins.current)
    assert checkpoint is not None
    assert built.pins == Pins(
        machine=this_machine(tmp_path / "state"),
        logs={built.pins.current: Pinned(1, checkpoint.root)},
        current=built.pins.current,
        pending=None,
        roster=built.pins.roster,
        keys_header=sha256(built.file.header_bytes()).digest(),
        keys_slot=sha256(b"s" * SLOT_BLOB_SIZE).digest(),
        index=None,
        highest_ms=built.pins.highest_ms,
    )
    assert checkpoint.size == 1
