from __future__ import annotations

from pathlib import Path

import pytest

from tests.index.made import KEY, ORIGIN, case, note, person, tag
from tests.tables import each
from vault.errors import OpenElsewhereError, VerificationError, WrongPassphraseError
from vault.index import index_tables
from vault.index.case_pages import page
from vault.index.file import is_ahead, make_index, open_index, wipe
from vault.index.full_text import search
from vault.index.indexing import apply
from vault.store.engine import Database, open_database
from vault.words.message import Message

MARKER = "Xyzzymarker"


def test_what_was_applied_is_there_at_the_next_opening(tmp_path: Path) -> None:
    index = open_index(tmp_path / "a.db", KEY, tag)
    assert index.was_made
    apply(index, [note("n", "airport")], {ORIGIN: 3})
    index.close()
    index = open_index(tmp_path / "a.db", KEY, tag)
    assert not index.was_made
    assert index.cursor() == {ORIGIN: 3}
    assert search(index, "airport").hits
    index.close()


@each({"one file": True, "with its write-ahead log": False})
def test_no_byte_on_disk_tells_what_the_index_holds(closed: bool, tmp_path: Path) -> None:
    index = open_index(tmp_path / "a.db", KEY, tag)
    apply(index, [case(title=MARKER), person(MARKER), note("n", MARKER)], {})
    if closed:
        index.close()
    on_disk = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    index.close()
    assert len(on_disk) == (1 if closed else 2)
    assert sum(map(len, on_disk.values())) > 100_000
    for data in on_disk.values():
        assert not data.startswith(b"SQLite format 3")
        for form in (MARKER, MARKER.lower()):
            assert form.encode() not in data
            assert form.encode("utf-16-le") not in data


def test_with_the_key_the_text_of_a_note_is_still_not_there(tmp_path: Path) -> None:
    index = open_index(tmp_path / "a.db", KEY, tag)
    apply(index, [note("n", f"a phrase with {MARKER} in it")], {})
    with index.reading() as sql:
        assert sql.execute("SELECT names, body FROM text").fetchall() == [(None, None)]
        tables = [name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        assert "text_content" not in tables
        for table in tables:
            rows = sql.execute(f"SELECT * FROM {table}").fetchall()
            assert not any("phrase with" in str(value).lower() for row in rows for value in row), table
    index.close()


def _other_key(path: Path) -> None:
    wipe(path)
    make_index(path, bytes(32), tag).close()


def _other_stamp(path: Path) -> None:
    database = open_database(path, KEY, create=False)
    with database.transaction() as rows:
        rows.connection.exec_driver_sql(f"PRAGMA user_version={index_tables.STAMP + 1}")
    database.close()


def _first_page_altered(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)


def _killed_while_made(path: Path) -> None:
    wipe(path)
    open_database(path, KEY, create=True).close()


@each(
    {
        "sealed under another key": _other_key,
        "of another program version": _other_stamp,
        "altered": _first_page_altered,
        "never finished": _killed_while_made,
        "something else": lambda path: path.write_bytes(b"not a database, not at all" * 400),
        "empty": lambda path: path.write_bytes(b""),
        "gone": lambda path: path.unlink(),
    }
)
def test_an_index_that_cannot_be_used_is_made_anew(spoil: object, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    index = open_index(path, KEY, tag)
    apply(index, [note("n", "airport")], {ORIGIN: 1})
    index.close()
    assert callable(spoil)
    spoil(path)
    index = open_index(path, KEY, tag)
    assert index.was_made
    assert index.cursor() == {}
    assert search(index, "airport").hits == ()
    apply(index, [note("n", "airport")], {ORIGIN: 1})
    assert search(index, "airport").hits
    index.close()


def test_the_index_opens_with_its_own_key_only(tmp_path: Path) -> None:
    open_index(tmp_path / "a.db", KEY, tag).close()
    with pytest.raises(WrongPassphraseError, match="does not open with this key"):
        open_database(tmp_path / "a.db", bytes(32), create=False)


def test_an_index_in_use_elsewhere_is_not_thrown_away(tmp_path: Path) -> None:
    index = open_index(tmp_path / "a.db", KEY, tag)
    apply(index, [case()], {})
    with pytest.raises(OpenElsewhereError, match=r"a\.db is open in another process"):
        open_index(tmp_path / "a.db", KEY, tag)
    assert page(index)
    index.close()


def test_a_disk_that_cannot_read_the_index_gets_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_index(tmp_path / "a.db", KEY, tag).close()

    def broken(path: Path, raw_key: bytes, *, create: bool, ballast: Path | None = None) -> Database:
        if not create:
            raise VerificationError(Message("{name} cannot be read", name=path.name))
        return open_database(path, raw_key, create=create, ballast=ballast)

    monkeypatch.setattr("vault.index.file.open_database", broken)
    index = open_index(tmp_path / "a.db", KEY, tag)
    assert index.was_made
    index.close()


def test_optimising_merges_the_text_keeps_what_is_found_and_empties_the_log(tmp_path: Path) -> None:
    index = open_index(tmp_path / "a.db", KEY, tag)
    apply(index, [note("n", "airport")], {})
    apply(index, [note("m", "station")], {})
    index.optimize()
    with index.reading() as sql:
        assert sql.execute("PRAGMA synchronous").fetchone() == (1,)  # NORMAL: a commit does not wait for the disk
        assert sql.execute("SELECT count(DISTINCT segid) FROM text_idx").fetchone() == (1,)
    assert (tmp_path / "a.db-wal").stat().st_size == 0
    assert search(index, "airport").hits
    index.close()


def test_an_index_that_knows_more_than_the_vault_says_so() -> None:
    assert is_ahead({ORIGIN: 5}, {ORIGIN: 4})
    assert is_ahead({ORIGIN: 1}, {})
    assert not is_ahead({ORIGIN: 4}, {ORIGIN: 5, b"p" * 32: 1})
