"""Killed, full, damaged: what was acknowledged stays, and nothing is there in part."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.english import in_english
from tests.store.processes import child, kill_and_read_rest, next_line
from tests.store.samples import KEY, ORIGIN, OTHER_KEY, add_entry, fill, names_in, new_vault, whole_entries
from tests.tables import each, refuses
from vault.errors import (
    MalformedError,
    NoVaultError,
    TryAgainError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.seal.bodies import chunk_name
from vault.store import files
from vault.store.blobs import STRAY_SECONDS, Blobs
from vault.store.copy import put_manifest, read_manifest
from vault.store.draft_files import open_drafts
from vault.store.engine import Database, open_database, open_finished
from vault.store.folder import clear_leftovers
from vault.store.schema import content_faults


def test_a_kill_loses_no_acknowledged_entry_and_leaves_none_in_part(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    new_vault(path).close()
    for kill in range(3):
        with child("commit", path) as process:
            said = [next_line(process) for _ in range(1 + 20 * kill)]
            said += kill_and_read_rest(process)
        with closing(open_database(path, KEY, create=False)) as database:
            assert whole_entries(database) > int(said[-1])
        assert names_in(tmp_path) == ["vault.db"]


def test_a_killed_program_loses_no_draft_that_was_saved(tmp_path: Path) -> None:
    for kill in range(3):
        with child("draft", tmp_path / "drafts") as process:
            said = [next_line(process) for _ in range(1 + 9 * kill)]
            said += kill_and_read_rest(process)
        drafts = open_drafts(tmp_path / "drafts", KEY)
        (kept,) = drafts.list()
        assert kept.saved_ms >= int(said[-1])
        assert kept.text == f"typed {kept.saved_ms}"
        drafts.close()


class _PageLimit:
    """Makes SQLite say that the disk is full, at the present size and some pages more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, more_pages: int) -> None:
        with self._database.reading() as rows:
            pages = rows.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            rows.connection.exec_driver_sql(f"PRAGMA max_page_count={pages + more_pages}")


def test_a_full_disk_gives_the_ballast_back_and_the_same_act_succeeds(tmp_path: Path) -> None:
    ballast = tmp_path / "ballast"
    files.make_ballast(ballast, 4096)
    new_vault(tmp_path / "vault.db").close()
    database = open_database(tmp_path / "vault.db", KEY, create=False, ballast=ballast)
    limit = _PageLimit(database)
    limit.set(0)
    refuses(TryAgainError, r"no room to write vault.db; a reserve was freed", fill, database, 100)
    assert not ballast.exists()
    assert whole_entries(database) == 0
    refuses(TryAgainError, r"no room to write vault\.db$", fill, database, 100)
    limit.set(1000)
    with database.transaction() as rows:
        add_entry(rows, 0)
    assert whole_entries(database) == 1
    database.close()


@pytest.fixture
def full(database: Database) -> Database:
    return fill(database, 100)


def require_entries(path: Path, key: bytes, count: int) -> None:
    with closing(open_database(path, key, create=False)) as database:
        assert whole_entries(database) == count


def _flip(data: bytearray, at: int) -> bytearray:
    data[at] ^= 1
    return data


@each(
    {
        "one bit in the last page": lambda data: _flip(data, len(data) - 5000),
        "a page moved to other places": lambda data: data[: -3 * 8192] + data[-2 * 8192 : -8192] * 3,
    }
)
def test_an_altered_page_is_reported_and_never_read(damage: Callable[[bytearray], bytearray], full: Database) -> None:
    path = full.path
    full.close()
    whole = path.read_bytes()
    path.write_bytes(damage(bytearray(whole)))
    database = open_database(path, KEY, create=False)
    with pytest.raises(VerificationError, match=r"vault\.db cannot be read: the disk failed or the file was altered"):
        whole_entries(database)
    database.close()
    path.write_bytes(whole)


