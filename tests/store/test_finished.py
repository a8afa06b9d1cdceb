"""Files that nobody writes any more: read without a trace, every page judged, one note beside the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.samples import KEY, ORIGIN, OTHER_KEY, add_entry, names_in, new_vault, whole_entries
from vault.errors import MalformedError, NoVaultError, VaultError, WrongPassphraseError
from vault.store.engine import open_finished
from vault.store.manifest import put_manifest, read_manifest


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    path = tmp_path / "a stick?" / "vault.db"
    path.parent.mkdir()
    database = new_vault(path)
    with database.transaction() as rows:
        for seq in range(30):
            add_entry(rows, seq)
    database.close()
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
    with pytest.raises(WrongPassphraseError, match=r"vault\.db does not open with this key"):
        open_finished(finished, OTHER_KEY)
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
    with pytest.raises(MalformedError, match=r"keyrows\.db holds 0 manifests, not one"):
        read_manifest(database)
    put_manifest(database, b"what was copied and when")
    assert read_manifest(database) == b"what was copied and when"
    put_manifest(database, b"another")
    with pytest.raises(MalformedError, match=r"keyrows\.db holds 2 manifests, not one"):
        read_manifest(database)
    database.close()
    assert b"copied" not in (tmp_path / "keyrows.db").read_bytes()
