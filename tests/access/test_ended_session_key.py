"""The signing key of a session that was killed is gone from the disk once the next session has begun (FORMAT.md 5)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.attacks.outsider import learn
from tests.services.founded import Filled, Place
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import TryAgainError
from vault.seal.purposes import Purpose
from vault.services.cases import notes
from vault.store.engine import Database
from vault.words.message import Message


def killed(filled: Filled, folder: Path) -> Place:
    """Return the vault as it lies on the disk when a session is killed in the middle of its work."""
    with filled.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "the last act before the kill"))
        return filled.place.copied_to(folder)


def test_the_next_unlock_leaves_no_key_of_the_killed_session_beside_the_log(filled: Filled, tmp_path: Path) -> None:
    outsider = learn(filled.path)
    place = killed(filled, tmp_path / "killed")
    with place.open() as session:
        number = session.log.session.number
        seized = tmp_path / "seized"
        shutil.copytree(place.path, seized)
    # Of what is seized, the main file alone: what the log would replace in it must not be there any more.
    (seized / "vault.db-wal").unlink(missing_ok=True)
    with outsider.rows(seized) as rows:
        (stored,) = rows.execute("SELECT number FROM local WHERE purpose = ?", (int(Purpose.SESSION),)).fetchone()
    assert stored == number + 1


def test_an_unlock_that_cannot_erase_it_does_not_go_on(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Database) -> None:
        raise TryAgainError(Message("no room, says the test"))

    with monkeypatch.context() as breaking:
        breaking.setattr(Database, "truncate_wal", full)
        with pytest.raises(TryAgainError, match="says the test"):
            filled.open()
    with filled.open() as session:
        assert session.warnings == ()
