"""Lists of members that were made apart: who waits for the root, and from which list an ending goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.log.test_roster import _FIRST, MANY, ROOT, Draft, admission, chain, ending, id_of
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
from vault.log.roster import Roster
from vault.policy.roles import Role

KIM_JOINS = admission(MANY).roster("Nour-1", "Ilse-1")


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
    return MANY.with_member(member, roles, *(before or (_FIRST,))).roster("Nour-1", "Ilse-1")


def _a_line_behind_one_admission() -> tuple[Roster, ...]:
    draft = admission(MANY)
    lea = draft.with_member("Lea", "field", KIM_JOINS).roster("Nour-1", "Ilse-1")
    return KIM_JOINS, lea, draft.without("Joel", KIM_JOINS).roster("Nour-1"), helped("Ann")


def _an_ended_newcomer() -> tuple[Roster, ...]:
    return KIM_JOINS, without_device(admission(MANY), "Kim-1", KIM_JOINS).roster("Nour-1"), helped("Ann")


def _a_lowered_newcomer() -> tuple[Roster, ...]:
    kim = MANY.with_member("Kim", "caseworker field", _FIRST)
    first = kim.roster("Nour-1", "Ilse-1")
    lowered = kim.after(first, members=kim.members | {"Kim": "field"}, ends={"Kim-1": 5}).roster("Nour-1")
    return first, lowered, helped("Ann")


def _who_left_on_one_of_three() -> tuple[Roster, ...]:
    draft = admission(MANY)
    second = with_device(draft, "Kim-2", "Kim", KIM_JOINS).roster("Nour-1", "Ilse-1")
    return KIM_JOINS, second, draft.without("Kim", KIM_JOINS).roster("Nour-1"), helped("Ann")


def _a_second_device_of_who_was_suspended_elsewhere() -> tuple[Roster, ...]:
    second = with_device(MANY, "Mina-2", "Mina", _FIRST).roster("Nour-1", "Ilse-1")
    return second, without_device(MANY, "Mina-1", _FIRST).roster("Nour-1")


def _a_recovered_device() -> tuple[Roster, ...]:
    draft = replace(without_device(MANY, "Mina-1", _FIRST))
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
        "one device id, two lists": lambda: MANY.after(
            _FIRST, members=MANY.members | {"Ann": "caseworker"}, seats=MANY.seats | {"Kim-1": "Ann"}
        ),
        "one member id, two lists": lambda: MANY.after(
            _FIRST, members=MANY.members | {"Kim": "admin"}, seats=MANY.seats | {"Ann-1": "Kim"}
        ),
    }
)
def test_under_an_id_that_two_lists_began_to_name_nobody_waits(other: Callable[[], Draft]) -> None:
    """Who joins draws it: so one of the lists lies, and would take over the place of the other's newcomer."""
    assert waiting(KIM_JOINS, other().roster("Nour-1", "Ilse-1")) == {}


def test_an_ending_goes_on_from_the_longest_list_alone() -> None:
    """That of a shorter one would have a rival of its number, which the log that lists it has named already."""
    draft = admission(MANY)
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
    raised = MANY.after(_FIRST, members=MANY.members | {"Mina": "supervisor admin"}).roster("Nour-1", "Ilse-1")
    for lists in ((KIM_JOINS, helped("Ann")), (raised, helped("Ann"))):
        with pytest.raises(RefusedError, match="two lists of members"):
            ground_for(directory(*lists), change)


def test_a_key_that_another_list_ended_signs_no_proposal() -> None:
    found = directory(KIM_JOINS, MANY.without("Ilse", _FIRST).roster("Nour-1", "root"))
    proposal = admission(MANY).without("Joel", KIM_JOINS).roster("Ilse-1", "Nour-1")
    assert [key for key, _ in with_signers_who_are_in(found, proposal).signatures] == [proposal.signatures[1][0]]
    alone = directory(KIM_JOINS)
    assert with_signers_who_are_in(alone, proposal) == proposal


def test_joels_device_can_be_ended_while_lists_wait() -> None:
    found = directory(KIM_JOINS, ending(MANY, "Tariq").roster("Nour-1"))
    assert ground_for(found, Change(leaving=frozenset({MemberId(id_of("Joel"))}))).tips[0] in found.effective.tips


def test_a_device_that_waits_has_of_all_lists_what_they_ended_and_of_its_own_who_is_in() -> None:
    tariq, joel = ending(MANY, "Tariq").roster("Nour-1"), ending(MANY, "Joel").roster("Ilse-1")
    draft = ending(MANY, "Tariq").without("Joel", tariq, joel)
    kim = replace(draft, ends={}).with_member("Kim", "caseworker", tariq, joel).roster("Nour-1", "Ilse-1")
    other = MANY.with_member("Ann", "field", _FIRST).roster("Nour-1", "Ilse-1")
    mina = ending(MANY, "Mina").roster("Nour-1")
    found = directory(tariq, joel, kim, other, mina)
    assert found.effective.root_must_sign
    seen = as_seen_by(found, SeatId(id_of("Kim-1")), ROOT.public)
    ids = {id_of(seat) for seat in ("Tariq-1", "Joel-1", "Joel-2", "Mina-1", "Ann-1")}
    assert ids.isdisjoint(seen.effective.certificates)
    assert {id_of("Kim-1"), id_of("Nour-1")} <= seen.effective.certificates.keys()
    assert seen.roster == kim.root
    assert {roster.root for roster in seen.others} == {other.root, mina.root}
    assert as_seen_by(found, SeatId(id_of("Nour-1")), ROOT.public) is found
    assert as_seen_by(found, SeatId(id_of("Mina-1")), ROOT.public) is found
