"""`init` makes a whole vault or none."""

from __future__ import annotations

import os
import secrets
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault import platform
from vault.access import founding
from vault.access.founding import FOUNDER_ROLES, found_vault
from vault.access.pins import PinFile
from vault.errors import RefusedError, TryAgainError, UsageError, VaultError
from vault.log.epochs import CompartmentKind
from vault.log.items import ItemKind, decode_items
from vault.records.epochs import read_notice
from vault.seal.keyfile import SLOT_BLOB_SIZE
from vault.seal.passphrase import FLOOR, KdfParameters
from vault.seal.recovery import derive_root_seed, root_words
from vault.seal.signing import public_key
from vault.services import checking
from vault.store.beside import make_beside
from vault.store.files import BALLAST_SIZE
from vault.store.folder import VaultFolder


def found(path: Path, state: Path | None, **changed: object) -> founding.Founded:
    wanted: dict[str, object] = {
        "organisation": "Harbour Aid",
        "member_name": MEMBER,
        "passphrase": bytearray(PASSPHRASE),
        "parameters": FLOOR,
        "state": state,
        "choose": min,
        **changed,
    }
    return found_vault(path, **wanted)  # type: ignore[arg-type]  # a table of arguments


def test_a_new_vault_opens_and_verifies(tmp_path: Path) -> None:
    founded = found(tmp_path / "new.vault", tmp_path / "state")
    assert founded.root_secret.hex() not in repr(founded)
    assert len(founded.root_words) == 13
    with Place(tmp_path / "new.vault", tmp_path / "state").open() as session:
        assert (session.vault, session.member, session.roles) == (founded.vault, founded.member, FOUNDER_ROLES)
        assert session.warnings == ()
        assert checking.verify(session).verified
        assert session._secrets.root_public == public_key(derive_root_seed(founded.root_secret))
    assert list(tmp_path.glob("*.part")) == []


def test_entry_0_lists_the_first_compartments_their_grants_the_roster_and_the_keys(founded: Place) -> None:
    with founded.open() as session, session.database.reading() as rows:
        stored = rows.operation(session.log.origin, 0)
        assert stored is not None
        kinds = [item.kind for item in decode_items(stored.list)]
        notices = [notice for row in rows.epochs() if (notice := read_notice(row)) is not None]
    assert kinds.count(ItemKind.EPOCH) == 5
    # Each to the founder and to recovery.
    assert kinds.count(ItemKind.GRANT) == 10
    assert kinds.count(ItemKind.KEYS) == 1
    assert {notice.kind for notice in notices} == {
        CompartmentKind.DIRECTORY,
        CompartmentKind.REGISTER,
        CompartmentKind.INTAKE,
        CompartmentKind.SENDING,
        CompartmentKind.AUDIT,
    }


# ---- what stands in a new vault


@pytest.fixture
def slots(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """What slots were made of; none of them is stretched for, and there is no ballast."""
    made: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def make_slot(*given: Any, **named: Any) -> bytes:
        made.append((given, named))
        return b"s" * SLOT_BLOB_SIZE

    monkeypatch.setattr(founding, "make_slot", make_slot)
    monkeypatch.setattr(founding, "make_ballast", lambda path: None)
    return made


def test_the_first_slot_is_made_for_the_name_that_the_directory_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slots: list[tuple[tuple[Any, ...], dict[str, Any]]]
) -> None:
    built: list[Any] = []
    build = founding._build

    def noted(*given: Any) -> object:
        built.append(given)
        return build(*given)

    monkeypatch.setattr(founding, "_build", noted)
    names = {"organisation": "  Harbour Aid ", "member_name": f" {MEMBER} "}
    founded = found(tmp_path / "new.vault", tmp_path / "state", **names)
    ((_, founder, file, _, state),) = built
    assert (founder.organisation, founder.name, state) == ("Harbour Aid", MEMBER, tmp_path / "state")
    named = {"passphrase": bytearray(PASSPHRASE), "member_name": MEMBER}
    assert slots == [((file.header, 0, founder.secrets), named)]
    assert (file.header.vault, file.header.generation, file.header.parameters) == (founder.vault, 0, FLOOR)
    assert file.slots[0] == b"s" * SLOT_BLOB_SIZE
    root = public_key(derive_root_seed(founder.root_secret))
    assert founded == founding.Founded(founder.vault, founder.member, root_words(root), founder.root_secret)
    pins = PinFile(state / "pins", founder.vault, founder.seat, founder.secrets.pin_key).load()
    assert pins is not None
    assert pins.keys_header == sha256(file.header_bytes()).digest()


def test_a_new_vault_has_its_parts_and_its_ballast_and_nothing_open(tmp_path: Path) -> None:
    found(tmp_path / "new.vault", tmp_path / "state")
    parts = {one.name for one in (tmp_path / "new.vault").iterdir()}
    assert parts == {"attempts", "ballast", "blobs", "drafts", "index", "keys", "vault.db"}
    assert (tmp_path / "new.vault" / "ballast").stat().st_size == BALLAST_SIZE
    assert {one.name for one in (tmp_path / "state").iterdir()} >= {"pins"}


@pytest.mark.usefixtures("slots")
def test_an_account_without_another_state_folder_uses_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "state_dir", lambda: tmp_path / "own")
    found(tmp_path / "new.vault", None)
    assert len(list((tmp_path / "own" / "pins").iterdir())) == 1
    found(tmp_path / "other.vault", tmp_path / "state")
    assert len(list((tmp_path / "own" / "pins").iterdir())) == 1


