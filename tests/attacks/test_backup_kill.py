"""A backup that is cut off at any moment, or does not fit: the one before it stays good, and the next one cleans up."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.backup_child import make
from tests.cli.forked import Forked
from tests.services.bulk_notes import add_many
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.services.test_papers import add, paper
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.seal.bodies import CHUNK_SIZE
from vault.services.backups import backups
from vault.services.cases import cases

_NOTES = 400
_KILLS = 10

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Desk:
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
def desk(filled_template: Filled, tmp_path: Path) -> Desk:
    filled = Filled(filled_template.place.copied_to(tmp_path / "office"), filled_template.cases, filled_template.refs)
    with filled.open() as session:
        many = [Note(kind=NoteKind.CONTACT, text=f"note {number} " * 20) for number in range(_NOTES)]
        add_many(session, filled.cases[0], many)
        add(session, filled.cases[0], paper(tmp_path, 2 * CHUNK_SIZE + 9))
    desk = Desk(filled, tmp_path / "stick")
    desk.make()
    return desk


@pytest.mark.long
def test_a_backup_killed_at_any_moment_leaves_a_good_one(desk: Desk) -> None:
    with desk.child("make") as process:
        assert process.said.readline() == "open\n"
        began = time.monotonic()
        assert process.said.readline() == "made\n"
        lasts = time.monotonic() - began
    chance = random.Random(1983)
    outcomes = set()
    after = desk.newest()
    for kill in range(_KILLS):
        before = after
        with desk.child("make") as process:
            assert process.said.readline() == "open\n"
            time.sleep(lasts * (kill + chance.random()) / _KILLS)
        after = desk.newest()
        # Either the one before, or a newer one that was complete at that very moment.
        outcomes.add("before" if after == before else "after")
        assert after == before or after.operations > before.operations
    assert "before" in outcomes
    made = desk.make()
    assert desk.names() == [made.path.name]
    assert desk.newest().digest == made.digest


@pytest.mark.long
@pytest.mark.parametrize("first", [1, *(pytest.param(first, marks=pytest.mark.long) for first in range(2, 6))])
def test_a_backup_killed_between_any_two_changes_on_the_disk_leaves_a_good_one(desk: Desk, first: int) -> None:
    ended, killed = False, 0
    after = desk.newest()
    for number in range(first, 200, 5):
        before = after
        with desk.child("kill-at", number) as process:
            ended = process.said.read().endswith("made\n")
            assert process.ended() == (0 if ended else -signal.SIGKILL)
        after = desk.newest()
        assert after == before or after.operations > before.operations
        if ended:
            break
        killed += 1
    assert ended
    assert killed > 2
    made = desk.make()
    assert desk.names() == [made.path.name]


@pytest.mark.long_after(1)
@pytest.mark.parametrize("size", [1_000, 80_000, 200_000, 500_000, CHUNK_SIZE])
def test_a_disk_that_gets_full_leaves_the_backup_before(desk: Desk, size: int) -> None:
    before = desk.newest()
    with desk.child("full", size) as process:
        assert process.said.read().startswith("open\nTryAgainError: no room")
    assert desk.newest() == before
    assert desk.names() == [before.path.name]
