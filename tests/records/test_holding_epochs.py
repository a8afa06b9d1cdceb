"""Which epochs of a compartment count and which are current, from rows of invented seats."""

from __future__ import annotations

from tests.records.test_holding import (
    FAR,
    FIRST,
    FOUNDER,
    FOURTH,
    NEAR,
    SECOND,
    THIRD,
    Written,
    grant,
    log_of,
    notice,
    written,
)
from vault.ids import EpochId
from vault.log.epochs import CompartmentKind
from vault.policy.roles import Role

__all__ = ["written"]  # a fixture

ALL = frozenset(Role)


def test_of_epochs_that_follow_one_another_the_last_is_current_and_each_was_made_once(written: Written) -> None:
    written.add(FOUNDER, 1, notice(SECOND, FIRST), grant(FOUNDER, SECOND))
    written.add(FOUNDER, 2, notice(THIRD, SECOND), grant(FOUNDER, THIRD), grant(FAR, THIRD))
    state = written.counted()
    assert state.current == (THIRD,)
    assert {epoch: len(one.made) for epoch, one in state.epochs.items()} == {FIRST: 1, SECOND: 1, THIRD: 1}
    assert {epoch: set(one.replaced) for epoch, one in state.epochs.items()} == {
        FIRST: set(),
        SECOND: {FIRST},
        THIRD: {SECOND},
    }


def test_epochs_that_were_made_at_once_are_all_current_in_their_order(written: Written) -> None:
    at_once = [EpochId(bytes([number]) * 16) for number in range(60, 40, -1)]
    for number, epoch in enumerate(at_once, 1):
        written.add(FOUNDER, number, notice(epoch, FIRST), grant(FOUNDER, epoch))
    assert written.counted().current == tuple(sorted(at_once))


def test_who_was_granted_one_epoch_of_several_was_granted_the_compartment(written: Written) -> None:
    written.add(FOUNDER, 1, notice(SECOND, FIRST), grant(FOUNDER, SECOND))
    assert written.counted().was_granted(NEAR)
    assert not written.counted().was_granted(FAR)


def test_what_an_epoch_stands_in_the_place_of_its_first_notice_says(written: Written) -> None:
    """NEAR names it again, in the place of another too, which is reached later: that turns nothing around."""
    written.add(FOUNDER, 1, notice(SECOND, FIRST), notice(THIRD, FIRST), grant(FOUNDER, SECOND), grant(FOUNDER, THIRD))
    written.add(NEAR, 2, notice(SECOND, THIRD))
    state = written.counted()
    assert state.current == (SECOND, THIRD)
    assert len(state.epochs[SECOND].made) == 2
    written.add(FOUNDER, 3, notice(FOURTH, SECOND), grant(FOUNDER, FOURTH))
    state = written.counted()
    assert state.current == (THIRD, FOURTH)
    assert len(state.epochs[FOURTH].made) == 1


def test_an_epoch_waits_for_the_seat_to_be_given_what_it_makes_it_from(written: Written) -> None:
    """FAR holds nothing of the first epoch, whose place it takes, and was given a later one."""
    written.add(FAR, 1, notice(THIRD, FIRST), grant(FAR, THIRD))
    written.add(FOUNDER, 1, notice(SECOND, FIRST), grant(FOUNDER, SECOND), grant(FAR, SECOND))
    assert written.counted().epochs.keys() == {FIRST, SECOND, THIRD}


def test_a_grant_counts_whichever_row_comes_first() -> None:
    written = Written()
    written.add(NEAR, 6, grant(FAR))
    written.add(FOUNDER, 0, notice(FIRST), grant(FOUNDER), grant(NEAR))
    assert written.counted().holders == {FOUNDER, NEAR, FAR}


def test_a_grant_that_does_not_hold_together_is_none(written: Written) -> None:
    written.add(FOUNDER, 1, grant(FAR))
    written.grants[-1] = written.grants[-1]._replace(sealed=b"altered")
    assert written.counted().holders == {FOUNDER, NEAR}


def test_what_a_dropped_seat_makes_beyond_its_cut_is_no_epoch(written: Written) -> None:
    written.add(FOUNDER, 1, notice(SECOND, FIRST, drops=((NEAR, 5),)), grant(FOUNDER, SECOND))
    written.add(NEAR, 4, notice(THIRD, FIRST), grant(NEAR, THIRD))
    written.add(NEAR, 6, notice(FOURTH, FIRST), grant(NEAR, FOURTH))
    assert written.counted().epochs.keys() == {FIRST, SECOND, THIRD}


def test_a_drop_is_over_once_somebody_grants_the_epoch_to_the_seat_again(written: Written) -> None:
    written.add(FOUNDER, 1, notice(SECOND, FIRST, drops=((NEAR, 5),)), grant(FOUNDER, SECOND))
    assert written.counted().holders == {FOUNDER}
    written.add(FOUNDER, 2, grant(NEAR, SECOND))
    state = written.counted()
    assert state.holders == {FOUNDER, NEAR}
    assert not state.cuts


def test_an_epoch_in_the_place_of_another_founds_nothing() -> None:
    written = Written()
    written.add(FOUNDER, 0, notice(FIRST, SECOND), grant(FOUNDER))
    assert written.state() is None


def test_an_audit_epoch_is_replaced_by_the_seat_whose_log_it_is_of_alone() -> None:
    kind = CompartmentKind.AUDIT
    written = Written()
    written.add(FOUNDER, 0, notice(FIRST, kind=kind), grant(FOUNDER), grant(NEAR), roles=ALL)
    written.add(NEAR, 1, notice(SECOND, FIRST, kind=kind), grant(NEAR, SECOND), roles=ALL)
    assert written.counted().epochs.keys() == {FIRST}
    written.add(FOUNDER, 1, notice(THIRD, FIRST, kind=kind), grant(FOUNDER, THIRD), roles=ALL)
    assert written.counted().current == (THIRD,)
    assert log_of(FOUNDER) == written.counted().epochs[THIRD].made[0].entry.origin
