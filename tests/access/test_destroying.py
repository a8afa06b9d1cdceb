"""Ways in that are destroyed: which bytes and files go, durably, and what is left alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.access.power import PowerCutError, at_flush
from tests.access.test_keychange import read_keys
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from vault import platform
from vault.access.seat_keys import slots
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import VerificationError
from vault.seal.purposes import Purpose


def test_of_a_seat_that_destroys_its_access_no_row_stays(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []

    def look(session: Session) -> None:
        with session.database.reading() as rows:
            left.extend(row.purpose for one in Purpose for row in rows.locals_for(one))
        wal = session.folder.path / "vault.db-wal"
        left.append(wal.stat().st_size if wal.exists() else 0)
        raise PowerCutError

    with filled.open() as session:
        with monkeypatch.context() as cutting:
            cutting.setattr(Session, "close", look)
            with pytest.raises(PowerCutError):
                slots.destroy_own_access(session)
        # Nor in the log beside the database, whenever the power goes from here on.
        assert left == [0]


def test_a_seat_whose_slot_is_not_known_changes_nothing(filled: Filled) -> None:
    before = read_keys(filled.path)
    with filled.open() as session:
        with session.database.transaction() as rows:
            rows.delete_local(session.seat, Purpose.SLOT)
        with pytest.raises(VerificationError, match="this device does not know which slot is yours"):
            slots.destroy_own_access(session)
    assert read_keys(filled.path) == before


def test_the_pins_go_from_the_account_s_own_state_folder_too(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    state = platform.state_dir()
    shutil.copytree(filled.state, state, dirs_exist_ok=True)
    session = unlock(filled.path, member=MEMBER, passphrase=bytearray(PASSPHRASE))
    assert list((state / "pins").iterdir())
    slots.destroy_own_access(session)
    assert list((state / "pins").iterdir()) == []


def test_a_part_of_a_file_is_overwritten_where_it_lies_and_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, stood = tmp_path / "keys", list[bytes]()
    path.write_bytes(bytes(100))
    with at_flush(monkeypatch, 1, lambda: stood.append(path.read_bytes())):
        slots.overwrite(path, 30, 40)
    (flushed,) = stood
    assert (flushed[:30], flushed[70:], path.read_bytes()) == (bytes(30), bytes(30), flushed)
    assert any(flushed[30:70])
    with path.open("r+b") as file:
        slots.overwrite_open(file.fileno(), size=20)
    assert any(path.read_bytes()[:20])
    assert path.read_bytes()[20:] == flushed[20:]


def test_what_a_link_points_to_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "of somebody").write_bytes(b"untouched")
    (tmp_path / "keys").symlink_to(tmp_path / "of somebody")
    with pytest.raises(OSError, match="keys"):
        slots.overwrite(tmp_path / "keys", 0, 4)
    assert (tmp_path / "of somebody").read_bytes() == b"untouched"


def test_where_no_open_file_can_be_replaced_none_is_held_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "os", SimpleNamespace(name="nt"))
    with slots._replaced(tmp_path / "keys"):
        pass


OPEN = Path("/proc/self/fd")


@pytest.mark.skipif(not OPEN.is_dir(), reason="the system does not tell which files are open")
def test_nothing_that_was_overwritten_stays_open(tmp_path: Path) -> None:
    path, before = tmp_path / "keys", len([*OPEN.iterdir()])
    path.write_bytes(bytes(100))
    slots.overwrite(path, 0, 100)
    with slots._replaced(path):
        assert len([*OPEN.iterdir()]) == before + 1
    assert len([*OPEN.iterdir()]) == before
