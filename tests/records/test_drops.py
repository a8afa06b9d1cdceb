"""Whose drops of whom bind, from who stands where: pure, with invented seats."""

from __future__ import annotations

from dataclasses import replace

from vault.ids import EpochId, Origin, SeatId
from vault.log.epochs import CompartmentKind, EpochNotice
from vault.log.epochs import Drop as Dropped
from vault.policy.rights import rights_table
from vault.policy.roles import Role
from vault.records.authority import Entry
from vault.records.drops import (
    CountedEpoch,
    Drop,
    Given,
    Made,
    beyond,
    binding,
    cuts_of,
    drops_by_rank,
    drops_of,
    ended_by_grants,
    is_cut,
)

FOUNDER, NEAR, FAR, BOSS, OUT = (SeatId(bytes([n]) * 16) for n in (9, 2, 3, 8, 5))
FIRST, SECOND, THIRD = (EpochId(bytes([n]) * 16) for n in (21, 22, 23))
WORKER, SUPERVISOR = frozenset({Role.CASEWORKER}), frozenset({Role.SUPERVISOR})


def log_of(seat: SeatId) -> Origin:
    return Origin(seat * 2)


def made(
    by: SeatId, *drops: tuple[SeatId, int], seq: int = 5, roles: frozenset[Role] = WORKER, epoch: EpochId = SECOND
) -> Made:
    """Return an epoch that a seat made, in which these seats are dropped behind this size of their log."""
    dropped = tuple(Dropped(seat, log_of(seat), size) for seat, size in drops)
    notice = EpochNotice(1, bytes(16), bytes(16), CompartmentKind.CASE, epoch, (FIRST,) if drops else (), dropped)
    return Made(notice, Entry(log_of(by), seq, (), by, roles, rights_table(2), founds_vault=False, recovers=False))


def epochs(*later: Made) -> dict[EpochId, CountedEpoch]:
    """Return the founder's epoch and one that these made."""
    return {
        FIRST: CountedEpoch((made(FOUNDER, seq=0, epoch=FIRST),), frozenset(), frozenset()),
        SECOND: CountedEpoch(later, frozenset({FIRST}), frozenset()),
    }


# The founder gave NEAR the key, NEAR gave it FAR, and FAR gave it BOSS.
GIVEN: Given = {(FIRST, NEAR): frozenset({FOUNDER}), (FIRST, FAR): frozenset({NEAR}), (FIRST, BOSS): frozenset({FAR})}


def drop_of(one: Made) -> Drop:
    (drop,) = drops_of(one)
    return drop


def ranked(*later: Made, given: Given = GIVEN) -> list[tuple[SeatId, SeatId]]:
    return [(drop.made.entry.seat, drop.seat) for drop in drops_by_rank(epochs(*later), given)]


def test_where_nobody_is_dropped_nobody_is() -> None:
    assert ranked(made(FOUNDER)) == []


def test_a_supervisor_goes_before_whoever_stands_nearer_to_the_founder() -> None:
    drops = [made(FAR, (OUT, 1)), made(BOSS, (OUT, 1), roles=SUPERVISOR), made(NEAR, (OUT, 1)), made(FOUNDER, (OUT, 1))]
    assert ranked(*drops) == [(BOSS, OUT), (FOUNDER, OUT), (NEAR, OUT), (FAR, OUT)]


def test_whom_nobody_gave_the_key_stands_behind_all_others() -> None:
    lost = SeatId(bytes(16))
    assert ranked(made(lost, (OUT, 1)), made(BOSS, (OUT, 1))) == [(BOSS, OUT), (lost, OUT)]


def test_the_shortest_way_to_the_founder_counts() -> None:
    given = {**GIVEN, (SECOND, FAR): frozenset({FOUNDER})}
    assert ranked(made(NEAR, (OUT, 1)), made(FAR, (OUT, 1)), given=given) == [(NEAR, OUT), (FAR, OUT)]
    higher = SeatId(b"\x01" * 16)
    given |= {(FIRST, higher): frozenset({BOSS})}
    assert ranked(made(higher, (OUT, 1)), made(FAR, (OUT, 1)), given=given) == [(FAR, OUT), (higher, OUT)]


def test_of_two_alike_the_seat_the_log_and_the_place_decide() -> None:
    twin = SeatId(b"\x04" * 16)
    given = {**GIVEN, (FIRST, twin): frozenset({FOUNDER})}
    late, early = made(NEAR, (OUT, 1), seq=7), made(NEAR, (OUT, 1), seq=6)
    found = drops_by_rank(epochs(made(twin, (OUT, 1)), late, early), given)
    assert [(drop.made.entry.seat, drop.made.entry.seq) for drop in found] == [(NEAR, 6), (NEAR, 7), (twin, 5)]