def test_every_page_is_under_the_new_key_after_a_rekey(full: Database) -> None:
    full.rekey(OTHER_KEY)
    with full.transaction() as rows:
        add_entry(rows, 100)
    full.close()
    assert names_in(full.path.parent) == ["vault.db"]
    with pytest.raises(WrongPassphraseError):
        open_database(full.path, KEY, create=False)
    require_entries(full.path, OTHER_KEY, 101)


@each([0.1, 0.5, 0.9])
def test_a_rekey_killed_while_it_writes_leaves_all_rows_under_the_old_key(part_of_file: float, full: Database) -> None:
    full.close()
    size = int(full.path.stat().st_size * part_of_file)
    with child("rekey-killed", full.path, size) as process:
        assert process.communicate()[0] == ""
    assert process.returncode == -signal.SIGXFSZ
    assert Path(f"{full.path}-wal").stat().st_size > 0
    with pytest.raises(WrongPassphraseError):
        open_database(full.path, OTHER_KEY, create=False)
    require_entries(full.path, KEY, 100)


def test_a_rekey_cut_off_before_its_pages_left_the_log_opens_with_the_new_key(full: Database, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    full.truncate_wal()
    full._pragma(f"rekey=\"x'{OTHER_KEY.hex()}'\"")
    shutil.copy(full.path, copy)
    shutil.copy(f"{full.path}-wal", f"{copy}-wal")
    with pytest.raises(WrongPassphraseError):
        open_database(copy, KEY, create=False)
    require_entries(copy, OTHER_KEY, 100)


def test_a_rekey_without_room_says_so_and_the_old_key_still_opens(
    full: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crowded:
        crowded.setattr("vault.store.engine.free_bytes", lambda _: 1 << 20)
        refuses(TryAgainError, r"no room at vault\.db: 16 MiB are needed, 1 are free", full.rekey, OTHER_KEY)
    assert whole_entries(full) == 100
    full.close()
    with child("rekey-full", full.path, full.path.stat().st_size // 2) as process:
        out, _ = process.communicate()
    assert out == "TryAgainError: no room to write vault.db\n"
    require_entries(full.path, KEY, 100)


# What a kill leaves beside a vault goes an hour later, and nothing goes that somebody else put there.
CHUNK = b"sealed"
NAME = chunk_name(CHUNK)


def file_among(blobs: Path) -> None:
    (blobs / "words.txt").write_text("hers")


def folder_of_another_name(blobs: Path) -> None:
    (blobs / "pictures").mkdir()


def link_to_a_folder(blobs: Path) -> None:
    (blobs.parent.parent / "elsewhere").mkdir()
    (blobs / "0a").symlink_to(blobs.parent.parent / "elsewhere")


def file_in_a_folder_of_ours(blobs: Path) -> None:
    (blobs / NAME.hex()[:2] / "words.txt").write_text("hers")


def chunk_in_the_folder_of_another(blobs: Path) -> None:
    folder = blobs / ("00" if NAME.hex()[:2] != "00" else "01")
    folder.mkdir()
    (folder / NAME.hex()).write_bytes(CHUNK)


def nothing_more(blobs: Path) -> None:
    (blobs / NAME.hex()[:2] / f"{NAME.hex()}.new").write_bytes(CHUNK[:2])


@each(
    {
        "what a kill left": (nothing_more, True),
        "a file of somebody": (file_among, False),
        "a folder of somebody": (folder_of_another_name, False),
        "a link": (link_to_a_folder, False),
        "a file of somebody within": (file_in_a_folder_of_ours, False),
        "a chunk at no place of its own": (chunk_in_the_folder_of_another, False),
    }
)
def test_what_was_left_goes_only_where_nothing_of_somebody_else_is_in_it(
    add: Callable[[Path], None], goes: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("left") / "vault"
    left = place.with_name("vault.0123abcd.part")
    left.mkdir()
    blobs = Blobs(left / "blobs")
    blobs.put(NAME, CHUNK)
    add(blobs.folder)
    before = sorted(left.rglob("*"))
    now = left.lstat().st_mtime + 2 * STRAY_SECONDS
    found = clear_leftovers(place, now=now)
    assert (found.removed, found.doubtful) == (((left,), ()) if goes else ((), (left,)))
    assert sorted(left.rglob("*")) == ([] if goes else before)


def test_half_a_chunk_is_no_chunk_and_what_is_not_ours_is_no_stray(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    assert list(blobs.names()) == []
    blobs.put(NAME, CHUNK)
    half = blobs.path(NAME).with_name(f"{NAME.hex()}.new")
    half.write_bytes(CHUNK[:2])
    file_among(blobs.folder)
    folder_of_another_name(blobs.folder)
    file_in_a_folder_of_ours(blobs.folder)
    assert list(blobs.names()) == [NAME]
    assert blobs.strays([NAME]) == [half]
    now = half.lstat().st_mtime
    assert blobs.sweep([NAME], now_s=now + STRAY_SECONDS - 1) == 0
    os.utime(half, (now - STRAY_SECONDS, now - STRAY_SECONDS))
    assert blobs.sweep([NAME], now_s=now) == 1
    assert list(blobs.names()) == [NAME]
    assert (blobs.folder / "words.txt").read_text() == "hers"


# Files that nobody writes any more: read without a trace, every page judged, one note beside the tables.
@pytest.fixture
def finished(tmp_path: Path) -> Path:
    path = tmp_path / "a stick?" / "vault.db"
    path.parent.mkdir()
    fill(new_vault(path), 30).close()
    return path


def test_a_finished_file_is_read_without_a_trace_with_its_key_and_never_written(finished: Path) -> None:
    before = finished.read_bytes()
    database = open_finished(finished, KEY)
    assert whole_entries(database) == 30
    database.require_whole()
    with pytest.raises(VaultError, match=r"^vault\.db cannot be"), database.transaction() as rows:
        rows.add_genesis(ORIGIN, b"genesis")
    assert names_in(finished.parent) == ["vault.db"]
    database.close()
    refuses(WrongPassphraseError, r"vault\.db does not open with this key", open_finished, finished, OTHER_KEY)
    with pytest.raises(NoVaultError, match=r"no database none\.db"):
        open_finished(finished.with_name("none.db"), KEY)
    assert names_in(finished.parent) == ["vault.db"]
    assert finished.read_bytes() == before


def test_one_altered_bit_on_any_page_is_noticed(finished: Path) -> None:
    whole = finished.read_bytes()
    for page in range(len(whole) // 8192):
        altered = bytearray(whole)
        altered[page * 8192 + 4_000] ^= 1
        finished.write_bytes(altered)
        with pytest.raises(VaultError, match=r"vault\.db"):
            open_finished(finished, KEY).require_whole()


def test_a_manifest_is_kept_once_and_unreadable_without_the_key(finished: Path, tmp_path: Path) -> None:
    database = new_vault(tmp_path / "keyrows.db")
    refuses(MalformedError, r"keyrows\.db holds 0 manifests, not one", read_manifest, database)
    put_manifest(database, b"what was copied and when")
    assert read_manifest(database) == b"what was copied and when"
    put_manifest(database, b"another")
    refuses(MalformedError, r"keyrows\.db holds 2 manifests, not one", read_manifest, database)
    database.close()
    assert b"copied" not in (tmp_path / "keyrows.db").read_bytes()


# A database file that was changed from outside is told in words: what was altered, and what was put behind its end.
PAGE = 8192


@each(
    {
        "nothing": (lambda whole: whole, []),
        "a page": (lambda whole: whole[: 5 * PAGE + 99] + bytes([whole[5 * PAGE + 99] ^ 1]) + whole[5 * PAGE + 100 :],
                   ["vault.db: a page of it is not what was written"]),
        "more": (lambda whole: whole + bytes(PAGE), ["vault.db: there are bytes after its end, which nothing reads"]),
    }
)  # fmt: skip
def test_what_was_done_to_a_file_is_told(
    change: Callable[[bytes], bytes], said: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("file") / "vault.db"
    fill(new_vault(path), 30).close()
    path.write_bytes(change(path.read_bytes()))
    with closing(open_finished(path, KEY)) as database:
        assert [line for line in in_english(content_faults(database)) if "contradicts" not in line] == said
