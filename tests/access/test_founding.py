"""`init` makes a whole vault or none."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.access.power import at_flush, no_room
from tests.access.told import is_told, told_by
from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.store.samples import KEY
from tests.tables import refuses
from vault import platform
from vault.access.membership.first_seat import FOUNDER_ROLES, Founded, found_vault
from vault.access.pins.pins import PinFile, Pins
from vault.access.recovery_session import open_door
from vault.access.seat_keys.rekeying import doors_here, read_key_file, slots_here
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.errors import NewerVaultError, RefusedError, TryAgainError, UsageError, VaultError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, MemberId
from vault.log.act_bytes import ActKind, anchor_digest
from vault.log.items import ItemKind, decode_items
from vault.policy.roles import Role
from vault.records.epochs import read_notice
from vault.records.versions import open_each
from vault.seal.entrance.doors import open_doors
from vault.seal.entrance.passphrase import FLOOR, KdfParameters
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed, derive_root_seed
from vault.seal.signing import public_key
from vault.services.evidence import log_checking
from vault.store.engine import Database, open_database
from vault.store.files import BALLAST_SIZE
from vault.store.folder import VaultFolder, make_beside
from vault.store.schema import SCHEMA, bring_up_to_date


def found(path: Path, state: Path | None, **changed: Any) -> Founded:
    wanted: dict[str, Any] = {
        "organisation": "Harbour Aid",
        "member_name": MEMBER,
        "passphrase": bytearray(PASSPHRASE),
        "parameters": FLOOR,
        "state": state,
        "choose": max,
        **changed,
    }
    return found_vault(path, **wanted)


def test_a_new_vault_opens_and_verifies_and_its_account_remembers_it(tmp_path: Path) -> None:
    path, state = tmp_path / "new.vault", tmp_path / "state"
    founded = found(path, state, organisation="  Harbour Aid ", member_name=f" {MEMBER} ")
    parts = {"attempts", "ballast", "blobs", "drafts", "index", "keys", "vault.db"}
    assert {part.name for part in path.iterdir()} == parts
    assert (path / "ballast").stat().st_size == BALLAST_SIZE
    file = read_key_file(path / "keys")
    with Place(path, state).open() as session:
        assert (session.vault, session.member, session.roles) == (founded.vault, founded.member, FOUNDER_ROLES)
        assert (in_english(session.warnings), session.anchor, kept_secret(session)) == (
            (),
            founded.anchor,
            founded.root_secret,
        )
        assert log_checking.verify(session).verified
        with session.database.reading() as rows:
            assert slots_here(rows) == {session.seat: 31}
        # The sheets open what the founder's own door does.
        assert open_door(file, founded.root_secret) == doors_here(session, file)
    assert (file.header.vault, file.header.generation, file.header.parameters) == (founded.vault, 0, FLOOR)
    assert {part.name for part in tmp_path.iterdir()} == {"new.vault", "state"}


def test_entry_0_lists_five_compartments_for_the_founder_and_recovery_and_how_the_vault_begins(
    founded: Place,
) -> None:
    with founded.open() as session, session.database.reading() as rows:
        stored = rows.operation(session.log.origin, 0)
        assert stored is not None
        items = decode_items(stored.list)
        notices = [notice for row in rows.epochs() if (notice := read_notice(row)) is not None]
        granted = {notice.kind: {grant.seat for grant in rows.grants_of(notice.epoch)} for notice in notices}
        seat, recovery = session.seat, session.directory.recovery_seat
    kinds = [item.kind for item in items]
    counts = [kinds.count(kind) for kind in (ItemKind.EPOCH, ItemKind.GRANT, ItemKind.VERSION, ItemKind.KEYS)]
    assert counts == [5, 10, 4, 1]
    assert kinds[-3:] == [ItemKind.KEYS, ActKind.BEGIN, ActKind.SHEETS]
    assert items[-3].digest == read_key_file(founded.path / "keys").digest()
    assert granted.keys() == {CompartmentKind[kind] for kind in ("DIRECTORY", "REGISTER", "INTAKE", "SENDING", "AUDIT")}
    assert {frozenset(seats) for seats in granted.values()} == {frozenset({seat, recovery})}


def test_the_vault_is_named_by_its_first_keys_and_its_founder_by_their_first_log(founded: Place) -> None:
    assert {Role.ADMIN, Role.SUPERVISOR, Role.CASEWORKER, Role.AUDITOR} == FOUNDER_ROLES
    with founded.open() as session:
        secret = kept_secret(session) or b""
        root, recovery = public_key(derive_root_seed(secret)), KemPrivate.from_seed(derive_recovery_seed(secret)).public
        directory = session.directory
        (own,) = directory.certificates.values()
        assert (own.origin, own.kem, own.identity) == (
            session.log.origin,
            session.kem_private.public,
            session.sign("bundle", b"")[0],
        )
        assert (session.seat, session.member) == (own.origin[:16], MemberId(own.origin[:16]))
        assert (directory.root_public, directory.recovery, directory.beginning.said.helpers) == (root, recovery, True)
        assert directory.anchor == anchor_digest(root, recovery, own.identity)
        assert session.vault == directory.anchor[:16]
        assert directory.members == {session.member: FOUNDER_ROLES}


def test_the_directory_says_who_the_organisation_and_its_founder_are_and_who_reads_failed_attempts(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path / "new.vault", tmp_path / "state")
    found(place.path, place.state)
    said: dict[str, dict[str, Any]] = {}
    records = set()
    with place.open() as session, session.database.reading() as rows:
        for compartment in session.keyring.compartments():
            versions = rows.versions(CompartmentId(compartment))
            for version in open_each(versions, vault=session.vault, keyring=session.keyring)[0]:
                said[version.content.kind] = dict(version.content.fields)
                records.add(version.record)
        member = session.member
    assert said.keys() == {"organisation", "member", "attempts-key", "package-key"}
    assert said["organisation"] == {"name": "Harbour Aid"}
    assert said["member"] == {"member": member, "name": MEMBER}
    keys = read_key_file(place.path / "keys")
    assert KemPrivate.from_seed(said["attempts-key"]["kem"]).public == keys.attempts_public
    assert len(said["package-key"]["seed"]) == 32
    assert len(records) == 4


def test_an_account_without_another_state_folder_uses_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "state_dir", lambda: tmp_path / "own")
    found(tmp_path / "new.vault", None)
    found(tmp_path / "other.vault", tmp_path / "state")
    assert len(list((tmp_path / "own" / "pins").iterdir())) == 1


REFUSED: list[tuple[dict[str, Any], type[VaultError], str]] = [
    ({"organisation": "  "}, UsageError, "name of the organisation is empty"),
    ({"member_name": ""}, UsageError, "name of the member is empty"),
    ({"passphrase": bytearray()}, RefusedError, "passphrase"),
    ({"parameters": KdfParameters(8, 1, 1)}, RefusedError, "memory_kib"),
]


def test_what_makes_no_vault_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(**changed: Any) -> None:
        found(tmp_path / "new.vault", tmp_path / "state", **changed)

    for changed, error, words in REFUSED:
        assert is_told(error, words, make, **changed)
        assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(platform, "is_network_or_synced", lambda path: f"{path.name} is synced, says the test")
    assert is_told(RefusedError, "new.vault is synced, says the test", make)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_stays_and_an_empty_folder_becomes_a_vault(tmp_path: Path) -> None:
    file, folder, empty = (tmp_path / name for name in ("file.vault", "folder.vault", "empty.vault"))
    file.write_text("mine")
    folder.mkdir()
    (folder / "letter").write_text("mine")
    for path in (file, folder):
        assert is_told(RefusedError, "there is something at", found, path, tmp_path / "state")
    assert (file.read_text(), (folder / "letter").read_text()) == ("mine", "mine")
    empty.mkdir()
    found(empty, tmp_path / "state")
    Place(empty, tmp_path / "state").open().close()


def test_no_room_at_any_step_leaves_no_half_vault_and_at_last_its_name_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, state = tmp_path / "new.vault", tmp_path / "state"
    with at_flush(monkeypatch, 0, no_room) as flushed:
        found(tmp_path / "first.vault", state)
    outcomes = []
    for step in range(2, len(flushed), 3):  # of each file one
        shutil.rmtree(state / "pins", ignore_errors=True)
        with at_flush(monkeypatch, step, no_room):
            kind, _ = told_by(found, path, state)
        left = [*tmp_path.glob("*.part"), *(state / "pins").glob("*[!w]")]  # what is called .new is nobody's pins
        outcomes.append((kind is None, path.exists(), len(left)))
        shutil.rmtree(path, ignore_errors=True)
    # Only the hints about failed attempts may be missing from a vault that is made: one of these.
    assert {*outcomes} == {(False, False, 0), (True, True, 1)}
    assert outcomes.count((True, True, 1)) == 1
    stood: list[bool] = []
    with at_flush(monkeypatch, len(flushed), lambda: stood.append(path.exists())):
        found(path, state)
    assert stood == [True]


def test_where_the_name_was_taken_meanwhile_what_took_it_stays_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.vault"

    def take_the_name() -> None:
        path.mkdir()
        (path / "letter").write_text("mine")

    with at_flush(monkeypatch, 1, take_the_name):
        assert is_told(TryAgainError, f"the vault cannot be made at {path}", found, path, tmp_path / "state")
    assert [part.name for part in path.iterdir()] == ["letter"]
    assert list((tmp_path / "state" / "pins").iterdir()) == list(tmp_path.glob("*.part")) == []


def test_what_ends_a_founding_is_what_is_told_whatever_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        (building,) = tmp_path.glob("*.part")
        shutil.rmtree(building)
        raise KeyboardInterrupt

    with at_flush(monkeypatch, 1, gone), pytest.raises(KeyboardInterrupt):
        found(tmp_path / "new.vault", tmp_path / "state")
    assert list(tmp_path.glob("*.part")) == []


def test_the_folder_beside_is_new_and_for_its_owner_alone_and_what_is_above_keeps_its_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    before = os.umask(0)
    try:
        building = make_beside(shared / "new.vault")
    finally:
        os.umask(before)
    assert list(shared.iterdir()) == [building.path]
    assert (building.path.name[:10], building.path.suffix) == ("new.vault.", ".part")
    assert [part.stat().st_mode & 0o777 for part in (building.path, shared)] == [0o700, 0o755]
    make_beside(tmp_path / "deep" / "deeper" / "new.vault")
    assert [(tmp_path / part).stat().st_mode & 0o777 for part in ("deep", "deep/deeper")] == [0o700, 0o700]
    monkeypatch.setattr(secrets, "token_hex", lambda size: "00" * size)
    make_beside(tmp_path / "new.vault")
    (tmp_path / "letter").write_text("mine")
    for place in (tmp_path / "new.vault", tmp_path / "letter" / "new.vault"):
        assert is_told(TryAgainError, "the vault cannot be made at", make_beside, place)


# `init` touches nothing that it did not make, and says no before a vault exists whose secret nobody saw.
def test_a_folder_beside_that_looks_like_half_a_vault_stays(tmp_path: Path) -> None:
    beside = tmp_path / "new.vault.part"
    beside.mkdir()
    (beside / "letter").write_text("mine")
    found(tmp_path / "new.vault", tmp_path / "state")
    assert (beside / "letter").read_text() == "mine"


def test_a_link_where_a_vault_could_be_built_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "new.vault.part").symlink_to(elsewhere)
    found(tmp_path / "new.vault", tmp_path / "state")
    assert list(elsewhere.iterdir()) == []
    assert not (tmp_path / "new.vault").is_symlink()


def test_two_that_begin_at_once_make_one_whole_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are held when their vaults are built and have no name yet: the pins come next."""
    together, save = threading.Barrier(2, timeout=60), PinFile.save

    def held(file: PinFile, pins: Pins) -> None:
        together.wait()
        save(file, pins)

    monkeypatch.setattr(PinFile, "save", held)
    outcomes: list[Founded | VaultError] = []

    def begin() -> None:
        try:
            outcomes.append(found(tmp_path / "new.vault", tmp_path / "state"))
        except VaultError as refusal:
            outcomes.append(refusal)

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.undo()
    made = [one for one in outcomes if isinstance(one, Founded)]
    assert len(made) == 1
    assert len(outcomes) == 2
    with Place(tmp_path / "new.vault", tmp_path / "state").open() as session:
        assert session.vault == made[0].vault
        assert session.warnings == ()
    # Nothing of the other one is left, its pins included.
    assert {path.name for path in tmp_path.iterdir()} == {"new.vault", "state"}
    assert len(list((tmp_path / "state" / "pins").iterdir())) == 1


