"""Rosters of one number, from invented logs of one member's seats: which of them loses, and which loses to nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
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
from tests.log.test_roster import _FIRST, Draft, admission, chain, ending, id_of
from tests.log.test_roster import MANY as ROSTER_MANY
from tests.log.test_roster import ROOT as ROSTER_ROOT
from tests.log.writer import Key
from tests.tables import each
from vault.access.membership.next_roster import (
    Change,
    admitted_apart,
    ground_for,
    sides_to_go_on_from,
    with_signers_who_are_in,
)
from vault.access.trust.directory import Directory, as_seen_by
from vault.errors import RefusedError
from vault.ids import CompartmentId, MemberId, SeatId
from vault.log.roster import Roster, RosterChain, not_valid
from vault.policy.roles import Role
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
    lowered = roster(FIRST, by="desk", roles="admin", ends={seat: {log_of(seat): 1} for seat in SEATS})
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
    chain = judged(logs, at(CALM, DESK, 1), at(RIVAL, PHONE, 1), at(ending, DESK, 2), at(rival, WATCH, 3))
    assert_lost(chain, rival)
    assert {one.root for one in chain.accepted} == {FIRST.root, CALM.root, RIVAL.root, ending.root}


def test_the_losers_of_each_fork_are_told(logs: Logs) -> None:
    ending, rival = second_fork(ENDING)
    chain = judged(logs, at(ENDING, DESK, 1), at(RIVAL, PHONE, 3), at(ending, DESK, 2), at(rival, WATCH, 3))
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


# Rosters of one number at places that no proven entry speaks for, and behind which later ones go on.
__all__ = ["logs"]  # fixture

# ---- whose places nothing proves


def test_a_roster_at_a_place_whose_entry_does_not_list_it_loses_to_one_that_is_listed(logs: Logs) -> None:
    logs.add_list(at(FIRST, DESK, 1))
    for seq in (1, 7):  # beside another list, and where no entry stands
        assert_lost(judged(logs, at(ENDING, TABLET, 1), planted=[at(RIVAL, DESK, seq)]), RIVAL)


def test_a_row_that_no_key_of_its_log_signed_lists_nothing_and_names_nothing(logs: Logs) -> None:
    planted = at(RIVAL, DESK, 0)
    logs.add_list(planted)
    logs.name(DESK, 0, RIVAL)
    logs.rejected = frozenset((one.seq, one.digest) for one in logs.rows)
    assert_lost(judged(logs, at(ENDING, DESK, 1), planted=[planted]), RIVAL)


def test_entries_beyond_what_is_proven_list_nothing_and_name_nothing(logs: Logs) -> None:
    logs.add_list(at(RIVAL, DESK, 2))
    logs.name(PHONE, 2, CALM)
    assert_lost(judged(logs, at(CALM, DESK, 1), planted=[at(RIVAL, DESK, 2)], size=2), RIVAL)
    assert judged(logs, at(CALM, DESK, 1), at(RIVAL, PHONE, 1), size=2).problems == ()


def test_a_list_that_is_not_the_one_of_its_header_lists_nothing(logs: Logs) -> None:
    logs.add_list(at(RIVAL, DESK, 2))
    true = logs.rows.pop()
    logs.rows.append(true._replace(header=true.header.replace(b'"r":"', b'"r":"f')))
    assert_lost(judged(logs, at(CALM, DESK, 1), planted=[at(RIVAL, DESK, 2)]), RIVAL)


def test_of_two_that_nothing_proves_neither_loses(logs: Logs) -> None:
    """A damaged log takes nothing from what it lists, where the other side has no better word."""
    assert judged(logs, planted=[at(CALM, DESK, 1), at(RIVAL, PHONE, 1)]).problems == ()


def test_a_roster_that_nothing_proves_stands_against_one_that_was_listed_too_late(logs: Logs) -> None:
    assert_lost(judged(logs, at(RIVAL, PHONE, 3), planted=[at(ENDING, DESK, 1)]), RIVAL)


# ---- what later ones go on from


def test_rosters_from_which_a_later_one_goes_on_together_need_no_entry_any_more(logs: Logs) -> None:
    """Else whoever spoils their own log takes back what all others built on it."""
    both = roster(CALM, RIVAL, by="desk", ends={"watch": {WATCH: 1}})
    chain = judged(logs, at(CALM, DESK, 1), at(both, DESK, 2), planted=[at(RIVAL, PHONE, 1)])
    assert chain.problems == ()
    assert len(chain.accepted) == 4


def test_whoever_was_ended_saves_no_roster_by_others_of_their_own_behind_it(logs: Logs) -> None:
    """Theirs go on from both, and further than those of the others; each of them is listed too late."""
    ending = roster(CALM, by="desk", ends={"phone": {PHONE: 1}})
    own = [RIVAL, roster(CALM, RIVAL, by="phone", ends={"watch": {WATCH: 1}})]
    own.append(roster(own[-1], by="phone", admits="pager"))
    late = [at(one, PHONE, seq) for seq, one in enumerate(own, 1)]
    chain = judged(logs, at(CALM, DESK, 1), at(ending, DESK, 2), *late)
    assert chain.accepted == (FIRST, CALM, ending)
    assert lost(*own[:2]) <= set(chain.problems)


# Lists of members that were made apart: who waits for the root, and from which list an ending goes on.
KIM_JOINS = admission(ROSTER_MANY).roster("Nour-1", "Ilse-1")


def directory(*rosters: Roster) -> Directory:
    judged = chain(_FIRST, *rosters)
    assert judged.problems == ()
    assert judged.effective is not None
    return Directory(CompartmentId(bytes(16)), judged, judged.effective)


def waiting(*rosters: Roster) -> dict[bytes, frozenset[Role]]:
    return {apart.certificate.seat: apart.roles for apart in admitted_apart(directory(*rosters))}


def with_device(draft: Draft, seat: str, member: str, *before: Roster) -> Draft:
    return draft.after(*before, seats=draft.seats | {seat: member})


def without_device(draft: Draft, seat: str, *before: Roster) -> Draft:
    seats = {name: member for name, member in draft.seats.items() if name != seat}
    return draft.after(*before, seats=seats, ends={seat: 5})


def helped(member: str, roles: str = "caseworker", *before: Roster) -> Roster:
    return ROSTER_MANY.with_member(member, roles, *(before or (_FIRST,))).roster("Nour-1", "Ilse-1")


def _a_line_behind_one_admission() -> tuple[Roster, ...]:
    draft = admission(ROSTER_MANY)
    lea = draft.with_member("Lea", "field", KIM_JOINS).roster("Nour-1", "Ilse-1")
    return KIM_JOINS, lea, draft.without("Joel", KIM_JOINS).roster("Nour-1"), helped("Ann")


def _an_ended_newcomer() -> tuple[Roster, ...]:
    return KIM_JOINS, without_device(admission(ROSTER_MANY), "Kim-1", KIM_JOINS).roster("Nour-1"), helped("Ann")


def _a_lowered_newcomer() -> tuple[Roster, ...]:
    kim = ROSTER_MANY.with_member("Kim", "caseworker field", _FIRST)
    first = kim.roster("Nour-1", "Ilse-1")
    lowered = kim.after(first, members=kim.members | {"Kim": "field"}, ends={"Kim-1": 5}).roster("Nour-1")
    return first, lowered, helped("Ann")


def _who_left_on_one_of_three() -> tuple[Roster, ...]:
    draft = admission(ROSTER_MANY)
    second = with_device(draft, "Kim-2", "Kim", KIM_JOINS).roster("Nour-1", "Ilse-1")
    return KIM_JOINS, second, draft.without("Kim", KIM_JOINS).roster("Nour-1"), helped("Ann")


def _a_second_device_of_who_was_suspended_elsewhere() -> tuple[Roster, ...]:
    second = with_device(ROSTER_MANY, "Mina-2", "Mina", _FIRST).roster("Nour-1", "Ilse-1")
    return second, without_device(ROSTER_MANY, "Mina-1", _FIRST).roster("Nour-1")


def _a_recovered_device() -> tuple[Roster, ...]:
    draft = replace(without_device(ROSTER_MANY, "Mina-1", _FIRST))
    return replace(draft, seats=draft.seats | {"Mina-2": "Mina"}).roster("root"), helped("Ann")


@each(
    {
        "nobody on one line": (lambda: (KIM_JOINS,), {}),
        "one of each": (lambda: (KIM_JOINS, helped("Ann", "field")), {"Kim-1": None, "Ann-1": frozenset({Role.FIELD})}),
        "behind one admission": (_a_line_behind_one_admission, {"Kim-1": None, "Lea-1": None, "Ann-1": None}),
        "ended again": (_an_ended_newcomer, {"Ann-1": None}),
        "lowered again": (_a_lowered_newcomer, {"Ann-1": None}),
        "left on one of three": (_who_left_on_one_of_three, {"Ann-1": None}),
        "suspended on the other": (_a_second_device_of_who_was_suspended_elsewhere, {}),
        "recovered": (_a_recovered_device, {"Mina-2": frozenset({Role.SUPERVISOR}), "Ann-1": None}),
    }
)
def test_who_waits_for_the_root(
    lists: Callable[[], tuple[Roster, ...]], wait: dict[str, frozenset[Role] | None]
) -> None:
    found = waiting(*lists())
    assert found.keys() == {id_of(seat) for seat in wait}
    for seat, roles in wait.items():
        assert roles is None or found[id_of(seat)] == roles


@each(
    {
        "one device id, two lists": lambda: ROSTER_MANY.after(
            _FIRST, members=ROSTER_MANY.members | {"Ann": "caseworker"}, seats=ROSTER_MANY.seats | {"Kim-1": "Ann"}
        ),
        "one member id, two lists": lambda: ROSTER_MANY.after(
            _FIRST, members=ROSTER_MANY.members | {"Kim": "admin"}, seats=ROSTER_MANY.seats | {"Ann-1": "Kim"}
        ),
    }
)
def test_under_an_id_that_two_lists_began_to_name_nobody_waits(other: Callable[[], Draft]) -> None:
    """Who joins draws it: so one of the lists lies, and would take over the place of the other's newcomer."""
    assert waiting(KIM_JOINS, other().roster("Nour-1", "Ilse-1")) == {}


