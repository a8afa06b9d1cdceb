"""Who stores a backup has every file of it and no key: what they add to it comes back into no vault."""

from __future__ import annotations

import os
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.backup_child import make
from tests.cli.conftest import desk
from tests.cli.desk import REPOSITORY, Answer, Desk
from tests.cli.forked import Forked
from tests.services.backup_help import list_again, names_below
from tests.services.bulk_notes import add_many
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.services.sheets_help import typed
from tests.services.test_papers import add, paper
from vault.access.recovering import Wish
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.seal.bodies import CHUNK_SIZE
from vault.seal.recovery import join_sheets
from vault.services.backups import backups, restoring
from vault.services.cases import cases
from vault.services.credentials import recovery

_PAGE = 8192


def _log_of(pages: bytes) -> bytes:
    """Return a write-ahead log that puts these sealed pages in the place of those of a database."""
    salts = (0x11111111, 0x22222222)
    head = struct.pack(">6I", 0x377F0682, 3007000, _PAGE, 0, *salts)
    sums = _summed((0, 0), head)
    log, count = head + struct.pack(">2I", *sums), len(pages) // _PAGE
    for n in range(count):
        page = pages[n * _PAGE : (n + 1) * _PAGE]
        frame = struct.pack(">2I", n + 1, count if n + 1 == count else 0)
        sums = _summed(_summed(sums, frame), page)
        log += frame + struct.pack(">4I", *salts, *sums) + page
    return log


def _summed(sums: tuple[int, int], part: bytes) -> tuple[int, int]:
    first, second = sums
    for one, other in struct.iter_unpack("<2I", part):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


def _write_ahead_log(older: Path, newer: Path) -> str:
    """Bring back a draft that was thrown away, out of the pages of an older backup."""
    name = next((older / "drafts").iterdir()).name
    (newer / "drafts" / f"{name}-wal").write_bytes(_log_of((older / "drafts" / name).read_bytes()))
    return f"drafts/{name}-wal"


def _whole_file(older: Path, newer: Path) -> str:
    """Bring back the drafts of somebody who has none any more."""
    shutil.copy(older / "drafts" / next((older / "drafts").iterdir()).name, newer / "drafts" / f"{'0f' * 16}.db")
    return f"drafts/{'0f' * 16}.db"


@pytest.mark.parametrize("plant", [_write_ahead_log, _whole_file])
def test_a_file_that_was_added_to_a_backup_is_named_and_nothing_is_restored(
    filled: Filled, tmp_path: Path, plant: Callable[[Path, Path], str]
) -> None:
    stick = tmp_path / "stick"
    with filled.open() as session:
        paper = typed(recovery.sheets(session), 1, 2)
        session.drafts().save(filled.cases[0], b"r" * 16, "thrown away long ago", "note")
        backups.make(session, stick)
        session.drafts().delete(filled.cases[0], b"r" * 16)
        backups.make(session, stick)
    older, newer = stick / "backup-1", stick / "backup-2"
    named = f"{plant(older, newer)} was not in the backup when it was made"
    list_again(newer)
    before = names_below(tmp_path)
    secret, again, state = bytearray(PASSPHRASE), tmp_path / "again.vault", tmp_path / "fresh"
    with pytest.raises(VerificationError, match=named):
        backups.verify(newer, member=MEMBER, passphrase=bytearray(PASSPHRASE))
    with pytest.raises(VerificationError, match=named):
        restoring.restore(newer, again, member=MEMBER, passphrase=secret, state=state, agree=lambda _: None)
    with pytest.raises(VerificationError, match=named):
        restoring.try_backup(newer, tmp_path / "tried", join_sheets(paper.sheets, None))
    wish = Wish(MEMBER, new_admin=False, everything=False, ends_old=False)
    with pytest.raises(VerificationError, match=named):
        restoring.restore_by_sheets(newer, again, paper, wish, passphrase=bytearray(b"seven"), state=state)
    assert names_below(tmp_path) == before


# A backup that is cut off at any moment, or does not fit: the one before it stays good, and the next one cleans up.
_NOTES = 400


@dataclass(frozen=True, slots=True)
class CrowdedDesk:
    """A vault with some hundred notes and a paper in three chunks, and a good backup of it."""

    filled: Filled
    stick: Path

    def child(self, act: str, number: int = 0) -> Forked:
        return Forked(make, act, self.filled.place, self.stick, number)

    def newest(self) -> backups.VerifiedBackup:
        """Return the newest backup, after everything in it was read."""
        found = backups.verify(self.stick, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=self.filled.state)
        assert (found.documents, found.missing) == (1, 0)
        return found

    def make(self) -> backups.MadeBackup:
        with self.filled.open() as session:
            assert session.warnings == ()
            assert len(cases.open_case(session, self.filled.cases[0]).notes) == 6 + _NOTES
            made = backups.make(session, self.stick, keep=1)
        assert made is not None
        return made

    def names(self) -> list[str]:
        return sorted(path.name for path in self.stick.iterdir())


