"""Rosters of one number, from invented logs of one member's seats: which of them loses, and which loses to nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

import pytest

from tests.access.concurrent_rosters import (
    DESK,
    MANY,
    NEW_ROOT,
    PHONE,
    ROOT,
    SEATS,
    TABLET,
    WATCH,
    Logs,
    at,
    log_of,
    make_genesis,
    roster,
    signed,
)
from tests.log.writer import Key
from vault.log.roster import Roster, RosterChain, not_valid
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Proven
from vault.validity.roster_validity import Carried, judge_rosters
from vault.words.finding import Finding
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.store.rows import Rows

LOST = Message("the members who listed this list of members were removed before, or knew a later one")


@pytest.fixture
def logs() -> Logs:
    """The first logs of the seats that roster 0 certifies."""
    made = Logs()
    for seat in SEATS:
        made.begin(seat)
    return made


FIRST = roster(by=ROOT)
LISTED_FIRST = at(FIRST, DESK, 0)
# Both take the tablet away: neither takes anything from whoever made the other one.
CALM = roster(FIRST, by="desk", ends={"tablet": {TABLET: 9}})
RIVAL = roster(FIRST, by="phone", ends={"tablet": {TABLET: 9}})
# This one takes the phone away, whose log counts up to entry 2.
ENDING = roster(FIRST, by="desk", ends={"phone": {PHONE: 3}})


def judged(logs: Logs, *carried: Carried, planted: Sequence[Carried] = (), size: int = MANY) -> RosterChain:
    """Judge rosters that proven entries list, and some at whose places none does; each log is proven up to a size."""
    for one in carried:
        logs.add_list(one)
    return judge_rosters(
        cast("Rows", logs), [LISTED_FIRST, *carried, *planted], Key(ROOT).public, lambda _: Proven(size, logs.rejected)
    )


def lost(*rosters: Roster) -> set[Finding]:
    return {not_valid(one.head.number, one.root, LOST) for one in rosters}


def assert_lost(chain: RosterChain, *rosters: Roster) -> None:
    assert set(chain.problems) == lost(*rosters)
    assert not {one.root for one in chain.accepted} & {one.root for one in rosters}


def in_either_order(*carried: Carried) -> Iterable[tuple[Carried, ...]]:
    return (carried, carried[::-1])


# ---- whoever was ended


@pytest.mark.parametrize(("seq", "loses"), [(0, False), (2, False), (3, True), (4, True)])
def test_a_roster_loses_that_is_listed_beyond_what_another_of_its_number_lets_count(
    logs: Logs, seq: int, *, loses: bool
) -> None:
    for carried in in_either_order(at(ENDING, DESK, 1), at(RIVAL, PHONE, seq)):
        chain = judged(logs, *carried)
        assert chain.problems == (tuple(lost(RIVAL)) if loses else ())
        assert {one.root for one in chain.accepted} == {FIRST.root, ENDING.root} | (set() if loses else {RIVAL.root})
        assert chain.effective is not None
        assert chain.effective.tips == ((ENDING.root,) if loses else tuple(sorted((ENDING.root, RIVAL.root))))


def test_of_two_that_each_forbid_the_other_neither_loses(logs: Logs) -> None:
    back = roster(FIRST, by="phone", ends={"desk": {DESK: 1}})
    beside = roster(FIRST, by="watch", ends={"tablet": {TABLET: 9}})
    for carried in ([], [at(beside, WATCH, 1)]):
        chain = judged(logs, at(ENDING, DESK, 1), at(back, PHONE, 3), *carried)
        assert chain.problems == ()
        assert len(chain.accepted) == 3 + len(carried)


def test_a_log_that_an_ending_does_not_name_counts_for_nothing(logs: Logs) -> None:
    later = logs.begin("phone", predecessor=PHONE)
    assert_lost(judged(logs, at(ENDING, DESK, 1), at(RIVAL, later, 0)), RIVAL)


def test_what_an_older_roster_took_from_a_seat_is_nothing_that_this_one_was_listed_too_late_for(logs: Logs) -> None:
    """The member loses a role, and so all seats have sizes; they stay in and go on."""
    lowered = roster(
        FIRST,
        by="desk",
        roles="admin",
        ends={seat: {log_of(seat): 1} for seat in SEATS},
    )
    sides = [roster(lowered, by=seat, ends={"tablet": {TABLET: 1}}, roles="admin") for seat in ("desk", "phone")]
    chain = judged(logs, at(lowered, DESK, 0), at(sides[0], DESK, 0), at(sides[1], PHONE, 5))
    assert chain.problems == ()
    assert len(chain.accepted) == 4


def test_a_roster_stands_as_long_as_one_of_the_entries_that_list_it_does(logs: Logs) -> None:
    for carried in in_either_order(at(RIVAL, PHONE, 2), at(RIVAL, PHONE, 7)):
        assert judged(logs, at(ENDING, DESK, 1), *carried).problems == ()
    chain = judged(logs, at(ENDING, DESK, 1), at(RIVAL, PHONE, 6), at(RIVAL, PHONE, 7))
    assert_lost(chain, RIVAL)


def test_what_else_does_not_count_is_told_beside_what_lost(logs: Logs) -> None:
    unsigned = roster(FIRST, ends={"watch": {WATCH: 1}})
    chain = judged(logs, at(unsigned, DESK, 2), at(ENDING, DESK, 1), at(RIVAL, PHONE, 3))
    assert chain.problems == (
        not_valid(1, unsigned.root, Message("too few of those who must sign did")),
        not_valid(1, RIVAL.root, LOST),
    )


# ---- several forks


def second_fork(*before: Roster) -> tuple[Roster, Roster]:
    return roster(*before, by="desk", ends={"watch": {WATCH: 3}}), roster(
        *before, by="watch", word="again", ends={"desk": {DESK: 99}}
    )


def test_a_fork_that_nobody_loses_does_not_hide_the_next_one(logs: Logs) -> None:
    ending, rival = second_fork(CALM, RIVAL)
    chain = judged(
        logs,
        at(CALM, DESK, 1),
        at(RIVAL, PHONE, 1),
        at(ending, DESK, 2),
        at(rival, WATCH, 3),
    )
    assert_lost(chain, rival)
    assert {one.root for one in chain.accepted} == {FIRST.root, CALM.root, RIVAL.root, ending.root}


def test_the_losers_of_each_fork_are_told(logs: Logs) -> None:
    ending, rival = second_fork(ENDING)
    chain = judged(
        logs,
        at(ENDING, DESK, 1),
        at(RIVAL, PHONE, 3),
        at(ending, DESK, 2),
        at(rival, WATCH, 3),
    )
    assert_lost(chain, RIVAL, rival)
    assert chain.accepted == (FIRST, ENDING, ending)


def test_what_goes_on_from_a_loser_follows_nothing(logs: Logs) -> None:
    further = roster(RIVAL, by="phone", ends={"watch": {WATCH: 1}})
    chain = judged(logs, at(ENDING, DESK, 1), at(RIVAL, PHONE, 3), at(further, PHONE, 4))
    assert chain.accepted == (FIRST, ENDING)
    assert chain.problems[-1] == not_valid(1, RIVAL.root, LOST)
    assert [one.subject for one in chain.problems] == [further.root, RIVAL.root]


# ---- what the root signed


@pytest.mark.parametrize("signers", [(ROOT,), ("phone", ROOT), (ROOT, "phone")])
def test_a_roster_that_the_root_signed_loses_to_nobody(logs: Logs, signers: tuple[str, ...]) -> None:
    rival = signed(roster(FIRST, ends={"tablet": {TABLET: 9}}), *signers)
    assert judged(logs, at(ENDING, DESK, 1), at(rival, PHONE, 8)).problems == ()


def test_a_roster_that_the_root_of_its_time_signed_loses_to_nobody(logs: Logs) -> None:
    renewed = roster(FIRST, by=ROOT, new_root=Key(NEW_ROOT).public)
    ending = roster(renewed, by="desk", ends={"phone": {PHONE: 3}})
    rival = roster(renewed, by=NEW_ROOT, ends={"tablet": {TABLET: 9}})
    chain = judged(logs, at(renewed, DESK, 1), at(ending, DESK, 2), at(rival, PHONE, 8))
    assert chain.problems == ()
    assert len(chain.accepted) == 4


def test_a_false_signature_of_the_root_beside_its_true_one_takes_nothing_from_it(logs: Logs) -> None:
    unsigned = roster(FIRST, ends={"tablet": {TABLET: 9}})
    true, false = signed(unsigned, ROOT), unsigned.signed(Key(ROOT).public, bytes(64))
    for carried in in_either_order(at(true, PHONE, 8), at(false, PHONE, 9)):
        accepted = judged(logs, at(ENDING, DESK, 1), *carried).accepted
        assert unsigned.root in {one.root for one in accepted}


def test_a_false_signature_of_the_root_saves_nothing(logs: Logs) -> None:
    false = RIVAL.signed(Key(ROOT).public, bytes(64))
    chain = judged(logs, at(ENDING, DESK, 1), at(RIVAL, PHONE, 8), at(false, PHONE, 9))
    assert RIVAL.root not in {one.root for one in chain.accepted}


# ---- whoever knew


@pytest.mark.parametrize(("known_at", "loses"), [(0, True), (3, True), (4, True), (5, False)])
def test_a_roster_loses_whose_log_had_named_another_of_its_number(logs: Logs, known_at: int, *, loses: bool) -> None:
    logs.name(PHONE, known_at, CALM)
    logs.name(PHONE, 9, CALM)
    chain = judged(logs, at(CALM, DESK, 1), at(RIVAL, PHONE, 4))
    assert chain.problems == (tuple(lost(RIVAL)) if loses else ())


def test_a_roster_loses_whose_log_had_named_a_later_one(logs: Logs) -> None:
    later = roster(CALM, by="desk", ends={"watch": {WATCH: 1}})
    logs.name(PHONE, 3, later)
    carried = at(CALM, DESK, 1), at(later, DESK, 2)
    assert_lost(judged(logs, *carried, at(RIVAL, PHONE, 4)), RIVAL)


def test_to_have_named_what_all_go_on_from_makes_nothing_late(logs: Logs) -> None:
    logs.name(PHONE, 0, FIRST)
    assert judged(logs, at(CALM, DESK, 1), at(RIVAL, PHONE, 4)).problems == ()


@pytest.mark.parametrize("steps", [1, 2])
def test_what_a_log_before_it_had_named_a_log_knows_from_its_start(logs: Logs, steps: int) -> None:
    logs.name(PHONE, 70, CALM)
    origin = PHONE
    for step in range(steps):
        origin = logs.begin("phone", predecessor=origin, nonce=bytes([step]) * 16)
    assert_lost(judged(logs, at(CALM, DESK, 1), at(RIVAL, origin, 0)), RIVAL)


def test_an_entry_whose_header_is_broken_names_nothing_and_hides_nothing(logs: Logs) -> None:
    logs.rows.append(OperationRow(PHONE, 0, b"no header", b"", b"", bytes(32)))
    logs.name(PHONE, 1, CALM)
    assert_lost(judged(logs, at(CALM, DESK, 1), at(RIVAL, PHONE, 4)), RIVAL)


# ---- whose log it is


def test_a_roster_that_a_log_lists_whose_beginning_is_not_here_loses(logs: Logs) -> None:
    logs.beginnings.remove(make_genesis("phone"))
    assert_lost(judged(logs, at(CALM, DESK, 1), at(RIVAL, PHONE, 1)), RIVAL)


def test_a_roster_counts_only_where_its_log_goes_on_from_the_certified_first_one_of_the_seat() -> None:
    for seat, predecessor, loses in (
        ("phone", PHONE, False),
        ("phone", bytes(32), True),  # goes on from nothing
        ("phone", b"x" * 32, True),  # from what nobody certified
        ("phone", TABLET, True),  # from the log of another seat
        ("pager", PHONE, True),  # and is of a seat that nobody certified
    ):
        logs = Logs()
        for own in SEATS:
            logs.begin(own)
        origin = logs.begin(seat, predecessor=predecessor, nonce=b"n" * 16)
        chain = judged(logs, at(CALM, DESK, 1), at(RIVAL, origin, 1))
        assert (seat, predecessor, chain.problems) == (seat, predecessor, tuple(lost(RIVAL)) if loses else ())


def test_a_log_that_another_key_began_is_nobodys_whatever_it_claims(logs: Logs) -> None:
    """Whoever was ended can name the log of somebody who is in as the one that theirs goes on from."""
    claimed = logs.begin("tablet", predecessor=TABLET, key="phone")
    assert_lost(judged(logs, at(ENDING, DESK, 1), at(RIVAL, claimed, 0)), RIVAL)


def test_a_certified_first_log_is_known_by_its_name_alone(logs: Logs) -> None:
    origin = logs.begin("phone", predecessor=PHONE)
    logs.beginnings.remove(make_genesis("phone"))
    assert judged(logs, at(CALM, DESK, 1), at(RIVAL, origin, 1)).problems == ()


def test_a_seat_that_some_roster_admitted_may_list_the_next_one(logs: Logs) -> None:
    pager = logs.begin("pager")
    admitted = roster(FIRST, by="desk", admits="pager")
    sides = [roster(admitted, by=seat, ends={"tablet": {TABLET: 9}}) for seat in ("desk", "pager")]
    chain = judged(logs, at(admitted, DESK, 1), at(sides[0], DESK, 2), at(sides[1], pager, 2))
    assert chain.problems == ()
    assert len(chain.accepted) == 4