def test_of_two_drops_of_one_seat_the_log_decides_and_then_the_notice() -> None:
    one, other = made(NEAR, (OUT, 1)), made(NEAR, (OUT, 2))
    elsewhere = replace(one, entry=replace(one.entry, origin=Origin(bytes(32))))
    expected = sorted([one, other], key=lambda made: made.notice.digest())
    for given in ([one, other, elsewhere], [elsewhere, other, one]):
        found = drops_by_rank(epochs(*given), GIVEN)
        assert [drop.made for drop in found] == [elsewhere, *expected]


def test_of_two_seats_alike_the_smaller_goes_first_whatever_their_logs() -> None:
    twin = SeatId(b"\x04" * 16)
    given = {**GIVEN, (FIRST, twin): frozenset({FOUNDER})}
    first = made(NEAR, (OUT, 1))
    later_log = replace(first, entry=replace(first.entry, origin=Origin(b"\xff" * 32)))
    assert ranked(made(twin, (OUT, 1)), later_log, given=given) == [(NEAR, OUT), (twin, OUT)]


def test_nobody_drops_their_own_seat_and_others_are_dropped_in_order() -> None:
    assert ranked(made(NEAR, (OUT, 1), (NEAR, 1), (FAR, 1))) == [(NEAR, FAR), (NEAR, OUT)]


def test_a_drop_says_where_it_was_made_from_when_on_and_what_is_left() -> None:
    _, one = drops_of(made(NEAR, (OUT, 4), (FAR, 1)))
    assert (one.seat, one.place, one.epoch, one.sizes) == (OUT, (log_of(NEAR), 5), SECOND, {log_of(OUT): 4})


def test_who_was_dropped_first_drops_nobody_afterwards() -> None:
    first, back = drop_of(made(NEAR, (FAR, 5))), drop_of(made(FAR, (NEAR, 1)))
    assert binding([first, back], ()) == [first]
    assert binding([back, first], ()) == [back]
    in_time = drop_of(made(FAR, (NEAR, 1), seq=4))
    assert binding([first, in_time], ()) == [first, in_time]


def test_a_drop_that_is_over_binds_nobody_and_cuts_nothing() -> None:
    first, back = drop_of(made(NEAR, (FAR, 5))), drop_of(made(FAR, (NEAR, 1)))
    assert binding([first, back], {first}) == [back]


def test_an_entry_is_cut_by_the_smallest_size_that_a_drop_names_for_its_log() -> None:
    drops = [drop_of(made(NEAR, (OUT, 7))), drop_of(made(FAR, (OUT, 3))), drop_of(made(FAR, (NEAR, 9)))]
    cuts = cuts_of(drops)
    assert set(cuts) == set(cuts_of(drops[::-1])) == {OUT, NEAR}
    assert [len(cuts[OUT]), len(cuts_of(drops[::-1])[OUT])] == [2, 2]
    entries = {seq: made(OUT, seq=seq).entry for seq in (2, 3, 7)}
    assert {seq: is_cut(cuts, entry) for seq, entry in entries.items()} == {2: False, 3: True, 7: True}
    assert not is_cut(cuts, made(BOSS).entry)
    assert beyond([{log_of(NEAR): 9}], log_of(OUT), 0)
    assert not beyond([], log_of(OUT), 0)


def test_a_seat_that_another_gives_a_later_key_is_in_again_and_none_gives_it_to_itself() -> None:
    drop = drop_of(made(NEAR, (OUT, 1)))
    known = {**epochs(drop.made), THIRD: CountedEpoch((made(NEAR, epoch=THIRD),), frozenset({SECOND}), frozenset())}
    assert ended_by_grants([drop], known, GIVEN) == set()
    assert ended_by_grants([drop], known, {(FIRST, OUT): frozenset({NEAR})}) == set()
    assert ended_by_grants([drop], known, {(SECOND, OUT): frozenset({NEAR})}) == {drop}
    assert ended_by_grants([drop], known, {(THIRD, OUT): frozenset({NEAR})}) == {drop}
    assert ended_by_grants([drop], known, {(THIRD, FAR): frozenset({NEAR})}) == set()
    assert ended_by_grants([drop], known, {(THIRD, OUT): frozenset({OUT})}) == set()
    assert ended_by_grants([drop], known, {(THIRD, OUT): frozenset({OUT, NEAR})}) == {drop}
    assert ended_by_grants([drop], known, {(EpochId(b"x" * 16), OUT): frozenset({NEAR})}) == set()