@pytest.fixture
def crowded_desk(filled_template: Filled, tmp_path: Path) -> CrowdedDesk:
    filled = Filled(filled_template.place.copied_to(tmp_path / "office"), filled_template.cases, filled_template.refs)
    with filled.open() as session:
        many = [Note(kind=NoteKind.CONTACT, text=f"note {number} " * 20) for number in range(_NOTES)]
        add_many(session, filled.cases[0], many)
        add(session, filled.cases[0], paper(tmp_path, 2 * CHUNK_SIZE + 9))
    desk = CrowdedDesk(filled, tmp_path / "stick")
    desk.make()
    return desk


@pytest.mark.slow
@pytest.mark.parametrize("first", [1, *(pytest.param(first, marks=pytest.mark.long) for first in range(2, 6))])
def test_a_backup_killed_between_any_two_changes_on_the_disk_leaves_a_good_one(
    crowded_desk: CrowdedDesk, first: int
) -> None:
    ended, killed = False, 0
    after = crowded_desk.newest()
    for number in range(first, 200, 5):
        before = after
        with crowded_desk.child("kill-at", number) as process:
            ended = process.said.read().endswith("made\n")
            assert process.ended() == (0 if ended else -signal.SIGKILL)
        after = crowded_desk.newest()
        assert after == before or after.operations > before.operations
        if ended:
            break
        killed += 1
    assert ended
    assert killed > 2
    made = crowded_desk.make()
    assert crowded_desk.names() == [made.path.name]


@pytest.mark.slow
@pytest.mark.long_after(1)
@pytest.mark.parametrize("size", [1_000, 80_000, 200_000, 500_000, CHUNK_SIZE])
def test_a_disk_that_gets_full_leaves_the_backup_before(crowded_desk: CrowdedDesk, size: int) -> None:
    before = crowded_desk.newest()
    with crowded_desk.child("full", size) as process:
        assert process.said.read().startswith("open\nTryAgainError: no room")
    assert crowded_desk.newest() == before
    assert crowded_desk.names() == [before.path.name]


# Backups and new vaults touch nothing that they did not make, wait for nothing, and say what they remove.
__all__ = ["desk"]  # fixtures

_TWO_HOURS_S = 7200


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def tree(folder: Path) -> dict[str, bytes | None]:
    return {str(one.relative_to(folder)): one.read_bytes() if one.is_file() else None for one in folder.rglob("*")}


def make_backup(desk: Desk, stick: Path, *more: str) -> Answer:
    made = desk.run("backup", "make", str(stick), *more)
    assert made.code == 0, made.err
    return made


def test_the_last_three_backups_stay_and_what_went_is_said(desk: Desk, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    for kept in (1, 2, 3):
        assert f"Backups of this vault there: {kept} kept." in make_backup(desk, stick).out
    assert "1 was removed (backup-1); 3 kept." in make_backup(desk, stick).out
    assert names(stick) == ["backup-2", "backup-3", "backup-4"]
    fewer = desk.run("backup", "make", str(stick), "--keep", "1", "--json").json()
    assert (fewer["removed"], fewer["kept"]) == (["backup-2", "backup-3", "backup-4"], 1)
    assert names(stick) == ["backup-5"]
    assert desk.run("backup", "make", str(stick), "--keep", "0").code == 2
    assert names(stick) == ["backup-5"]


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
        make_backup(desk, stick)
    (stick / "backup-1" / "drafts" / "thesis.txt").write_text("my only one")
    (stick / "backup-2" / "keyrows.db").unlink()
    (stick / "backup-2" / "keyrows.db").symlink_to(tmp_path / "elsewhere")
    assert "2 kept." in make_backup(desk, stick, "--keep", "2").out
    assert names(stick) == ["backup-1", "backup-2", "backup-3", "backup-4"]


@pytest.mark.long
@pytest.mark.parametrize("passphrase", [b"a wrong one", None])
def test_a_folder_or_link_that_is_called_like_a_part_stays_as_it_is(
    desk: Desk, tmp_path: Path, passphrase: bytes | None
) -> None:
    stick, here, elsewhere = tmp_path / "stick", tmp_path / "here", tmp_path / "elsewhere"
    make_backup(desk, stick)
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
    make_backup(desk, tmp_path / "stick")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "work").symlink_to(tmp_path / "elsewhere")
    said = desk.run(
        *("backup", "restore", str(tmp_path / "stick"), "--old-vault-is-gone", "--vault", str(tmp_path / "work"))
    )
    assert said.code == 5
    assert (tmp_path / "work").is_symlink()
    assert list((tmp_path / "elsewhere").iterdir()) == []


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
    make_backup(desk, tmp_path / "stick")
    place = tmp_path / "here" / "v.vault"
    place.parent.mkdir()
    act = ("backup", "restore", str(tmp_path / "stick"), "--old-vault-is-gone")
    left = killed(desk, place, *act)
    make_old(left)
    said = desk.run("--vault", str(place), *act)
    assert said.code == 0, said.err
    assert f"{left.name} was removed" in said.err
    assert names(place.parent) == ["v.vault"]
