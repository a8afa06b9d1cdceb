"""A bundle gets its name whole or not at all, on sticks without links too, and takes no name that something has."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

import vault.sync.bundle_making
from tests.log.writer import VAULT, Writer
from tests.sync.exchange import Sender, opened, rows_of, take
from tests.sync.hostile import encoded, write
from vault.errors import RefusedError, VaultError
from vault.store.engine import Database
from vault.sync.bundle_pages import PageKind, SentOperation
from vault.sync.proven_logs import Stop


def test_on_a_stick_that_has_no_links_a_bundle_is_made_and_opens(
    sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "stick").mkdir()
    made = sender.make(tmp_path / "stick" / "bundle")
    assert opened(made.path, sender.vault).manifest.pages > 0
    assert list((tmp_path / "stick").iterdir()) == [made.path]


@pytest.mark.parametrize("has_links", [True, False])
def test_what_came_to_the_name_meanwhile_stays_and_nothing_else_is_left(
    has_links: bool, sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "stick" / "bundle"
    place.parent.mkdir()

    def somebody_was_faster(*_: object, **__: object) -> None:
        place.write_bytes(b"hers")
        raise FileExistsError(errno.EEXIST, "File exists") if has_links else PermissionError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", somebody_was_faster)
    with pytest.raises(VaultError):
        sender.make(place)
    assert place.read_bytes() == b"hers"
    assert list(place.parent.iterdir()) == [place]


def test_a_bundle_larger_than_may_be_opened_is_not_made(
    sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault.sync.bundle_making, "FILE_LIMIT", 4_096)
    (tmp_path / "stick").mkdir()
    with pytest.raises(RefusedError, match="more than a bundle may have"):
        sender.make(tmp_path / "stick" / "bundle")
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_log_of_another_vault_and_the_seals_of_another_log_do_not_come_in(
    sender: Sender, store: Database, tmp_path: Path
) -> None:
    other = Writer().write(2)
    entries = [SentOperation(row.seq, row.header, row.list, row.sealed) for row in other.rows]
    pages = encoded(
        [
            (PageKind.GENESIS, bytes(32), [other.genesis]),
            (PageKind.CHECKPOINT, other.origin, [seal.note for seal in other.seals]),
            (PageKind.OPERATION, other.origin, [*entries]),
        ]
    )
    before = rows_of(store)
    imported = take(store, write(tmp_path / "foreign", sender.vault, pages), sender.vault)
    assert [(log.origin, log.why) for log in imported.pending] == [(other.origin, Stop.FOREIGN)]
    assert rows_of(store) == before


def test_of_a_log_its_own_seals_come_in_and_none_of_another_beside_them(store: Database, tmp_path: Path) -> None:
    log, other = Writer("a").write(2), Writer("b").write(2)
    entries = [SentOperation(row.seq, row.header, row.list, row.sealed) for row in log.rows]
    pages = encoded(
        [
            (PageKind.GENESIS, bytes(32), [log.genesis]),
            (PageKind.CHECKPOINT, log.origin, [seal.note for seal in (*other.seals, *log.seals)]),
            (PageKind.OPERATION, log.origin, [*entries]),
        ]
    )
    take(store, write(tmp_path / "bundle", VAULT, pages), VAULT)
    with store.reading() as rows:
        assert rows.origins() == {log.origin}
        assert {row.note for row in rows.checkpoints(log.origin)} == {seal.note for seal in log.seals}
        assert [row.digest for row in rows.operations(log.origin)] == [row.digest for row in log.rows]


def test_a_false_row_beside_a_true_one_does_not_travel(sender: Sender, store: Database, tmp_path: Path) -> None:
    before = rows_of(sender.database, "operation")
    with sender.database.transaction() as rows:
        origin = min(rows.origins())
        first = next(rows.operations(origin))
        rows.add_operation(first._replace(digest=b"false".ljust(32), sealed=first.sealed[::-1]))
    assert rows_of(sender.database, "operation") != before
    take(store, sender.make(tmp_path / "bundle").path, sender.vault)
    assert rows_of(store, "operation") == before
