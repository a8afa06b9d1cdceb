"""The signed history among doubled rows: found wherever it is, and nothing else is found."""

from __future__ import annotations

import itertools
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.log import log_history
from vault.log.log_history import TRIES, AmbiguousRange, CheckedRow, History
from vault.log.tree import root

FIRST_KEY = bytes(32)


def leaf(*name: int) -> bytes:
    return sha256(repr(name).encode()).digest()


def row(*name: int) -> CheckedRow:
    return CheckedRow(leaf(*name), name[0], None, None)


def history_of(size: int) -> History:
    history = History(bytes(32), FIRST_KEY)
    for seq in range(size):
        history.append(row(seq, 0))
    return history


@settings(max_examples=60)
@given(
    before=st.one_of(st.integers(0, 20), st.sampled_from([255, 256, 257, 511, 513, 700])),
    rows_at=st.lists(st.integers(1, 3), min_size=1, max_size=9),
    data=st.data(),
)
def test_every_choice_is_found_by_its_root(before: int, rows_at: list[int], data: st.DataObject) -> None:
    stretch = AmbiguousRange(history_of(before))
    for offset, count in enumerate(rows_at):
        stretch.add({leaf(before + offset, n): row(before + offset, n) for n in range(count)})
    chosen = [data.draw(st.integers(0, count - 1)) for count in rows_at]
    leaves = [leaf(seq, 0) for seq in range(before)] + [leaf(before + at, n) for at, n in enumerate(chosen)]
    found = stretch.find({root(leaves)})
    assert found is not None
    assert (found.frontier.size, found.frontier.root()) == (len(leaves), root(leaves))
    others = {(before + at, leaf(before + at, n)) for at, n in itertools.product(range(len(rows_at)), range(3))}
    expected = {place for place in others if place[0] - before < len(rows_at)}
    assert set(found.rejected) <= expected - {(before + at, leaf(before + at, n)) for at, n in enumerate(chosen)}
    assert len(found.rejected) == sum(rows_at) - len(rows_at)


def test_in_more_entries_than_can_be_tried_nothing_is_found_even_if_it_is_there() -> None:
    stretch = AmbiguousRange(history_of(0))
    for seq in range(65_537):
        stretch.add({leaf(0): row(seq, 0)})
    assert not stretch.can_be_tried
    assert stretch.find({root([leaf(0)] * 65_537)}) is None


def test_a_root_that_no_choice_gives_is_not_found() -> None:
    assert doubled(4).find({bytes(32)}) is None


def doubled(entries: int) -> AmbiguousRange:
    stretch = AmbiguousRange(history_of(1))
    for seq in range(1, entries + 1):
        stretch.add({leaf(seq, n): row(seq, n) for n in range(2)})
    return stretch


def test_what_may_be_tried_has_an_end() -> None:
    assert TRIES == 1 << 14
    assert [doubled(entries).can_be_tried for entries in (14, 15)] == [True, False]


def test_a_stretch_of_too_many_entries_is_not_tried_and_takes_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    assert log_history._LONGEST == 65_536
    monkeypatch.setattr(log_history, "_LONGEST", 3)
    assert [doubled(entries).can_be_tried for entries in (3, 4, 9)] == [True, False, False]
    assert doubled(4).tries == doubled(9).tries == 2**4
