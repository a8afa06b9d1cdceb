"""What continuity makes of hand-made rows: which `keys` file a log names last, and what a false cache can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from vault.access import continuity
from vault.access.continuity import newest_keys, report_of
from vault.ids import ZERO_DIGEST, Origin, SeatId
from vault.log.genesis import Genesis
from vault.log.items import Item, ItemKind, keys_tag

if TYPE_CHECKING:
    from vault.access.directory import Directory
    from vault.log.report import LogReport
    from vault.store.rows import Rows

ANN, JOEL = SeatId(b"a" * 16), SeatId(b"j" * 16)
FIRST, SECOND = Origin(b"1" * 32), Origin(b"2" * 32)
FOLDER, FILE, LATER = b"f" * 16, b"file" * 8, b"late" * 8
DIRECTORY = cast(
    "Directory",
    SimpleNamespace(
        standing=SimpleNamespace(certificates={seat: SimpleNamespace(identity=seat * 2) for seat in (ANN, JOEL)})
    ),
)


def begun(seat: SeatId, predecessor: bytes = ZERO_DIGEST) -> Genesis:
    size, root = (0, ZERO_DIGEST) if predecessor == ZERO_DIGEST else (1, b"r" * 32)
    return Genesis(bytes(16), seat, seat * 2, bytes(32), bytes(16), predecessor, size, root)


def keys_item(digest: bytes, kind: ItemKind = ItemKind.KEYS) -> Item:
    return Item(kind, digest, keys_tag(FOLDER, digest))


def named_last(
    monkeypatch: pytest.MonkeyPatch, logs: Mapping[Origin, Genesis], lists: Mapping[Origin, Sequence[Item]]
) -> dict[Origin, bytes]:
    """Ask which `keys` files the logs name, each of which lists such items in one proven entry."""

    def proven(of: Origin, _report: object) -> Iterator[tuple[int, Sequence[Item]]]:
        yield 0, lists[of]

    monkeypatch.setattr(continuity, "genesis_of", lambda _rows, origin: logs[origin])
    monkeypatch.setattr(continuity, "proven_lists", proven)
    geneses = [SimpleNamespace(origin=origin) for origin in logs]
    rows = cast("Rows", SimpleNamespace(geneses=lambda: geneses, operations=lambda origin: origin))
    reports = cast("dict[Origin, LogReport]", dict.fromkeys(logs, "checked"))
    return newest_keys(rows, FOLDER, DIRECTORY, reports)


def test_the_last_keys_file_that_a_log_lists_is_its_newest_and_nothing_of_another_kind_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = [
        keys_item(FILE),
        keys_item(LATER),
        keys_item(bytes(32), ItemKind.GRANT),
        Item(ItemKind.KEYS, FILE, b"t" * 16),
    ]
    assert named_last(monkeypatch, {FIRST: begun(ANN)}, {FIRST: listed}) == {FIRST: LATER}


@pytest.mark.parametrize(
    ("second", "newest"),
    [(begun(ANN, FIRST), {SECOND: LATER}), (begun(JOEL, FIRST), {FIRST: FILE, SECOND: LATER})],
    ids=["of the same seat", "of another, which says so of itself"],
)
def test_a_log_gives_way_to_a_later_one_of_its_seat_alone(
    monkeypatch: pytest.MonkeyPatch, second: Genesis, newest: dict[Origin, bytes]
) -> None:
    lists = {FIRST: [keys_item(FILE)], SECOND: [keys_item(LATER)]}
    assert named_last(monkeypatch, {FIRST: begun(ANN), SECOND: second}, lists) == newest


def test_of_a_log_without_a_beginning_nothing_is_proven() -> None:
    rows = SimpleNamespace(geneses=list, operations=lambda _: [], checkpoints=lambda _: [])
    assert report_of(cast("Rows", rows), FIRST).size == 0
