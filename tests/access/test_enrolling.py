"""Who holds what the organisation shares: what is due after a roster, and what is given and taken for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from tests.access.desk import (
    ALL_ROLES,
    CASE,
    DIRECTORY,
    EVERYBODY,
    FIRST,
    HOME,
    ILSE,
    INTAKE,
    JOEL,
    JOEL_2,
    KIM,
    MINA,
    NOUR,
    OTHER,
    OWN,
    REGISTER,
    SENDING,
    TARIQ,
    WITH_RECOVERY,
    Desk,
    Held,
    admission,
    compartment_of,
    ending,
    epoch_of,
    holder,
    standing_after,
)
from tests.log.test_roster import MANY, id_of, log_of
from vault.access.directory import RECOVERY
from vault.access.enrolling import MemberRecord, dues, entitled, settle, shared_compartments
from vault.ids import EpochId, MemberId, SeatId
from vault.log.epochs import CompartmentKind, Drop
from vault.policy.rights import rights_table
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry

if TYPE_CHECKING:
    from vault.records.holding import CompartmentState


# ---- what the directory says of a member


@pytest.mark.parametrize(("until_ms", "more"), [(None, {}), (0, {"until": 0}), (1_800, {"until": 1_800})])
def test_a_member_is_told_by_id_and_name_and_by_an_end_where_there_is_one(
    until_ms: int | None, more: dict[str, object]
) -> None:
    record = MemberRecord(MemberId(b"m" * 16), "Kim Aldous", until_ms)
    assert record.KIND == "member"
    assert record.fields() == {"member": b"m" * 16, "name": "Kim Aldous", **more}


# ---- who shall hold what


@pytest.mark.parametrize(
    ("kind", "seats"),
    [
        (DIRECTORY, EVERYBODY),
        (SENDING, {TARIQ, MINA, JOEL, JOEL_2}),
        (REGISTER, {TARIQ, MINA}),
        (INTAKE, {TARIQ, MINA}),
    ],
)
def test_the_directory_is_for_every_seat_and_the_rest_for_those_who_write_there(
    kind: CompartmentKind, seats: set[SeatId]
) -> None:
    state = cast("CompartmentState", Held(kind, frozenset()))
    shall = entitled(standing_after(), rights_table(2), state)
    assert shall == {seat: holder(seat) for seat in seats}


def test_what_is_shared_is_what_a_notice_claims_and_the_rows_confirm_of_what_is_held_here(desk: Desk) -> None:
    desk.hold(SENDING)
    desk.hold(CASE)
    desk.hold(INTAKE)
    desk.states[compartment_of(INTAKE)] = None
    desk.notice(REGISTER)
    assert shared_compartments(desk.session) == {DIRECTORY: HOME, SENDING: compartment_of(SENDING)}
    assert set(desk.asked) == {HOME, compartment_of(SENDING), compartment_of(INTAKE)}


def test_what_claims_to_be_shared_and_is_a_case_is_not_shared(desk: Desk) -> None:
    desk.states[HOME] = Held(CASE, EVERYBODY)
    assert shared_compartments(desk.session) == {}


@pytest.mark.parametrize("kind", [DIRECTORY, SENDING, REGISTER, INTAKE])
def test_each_kind_that_every_vault_has_once_is_shared(desk: Desk, kind: CompartmentKind) -> None:
    if kind is not DIRECTORY:
        desk.hold(kind)
    assert shared_compartments(desk.session)[kind] == compartment_of(kind)


# ---- what is due


def test_what_those_hold_who_shall_needs_nothing(desk: Desk) -> None:
    assert dues(desk.session, standing_after()) == []


def test_a_seat_that_lacks_a_key_is_due_it(desk: Desk) -> None:
    (due,) = dues(desk.session, standing_after(admission()))
    assert cast("object", due.state) == desk.states[HOME]
    assert (due.lacking, due.gone, due.is_apart) == ((holder(KIM),), frozenset(), False)
    assert set(due.keeping) == {holder(seat) for seat in EVERYBODY | {KIM}} | {WITH_RECOVERY}


def test_a_holder_who_lacks_the_current_key_is_due_it_too(desk: Desk) -> None:
    desk.hold(DIRECTORY, behind=frozenset({MINA}))
    (due,) = dues(desk.session, standing_after())
    assert due.lacking == (holder(MINA),)


def test_whoever_holds_what_they_shall_not_is_gone_from_the_next_key(desk: Desk) -> None:
    (due,) = dues(desk.session, standing_after(ending()))
    assert (due.lacking, due.gone) == ((), frozenset({JOEL, JOEL_2}))
    assert set(due.keeping) == {holder(seat) for seat in EVERYBODY - {JOEL, JOEL_2}} | {WITH_RECOVERY}


def test_recovery_keeps_what_it_holds_under_the_key_of_the_next_roster_and_gets_nothing_else(desk: Desk) -> None:
    roster = admission()
    standing = standing_after(roster)
    renewed = replace(standing, head=replace(standing.head, recovery=b"n" * 1_216))
    (due,) = dues(desk.session, renewed)
    assert Holder(RECOVERY, b"n" * 1_216) in due.keeping
    held = desk.states[HOME]
    assert held is not None
    desk.states[HOME] = replace(held, holders=held.holders - {RECOVERY})
    (due,) = dues(desk.session, renewed)
    assert {one.seat for one in due.keeping} == EVERYBODY | {KIM}


@pytest.mark.parametrize(
    ("current", "is_apart"), [((OWN,), False), ((OTHER,), True), ((OWN, OTHER), True), ((OTHER, OWN), True)]
)
def test_a_key_that_others_made_or_several_are_apart(
    desk: Desk, current: tuple[EpochId, ...], *, is_apart: bool
) -> None:
    desk.hold(DIRECTORY, current=current)
    (due,) = dues(desk.session, standing_after(admission()))
    assert due.is_apart is is_apart


def test_what_this_role_may_not_grant_waits_for_one_who_may(desk: Desk) -> None:
    for kind in (REGISTER, INTAKE, SENDING):
        desk.hold(kind)
    after = standing_after(ending())
    assert {due.state.kind for due in dues(desk.session, after)} == {DIRECTORY, SENDING}
    desk.roles = frozenset({Role.CASEWORKER})
    assert dues(desk.session, after) == []
    desk.roles = ALL_ROLES
    assert {due.state.kind for due in dues(desk.session, after)} == {DIRECTORY, SENDING, REGISTER, INTAKE}


# ---- settling what others had no right to


def test_where_nothing_is_due_nothing_is_written(desk: Desk) -> None:
    assert settle(desk.session) == ()
    assert desk.events == []


def test_what_is_lacking_is_given_with_every_key_that_this_seat_holds(desk: Desk) -> None:
    desk.hold(DIRECTORY, MINA, JOEL)
    desk.keyring.add(HOME, OTHER, b"o" * 32)
    assert settle(desk.session) == (DIRECTORY,)
    lacking = (holder(MINA), holder(JOEL))
    told = [("grant", HOME, OWN, lacking), ("grant", HOME, OTHER, lacking)]
    assert desk.committed == [(Entry(act="grant.add", covers={"compartments": 1}), told)]
    assert desk.events == ["grant.add", "left", ("refreshed", True)]


def test_what_is_lacking_of_keys_apart_is_given_under_one_key_in_their_place(desk: Desk) -> None:
    desk.hold(DIRECTORY, MINA, current=(OWN, OTHER))
    settle(desk.session)
    ((_, told),) = desk.committed
    replaced, granted = told
    kind, compartment, its_kind, keeping, named = replaced
    assert (kind, compartment, its_kind) == ("replace", HOME, DIRECTORY)
    assert set(keeping) == {holder(seat) for seat in EVERYBODY} | {WITH_RECOVERY}
    assert named == {"replaced": (OWN, OTHER), "drops": ()}
    assert granted == ("grant", HOME, OWN, (holder(MINA),))


def test_keys_are_taken_in_one_entry_and_given_in_another(desk: Desk) -> None:
    desk.roles = ALL_ROLES
    desk.hold(DIRECTORY, MINA)
    desk.hold(SENDING, NOUR, ILSE, TARIQ)
    desk.hold(REGISTER, NOUR, ILSE, JOEL_2)
    assert set(settle(desk.session)) == {DIRECTORY, SENDING, REGISTER}
    taken, given = desk.committed
    assert taken[0] == Entry(act="grant.remove", covers={"compartments": 1})
    assert given[0] == Entry(act="grant.add", covers={"compartments": 2})
    assert [one[1] for one in taken[1]] == [compartment_of(REGISTER)]
    assert {one[1] for one in given[1]} == {HOME, compartment_of(SENDING)}


def test_whose_key_is_taken_without_that_a_roster_says_a_size_what_is_proven_of_the_log_counts(desk: Desk) -> None:
    desk.roles = ALL_ROLES
    desk.hold(REGISTER, NOUR, ILSE)
    settle(desk.session)
    ((_, told),) = desk.committed
    drops = tuple(sorted(Drop(id_of(seat), log_of(seat), 0) for seat in ("Joel-1", "Joel-2")))
    assert told[0][-1] == {"replaced": (epoch_of(REGISTER),), "drops": drops}


def test_of_a_seat_that_rosters_cut_the_newest_size_counts(desk: Desk) -> None:
    lowered = MANY.after(FIRST, members=MANY.members | {"Joel": ""}, ends={"Joel-1": 3, "Joel-2": 4})
    gone = lowered.without("Joel", lowered.roster("Nour-1"), size=6)
    desk.go_by(FIRST, lowered.roster("Nour-1"), gone.roster("Nour-1"))
    settle(desk.session)
    ((_, told),) = desk.committed
    assert told[0][-1]["drops"] == tuple(sorted(Drop(id_of(seat), log_of(seat), 6) for seat in ("Joel-1", "Joel-2")))
