"""Backups and new vaults touch nothing that they did not make, wait for nothing, and say what they remove."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import desk
from tests.cli.desk import REPOSITORY, Answer, Desk
from tests.services.founded import MEMBER

__all__ = ["desk"]  # fixtures

_TWO_HOURS_S = 7200


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def tree(folder: Path) -> dict[str, bytes | None]:
    return {str(one.relative_to(folder)): one.read_bytes() if one.is_file() else None for one in folder.rglob("*")}


def make(desk: Desk, stick: Path, *more: str) -> Answer:
    made = desk.run("backup", "make", str(stick), *more)
    assert made.code == 0, made.err
    return made


# ---- what stays of earlier backups


def test_the_last_three_backups_stay_and_what_went_is_said(desk: Desk, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    for kept in (1, 2, 3):
        assert f"Backups of this vault there: {kept} kept." in make(desk, stick).out
    assert "1 was removed (backup-1); 3 kept." in make(desk, stick).out
    assert names(stick) == ["backup-2", "backup-3", "backup-4"]
    fewer = desk.run("backup", "make", str(stick), "--keep", "1", "--json").json()
    assert (fewer["removed"], fewer["kept"]) == (["backup-2", "backup-3", "backup-4"], 1)
    assert names(stick) == ["backup-5"]
    assert desk.run("backup", "make", str(stick), "--keep", "0").code == 2
    assert names(stick) == ["backup-5"]


# ---- what a destination may hold


def fifo(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_a_file(path: Path) -> None:
    path.with_name("mine").write_text("mine")
    path.symlink_to("mine")


@pytest.mark.parametrize("name", ["backup-3.part", "backup-9"])
@pytest.mark.parametrize("planted", [fifo, folder, device, link_to_a_file])
def test_what_only_looks_like_a_backup_is_refused_in_words_and_not_waited_for(
    desk: Desk, tmp_path: Path, name: str, planted: Callable[[Path], None]
) -> None:
    stick = tmp_path / "stick"
    (stick / name).mkdir(parents=True)
    planted(stick / name / "keys")
    before = names(stick / name)
    said = desk.run("backup", "make", str(stick))
    assert said.code == 5
    assert f"{stick / name / 'keys'} is not an ordinary file. Move {name} away" in said.err
    assert (names(stick), names(stick / name)) == ([name], before)
    for verb in ("verify", "restore") if planted is fifo else ():
        assert desk.run("backup", verb, str(stick), "--vault", str(tmp_path / "new.vault")).code in {4, 6, 75}


@pytest.mark.parametrize("planted", [fifo, device])
def test_a_destination_that_is_no_folder_is_refused(
    desk: Desk, tmp_path: Path, planted: Callable[[Path], None]
) -> None:
    planted(tmp_path / "stick")
    assert desk.run("backup", "make", str(tmp_path / "stick")).code == 5


def test_a_backup_with_something_of_a_persons_in_it_never_goes(desk: Desk, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    for _ in range(3):
        make(desk, stick)
    (stick / "backup-1" / "drafts" / "thesis.txt").write_text("my only one")
    (stick / "backup-2" / "keyrows.db").unlink()
    (stick / "backup-2" / "keyrows.db").symlink_to(tmp_path / "elsewhere")
    assert "2 kept." in make(desk, stick, "--keep", "2").out
    assert names(stick) == ["backup-1", "backup-2", "backup-3", "backup-4"]


# ---- what stands beside a vault that is brought back


@pytest.mark.long
@pytest.mark.parametrize("passphrase", [b"a wrong one", None])
def test_a_folder_or_link_that_is_called_like_a_part_stays_as_it_is(
    desk: Desk, tmp_path: Path, passphrase: bytes | None
) -> None:
    stick, here, elsewhere = tmp_path / "stick", tmp_path / "here", tmp_path / "elsewhere"
    make(desk, stick)
    (here / "work.part").mkdir(parents=True)
    (here / "work.part" / "thesis.txt").write_text("my only thesis")
    elsewhere.mkdir(mode=0o755)
    (here / "home.part").symlink_to(elsewhere)
    before = tree(here)
    if passphrase is not None:
        desk.passphrase_file.write_bytes(passphrase)
    for name in ("work", "home"):
        target = here / name
        said = desk.run("backup", "restore", str(stick), "--old-vault-is-gone", "--vault", str(target))
        assert said.code == (0 if passphrase is None else 12), said.err
        assert target.is_dir() is (passphrase is None)
        assert not target.is_symlink()
        shutil.rmtree(target, ignore_errors=True)
    assert tree(here) == before
    assert (list(elsewhere.iterdir()), elsewhere.stat().st_mode & 0o777) == ([], 0o755)


def test_a_link_is_no_place_for_a_vault(desk: Desk, tmp_path: Path) -> None:
    make(desk, tmp_path / "stick")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "work").symlink_to(tmp_path / "elsewhere")
    said = desk.run(
        *("backup", "restore", str(tmp_path / "stick"), "--old-vault-is-gone", "--vault", str(tmp_path / "work"))
    )
    assert said.code == 5
    assert (tmp_path / "work").is_symlink()
    assert list((tmp_path / "elsewhere").iterdir()) == []


# ---- what a kill leaves


def killed(desk: Desk, place: Path, *act: str) -> Path:
    """Kill a command while it builds a vault for this place, and return what is left beside."""
    options = ("--vault", str(place), "--member", MEMBER, "--passphrase-file", str(desk.passphrase_file))
    command = desk.command(*options, "--no-input", *act)
    with subprocess.Popen(command, env=desk.environment, cwd=REPOSITORY, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not (left := list(place.parent.glob(f"{place.name}.*.part"))):
            assert process.poll() is None
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGKILL)
    assert not place.exists()
    return left[0]


def make_old(*folders: Path) -> None:
    then = time.time() - _TWO_HOURS_S
    for one in folders:
        for path in (*one.rglob("*"), one):
            os.utime(path, (then, then), follow_symlinks=False)


INIT = ("init", "--org", "Aid", "--kdf-memory-mib", "64")


@pytest.mark.long
def test_what_a_killed_init_left_goes_with_the_next_one_and_what_may_be_somebodys_is_named(
    desk: Desk, tmp_path: Path
) -> None:
    place = tmp_path / "here" / "v.vault"
    place.parent.mkdir()
    left = killed(desk, place, *INIT)
    young = killed(desk, place, *INIT) if not left.exists() else left.with_name("v.vault.0a1b2c3d.part")
    young.mkdir(exist_ok=True)
    doubtful = place.parent / "v.vault.ffffffff.part"
    (doubtful / "index").mkdir(parents=True)
    (doubtful / "index" / "thesis.txt").write_text("mine")
    linked = place.parent / "v.vault.eeeeeeee.part"
    (place.parent / "elsewhere").mkdir()
    linked.symlink_to("elsewhere")
    others = [place.parent / name for name in ("v.vault.part", "v.vault.ABCDEF01.part", "w.vault.0a0a0a0a.part")]
    for one in others:
        one.mkdir()
    make_old(left, doubtful, linked, *others)
    stays = {young.name, doubtful.name, linked.name, "elsewhere", *(one.name for one in others)}
    said = desk.run("--vault", str(place), "--no-input", *INIT)
    assert said.code == 0, said.err
    assert set(names(place.parent)) == {*stays, "v.vault"}
    assert f"{left.name} was removed: an interrupted attempt had left it." in said.err
    for one in (doubtful, linked):
        assert f"{one} may be left from an earlier attempt, or may be yours" in said.err
    assert young.name not in said.err
    assert (doubtful / "index" / "thesis.txt").read_text() == "mine"


@pytest.mark.long
def test_what_a_killed_restore_left_goes_with_the_next_one(desk: Desk, tmp_path: Path) -> None:
    make(desk, tmp_path / "stick")
    place = tmp_path / "here" / "v.vault"
    place.parent.mkdir()
    act = ("backup", "restore", str(tmp_path / "stick"), "--old-vault-is-gone")
    left = killed(desk, place, *act)
    make_old(left)
    said = desk.run("--vault", str(place), *act)
    assert said.code == 0, said.err
    assert f"{left.name} was removed" in said.err
    assert names(place.parent) == ["v.vault"]
