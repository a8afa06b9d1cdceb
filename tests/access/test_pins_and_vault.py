"""What an account remembers of a vault, and what the vault does when it is older, another's or gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.access.power import cut_at_commit
from tests.english import in_english
from tests.services.founded import Filled, Place
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import notes
from vault.services.evidence import log_checking


def pins_path(place: Place) -> Path:
    (path,) = (place.state / "pins").iterdir()
    return path


def test_pins_that_lag_behind_the_vault_are_no_news(filled: Filled) -> None:
    """A crash between a commit and its pins leaves exactly this."""
    earlier = pins_path(filled.place).read_bytes()
    with filled.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "after the pins"))
    pins_path(filled.place).write_bytes(earlier)
    with filled.open() as session:
        assert session.warnings == ()
        assert log_checking.verify(session).logs == 1


@pytest.mark.parametrize("has_begun", [False, True], ids=["before entry 0", "after it, before the pins that follow"])
def test_a_crash_while_a_log_begins_does_not_begin_two(
    founded: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, has_begun: bool
) -> None:
    place = Place(founded.path, tmp_path / "new account")
    with cut_at_commit(monkeypatch, after=has_begun):
        place.open()
    with place.open() as session:
        session.require_sound_log()
        assert log_checking.verify(session).logs == 2
    with place.open() as session:
        assert session.warnings == ()
        assert log_checking.verify(session).logs == 2


def test_pins_of_another_machine_begin_a_new_log(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("vault.platform.machine_id", lambda state: b"another machine")
        with filled.open() as session:
            assert "last used on another machine" in " ".join(in_english(session.warnings))
            origin = session.log.origin
    with filled.open() as session:
        # Back home the pins are those of the other machine.
        assert "last used on another machine" in " ".join(in_english(session.warnings))
        assert session.log.origin != origin
        assert log_checking.verify(session).verified


def test_a_state_folder_from_before_a_new_log_does_not_bring_back_the_old_one(filled: Filled, tmp_path: Path) -> None:
    shutil.copytree(filled.state, tmp_path / "earlier state")
    shutil.rmtree(filled.state)
    with filled.open() as session:
        second = session.log.origin
    shutil.rmtree(filled.state)
    shutil.copytree(tmp_path / "earlier state", filled.state)
    with filled.open() as session:
        # The key of the old log is gone from the device: signing on there would be a fork.
        assert "continued with another log here" in " ".join(in_english(session.warnings))
        assert session.log.origin != second
        assert log_checking.verify(session).verified
