from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from tests.log.writer import VAULT as WRITER_VAULT
from tests.log.writer import Writer
from tests.seal.places import VAULT, fixed
from tests.services.founded import Filled
from tests.sync.exchange import Sender, blobs_of, empty_store, opened, rows_of, take
from tests.sync.hostile import bundle_of, forked
from tests.tables import each, refused
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import MalformedError, TryAgainError
from vault.log.epoch_notice import EpochNotice
from vault.log.tree import TILE_WIDTH, Frontier, leaf_hash
from vault.seal.bodies import CHUNK_SIZE, Names, attachment_place, chunk_name, seal_stream
from vault.services.cases import notes
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import (
    AttachmentRow,
    EpochRow,
    GrantRow,
    OperationRow,
    PlacedVersion,
    TileRow,
    VersionKeyRow,
    VersionRow,
)
from vault.sync import staging
from vault.sync.bundle_contents import Arriving, Candidate, choose
from vault.sync.bundle_pages import PageKind, SentAttachment, SentChunk
from vault.sync.proven_logs import Stop
from vault.sync.row_checks import Door
from vault.sync.row_import import import_into
from vault.sync.staging import digest_of, discard, stage, staged_in, tidy, tried_again
from vault.words.message import Message


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


# Chunks that arrive: only those of an announced attachment, each at its number, and a row only for a whole one.
ORIGIN, CASE = fixed("a log"), fixed("a case", 16)
COMMITMENT, *CHUNKS = seal_stream(
    fixed("key"),
    attachment_place(VAULT, fixed("id", 16)),
    [fixed("content", 2 * CHUNK_SIZE + 300)],
    2 * CHUNK_SIZE + 300,
)
NAMES = Names(COMMITMENT, tuple(map(chunk_name, CHUNKS)))
FOREIGN = fixed("foreign", CHUNK_SIZE + 16)


def taken(store: Database, sent: list[SentChunk]) -> tuple[list[bool], int]:
    with store.transaction() as rows:
        arriving = Arriving(rows, blobs_of(store))
        arriving.announce(ORIGIN, SentAttachment(3, 1, CASE, NAMES.encode()), NAMES.digest)
        return [arriving.take(ORIGIN, chunk) for chunk in sent], arriving.finish()


IN_ORDER = [SentChunk(3, 1, number, sealed) for number, sealed in enumerate(CHUNKS)]


def test_a_whole_one_comes_in_in_any_order_and_a_second_time_changes_nothing(store: Database) -> None:
    assert taken(store, IN_ORDER[::-1]) == ([True] * 3, 1)
    with store.reading() as rows:
        (row,) = rows.attachments()
        assert (row.names, rows.tail_names()) == (NAMES.encode(), [NAMES.chunks[-1]])
    assert taken(store, IN_ORDER) == ([True] * 3, 0)


@each(
    {
        "exchanged": [SentChunk(3, 1, 1 - number, sealed) for number, sealed in enumerate(CHUNKS[:2])] + IN_ORDER[2:],
        "foreign": [*IN_ORDER[:1], SentChunk(3, 1, 1, FOREIGN), *IN_ORDER[2:]],
        "a number that there is not": [*IN_ORDER[:2], SentChunk(3, 1, 7, CHUNKS[2])],
        "cut": [*IN_ORDER[:2], SentChunk(3, 1, 2, CHUNKS[2][:-1])],
    }.items()
)
def test_what_is_no_chunk_of_it_is_refused_and_no_row_is_written(
    name: str, sent: list[SentChunk], store: Database
) -> None:
    answers, whole = taken(store, sent)
    assert (not all(answers), whole) == (True, 0), name
    with store.reading() as rows:
        assert (rows.attachments(), rows.tail_names()) == ([], [])
    blobs_of(store).delete(blobs_of(store).names())


def test_names_that_are_not_whole_or_without_end_name_no_attachment() -> None:
    assert Names.decode(NAMES.encode()) == NAMES
    refused(
        MalformedError,
        "the names of an attachment have",
        Names.decode,
        [b"", COMMITMENT, NAMES.encode()[:-1], COMMITMENT * ((1 << 15) + 1)],
    )


def test_one_that_lacks_a_chunk_stays_out(store: Database) -> None:
    assert taken(store, IN_ORDER[:2])[1] == 0
    with store.reading() as rows:
        assert (rows.attachments(), rows.tail_names()) == ([], [])


def test_an_attachment_goes_out_only_whole_and_under_its_own_name(store: Database) -> None:
    taken(store, IN_ORDER)
    true = AttachmentRow(NAMES.digest, CASE, NAMES.encode())
    false = true._replace(names=NAMES.encode()[:-32])
    blobs = blobs_of(store)

    def goes(row: AttachmentRow, room: int = 1 << 30) -> bool:
        with store.reading() as rows:
            chosen = choose(rows, blobs, [Candidate(3, ORIGIN, 1, row)], room)
        assert len(chosen.sent) + len(chosen.left_out) == 1
        return bool(chosen.sent)

    assert (goes(true), goes(true, 1 << 20), goes(false)) == (True, False, False)
    blobs.delete(NAMES.chunks[:1])
    assert not goes(true)


NOW = 1_764_000_000.0


@pytest.fixture
def bundle(sender: Sender, tmp_path: Path) -> Path:
    return sender.make(tmp_path / "bundle").path


