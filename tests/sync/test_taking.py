from __future__ import annotations

from pathlib import Path

from tests.sync.exchange import Sender, rows_of, take
from vault.store.engine import Database


def test_an_empty_store_has_the_same_rows_after_a_take(sender: Sender, store: Database, tmp_path: Path) -> None:
    made = sender.make(tmp_path / "all")
    taken = take(store, made.path, sender.vault)
    assert taken.is_whole
    assert taken.counts.refused == 0
    assert rows_of(store) == rows_of(sender.database)


def test_taking_twice_changes_nothing(sender: Sender, store: Database, tmp_path: Path) -> None:
    made = sender.make(tmp_path / "all")
    take(store, made.path, sender.vault)
    before = rows_of(store)
    again = take(store, made.path, sender.vault)
    assert rows_of(store) == before
    assert not again.logs
    assert again.counts.operations == again.counts.versions == again.counts.wraps == 0