def test_an_ending_goes_on_from_the_longest_list_alone() -> None:
    """That of a shorter one would have a rival of its number, which the log that lists it has named already."""
    draft = admission(ROSTER_MANY)
    longer = draft.with_member("Lea", "field", KIM_JOINS).roster("Nour-1", "Ilse-1")
    found = directory(KIM_JOINS, longer, helped("Ann"))
    assert [side.tips for side in sides_to_go_on_from(found)] == [(longer.root,)]
    ground = ground_for(found, Change(ended=frozenset({SeatId(id_of("Joel-1"))})))
    assert ground.tips == (longer.root,)


@each(
    {
        "a device that waits": Change(ended=frozenset({SeatId(id_of("Kim-1"))})),
        "a member who waits": Change(leaving=frozenset({MemberId(id_of("Kim"))})),
        "a role that one list gave": Change(roles={MemberId(id_of("Mina")): frozenset({Role.ADMIN})}),
        "helpers": Change(helpers_by_supervisor=True),
    }
)
def test_whatever_is_not_taken_from_who_is_in_waits_for_the_root(change: Change) -> None:
    raised = ROSTER_MANY.after(_FIRST, members=ROSTER_MANY.members | {"Mina": "supervisor admin"}).roster(
        "Nour-1", "Ilse-1"
    )
    for lists in ((KIM_JOINS, helped("Ann")), (raised, helped("Ann"))):
        with pytest.raises(RefusedError, match="two lists of members"):
            ground_for(directory(*lists), change)