def test_a_bundle_is_copied_once_for_its_owner_alone(sender: Sender, bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "staging"
    first, again = (stage(bundle, folder, b"k" * 32, now_s=NOW) for _ in range(2))
    assert (first.is_again, again.is_again) == (False, True)
    assert staged_in(folder) == [first.path] == [again.path]
    assert first.path.read_bytes() == bundle.read_bytes()
    assert first.path.stat().st_mode & 0o777 == 0o600
    assert len(digest_of(first.path)) == 32


def test_what_waits_has_a_limit_in_all(
    sender: Sender, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "staging"
    stage(bundle, folder, b"k" * 32, now_s=bundle.stat().st_mtime)
    monkeypatch.setattr(staging, "STAGING_LIMIT", bundle.stat().st_size * 2 - 1)
    other = sender.make(tmp_path / "other").path
    with pytest.raises(TryAgainError, match="pending bundles already take"):
        stage(other, folder, b"k" * 32, now_s=bundle.stat().st_mtime)
    assert len(list(folder.iterdir())) == 1


def test_what_waited_for_more_than_seven_days_goes(sender: Sender, bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "staging"
    staged = stage(bundle, folder, b"k" * 32, now_s=NOW).path
    os.utime(staged, (NOW, NOW))
    tidy(folder, now_s=NOW + 7 * 86_400)
    assert staged_in(folder) == [staged]
    tidy(folder, now_s=NOW + 7 * 86_400 + 1)
    assert staged_in(folder) == []


def test_what_waits_is_tried_three_times_to_no_end_and_as_often_as_one_sees_the_end(
    bundle: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "staging"
    staged = stage(bundle, folder, b"k" * 32, now_s=NOW).path
    os.utime(staged, (NOW, NOW))
    for _ in range(5):
        with tried_again(staged):
            pass
        with pytest.raises(TryAgainError), tried_again(staged):
            raise TryAgainError(Message("no room"))
    for left in ([staged], [staged], []):
        with pytest.raises(KeyboardInterrupt), tried_again(staged):
            raise KeyboardInterrupt
        tidy(folder, now_s=NOW + 1)
        assert staged_in(folder) == left


def test_discarding_twice_does_nothing(sender: Sender, bundle: Path, tmp_path: Path) -> None:
    staged = stage(bundle, tmp_path / "staging", b"k" * 32, now_s=NOW).path
    discard(staged)
    discard(staged)
    assert not staged.exists()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert staged_in(tmp_path / "nowhere") == []


# A take keeps the hashes of what it proved, so that an unlock need not read every header of others' logs again.
def tiles_over(log: Writer) -> list[TileRow]:
    frontier = Frontier()
    return [TileRow(log.origin, *tile) for row in log.rows for tile in frontier.append(leaf_hash(row.header))]


def tiles_here(store: Database, log: Writer) -> list[TileRow]:
    with store.reading() as rows:
        return list(rows.tiles(log.origin))


def test_the_full_tiles_of_what_came_are_kept_and_grow_with_it(store: Database, tmp_path: Path) -> None:
    log = Writer().write(TILE_WIDTH + 2)
    take(store, bundle_of(tmp_path / "first", log), WRITER_VAULT)
    assert tiles_here(store, log) == tiles_over(log)
    log.write(TILE_WIDTH)
    take(store, bundle_of(tmp_path / "second", log, start=TILE_WIDTH), WRITER_VAULT)
    assert [tile.idx for tile in tiles_here(store, log)] == [0, 1]
    assert tiles_here(store, log) == tiles_over(log)


def test_a_take_mends_tiles_that_lack_or_are_false(store: Database, tmp_path: Path) -> None:
    log = Writer().write(2 * TILE_WIDTH)
    bundle = bundle_of(tmp_path / "log", log)
    take(store, bundle, WRITER_VAULT)
    with store.transaction() as rows:
        rows.connection.exec_driver_sql("DELETE FROM tile WHERE idx = 0")
        rows.put_tile(TileRow(log.origin, 0, 1, bytes(32 * TILE_WIDTH)))
    take(store, bundle, WRITER_VAULT)
    assert tiles_here(store, log) == tiles_over(log)


def test_of_entries_that_nobody_signed_and_of_another_history_no_tile_comes_in(store: Database, tmp_path: Path) -> None:
    one, two = forked(TILE_WIDTH - 4, 10, "one"), forked(TILE_WIDTH - 4, 300, "two")
    signed = [seal for seal in one.seals if seal.size < TILE_WIDTH]
    one.seals, every = signed, one.seals
    assert take(store, bundle_of(tmp_path / "unsigned", one), WRITER_VAULT).logs == {one.origin: (0, TILE_WIDTH - 1)}
    assert tiles_here(store, one) == []
    one.seals = every
    take(store, bundle_of(tmp_path / "one", one), WRITER_VAULT)
    taken = take(
        store, bundle_of(tmp_path / "two", two), WRITER_VAULT, pins={one.origin: (TILE_WIDTH + 6, every[-1].root)}
    )
    assert [pending.why for pending in taken.pending] == [Stop.FORK]
    assert tiles_here(store, one) == tiles_over(one) != tiles_over(two)


def test_of_this_devices_own_log_no_tile_comes_in_from_outside(store: Database, tmp_path: Path) -> None:
    log = Writer().write(TILE_WIDTH - 1)
    take(store, bundle_of(tmp_path / "older", log), WRITER_VAULT)
    log.write(2)
    newer = opened(bundle_of(tmp_path / "newer", log), WRITER_VAULT)
    taken = import_into(store, newer, blobs_of(store), knows=lambda origin, genesis: True, own=log.origin)
    assert [pending.why for pending in taken.pending] == [Stop.OWN_LOG]
    assert tiles_here(store, log) == []
