"""How much of a log is proven, by hand-made rows: what was signed, what was seen before, and what was done to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.log.writer import Writer
from tests.services.colleague import admit
from tests.services.founded import Filled, Place
from vault.access.pins.pins import Pinned
from vault.access.seat_keys.refresh import Refreshed, refresh
from vault.access.session import Session
from vault.access.trust.prover import Prover, gives_root, proven_alone
from vault.ids import EpochId, Origin
from vault.log.act_bytes import let_in
from vault.log.operation import Header, compose, operation_digest
from vault.log.tree import TILE_WIDTH, Frontier, leaf_hash
from vault.policy.roles import Role
from vault.records import work as work_room
from vault.records.seatlog import Holder, SeatLog
from vault.records.work import Entry
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.services.cases import cases
from vault.services.grants import sharing
from vault.services.projection.projection import up_to_date_index
from vault.store import tables
from vault.store.rows import Rows
from vault.store.rowtypes import CheckpointRow, LocalRow, OperationRow, TileRow
from vault.store.schema import open_in_memory
from vault.trust.trust_items import Rank
from vault.validity.proven import Proven

SIZE = 600  # two full tiles and a part of a third


@pytest.fixture
def rows() -> Iterator[Rows]:
    with open_in_memory().transaction() as opened:
        yield opened


def written(size: int, *, word: str = "", apart_at: int = 0, sealed: tuple[int, ...] = ()) -> Writer:
    """Return a log of one session; its entries from `apart_at` on say another word."""
    log = Writer()
    for seq in range(size):
        log.append(word=word if seq >= apart_at else "")
        if seq + 1 in sealed or seq + 1 == size:
            log.seal()
    return log


def origin_of(log: Writer) -> Origin:
    return Origin(log.origin)


def seen(log: Writer) -> dict[Origin, Pinned]:
    """Return what an account remembers that verified the log as it is."""
    return {origin_of(log): Pinned(log.frontier.size, log.frontier.root())}


def store(rows: Rows, log: Writer, *, start: int = 0, tiles: bool = False) -> None:
    """Put a log into the rows, from one entry on; with the tiles of its hashes where this seat wrote it."""
    if not start:
        rows.add_genesis(log.origin, log.genesis)
    for row in log.rows[start:]:
        rows.add_operation(OperationRow(*row))
    for seal in log.seals:
        if seal.size > start:
            rows.add_checkpoint(CheckpointRow(*seal))
    for index in range(len(log.rows) // TILE_WIDTH if tiles else 0):
        leaves = [leaf_hash(row.header) for row in log.rows[index * TILE_WIDTH : (index + 1) * TILE_WIDTH]]
        rows.put_tile(TileRow(log.origin, 0, index, b"".join(leaves)))


def remove(rows: Rows, *seqs: int) -> None:
    operation = tables.operation
    rows.connection.execute(operation.delete().where(operation.c.seq.in_(seqs)))


def prover(verified: dict[Origin, Pinned] | None = None, own: Writer | None = None) -> Prover:
    """Return the prover of a seat that writes `own`, or has written nothing yet."""
    log: Any = SimpleNamespace(origin=bytes(32), size=0, frontier=Frontier())
    if own is not None:
        log = SimpleNamespace(origin=own.origin, size=own.frontier.size, frontier=own.frontier)
    return Prover(cast("SeatLog", log), {} if verified is None else verified)


@pytest.fixture
def log() -> Writer:
    return written(SIZE)


FORGED = written(SIZE, word="forged")


def forge(rows: Rows, *seqs: int) -> frozenset[tuple[int, bytes]]:
    """Put other entries in the place of these, or where there is none; return how a proof names them."""
    for seq in seqs:
        rows.add_operation(OperationRow(*FORGED.rows[seq]))
    return frozenset((seq, FORGED.rows[seq].digest) for seq in seqs)


def test_of_a_damaged_log_the_signed_tiles_tell_true_entries_from_false_and_lost_ones(rows: Rows, log: Writer) -> None:
    store(rows, log, tiles=True)
    remove(rows, 0, 10, 20, 21, 255, 256, 511)
    false = forge(rows, 10, 300)
    found = prover(own=log)
    lost = (0, 10, 20, 21, 255, 256, 511)
    assert found.proven(rows, origin_of(log), 0, SIZE) == Proven(SIZE, false, lost)
    # Of a stretch, what is lost in it.
    assert found.proven(rows, origin_of(log), 20, 255) == Proven(255, false, (20, 21))
    assert found.proven(rows, origin_of(log), 21, 257) == Proven(257, false, (21, 255, 256))
    assert found.around(rows, origin_of(log), 10) == Proven(11, false, (10,))


def test_where_a_tile_is_not_here_its_entries_prove_themselves_and_higher_tiles_tell_no_entry(
    rows: Rows, log: Writer
) -> None:
    store(rows, log, tiles=True)
    rows.connection.execute(tables.tile.delete().where(tables.tile.c.idx == 1))
    for level, index in ((1, 0), (0, 5)):
        rows.put_tile(TileRow(log.origin, level, index, bytes(32 * TILE_WIDTH)))
    remove(rows, 10)
    assert prover(own=log).proven(rows, origin_of(log), 0, SIZE) == Proven(SIZE, lost=(10,))


@pytest.mark.parametrize("believed", [True, False])
def test_headers_give_the_root_whatever_false_tiles_say_that_are_not_believed(
    rows: Rows, log: Writer, *, believed: bool
) -> None:
    store(rows, log)
    rows.put_tile(TileRow(log.origin, 0, 1, bytes(32 * TILE_WIDTH)))
    known = seen(log)[origin_of(log)]
    assert gives_root(rows, origin_of(log), known, lambda *_: believed) is not believed


def test_what_was_seen_of_a_damaged_log_that_grew_since_is_told_by_its_tiles(rows: Rows, log: Writer) -> None:
    store(rows, log, tiles=True)
    remove(rows, 10)
    found = prover(seen(written(SIZE - 1)))
    assert found.proven(rows, origin_of(log), 0, SIZE) == Proven(SIZE - 1, lost=(10,))


def test_without_signed_tiles_a_damaged_log_is_proven_up_to_the_signature_before_the_damage(rows: Rows) -> None:
    log = written(SIZE, sealed=(5, 12))
    store(rows, log)
    remove(rows, 12)
    found = prover(own=log)
    assert found.proven(rows, origin_of(log), 0, SIZE) == Proven(12)
    assert found.proven(rows, origin_of(log), 300, SIZE) == Proven(300)


def test_a_row_with_the_header_of_the_true_one_and_another_list_is_named_beside_it(rows: Rows, log: Writer) -> None:
    store(rows, log, tiles=True)
    double = log.rows[7].changed(list=b"another")
    rows.add_operation(OperationRow(*double))
    rejected = frozenset({(7, double.digest)})
    assert prover(own=log).proven(rows, origin_of(log), 0, SIZE) == Proven(SIZE, rejected)


def test_what_this_seat_wrote_is_compared_with_memory(rows: Rows) -> None:
    log = written(5)
    store(rows, log)
    assert prover(own=log).proven(rows, origin_of(log), 2, 5) == Proven(5)
    remove(rows, 3)
    forge(rows, 3)
    assert prover(own=log).proven(rows, origin_of(log), 2, 5) == Proven(2)


def test_a_log_that_grew_by_what_nobody_signed_is_proven_as_far_as_before(rows: Rows) -> None:
    log = written(5)
    remembered = seen(log)
    store(rows, log)
    assert prover(dict(remembered)).proven(rows, origin_of(log), 0, 5) == Proven(5)
    rows.add_operation(OperationRow(*log.append()))
    found = prover(dict(remembered))
    for _ in range(2):
        assert found.proven(rows, origin_of(log), 0, 6) == Proven(5)


def test_a_log_of_another_seat_is_proven_as_far_as_it_was_signed(rows: Rows) -> None:
    log = written(6, sealed=(3,))
    store(rows, log)
    remove(rows, 5)
    rows.add_operation(OperationRow(*log.rows[5]._replace(origin=b"x" * 32)))
    assert proven_alone(rows, origin_of(log)) == Proven(3)
    assert prover().proven(rows, origin_of(log), 0, 6) == Proven(3)


def test_a_log_without_its_beginning_proves_nothing(rows: Rows) -> None:
    log = written(3)
    store(rows, log)
    rows.connection.execute(tables.genesis.delete())
    assert proven_alone(rows, origin_of(log)) == Proven(0)
    found = prover()
    assert found.proven(rows, origin_of(log), 0, 3) == Proven(0)
    assert found.verified == {}


def test_what_stands_beside_true_entries_is_named(rows: Rows) -> None:
    log = written(5)
    store(rows, log)
    false = forge(rows, 3)
    assert proven_alone(rows, origin_of(log)) == Proven(5, false)
    found = prover()
    assert found.proven(rows, origin_of(log), 0, 5) == Proven(5, false)
    # Its author signed one history: beside it stands what somebody else put there.
    assert found.undisputed(rows, origin_of(log)) == 5


@pytest.mark.parametrize("remembered", ["one", "other"])
def test_of_two_signed_histories_both_count_whichever_is_remembered(rows: Rows, remembered: str) -> None:
    one, other = written(5), written(5, word="other", apart_at=3)
    histories = {"one": one, "other": other}
    store(rows, one)
    store(rows, other, start=3)
    (false,) = [log for name, log in histories.items() if name != remembered]
    found = prover(seen(histories[remembered]))
    proven = found.proven(rows, origin_of(one), 0, 5)
    assert (proven.size, proven.rejected) == (5, frozenset())
    assert proven.beside == frozenset((row.seq, row.digest) for row in false.rows[3:])
    assert found.undisputed(rows, origin_of(one)) == 3


def test_a_log_that_grew_is_proven_on_and_what_was_seen_of_a_damaged_one_stays_seen(rows: Rows) -> None:
    log = written(8, sealed=(5,))
    before = {origin_of(log): Pinned(5, next(seal.root for seal in log.seals if seal.size == 5))}
    store(rows, log)
    found = prover(dict(before))
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8)
    assert found.verified == seen(log)
    remove(rows, 2)
    found = prover(dict(before))
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(0)
    assert found.verified == before


def test_a_log_that_was_cut_is_known_as_far_as_it_is_here(rows: Rows) -> None:
    log = written(8, sealed=(5,))
    store(rows, log)
    remove(rows, 5, 6, 7)
    found = prover(seen(log))
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(5)
    assert found.verified == seen(log)


def test_a_log_that_was_cut_grows_again_only_with_what_was_seen_of_it(rows: Rows) -> None:
    log, other = written(8, sealed=(5,)), written(9, word="other", apart_at=5, sealed=(5,))
    found = prover(seen(log))
    store(rows, written(5))
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(5)
    store(rows, other, start=5)
    assert found.proven(rows, origin_of(log), 0, 9) == Proven(5)
    remove(rows, 5, 6, 7, 8)
    store(rows, log, start=5)
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8)


def test_what_was_hashed_before_a_log_was_cut_is_hashed_again_when_it_is_as_long_again(rows: Rows) -> None:
    log, other = written(8, sealed=(5,)), written(8, word="other", apart_at=5, sealed=(5,))
    found = prover(seen(log))
    store(rows, log)
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8)
    remove(rows, 5, 6, 7)
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(5)
    store(rows, other, start=5)
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(5)


# What a session believes of a log that it proved before, and what it forgets of one that was cut.
__all__ = ["log", "rows"]  # fixtures


def test_of_a_stretch_without_entries_nothing_is_proven_and_nobody_is_named(rows: Rows) -> None:
    log = written(8)
    store(rows, log)
    forge(rows, 3)
    for start, size in ((4, 4), (8, 8), (9, 12), (5, 3)):
        assert prover(seen(log)).proven(rows, origin_of(log), start, size) == Proven(start)


def test_in_place_of_headers_only_tiles_that_end_at_or_before_the_start_are_believed(rows: Rows, log: Writer) -> None:
    """What lies before was proven when it was read."""
    store(rows, log, tiles=True)
    for false, starts in ((10, {0: True, 255: True, 256: False}), (300, {256: True, 511: True, 512: False})):
        named = forge(rows, false)
        for start, is_noticed in starts.items():
            expected = Proven(SIZE, named) if is_noticed else Proven(SIZE)
            assert prover(seen(log)).proven(rows, origin_of(log), start, SIZE) == expected
        rows.connection.execute(tables.operation.delete().where(tables.operation.c.digest == FORGED.rows[false].digest))


def test_a_false_tile_that_ends_in_a_stretch_takes_nothing_from_its_headers(rows: Rows, log: Writer) -> None:
    store(rows, log)
    rows.put_tile(TileRow(log.origin, 0, 1, bytes(32 * TILE_WIDTH)))
    assert prover(seen(log)).proven(rows, origin_of(log), 511, SIZE) == Proven(SIZE)


def test_the_own_headers_in_another_log_prove_nothing_of_it(rows: Rows) -> None:
    own, other = written(5), Writer("b").write(5)
    store(rows, other)
    remove(rows, *range(5))
    for row in own.rows:
        rows.add_operation(OperationRow(*row._replace(origin=other.origin)))
    assert prover(seen(other), own=own).proven(rows, origin_of(other), 0, 5).size == 0


def test_a_later_header_of_the_own_log_that_stands_earlier_too_is_named(rows: Rows) -> None:
    """What memory has from there on is then what stands there, though it is more than was asked for."""
    log, last = written(5), b"\xff" * 32
    store(rows, log)
    rows.add_operation(OperationRow(*log.rows[4]._replace(seq=3, digest=last)))
    assert prover(own=log).proven(rows, origin_of(log), 2, 4) == Proven(4, frozenset({(3, last)}))


def test_of_the_own_log_whose_first_entry_was_signed_twice_nothing_is_undisputed(rows: Rows) -> None:
    log, other = written(5), written(1, word="other")
    store(rows, log)
    rows.add_operation(OperationRow(*other.rows[0]))
    rows.add_checkpoint(CheckpointRow(*other.seals[-1]))
    assert prover(own=log).undisputed(rows, origin_of(log)) == 0


def test_what_a_log_lacked_or_was_given_before_it_was_cut_is_told_anew_when_it_is_as_long_again(rows: Rows) -> None:
    log = written(8, sealed=(5,))
    found = prover(seen(log))
    store(rows, log)
    false = forge(rows, 6)
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8, false)
    remove(rows, 5, 6, 7)
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(5)
    for row in log.rows[5:]:
        rows.add_operation(OperationRow(*row))
    false = forge(rows, 7)
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8, false)


def test_of_a_log_that_was_cut_what_is_here_is_told_until_it_comes_again_and_of_others_what_was_seen(
    rows: Rows,
) -> None:
    log, unread = written(8, sealed=(5,)), seen(Writer("b").write(3))
    found = prover({**seen(log), **unread})
    at_5 = next(seal.root for seal in log.seals if seal.size == 5)
    store(rows, log)
    for gone, size, root in (((), 8, log.frontier.root()), ((5, 6, 7), 5, at_5)):
        remove(rows, *gone)
        assert found.proven(rows, origin_of(log), 0, 8) == Proven(size)
        assert found.here() == {**unread, origin_of(log): Pinned(size, root)}
    for row in log.rows[5:]:
        rows.add_operation(OperationRow(*row))
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8)
    assert found.here() == {**unread, **seen(log)}


def test_what_is_verified_beyond_what_was_seen_is_told_from_then_on(rows: Rows) -> None:
    log = written(8, sealed=(5,))
    at_5 = next(seal.root for seal in log.seals if seal.size == 5)
    store(rows, log)
    found = prover({origin_of(log): Pinned(5, at_5)})
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8)
    assert found.here() == seen(log)


# What a seat takes in of what others did: keys, and uses of the sheets.


def test_a_use_of_the_sheets_is_told_to_others_when_it_comes_in_and_not_to_whose_log_lists_it(founded: Place) -> None:
    with founded.open() as session:
        oren = admit(session)
    with oren.open(founded):
        pass
    with founded.open() as session:
        admit(session, name="Ada Winterbourne", roles={Role.FIELD})
        refresh(session)
        assert session.alarms == ()
    with oren.open(founded) as session:
        refresh(session)
        assert [alarm.code for alarm in session.alarms] == ["sheets"]


def test_keys_that_a_lost_keyring_had_are_held_and_kept_again_and_no_gain_where_nothing_changed(filled: Filled) -> None:
    """What others gave, took away or had no right to give: `tests/attacks/test_shared_keys.py`."""
    first = filled.cases[0]
    with filled.open() as session:
        (epoch,) = session.keyring.epochs_of(first)
        before = stored(session)
        assert refresh(session) == Refreshed((), ())
        assert stored(session) == before
        up_to_date_index(session)
        key = session.keyring.get(epoch)
        session.keyring.drop(epoch)
        assert refresh(session) == Refreshed((first,), ())
        assert (
            session.keyring.get(epoch) == Keyring.decode(session.log.place.open_row(stored(session))).get(epoch) == key
        )
        # What its cursor passed by unread comes again.
        places = [*session.index().pending()]
        assert places == [session.log.origin]
        assert not session.index().was_asked
        assert session.alarms == ()  # an unlock alone says that the keyring was an older one


def test_a_key_that_was_given_and_does_not_open_is_told_and_holds_up_nothing(founded: Place) -> None:
    with founded.open() as session:
        oren, case = admit(session), cases.create(session, title="A case", kind="asylum").case
        false = Holder(oren.seat, session.kem_private.public)  # sealed to another's key
        with session.work() as work:
            work.grant(case, EpochId(session.keyring.epochs_of(case)[0]), [false])
            work.list_act(let_in(case, oren.member, Rank.MEMBER, None, bytes(16)))
            work.commit(Entry(act="grant.add"))
    with oren.open(founded) as session:
        assert [(alarm.code, alarm.is_news) for alarm in session.alarms] == [("refused-keys", True)]
        assert not session.holds(case)
        session.require_sound_log()


def test_a_case_that_was_withdrawn_leaves_keyring_and_index(filled: Filled) -> None:
    with filled.open() as session:
        ada = admit(session, roles={Role.CASEWORKER})
        sharing.grant(session, filled.cases[0], [ada.member])
    with ada.open(filled.place) as session:
        assert [row.case for row in cases.list_all(session)] == [filled.cases[0]]
    with filled.open() as session:
        sharing.revoke(session, filled.cases[0], [ada.member])
    with ada.open(filled.place) as session:
        assert session.keyring.epochs_of(filled.cases[0]) == ()
        assert cases.list_all(session) == []


def test_a_line_in_an_entry_whose_header_does_not_say_that_it_decides_lets_nobody_in(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = filled.cases[0]

    def unmarked(**parts: Any) -> OperationRow:
        row = compose(**parts)
        header = replace(Header.decode(row.header), decides=False).encode()
        return row._replace(header=header, digest=operation_digest(header, row.list, row.sealed))

    with filled.open() as session:
        ada = admit(session, roles={Role.CASEWORKER})
        with monkeypatch.context() as hostile:
            hostile.setattr(work_room, "compose", unmarked)
            with session.work() as work:
                work.list_act(let_in(case, ada.member, Rank.MEMBER, None, bytes(16)))
                work.commit(Entry(act="grant.add"))
        state = session.state_of(case)
        assert state is not None
        assert state.members == {session.member}


def stored(session: Session) -> LocalRow:
    with session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.KEYRING)
    assert row is not None
    return row
