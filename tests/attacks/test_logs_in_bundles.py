"""Logs in bundles that contradict themselves or what is here, written by those who hold their keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.log.writer import SEAT, VAULT, Writer
from tests.seal.places import fixed
from tests.sync.exchange import (
    empty_store,
    rows_of,
    take,
)
from tests.sync.hostile import bundle_of, encoded, forked, write
from vault.log.items import Item, ItemKind
from vault.log.list_check import version_id
from vault.store.engine import Database
from vault.sync import proven_logs
from vault.sync.bundle_pages import PageKind, SentOperation, SentRow, SentVersion
from vault.sync.proven_logs import Stop


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        yield database


RECORD = fixed("record", 16)


def test_a_gap_stops_one_log_and_keeps_the_others(store: Database, tmp_path: Path) -> None:
    whole, gappy = Writer("whole").write(5), Writer("gappy").write(9)
    groups: list[tuple[PageKind, bytes, list[SentRow]]] = [
        (PageKind.GENESIS, bytes(32), [whole.genesis, gappy.genesis])
    ]
    for writer in (whole, gappy):
        groups.append((PageKind.CHECKPOINT, writer.origin, [seal.note for seal in writer.seals]))
    for writer in (whole, gappy):
        kept = [row for row in writer.rows if writer is whole or row.seq != 5]
        groups.append((PageKind.OPERATION, writer.origin, [SentOperation(row.seq, *row[2:5]) for row in kept]))
    groups[1:3] = sorted(groups[1:3], key=lambda group: group[1])
    groups[3:] = sorted(groups[3:], key=lambda group: group[1])
    taken = take(store, write(tmp_path / "gap", VAULT, encoded(groups)), VAULT)
    assert taken.logs == {whole.origin: (0, 5), gappy.origin: (0, 5)}
    assert [(one.origin, one.why, one.at) for one in taken.pending] == [(gappy.origin, Stop.GAP, 5)]


def test_a_bundle_that_begins_beyond_what_is_here_waits(store: Database, tmp_path: Path) -> None:
    writer = Writer().write(9)
    taken = take(store, bundle_of(tmp_path / "beyond", writer, start=4), VAULT)
    assert [(one.why, one.at) for one in taken.pending] == [(Stop.GAP, 0)]
    assert not any(rows_of(store).values())


def test_a_fork_keeps_both_histories_and_both_go_on_but_no_third_comes_in(store: Database, tmp_path: Path) -> None:
    one, two = forked(4, 3, "one"), forked(4, 5, "two")
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    taken = take(store, bundle_of(tmp_path / "two", two), VAULT, pins={one.origin: (7, one.seals[-1].root)})
    assert [(found.why, found.at) for found in taken.pending] == [(Stop.FORK, 4)]
    assert taken.evidence == (one.origin,)
    stored = rows_of(store)["operation"]
    assert {row.digest for row in (*one.rows, *two.rows)} == {row[-1] for row in stored}
    longer = forked(4, 3, "one")
    longer.append(word="on it goes")
    longer.seal()
    again = take(store, bundle_of(tmp_path / "on", longer), VAULT, pins={one.origin: (7, one.seals[-1].root)})
    assert again.logs == {one.origin: (7, 8)}
    other = forked(4, 7, "two")
    pins = {one.origin: (8, longer.seals[-1].root)}
    assert take(store, bundle_of(tmp_path / "other", other), VAULT, pins=pins).evidence == (one.origin,)
    both = {row.digest for row in (*longer.rows, *other.rows)}
    assert {row[-1] for row in rows_of(store)["operation"]} == both
    third = take(store, bundle_of(tmp_path / "third", forked(4, 2, "three")), VAULT, pins=pins)
    assert ([found.why for found in third.pending], third.evidence) == ([Stop.FORK], ())
    assert {row[-1] for row in rows_of(store)["operation"]} == both


def test_a_shorter_history_stops_none_of_the_one_that_was_here_first(store: Database, tmp_path: Path) -> None:
    """Of each session the newest checkpoint is kept, so that the shorter history has the first one behind the fork."""
    one, two = Writer().write(4), Writer().write(4)
    for writer, word, length in ((one, "one", 10), (two, "two", 3)):
        for number in range(length):
            writer.append(word=f"{word} {number}")
        writer.seal()
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    pins = {one.origin: (14, one.seals[-1].root)}
    assert take(store, bundle_of(tmp_path / "two", two), VAULT, pins=pins).evidence == (one.origin,)
    for writer in (one, two):
        writer.append(word="goes on")
        writer.seal()
    assert take(store, bundle_of(tmp_path / "on", one), VAULT, pins=pins).logs == {one.origin: (14, 15)}
    pins = {one.origin: (15, one.seals[-1].root)}
    assert take(store, bundle_of(tmp_path / "other", two), VAULT, pins=pins).evidence == (one.origin,)
    third = forked(4, 6, "three")
    assert take(store, bundle_of(tmp_path / "third", third), VAULT, pins=pins).evidence == ()
    assert {row[-1] for row in rows_of(store)["operation"]} == {row.digest for row in (*one.rows, *two.rows)}


def test_a_checkpoint_of_another_tree_without_its_entries_is_kept_and_stops_nothing(
    store: Database, tmp_path: Path
) -> None:
    one, two = forked(4, 3, "one"), forked(4, 3, "two")
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    groups: list[tuple[PageKind, bytes, list[SentRow]]] = [
        (PageKind.GENESIS, bytes(32), [two.genesis]),
        (PageKind.CHECKPOINT, two.origin, [two.seals[-1].note]),
    ]
    taken = take(store, write(tmp_path / "note", VAULT, encoded(groups)), VAULT)
    assert [(found.why, found.at) for found in taken.pending] == [(Stop.OTHER_TREE, 7)]
    assert two.seals[-1].note in {row[-1] for row in rows_of(store)["checkpoint"]}
    one.append(word="goes on")
    one.seal()
    pins = {one.origin: (7, one.seals[-2].root)}
    assert take(store, bundle_of(tmp_path / "on", one), VAULT, pins=pins).logs == {one.origin: (7, 8)}
    with_entries = take(store, bundle_of(tmp_path / "two", two), VAULT, pins={one.origin: (8, one.seals[-1].root)})
    assert with_entries.evidence == (one.origin,)


def test_entries_of_another_history_that_nobody_signed_are_no_fork(store: Database, tmp_path: Path) -> None:
    """Else whoever carries a bundle could freeze the log of anybody."""
    one, two = forked(4, 3, "one"), forked(4, 3, "two")
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    before = rows_of(store)
    two.seals = [seal for seal in two.seals if seal.size <= 4]
    taken = take(store, bundle_of(tmp_path / "two", two), VAULT)
    assert [found.why for found in taken.pending] == [Stop.ALTERED]
    assert rows_of(store) == before


def test_entries_that_do_not_go_on_from_what_is_here_stay_out(store: Database, tmp_path: Path) -> None:
    one, two = forked(4, 3, "one"), forked(4, 6, "two")
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    before = rows_of(store)
    taken = take(store, bundle_of(tmp_path / "two", two, start=7), VAULT)
    # Its checkpoints of sizes that are here are of another tree.
    assert [found.why for found in taken.pending] == [Stop.UNPROVEN, Stop.OTHER_TREE]
    assert rows_of(store)["operation"] == before["operation"]


def test_entries_beyond_the_newest_checkpoint_stay_out(store: Database, tmp_path: Path) -> None:
    writer = Writer().write(4)
    writer.append(word="not signed")
    taken = take(store, bundle_of(tmp_path / "unsigned", writer), VAULT)
    assert taken.logs == {writer.origin: (0, 4)}
    assert [(one.why, one.at) for one in taken.pending] == [(Stop.UNPROVEN, 4)]


def test_a_skipped_session_proves_nothing_behind_it(store: Database, tmp_path: Path) -> None:
    """The holder of the newest key alone must not rewrite the sessions before."""
    writer = Writer().write(12)
    writer.seals = [seal for seal in writer.seals if not 4 < seal.size <= 8]
    taken = take(store, bundle_of(tmp_path / "skipped", writer), VAULT)
    assert taken.logs == {writer.origin: (0, 4)}


def test_unsigned_entries_without_end_are_not_read_to_their_end(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proven_logs, "UNVERIFIED_LIMIT", 10)
    writer = Writer().write(4)
    for number in range(40):
        writer.append(word=str(number))
    writer.seal()
    taken = take(store, bundle_of(tmp_path / "endless", writer), VAULT)
    assert taken.logs == {writer.origin: (0, 4)}
    assert [one.why for one in taken.pending] == [Stop.UNPROVEN]


def test_a_log_that_was_cut_here_takes_nothing_in(store: Database, tmp_path: Path) -> None:
    writer = Writer().write(9)
    taken = take(store, bundle_of(tmp_path / "all", writer), VAULT, pins={writer.origin: (12, bytes(32))})
    assert [one.why for one in taken.pending] == [Stop.DAMAGED_HERE]
    assert not any(rows_of(store).values())


def test_a_version_is_taken_at_the_place_that_lists_it_and_at_no_other(store: Database, tmp_path: Path) -> None:
    compartment = fixed("compartment", 16)
    identity = version_id(compartment, RECORD, b"blob")
    item = Item.in_compartment(ItemKind.VERSION, compartment, identity)
    writer = Writer()
    writer.append(item)
    writer.seal()
    writer.append(Item(ItemKind.VERSION, version_id(compartment, RECORD, b"other"), bytes(16)))
    writer.seal()
    right = SentVersion(0, 0, compartment, RECORD, b"blob")
    rows: list[SentRow] = [
        right,
        right._replace(seq=1),
        right._replace(n=1),
        right._replace(compartment=fixed("another", 16)),
        SentVersion(1, 0, compartment, RECORD, b"other"),  # its tag is of no compartment
    ]
    taken = take(store, bundle_of(tmp_path / "places", writer, extra=rows), VAULT)
    assert (taken.counts.versions, taken.counts.refused) == (1, 4)
    assert [row[3] for row in rows_of(store)["version"]] == [identity]
    assert SEAT not in {row[0] for row in rows_of(store)["version"]}
