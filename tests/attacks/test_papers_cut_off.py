"""A paper of several chunks is added, erased or backed up, and the process dies or the disk is full: whole or gone."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.attacks.backup_child import kill_at
from tests.attacks.test_full_disk import fill_disk, small_disk
from tests.services.erased import erase_record
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.services.founded import Place as Home
from tests.services.test_papers import add, chunk_files, paper
from vault.access.session import Session
from vault.errors import TryAgainError
from vault.ids import CompartmentId, RecordId
from vault.seal.bodies import CHUNK_SIZE
from vault.services import case_papers, housekeeping
from vault.services.backups import backups as backing_up
from vault.services.cases.editing import Place
from vault.services.evidence import log_checking

CHUNKS = 3

pytestmark = pytest.mark.slow


def kept(session: Session, case: CompartmentId) -> list[RecordId]:
    return [paper.record for paper in case_papers.list_in(session, case)]


def is_whole(session: Session, place: Place, source: Path, out: Path) -> bool:
    case_papers.save(session, place, out)
    return out.read_bytes() == source.read_bytes()


def killed_at(number: int, filled: Filled, act: Callable[[Session], object]) -> bool:
    """Do something in a child that dies at its NUMBER-th change of a name in `blobs`; say whether it died."""
    child = os.fork()
    if child == 0:
        try:
            with filled.open() as session:
                kill_at(number, filled.path / "blobs")
                act(session)
            os._exit(0)
        finally:
            os._exit(3)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended in {0, -signal.SIGKILL}
    return ended != 0


@pytest.mark.long
def test_a_kill_at_any_change_in_blobs_while_adding_leaves_a_whole_paper_or_none(
    filled: Filled, tmp_path: Path
) -> None:
    case, source = filled.cases[0], paper(tmp_path, CHUNKS * CHUNK_SIZE)
    number, died = 0, True
    while died:
        number += 1
        died = killed_at(number, filled, lambda session: add(session, case, source))
        with filled.open() as session:
            assert len(kept(session, case)) == int(not died)
            assert log_checking.verify(session).verified
        for path in (filled.path / "blobs").rglob("*"):
            os.utime(path, (1, 1))
        with filled.open() as session:
            assert len(chunk_files(session)) == (0 if died else CHUNKS)
    assert number > 2 * CHUNKS
    with filled.open() as session:
        assert is_whole(session, Place(case, kept(session, case)[0], "document"), source, tmp_path / "out")


@pytest.mark.long
def test_a_kill_at_any_change_in_blobs_while_erasing_leaves_nothing_once_somebody_unlocked(
    filled: Filled, tmp_path: Path
) -> None:
    case, source = filled.cases[0], paper(tmp_path, CHUNKS * CHUNK_SIZE)
    with filled.open() as session:
        stays = add(session, case, source)
    number, died = 0, True
    while died:
        number += 1
        with filled.open() as session:
            going = add(session, case, source)
            assert len(chunk_files(session)) == 2 * CHUNKS
        died = killed_at(number, filled, partial(erase_record, place=going))
        with filled.open() as session:
            housekeeping.settle(session)
            assert kept(session, case) == [stays.record]
            assert len(chunk_files(session)) == CHUNKS
            found = log_checking.verify(session)
            assert (found.verified, found.contents.here, found.contents.stray) == (True, 1, 0)
    assert number > CHUNKS
    with filled.open() as session:
        assert is_whole(session, stays, source, tmp_path / "out")


@pytest.mark.tool("mount", "umount")
def test_a_full_disk_lets_a_paper_be_erased_whole_or_not_at_all(filled: Filled, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 40 << 20) as disk:
        home = Home(disk / "office.vault", filled.state)
        shutil.copytree(filled.path, home.path)
        source = paper(tmp_path, CHUNKS * CHUNK_SIZE)
        with home.open() as session:
            place = add(session, filled.cases[0], source)
            (home.path / "ballast").unlink()
            fill_disk(disk)
            with suppress(TryAgainError):
                erase_record(session, place)
            (disk / "filler").unlink()
        with home.open() as session:
            housekeeping.settle(session)
            if kept(session, filled.cases[0]):
                assert is_whole(session, place, source, tmp_path / "out")
                erase_record(session, place)
            assert chunk_files(session) == []
            assert log_checking.verify(session).verified


@pytest.mark.long
@pytest.mark.tool("mount", "umount")
@pytest.mark.parametrize("full", ["before it begins", "between two chunks", "while it is proven"])
def test_a_full_disk_leaves_the_backup_before_and_the_next_one_is_whole(
    filled: Filled, tmp_path: Path, full: str
) -> None:
    """A disk may get full after the room on it was measured: somebody else writes there, too."""
    with small_disk(tmp_path / "stick", 40 << 20) as stick, filled.open() as session:
        source = paper(tmp_path, CHUNKS * CHUNK_SIZE)
        place = add(session, filled.cases[0], source)
        before = backing_up.make(session, stick)
        assert before is not None
        if full == "before it begins":
            fill_disk(stick)

        def fill(what: object, done: int, total: int) -> None:
            said = f"{what}"
            if said == "Copying documents" and (full == "between two chunks" or done == total):
                fill_disk(stick)

        with pytest.raises(TryAgainError, match=r"no room|cannot be read or written \(No space left"):
            backing_up.make(session, stick, keep=1, progress=fill)
        assert sorted(path.name for path in stick.iterdir()) == [before.path.name, "filler"]
        found = backing_up.verify(stick, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=filled.state)
        assert (found.documents, found.missing) == (1, 0)
        (stick / "filler").unlink()
        made = backing_up.make(session, stick, keep=1)
        assert made is not None
        assert (made.documents, made.missing) == (1, 0)
        assert is_whole(session, place, source, tmp_path / "out")