@pytest.mark.parametrize("blocked", ["state", "state/pins"])
def test_a_state_folder_that_cannot_be_used_is_told_before_there_is_a_vault(tmp_path: Path, blocked: str) -> None:
    path = tmp_path / blocked
    path.parent.mkdir(exist_ok=True)
    path.write_text("a file where a folder should be")
    refuses(TryAgainError, "cannot be written", found, tmp_path / "new.vault", tmp_path / "state")
    assert {one.name for one in tmp_path.iterdir()} == {"state"}


# An older vault is copied and proven before the first step; a newer one is not touched.
def stamp(session: Session, revision: str) -> None:
    with session.database.transaction() as rows:
        rows.connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (revision,))


def raw_key(session: Session) -> bytes:
    file = read_key_file(session.folder.keys)
    private = KemPrivate.from_seed(session._secrets.kem_seed)
    return open_doors(private, session.seat, session.vault, file.doors).new


def copies(place: Place) -> list[Path]:
    return sorted(place.path.glob("vault.db.schema-*"))


def test_a_current_vault_is_left_alone(founded: Place, session: Session) -> None:
    assert not bring_up_to_date(session.database, session.folder, raw_key(session))
    assert copies(founded) == []


@pytest.mark.parametrize("is_second_try", [False, True])
def test_a_vault_without_a_stamp_is_brought_up_to_date_after_a_copy_of_it_was_kept(
    tmp_path: Path, *, is_second_try: bool
) -> None:
    folder = VaultFolder(tmp_path)
    database = open_database(folder.database, KEY, create=True)
    with database.transaction() as rows:
        rows.connection.exec_driver_sql("CREATE TABLE older (what TEXT)")
    path = tmp_path / "vault.db.schema-none"
    if is_second_try:
        path.write_bytes(b"of a try that was cut off")
    assert bring_up_to_date(database, folder, KEY)
    assert database.schema_stamp() == SCHEMA
    assert not bring_up_to_date(database, folder, KEY)
    database.close()
    with closing(open_database(path, KEY, create=False)) as copy, copy.reading() as rows:
        assert sa.inspect(rows.connection).get_table_names() == ["older"]