@pytest.mark.usefixtures("slots")
def test_the_name_of_a_new_vault_is_on_the_medium_when_it_is_said_to_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stood: list[tuple[Path, bool]] = []
    path = tmp_path / "new.vault"
    monkeypatch.setattr(platform, "fsync_folder", lambda folder: stood.append((folder, path.exists())))
    found(path, tmp_path / "state")
    assert stood == [(tmp_path, True)]


# ---- what is refused, and what fails

REFUSED: list[object] = [
    pytest.param({"organisation": "  "}, UsageError, "name of the organisation is empty", id="no organisation"),
    pytest.param({"member_name": ""}, UsageError, "name of the member is empty", id="no member"),
    pytest.param({"passphrase": bytearray()}, RefusedError, "passphrase", id="no passphrase"),
    pytest.param({"parameters": KdfParameters(8, 1, 1)}, RefusedError, "memory_kib", id="a cost below the floor"),
]


@pytest.mark.parametrize(("changed", "error", "words"), REFUSED)
def test_what_makes_no_vault_leaves_nothing(
    tmp_path: Path, changed: dict[str, object], error: type[VaultError], words: str
) -> None:
    with pytest.raises(error, match=words):
        found(tmp_path / "new.vault", tmp_path / "state", **changed)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ["a file", "a folder with something in it"])
def test_what_is_there_already_stays(tmp_path: Path, what: str) -> None:
    path = tmp_path / "new.vault"
    if what == "a file":
        path.write_text("mine")
    else:
        path.mkdir()
        (path / "letter").write_text("mine")
    with pytest.raises(RefusedError, match="there is something at"):
        found(path, tmp_path / "state")
    assert (path if path.is_file() else path / "letter").read_text() == "mine"


def test_an_empty_folder_becomes_a_vault_beside_what_a_cut_off_init_left(tmp_path: Path) -> None:
    (tmp_path / "new.vault").mkdir()
    (tmp_path / "new.vault.part").mkdir()
    (tmp_path / "new.vault.part" / "vault.db").write_bytes(b"half")
    found(tmp_path / "new.vault", tmp_path / "state")
    Place(tmp_path / "new.vault", tmp_path / "state").open().close()


@pytest.mark.usefixtures("slots")
@pytest.mark.parametrize("step", ["make_ballast", "open_database", "make_tables", "_commit_entry_0", "promote"])
def test_a_failure_on_the_way_leaves_no_half_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def failing(*args: object, **named: object) -> None:
        raise TryAgainError("no room, says the test")

    with monkeypatch.context() as broken:
        broken.setattr(founding, step, failing)
        with pytest.raises(TryAgainError, match="says the test"):
            found(tmp_path / "new.vault", tmp_path / "state")
    assert not (tmp_path / "new.vault").exists()
    assert list(tmp_path.glob("*.part")) == []
    found(tmp_path / "new.vault", tmp_path / "state")


@pytest.mark.usefixtures("slots")
def test_a_place_that_a_sync_client_moves_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "is_network_or_synced", lambda path: f"{path.name} is synced, says the test")
    with pytest.raises(RefusedError, match=r"new\.vault is synced, says the test"):
        found(tmp_path / "new.vault", tmp_path / "state")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("slots")
def test_where_the_name_was_taken_meanwhile_what_took_it_stays_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, build = tmp_path / "new.vault", founding._build

    def taken(*given: object) -> object:
        path.mkdir()
        (path / "letter").write_text("mine")
        return build(*given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(founding, "_build", taken)
    with pytest.raises(TryAgainError) as refusal:
        found(path, tmp_path / "state")
    assert refusal.value.message == f"the vault cannot be made at {path}"
    assert [one.name for one in path.iterdir()] == ["letter"]
    assert list((tmp_path / "state" / "pins").iterdir()) == list(tmp_path.glob("*.part")) == []


@pytest.mark.usefixtures("slots")
def test_what_ends_a_founding_is_what_is_told_whatever_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(folder: VaultFolder, *given: object) -> None:
        shutil.rmtree(folder.path)
        raise KeyboardInterrupt

    monkeypatch.setattr(founding, "_build", gone)
    with pytest.raises(KeyboardInterrupt):
        found(tmp_path / "new.vault", tmp_path / "state")
    assert list(tmp_path.glob("*.part")) == []


# ---- the folder beside


def test_the_folder_beside_is_new_and_for_its_owner_alone_and_what_is_above_keeps_its_rights(tmp_path: Path) -> None:
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
    assert building.path.stat().st_mode & 0o777 == 0o700
    assert shared.stat().st_mode & 0o777 == 0o755


def test_folders_above_that_are_missing_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    make_beside(tmp_path / "deep" / "deeper" / "new.vault")
    assert [(tmp_path / one).stat().st_mode & 0o777 for one in ("deep", "deep/deeper")] == [0o700, 0o700]


def test_the_folder_beside_is_never_one_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda size: "00" * size)
    make_beside(tmp_path / "new.vault")
    with pytest.raises(TryAgainError, match="the vault cannot be made at"):
        make_beside(tmp_path / "new.vault")


def test_a_place_below_a_file_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(TryAgainError, match="the vault cannot be made at"):
        make_beside(tmp_path / "letter" / "new.vault")
