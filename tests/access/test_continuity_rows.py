"""What continuity makes of hand-made rows: which `keys` file a log names last, and what a false cache can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tests.access.test_proving import remove, store, written
from tests.log.writer import SEAT, Writer
from vault.access import continuity
from vault.access.alarms import Alarm
from vault.access.continuity import Continuity, _compare, judge, newest_keys, with_remembered
from vault.access.pins import Pinned, Pins
from vault.access.proving import report_of
from vault.errors import VerificationError
from vault.ids import ZERO_DIGEST, Origin, SeatId
from vault.log.genesis import Genesis
from vault.log.items import Item, ItemKind, keys_tag
from vault.log.tree import TILE_WIDTH
from vault.records.seatlog import Predecessor
from vault.store.memory import open_in_memory
from vault.store.rows import Rows
from vault.store.rowtypes import TileRow

if TYPE_CHECKING:
    from vault.access.directory import Directory
    from vault.log.report import LogReport
    from vault.records.seatlog import SealedPlace

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


# ---- which log to go on with


MACHINE = b"m" * 32
OWN, NEXT = Writer().write(4), Writer("b").write(2)
OWN_ORIGIN, NEXT_ORIGIN = Origin(OWN.origin), Origin(NEXT.origin)
OWN_PINNED = Pinned(4, OWN.frontier.root())
PINS = Pins(MACHINE, {OWN_ORIGIN: OWN_PINNED}, OWN_ORIGIN, None, b"o" * 32, b"h" * 32, b"s" * 32, None, 0)
LOST = (f"rollback:{OWN.origin.hex()}", f"The beginning of log {OWN.origin.hex()[:16]} is missing or was altered.")


@pytest.fixture
def rows() -> Iterator[Rows]:
    with open_in_memory().transaction() as opened:
        yield opened


def judged(
    patch: pytest.MonkeyPatch, rows: Rows, pins: Pins | None, *, own: Writer | None = OWN, held: Origin | None
) -> Continuity:
    """Judge the logs of a seat whose device holds the session key of one of them, or of none."""
    patch.setattr(continuity, "_held_origin", lambda *_: held)
    place = cast("SealedPlace", SimpleNamespace(seat=SeatId(SEAT)))
    identity = (OWN if own is None else own).key("identity").public
    return judge(rows, place, identity=identity, pins=pins, machine=MACHINE)


@pytest.mark.parametrize("pins", [None, replace(PINS, logs={})], ids=["no pins", "pins of no log"])
def test_where_no_log_of_the_seat_is_here_and_none_was_seen_there_is_nothing_to_go_on_from(
    monkeypatch: pytest.MonkeyPatch, rows: Rows, pins: Pins | None
) -> None:
    store(rows, NEXT)  # which another key began
    with pytest.raises(VerificationError, match="this vault holds no log of your seat") as caught:
        judged(monkeypatch, rows, pins, held=None)
    assert caught.value.next_step == "Restore the vault from a backup."


def test_a_log_that_was_seen_and_is_not_here_at_all_is_gone_on_from_aloud(
    monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    found = judged(monkeypatch, rows, PINS, held=None)
    assert [(alarm.code, alarm.text.startswith(LOST[1])) for alarm in found.alarms] == [(LOST[0], True)]
    assert (found.origin, found.predecessor) == (None, Predecessor(OWN_ORIGIN, 4, OWN_PINNED.root))


def test_a_log_that_was_pending_is_gone_on_with_once_it_is_here(monkeypatch: pytest.MonkeyPatch, rows: Rows) -> None:
    store(rows, OWN)
    pending = replace(PINS, current=NEXT_ORIGIN, pending=OWN_ORIGIN)
    assert judged(monkeypatch, rows, pending, held=OWN_ORIGIN) == Continuity(OWN_ORIGIN, None, ())
    pending = replace(PINS, pending=NEXT_ORIGIN)
    assert judged(monkeypatch, rows, pending, held=OWN_ORIGIN) == Continuity(OWN_ORIGIN, None, ())


@pytest.mark.parametrize(
    ("current", "held", "code"),
    [
        (OWN_ORIGIN, None, "session-key"),
        (NEXT_ORIGIN, None, "moved"),
        (OWN_ORIGIN, NEXT_ORIGIN, "moved"),
    ],
    ids=["its session key is gone", "it never became durable", "another one's session key is held"],
)
def test_a_log_is_gone_on_with_by_its_own_session_key_alone(
    monkeypatch: pytest.MonkeyPatch, rows: Rows, current: Origin, held: Origin | None, code: str
) -> None:
    store(rows, OWN)
    found = judged(monkeypatch, rows, replace(PINS, current=current), held=held)
    assert [alarm.code for alarm in found.alarms] == [code]
    assert found.predecessor == Predecessor(OWN_ORIGIN, 4, OWN_PINNED.root)


# ---- what was seen


def compared(rows: Rows, log: Writer = OWN, pinned: Pinned = OWN_PINNED) -> Alarm | None:
    return _compare(rows, Origin(log.origin), pinned, "somebody saw")


def test_what_was_seen_of_a_log_and_is_not_here_is_told_by_what_lacks(rows: Rows) -> None:
    code, name = LOST[0], OWN.origin.hex()[:16]
    lost = f"{LOST[1]} It may stand in another copy of this vault that was used, say a backup that was restored."
    assert compared(rows) == Alarm(code, lost)
    store(rows, OWN)
    assert compared(rows) is None
    seats = frozenset({SeatId(SEAT)})
    changed = f"Log {name} changed in its first 4 entries: not those that somebody saw."
    assert compared(rows, pinned=Pinned(4, bytes(32))) == Alarm(code, changed, seats=seats)
    remove(rows, 3)
    older = f"This vault is an older copy: log {name} has 3 entries, somebody saw 4."
    assert compared(rows) == Alarm(code, older, seats=seats)


LONG = written(TILE_WIDTH + 2)


@pytest.mark.parametrize(
    ("tile", "lost", "is_told"),
    [
        pytest.param("true", None, False, id="whole"),
        pytest.param("false", None, False, id="a false tile over the true entries"),
        pytest.param("true", 7, False, id="an entry lacks under the true tile"),
        pytest.param("none", 7, True, id="an entry lacks under no tile"),
        pytest.param("false", 7, True, id="an entry lacks under a false tile"),
        pytest.param("true", TILE_WIDTH, True, id="an entry lacks behind the true tile"),
    ],
)
def test_what_was_seen_is_here_where_the_stored_tiles_or_the_headers_alone_give_its_root(
    rows: Rows, tile: str, lost: int | None, *, is_told: bool
) -> None:
    """Which entry lacks under a tile that was signed, whoever reads the entries is told."""
    store(rows, LONG, tiles=tile == "true")
    if tile == "false":
        rows.put_tile(TileRow(LONG.origin, 0, 0, bytes(32 * TILE_WIDTH)))
    if lost is not None:
        remove(rows, lost)
    alarm = compared(rows, LONG, Pinned(LONG.frontier.size, LONG.frontier.root()))
    assert (alarm is not None) is is_told
    assert alarm is None or "changed in its first 258 entries" in alarm.text


# ---- what earlier unlocks met


def test_faults_of_earlier_unlocks_stand_behind_what_is_noticed_now_and_none_is_told_twice() -> None:
    seat = SeatId(SEAT)
    noticed = (Alarm("fork", "Now."), Alarm("moved", "News.", is_fault=False))
    kept = replace(PINS, alarms=(("damaged", "Then."), ("fork", "Then, too."), (f"keys@{seat.hex()}", "Hers.")))
    damaged = Alarm("damaged", "Then.", lasts=True, is_remembered=True)
    of_seat = Alarm("keys", "Hers.", lasts=True, is_remembered=True, seats=frozenset({seat}))
    assert with_remembered(noticed, kept) == (*noticed, damaged, of_seat)
    assert with_remembered((), replace(PINS, alarms=(("damaged", "Then."),))) == (damaged,)
    assert with_remembered(noticed, PINS) == with_remembered(noticed, None) == noticed
