"""Hints about failed unlocks: sealed, bounded, and never in the way."""

from __future__ import annotations

import os

import pytest

from tests.english import in_english
from tests.services.founded import Place
from vault import clock
from vault.access.session import Session
from vault.access.trust.attempts import attempts_key, count_attempts, note_attempt
from vault.ids import RecordId, make_id
from vault.records.versions import open_version
from vault.records.work import Entry
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from
from vault.store.files import read_limited
from vault.store.folder import VaultFolder

HINT_SIZE = 1_144  # FORMAT.md 3


def file_of(place: Place) -> KeyFile:
    return KeyFile.decode(read_limited(place.path / "keys", KEY_FILE_SIZE))


def count(session: Session, place: Place) -> int:
    with session.database.reading() as rows:
        return count_attempts(
            session.folder,
            session.vault,
            lambda: attempts_key(rows, session.vault, session.keyring, session.directory),
        )[0]


def test_attempts_are_counted_once(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    with founded.open() as session:
        assert count(session, founded) == 0
        for _ in range(4):
            note_attempt(folder, file_of(founded))
        assert count(session, founded) == 4
        assert count(session, founded) == 0


def test_hints_tell_a_thief_neither_number_nor_time(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    sizes = set()
    for _ in range(3):
        note_attempt(folder, file_of(founded))
        hints = folder.attempts.read_bytes()
        sizes.add(len(hints))
        assert len({hints[start : start + HINT_SIZE] for start in range(0, len(hints), HINT_SIZE)}) == 100
        assert clock.now_ms().to_bytes(8, "big")[:5] not in hints
    assert sizes == {100 * HINT_SIZE}


def test_a_hint_is_the_time_in_eight_bytes_and_nothing_else(founded: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """FORMAT.md 3."""
    now = 1_700_000_000_123
    folder, file = VaultFolder(founded.path), file_of(founded)
    with founded.open() as session, session.database.reading() as rows:
        key = attempts_key(rows, session.vault, session.keyring, session.directory)
        assert key is not None
        with monkeypatch.context() as patched:
            patched.setattr(clock, "now_ms", lambda: now)
            note_attempt(folder, file)
        hint = folder.attempts.read_bytes()[-HINT_SIZE:]
        assert open_from(key, hint, GrantContext(Purpose.ATTEMPT, session.vault)) == now.to_bytes(8, "big")


def test_only_the_newest_hundred_are_kept(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    folder.attempts.write_bytes(os.urandom(100 * HINT_SIZE))
    note_attempt(folder, file_of(founded))
    assert folder.attempts.stat().st_size == 100 * HINT_SIZE
    with founded.open() as session:
        # The others were not sealed by the program.
        assert "1 failed attempt " in " ".join(in_english(session.warnings))


def test_a_folder_that_cannot_be_written_keeps_no_hint_and_hides_no_error(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    folder.attempts.with_name("attempts.new").mkdir()
    before = folder.attempts.read_bytes()
    note_attempt(folder, file_of(founded))
    assert folder.attempts.read_bytes() == before


@pytest.mark.parametrize("column", ["wrap = zeroblob(40)", "epoch = zeroblob(16)"])
def test_the_key_of_the_hints_is_found_among_versions_that_do_not_open(founded: Place, column: str) -> None:
    with founded.open() as session:
        with session.database.reading() as rows:
            opened = [
                (one.n, version.content.kind)
                for one in rows.versions(session.directory.compartment)
                if (version := open_version(one, vault=session.vault, keyring=session.keyring)) is not None
            ]
        assert opened[0][1] != "attempts-key", "nothing stands before it"
        spoiled = ", ".join(str(n) for n, kind in opened if kind != "attempts-key")
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql(f"UPDATE version_key SET {column} WHERE seq = 0 AND n IN ({spoiled})")
            assert attempts_key(rows, session.vault, session.keyring, session.directory) is not None


def test_what_is_no_key_of_the_hints_is_passed_over(founded: Place) -> None:
    """Whoever may write the directory may write such a record; the true one stands behind it."""
    with founded.open() as session:
        home, seed = session.directory.compartment, b"s" * 96
        with session.database.transaction() as rows:
            rows.erase_versions([(one.origin, one.seq, one.n) for one in rows.versions(home) if one.seq == 0])
        said: list[tuple[str, object]] = [
            ("attempts-key", "text" * 24),
            ("attempts-key", None),
            ("attempts-key", bytes(95)),
        ]
        with session.work(home) as work:
            for kind, kem in (*said, ("organisation", bytes(96)), ("attempts-key", seed)):
                work.write(home, RecordId(make_id()), kind, {"kem": kem})
            work.commit(Entry(act="config.change"))
        with session.database.reading() as rows:
            found = attempts_key(rows, session.vault, session.keyring, session.directory)
    assert found is not None
    assert found.public == KemPrivate.from_seed(seed).public
