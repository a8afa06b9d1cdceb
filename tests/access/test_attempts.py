"""Hints about failed unlocks: sealed, bounded, and never in the way."""

from __future__ import annotations

import os

from tests.services.founded import Place
from vault import clock
from vault.access.attempts import _HINT_SIZE, _MOST_HINTS, count_attempts, note_attempt
from vault.access.session import Session
from vault.seal.keyfile import KEY_FILE_SIZE, KeyFile
from vault.store.files import read_limited
from vault.store.folder import VaultFolder


def file_of(place: Place) -> KeyFile:
    return KeyFile.decode(read_limited(place.path / "keys", KEY_FILE_SIZE))


def count(session: Session, place: Place) -> int:
    with session.database.reading() as rows:
        return count_attempts(rows, session.folder, file_of(place), session.keyring, session.directory)


def test_attempts_are_counted_once(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    with founded.open() as session:
        assert count(session, founded) == 0
        for _ in range(4):
            note_attempt(folder, file_of(founded))
        assert count(session, founded) == 4
        assert count(session, founded) == 0


def test_hints_tell_a_thief_neither_number_nor_time_beyond_their_count(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    note_attempt(folder, file_of(founded))
    note_attempt(folder, file_of(founded))
    hints = folder.attempts.read_bytes()
    assert len(hints) == 2 * _HINT_SIZE
    assert hints[:_HINT_SIZE] != hints[_HINT_SIZE:]
    assert clock.now_ms().to_bytes(8, "big")[:5] not in hints


def test_only_the_newest_hundred_are_kept(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    folder.attempts.write_bytes(os.urandom(_MOST_HINTS * _HINT_SIZE))
    note_attempt(folder, file_of(founded))
    assert folder.attempts.stat().st_size == _MOST_HINTS * _HINT_SIZE
    with founded.open() as session:
        # The others were not sealed by the program.
        assert "1 failed attempt " in " ".join(session.warnings)


def test_a_folder_that_cannot_be_written_keeps_no_hint_and_hides_no_error(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    folder.attempts.with_name("attempts.new").mkdir()
    note_attempt(folder, file_of(founded))
    assert not folder.attempts.exists()


def test_an_altered_directory_does_not_keep_anybody_out(founded: Place) -> None:
    with founded.open() as session, session.database.transaction() as rows:
        rows.connection.exec_driver_sql(
            "UPDATE version_key SET wrap = zeroblob(40) "
            "WHERE seq = 0 AND n = (SELECT max(n) FROM version WHERE seq = 0) - 1"
        )
    note_attempt(VaultFolder(founded.path), file_of(founded))
    founded.open().close()