def test_a_newer_vault_is_refused_with_the_schema_needed_and_not_touched(founded: Place) -> None:
    with founded.open() as session:
        stamp(session, "0999")
    before = (founded.path / "vault.db").read_bytes()
    refuses(NewerVaultError, "schema 0999", founded.open)
    assert (founded.path / "vault.db").read_bytes() == before
    assert copies(founded) == []


def test_before_the_first_step_stands_a_copy_that_opens(founded: Place, session: Session) -> None:
    stamp(session, "0000")
    # No step leads on from a schema that never was, so the migration fails, and the copy is what is left to stand on.
    with pytest.raises(VerificationError, match="a step from schema 0000 to 0002 failed and was undone"):
        bring_up_to_date(session.database, session.folder, raw_key(session))
    (copy,) = copies(founded)
    assert copy.name == "vault.db.schema-0000"
    with closing(open_database(copy, raw_key(session), create=False)) as opened:
        with opened.reading() as rows:
            assert rows.size(session.log.origin) == session.log.size
        assert opened.schema_stamp() == "0000"


def test_a_copy_that_is_not_what_was_copied_stops_the_migration(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp(session, "0000")
    stamped: list[str | None] = []
    true_stamp = Database.schema_stamp

    def wrong_in_the_copy(database: Database) -> str | None:
        stamped.append("7777" if database is not session.database else true_stamp(database))
        return stamped[-1]

    monkeypatch.setattr(Database, "schema_stamp", wrong_in_the_copy)
    with pytest.raises(VerificationError, match="is not what was copied"):
        bring_up_to_date(session.database, session.folder, raw_key(session))


def test_without_room_for_a_copy_nothing_is_begun(
    founded: Place, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp(session, "0000")
    monkeypatch.setattr("vault.store.engine.free_bytes", lambda path: 1 << 20)
    with pytest.raises(TryAgainError, match="no room"):
        bring_up_to_date(session.database, session.folder, raw_key(session))
    assert session.database.schema_stamp() == "0000"
    assert copies(founded) == []


def test_neither_the_copy_nor_what_proves_it_stays_open(session: Session, closed: list[Database]) -> None:
    stamp(session, "0000")
    with pytest.raises(VerificationError, match="failed and was undone"):
        bring_up_to_date(session.database, session.folder, raw_key(session))
    assert len(closed) == 2
    assert session.database not in closed
