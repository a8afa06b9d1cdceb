"""`init` makes a whole vault or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault.access import founding
from vault.access.founding import FOUNDER_ROLES, found_vault
from vault.errors import RefusedError, TryAgainError, UsageError, VaultError
from vault.log.epochs import CompartmentKind
from vault.log.items import ItemKind, decode_items
from vault.records.epochs import read_notice
from vault.seal.passphrase import FLOOR, KdfParameters
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import public_key
from vault.services import checking


def found(path: Path, state: Path, **changed: object) -> founding.Founded:
    wanted: dict[str, object] = {
        "organisation": "Harbour Aid",
        "member_name": MEMBER,
        "passphrase": bytearray(PASSPHRASE),
        "parameters": FLOOR,
        "state": state,
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


REFUSED: list[object] = [
    pytest.param({"organisation": "  "}, UsageError, "need a name", id="no organisation"),
    pytest.param({"member_name": ""}, UsageError, "need a name", id="no member"),
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
