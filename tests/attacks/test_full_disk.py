"""A full disk, for the vault and for the account's state: one clear error, nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.filling import TEXT
from tests.attacks.test_kill import start_note_add
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place, fill, found
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import TryAgainError
from vault.services import housekeeping
from vault.services.approvals import erasing
from vault.services.cases import cases, notes, searching
from vault.services.erasures import what_goes
from vault.services.evidence import log_checking
from vault.store.files import BALLAST_SIZE

_REPOSITORY = Path(__file__).parents[2]
_MIB = 1 << 20


@pytest.fixture(scope="module")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    place = found(tmp_path_factory.mktemp("office"))
    return Filled(place, *fill(place))


@pytest.fixture
def office(office_template: Filled, tmp_path: Path) -> Filled:
    return Filled(office_template.place.copied_to(tmp_path), office_template.cases, office_template.refs)


@contextmanager
def small_disk(at: Path, size: int) -> Iterator[Path]:
    """Mount a disk of this many bytes, which only root may do."""
    at.mkdir()
    if os.geteuid() != 0:
        pytest.skip("not run: needs mount as root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("not run: needs mount as root")
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


def fill_disk(disk: Path) -> None:
    """Leave not one byte free."""
    with suppress(OSError), (disk / "filler").open("ab", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    assert shutil.disk_usage(disk).free == 0


def fill_up(place: Place, case_ref: str, *, limit: int = 0) -> tuple[list[str], list[str]]:
    """Write notes until an error; return the ids that were promised and the errors told."""
    command = [sys.executable, "-m", "tests.attacks.filling", str(place.path), str(place.state), case_ref, str(limit)]
    done = subprocess.run(command, cwd=_REPOSITORY, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    return [line for line in lines if " " not in line], [line for line in lines if " " in line]


def all_is_there(place: Place, case_ref: str, promised: list[str]) -> None:
    """Check that every promised note is there and whole, that work goes on, and that the log verifies."""
    with place.open() as session:
        assert session.warnings == ()
        case = cases.find(session, case_ref)
        texts = {note.record.hex(): note.value.text for note in cases.open_case(session, case).notes}
        assert {note: texts.get(note) == TEXT for note in promised} == dict.fromkeys(promised, True)
        notes.add(session, case, Note(NoteKind.CONTACT, "there is room again"))
        found = log_checking.verify(session)
    assert found.verified, found.faults[:3]


@pytest.mark.long
def test_a_limit_on_the_size_of_files_is_one_clear_error(office: Filled) -> None:
    limit = (office.path / "vault.db").stat().st_size + 2 * _MIB
    promised, errors = fill_up(office.place, office.refs[0], limit=limit)
    assert promised
    assert len(errors) == 1
    assert errors[0].startswith("try-again 75 no room to write vault.db")
    all_is_there(office.place, office.refs[0], promised)


@pytest.mark.tool("mount", "umount")
def test_a_full_disk_gives_the_ballast_back_and_loses_nothing(office: Filled, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 20 * _MIB) as disk:
        place = Place(disk / "office.vault", office.state)
        shutil.copytree(office.path, place.path)
        assert (place.path / "ballast").stat().st_size == BALLAST_SIZE
        first, errors = fill_up(place, office.refs[0])
        assert first
        assert [error.split(" no room")[0] for error in errors] == ["try-again 75"]
        assert "the same act fits now" in errors[0]
        assert not (place.path / "ballast").exists()
        # The reserve is room for the very act that failed, and for many after it.
        second, errors = fill_up(place, office.refs[0])
        assert len(second) > len(first)
        assert [error.split(" no room")[0] for error in errors] == ["try-again 75"]
        subprocess.run(["mount", "-o", f"remount,size={64 * _MIB}", str(disk)], check=True)
        all_is_there(place, office.refs[0], first + second)


@pytest.mark.tool("mount", "umount")
def test_no_vault_is_begun_on_a_disk_without_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4 * _MIB) as disk:
        with pytest.raises(TryAgainError, match="no room"):
            found(disk)
        assert [part.name for part in disk.iterdir()] == []


@pytest.mark.tool("mount", "umount")
def test_a_full_state_folder_stops_no_note_and_is_told(office: Filled, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64 << 10) as disk:
        place = Place(office.path, disk / "state")
        shutil.copytree(office.state, place.state)
        fill_disk(disk)
        session = place.open()
        note = notes.add(session, office.cases[0], Note(NoteKind.CONTACT, TEXT))
        with pytest.raises(TryAgainError, match="no room to write"):
            session.close()
        (disk / "filler").unlink()
        all_is_there(place, office.refs[0], [note.hex()])


@pytest.mark.tool("mount", "umount")
def test_a_new_log_does_not_begin_where_pins_cannot_name_it(office: Filled, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64 << 10) as disk:
        fill_disk(disk)
        with pytest.raises(TryAgainError, match="no room to write"):
            unlock(office.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=disk / "state")
    with office.open() as session:
        assert session.warnings == ()
        assert log_checking.verify(session).logs == 1


def limit_files(limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


@pytest.mark.long
def test_the_real_command_ends_with_75_and_promises_nothing(office: Filled, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(office.state, home / "casevault")
    command: Callable[..., subprocess.Popen[bytes]] = partial(start_note_add, office, home, TEXT)
    process = command(before=partial(limit_files, 128 << 10))
    said, _ = process.communicate()
    assert process.returncode == 75
    answer = json.loads(said)
    assert answer["error"]["code"] == "try-again"
    assert "no room to write" in answer["error"]["message"]
    process = command()
    said, _ = process.communicate()
    assert process.returncode == 0
    all_is_there(Place(office.path, home / "casevault"), office.refs[1], [json.loads(said)["note"]])


@pytest.mark.long
@pytest.mark.tool("mount", "umount")
@pytest.mark.parametrize("room", [0, 64 << 10, 1 * _MIB])
def test_a_full_disk_lets_an_erasure_end_once_there_is_room(office: Filled, tmp_path: Path, room: int) -> None:
    """However far it came, its words are there whole or nowhere."""
    with small_disk(tmp_path / "disk", 32 * _MIB) as disk:
        place = Place(disk / "office.vault", office.state)
        shutil.copytree(office.path, place.path)
        with place.open() as session:
            note = notes.add(session, office.cases[0], Note(NoteKind.CONTACT, "Thistledown Wharf " * 20_000))
            going = what_goes.what_goes(session, note.hex())
            (place.path / "ballast").unlink()
            fill_disk(disk)
            os.truncate(disk / "filler", (disk / "filler").stat().st_size - room)
            with suppress(TryAgainError):
                erasing.erase(session, going, why="mistake")
            (disk / "filler").unlink()
        with place.open() as session:
            housekeeping.settle(session)
            if searching.search(session, "Thistledown").hits:
                erasing.erase(session, what_goes.what_goes(session, note.hex()), why="mistake")
            assert log_checking.verify(session).verified
            assert session.keys_now is not None
            copied, secrets, vault = session.copy_keys(session.keys_now[0]), session._secrets, session.vault
        loot = everything([place.path], vault, secrets, {copied.database_key})
        assert (b"Thistledown" in loot, b"thistledown" in loot) == (False, False)