def test_a_key_that_another_list_ended_signs_no_proposal() -> None:
    found = directory(KIM_JOINS, ROSTER_MANY.without("Ilse", _FIRST).roster("Nour-1", "root"))
    proposal = admission(ROSTER_MANY).without("Joel", KIM_JOINS).roster("Ilse-1", "Nour-1")
    assert [key for key, _ in with_signers_who_are_in(found, proposal).signatures] == [proposal.signatures[1][0]]
    alone = directory(KIM_JOINS)
    assert with_signers_who_are_in(alone, proposal) == proposal


def test_joels_device_can_be_ended_while_lists_wait() -> None:
    found = directory(KIM_JOINS, ending(ROSTER_MANY, "Tariq").roster("Nour-1"))
    assert ground_for(found, Change(leaving=frozenset({MemberId(id_of("Joel"))}))).tips[0] in found.effective.tips


def test_a_device_that_waits_has_of_all_lists_what_they_ended_and_of_its_own_who_is_in() -> None:
    tariq, joel = ending(ROSTER_MANY, "Tariq").roster("Nour-1"), ending(ROSTER_MANY, "Joel").roster("Ilse-1")
    draft = ending(ROSTER_MANY, "Tariq").without("Joel", tariq, joel)
    kim = replace(draft, ends={}).with_member("Kim", "caseworker", tariq, joel).roster("Nour-1", "Ilse-1")
    other = ROSTER_MANY.with_member("Ann", "field", _FIRST).roster("Nour-1", "Ilse-1")
    mina = ending(ROSTER_MANY, "Mina").roster("Nour-1")
    found = directory(tariq, joel, kim, other, mina)
    assert found.effective.root_must_sign
    seen = as_seen_by(found, SeatId(id_of("Kim-1")), ROSTER_ROOT.public)
    ids = {id_of(seat) for seat in ("Tariq-1", "Joel-1", "Joel-2", "Mina-1", "Ann-1")}
    assert ids.isdisjoint(seen.effective.certificates)
    assert {id_of("Kim-1"), id_of("Nour-1")} <= seen.effective.certificates.keys()
    assert seen.roster == kim.root
    assert {roster.root for roster in seen.others} == {other.root, mina.root}
    assert as_seen_by(found, SeatId(id_of("Nour-1")), ROSTER_ROOT.public) is found
    assert as_seen_by(found, SeatId(id_of("Mina-1")), ROSTER_ROOT.public) is found
