"""`init` touches nothing that it did not make, and says no before a vault exists whose secret nobody saw."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault.access.membership.first_seat import Founded, found_vault
from vault.access.pins.pins import PinFile, Pins
from vault.errors import TryAgainError, VaultError
from vault.seal.entrance.passphrase import FLOOR


def found(path: Path, state: Path) -> Founded:
    return found_vault(
        path,
        organisation="Harbour Aid",
        member_name=MEMBER,
        passphrase=bytearray(PASSPHRASE),
        parameters=FLOOR,
        state=state,
    )


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
    with pytest.raises(TryAgainError, match="cannot be written"):
        found(tmp_path / "new.vault", tmp_path / "state")
    assert {one.name for one in tmp_path.iterdir()} == {"state"}
