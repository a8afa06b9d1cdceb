from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from tests.services.founded import Filled
from tests.sync.exchange import Sender, blobs_of, empty_store, opened, rows_of, take
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.log.epoch_notice import EpochNotice
from vault.services.cases import notes
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, GrantRow, OperationRow, PlacedVersion, VersionKeyRow, VersionRow
from vault.sync.admitting import Door
from vault.sync.bundle_pages import PageKind
from vault.sync.proven_logs import Stop
from vault.sync.row_import import import_into


def test_an_empty_store_has_the_same_rows_after_a_take_and_a_second_changes_nothing(
    sender: Sender, store: Database, tmp_path: Path
) -> None:
    made = sender.make(tmp_path / "all")
    imported = take(store, made.path, sender.vault)
    assert not imported.pending
    assert imported.counts.refused == 0
    assert rows_of(store) == rows_of(sender.database)
    again = take(store, made.path, sender.vault)
    assert rows_of(store) == rows_of(sender.database)
    assert not again.logs
    assert again.counts.operations == again.counts.versions == 0


def test_an_erased_version_does_not_come_back_nor_its_wrapped_key_and_nothing_is_told_as_refused(
    sender: Sender, store: Database, tmp_path: Path
) -> None:
    bundle = sender.make(tmp_path / "all").path
    gone, home = next(iter(rows_of(sender.database)["version"]))[3:5]
    assert isinstance(gone, bytes)
    assert isinstance(home, bytes)

    class Erased(Door):
        @override
        def keeps_out(self, rows: Rows, placed: PlacedVersion) -> bool:
            return (placed.id, placed.compartment) == (gone, home)

    imported = import_into(
        store, opened(bundle, sender.vault), blobs_of(store), knows=lambda origin, genesis: True, door=Erased()
    )
    assert imported.counts.refused == 0
    assert gone not in {row[3] for row in rows_of(store)["version"]}
    assert len(rows_of(store)["version_key"]) == len(rows_of(sender.database)["version_key"]) - 1


def test_a_take_that_fails_on_the_way_leaves_nothing_and_a_second_completes(
    sender: Sender, store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = sender.make(tmp_path / "all").path
    true_add = Rows.add_version_keys
    calls = iter(range(10**6))

    def failing(self: Rows, rows: object) -> None:
        if next(calls) == 3:
            raise KeyboardInterrupt
        true_add(self, rows)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(Rows, "add_version_keys", failing)
    with pytest.raises(KeyboardInterrupt):
        take(store, bundle, sender.vault)
    assert not any(rows_of(store).values())
    monkeypatch.undo()
    assert not take(store, bundle, sender.vault).pending
    assert rows_of(store) == rows_of(sender.database)


def test_the_receivers_store_goes_on_from_what_it_has(
    sender: Sender, vault: Filled, store: Database, tmp_path: Path
) -> None:
    have = sender.sizes()
    take(store, sender.make(tmp_path / "first").path, sender.vault)
    for number in range(3):
        notes.add(sender.session, vault.cases[0], Note(NoteKind.CONTACT, f"later note {number}"))
    second = sender.make(tmp_path / "second", have=have, base=have)
    assert not take(store, second.path, sender.vault).pending
    assert second.manifest.counts[PageKind.OPERATION] == second.manifest.counts[PageKind.VERSION] == 3
    for table in ("operation", "version", "version_key", "epoch", "granted"):
        assert rows_of(store, table) == rows_of(sender.database, table)


def test_a_bundle_of_nothing_new_is_small_whatever_the_vault(sender: Sender, tmp_path: Path) -> None:
    have = sender.sizes()
    assert sender.make(tmp_path / "nothing", have=have, base=have).size < 4 * 1024


def test_a_bundle_is_at_most_a_fifth_larger_than_the_rows_that_it_carries(sender: Sender, tmp_path: Path) -> None:
    made = sender.make(tmp_path / "all")
    carried = sum(
        len(field)
        for rows in rows_of(sender.database).values()
        for row in rows
        for field in row
        if type(field) is bytes
    )
    assert made.size <= 1.2 * carried


def test_of_compartments_only_those_asked_for_are_carried(sender: Sender, tmp_path: Path) -> None:
    for kept in range(4):
        allowed = set(sorted(sender.compartments())[:kept])
        folder = tmp_path / str(kept)
        folder.mkdir()
        with empty_store(folder) as store:
            take(store, sender.make(folder / "some", compartments=allowed).path, sender.vault)
            stored = rows_of(store)
        assert {row[1] for row in stored["epoch"]} == allowed
        assert {row[4] for row in stored["version"]} <= allowed
        epochs = {EpochNotice.decode(row[2]).epoch for row in stored["epoch"] if isinstance(row[2], bytes)}
        assert {row[3] for row in stored["version_key"]} | {row[1] for row in stored["granted"]} <= epochs
        assert stored["operation"] == rows_of(sender.database)["operation"]


def test_a_compartment_that_the_last_bundle_did_not_cover_goes_in_full(
    sender: Sender, store: Database, tmp_path: Path
) -> None:
    everything = sender.compartments()
    have = sender.sizes()
    late = next(iter({row[4] for row in rows_of(sender.database)["version"]}))
    assert isinstance(late, bytes)
    take(store, sender.make(tmp_path / "first", compartments=everything - {late}).path, sender.vault)
    second = sender.make(tmp_path / "second", have=have, base=have, base_compartments=everything - {late})
    take(store, second.path, sender.vault)
    assert rows_of(store) == rows_of(sender.database)


def test_junk_that_somebody_planted_in_the_senders_store_is_not_sent(
    sender: Sender, store: Database, tmp_path: Path
) -> None:
    before = rows_of(sender.database)
    version = next(iter(before["version"]))
    with sender.database.transaction() as rows:
        rows.add_versions([VersionRow._make((*version[:3], bytes(32), *version[4:6], b"planted"))])
    imported = take(store, sender.make(tmp_path / "all").path, sender.vault)
    assert imported.counts.refused == 0
    assert rows_of(store) == before


def test_a_row_that_lies_here_already_is_no_hindrance(sender: Sender, store: Database, tmp_path: Path) -> None:
    """Whoever can plant one true row must not be able to stop an exchange."""
    true_rows = rows_of(sender.database)
    with store.transaction() as rows:
        rows.add_operation(OperationRow._make(next(iter(true_rows["operation"]))))
        rows.add_versions([VersionRow._make(next(iter(true_rows["version"])))])
        rows.add_version_keys([VersionKeyRow._make(next(iter(true_rows["version_key"])))])
        rows.add_epochs([EpochRow._make(next(iter(true_rows["epoch"])))])
        rows.add_grants([GrantRow._make(next(iter(true_rows["granted"])))])
    assert not take(store, sender.make(tmp_path / "all").path, sender.vault).pending
    assert rows_of(store) == true_rows


def test_the_log_that_this_device_writes_is_never_gone_on_with(sender: Sender, store: Database, tmp_path: Path) -> None:
    """More of it than is here means that this is an older copy: going on would fork it."""
    (origin, extent), *_ = sender.extents().items()
    logs = {**sender.extents(), origin: replace(extent, size=extent.size - 1)}
    take(store, sender.make(tmp_path / "older", logs=logs).path, sender.vault)
    bundle = opened(sender.make(tmp_path / "newer").path, sender.vault)
    imported = import_into(store, bundle, blobs_of(store), knows=lambda origin, genesis: True, own=origin)
    assert (origin, Stop.OWN_LOG) in {(log.origin, log.why) for log in imported.pending}
    assert len([row for row in rows_of(store)["operation"] if row[0] == origin]) == extent.size - 1
