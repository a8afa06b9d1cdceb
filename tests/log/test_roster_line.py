"""Rosters that go on from one another and part: what each side takes away, and what no side gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.log.test_roster import (
    _FIRST,
    ALONE,
    MANY,
    NEW_ROOT,
    admission,
    chain,
    ending,
    id_of,
    log_of,
    reasons,
)
from tests.log.writer import Key
from tests.tables import each


def test_what_the_root_alone_admitted_on_one_side_waits_until_it_signs_over_both() -> None:
    admitted, other = admission(MANY, "admin").roster("root"), ending(MANY, "Joel").roster("Nour-1")
    result = chain(_FIRST, admitted, other)
    assert result.effective is not None
    assert result.effective.root_must_sign
    assert id_of("Kim-1") not in result.effective.certificates
    assert log_of("Kim-1") not in result.first_certified
    assert log_of("Nour-1") in result.first_certified


def test_a_role_that_one_side_took_is_gone() -> None:
    lowered = MANY.after(_FIRST, members=MANY.members | {"Tariq": ""}, ends={"Tariq-1": 3}).roster("Nour-1")
    result = chain(_FIRST, lowered, ending(MANY, "Joel").roster("Ilse-1"))
    assert result.effective is not None
    assert result.effective.members[id_of("Tariq")] == frozenset()
    assert result.effective.members[id_of("Mina")] == {"supervisor"}


@each([((5, 3),), ((3, 5),)])
def test_where_both_sides_end_a_seat_what_either_cut_is_cut(sizes: tuple[int, int]) -> None:
    first, second = (
        MANY.without("Joel", _FIRST, size=size).roster(signer)
        for size, signer in zip(sizes, ("Nour-1", "Ilse-1"), strict=True)
    )
    result = chain(_FIRST, first, second)
    allowed = [result.allows(id_of("Joel-1"), log_of("Joel-1"), seq, _FIRST.root) for seq in (2, 3, 4, 5)]
    assert allowed == [True, False, False, False]


def test_a_roster_that_names_one_that_is_not_here_does_not_follow() -> None:
    draft = replace(MANY.after(_FIRST), prev=(_FIRST.root, b"p" * 32))
    assert reasons(chain(_FIRST, draft.roster("root"))) == [(1, "roster 1 does not name the one before it")]


def test_the_same_roster_again_changes_nothing_and_ends_nothing() -> None:
    second = ending(MANY, "Joel").roster("Nour-1")
    third = ending(MANY, "Joel").with_member("Kim", "field", second).roster("root")
    result = chain(_FIRST, second, second, ending(MANY, "Joel").roster(), third)
    assert (result.newest, result.problems) == (third, ())


def test_an_ending_beside_a_second_settlement_stays_when_an_older_side_comes_to_light() -> None:
    """Whoever was an admin once can sign a roster of an old number: it must bring back nobody who was ended since."""
    one, two = admission(MANY).roster("Nour-1", "Ilse-1"), ending(MANY, "Joel").roster("Nour-1")
    draft = ending(MANY, "Joel").with_member("Kim", "caseworker", one, two)
    settled = draft.roster("root")
    without_mina, with_lea = draft.without("Mina", settled), draft.with_member("Lea", "field", settled)
    sides = [without_mina.roster("Nour-1"), with_lea.roster("Nour-1", "Ilse-1")]
    again = without_mina.with_member("Lea", "field", *sides).roster("root")
    ends_kim = draft.without("Kim", settled).roster("Nour-1")
    old_side = ending(MANY, "Tariq").roster("Nour-1")
    for late in ([], [old_side]):
        result = chain(_FIRST, one, two, settled, *sides, again, ends_kim, *late)
        assert result.effective is not None
        assert id_of("Lea-1") in result.effective.certificates
        assert not {id_of("Kim-1"), id_of("Mina-1"), id_of("Joel-1")} & result.effective.certificates.keys()
        assert (id_of("Tariq-1") in result.effective.certificates) is not bool(late)


def test_what_admins_alone_sign_over_several_sides_settles_nothing() -> None:
    one, two = ending(MANY, "Joel").roster("Nour-1"), ending(MANY, "Mina").roster("Ilse-1")
    both = replace(ending(MANY, "Joel").without("Mina", one, two), ends={})
    joined = both.with_member("Kim", "field", one, two).roster("Nour-1", "Ilse-1")
    result = chain(_FIRST, one, two, joined, admission(MANY, "admin").roster("Nour-1", "Ilse-1"))
    assert result.effective is not None
    assert result.effective.root_must_sign
    assert id_of("Kim-1") not in result.effective.certificates


def test_one_seat_that_a_side_ended_is_gone_while_its_member_stays() -> None:
    seats = {seat: member for seat, member in MANY.seats.items() if seat != "Joel-2"}
    less = MANY.after(_FIRST, seats=seats, ends={"Joel-2": 3}).roster("Nour-1")
    result = chain(_FIRST, less, ending(MANY, "Mina").roster("Ilse-1"))
    assert result.effective is not None
    assert id_of("Joel") in result.effective.members
    assert result.effective.certificates.keys() == {id_of(seat) for seat in seats if seat != "Mina-1"}


def test_whom_a_late_side_ends_keeps_no_seat_that_came_with_the_settlement() -> None:
    one, two = admission(MANY).roster("Nour-1", "Ilse-1"), ending(MANY, "Mina").roster("Nour-1")
    draft = ending(MANY, "Mina").with_member("Kim", "caseworker", one, two)
    settled = replace(draft, seats=draft.seats | {"Joel-3": "Joel"}).roster("root")
    for late in ([], [ending(MANY, "Joel").roster("Ilse-1")]):
        result = chain(_FIRST, one, two, settled, *late)
        assert result.effective is not None
        assert id_of("Kim-1") in result.effective.certificates
        assert (id_of("Joel-3") in result.effective.certificates) is not bool(late)


def test_behind_two_beginnings_nothing_follows() -> None:
    """A root that signed twice leaves no chain, whatever anybody puts behind it."""
    beginnings = [_FIRST, ALONE.roster("root")]
    for prev in ([roster.root for roster in beginnings], [b"p" * 32]):
        result = chain(*beginnings, replace(MANY, number=1, prev=tuple(prev)).roster("root"))
        assert result.newest is None
        assert reasons(result) == [(0, "the root signed two beginnings")] * 2


def test_whom_the_root_certifies_again_was_in_from_the_first_on() -> None:
    one, two = admission(MANY, "admin").roster("Nour-1", "Ilse-1"), ending(MANY, "Joel").roster("Nour-1")
    assert not chain(_FIRST, one, two).allows(id_of("Kim-1"), log_of("Kim-1"), 0, one.root)
    settled = ending(MANY, "Joel").with_member("Kim", "caseworker", one, two).roster("root")
    result = chain(_FIRST, one, two, settled)
    assert result.allows(id_of("Kim-1"), log_of("Kim-1"), 0, one.root)
    assert result.roles(id_of("Kim-1"), one.root) == frozenset()
    assert result.roles(id_of("Kim-1"), settled.root) == {"caseworker"}
    without = replace(ending(MANY, "Joel"), number=2, prev=(one.root, two.root), ends={}).roster("root")
    assert not chain(_FIRST, one, two, without).allows(id_of("Kim-1"), log_of("Kim-1"), 0, one.root)


@each([(("Ilse-1",),), ((),)])
def test_whom_the_root_certified_again_stays_in_whatever_somebody_signs_beside_it(signers: tuple[str, ...]) -> None:
    one, two = (
        MANY.after(_FIRST, members=MANY.members | {member: "intake"}, seats=MANY.seats | {"Kim-1": member}).roster(
            "Nour-1", "Ilse-1"
        )
        for member in ("Kim", "Other")
    )
    settled = MANY.with_member("Kim", "intake", one, two).roster("root")
    for size in range(5, 10):
        beside = MANY.without("Joel", one, two, size=size).roster(*signers)
        result = chain(_FIRST, one, two, settled, beside)
        assert result.allows(id_of("Kim-1"), log_of("Kim-1"), 0, one.root)


@pytest.mark.long
def test_layers_of_rosters_are_judged_however_many_they_are() -> None:
    two = [ending(MANY, "Joel").roster("Nour-1"), MANY.without("Joel", _FIRST, size=6).roster("Nour-1")]
    rosters = list(two)
    for _ in range(600):
        two = [replace(ending(MANY, "Joel").after(*named), ends={}).roster("Nour-1") for named in (two, two[::-1])]
        rosters += two
    result = chain(_FIRST, *rosters)
    assert result.effective is not None
    assert result.effective.tips == tuple(sorted(roster.root for roster in two))
    assert id_of("Joel-1") not in result.effective.certificates


def test_a_root_that_one_side_replaced_is_replaced_and_settles_the_sides() -> None:
    """Else a thief brings stolen old sheets back, with one list that goes on from before."""
    renewed = MANY.after(_FIRST, new_root=NEW_ROOT.public).roster("root", "new root")
    other = admission(MANY, "admin").roster("root")
    result = chain(_FIRST, renewed, other)
    assert result.effective is not None
    assert (result.effective.root_public, result.effective.root_must_sign) == (NEW_ROOT.public, True)
    settled = MANY.with_member("Kim", "admin", renewed, other, new_root=None)
    assert chain(_FIRST, renewed, other, settled.roster("root")).effective == result.effective
    done = chain(_FIRST, renewed, other, settled.roster("new root"))
    assert done.newest == settled.roster("new root")
    assert done.allows(id_of("Kim-1"), log_of("Kim-1"), 0, other.root)


def test_of_two_roots_that_two_sides_put_in_place_of_one_the_smaller_key_is_in_effect() -> None:
    keys = {name: Key(name).public for name in ("one root", "other root")}
    sides = [MANY.after(_FIRST, new_root=key).roster("root", name) for name, key in keys.items()]
    result = chain(_FIRST, *sides)
    assert result.effective is not None
    assert result.effective.root_public == min(keys.values())


def test_a_root_that_a_side_replaced_settles_no_others_in_whatever_order_they_come() -> None:
    """Stolen sheets that were replaced settle no two lists from before for who knows of the new ones."""
    one, two = admission(MANY).roster("Nour-1", "Ilse-1"), ending(MANY, "Joel").roster("Nour-1")
    settled = ending(MANY, "Joel").with_member("Kim", "caseworker", one, two).roster("root")
    renewed = MANY.after(_FIRST, new_root=NEW_ROOT.public).roster("root", "new root")
    for rosters in ((one, two, settled, renewed), (renewed, settled, two, one)):
        result = chain(_FIRST, *rosters)
        assert result.effective is not None
        assert (result.effective.root_public, result.effective.root_must_sign) == (NEW_ROOT.public, True)
        assert id_of("Kim-1") not in result.effective.certificates
        assert id_of("Joel-1") not in result.effective.certificates
    later = ending(MANY, "Joel").with_member("Kim", "caseworker", one, two)
    after = later.after(settled, new_root=NEW_ROOT.public).roster("root", "new root")
    good = chain(_FIRST, one, two, settled, after)
    assert good.effective is not None
    assert id_of("Kim-1") in good.effective.certificates


def test_a_root_that_was_replaced_twice_stays_replaced_beside_a_list_that_knows_the_first_alone() -> None:
    for first, second in (("one root", "other root"), ("other root", "one root")):
        once = MANY.after(_FIRST, new_root=Key(first).public).roster("root", first)
        twice = MANY.after(once, new_root=Key(second).public).roster(first, second)
        behind = MANY.with_member("Kim", "field", once, new_root=None).roster("Nour-1", "Ilse-1")
        beside = admission(MANY).roster("Nour-1", "Ilse-1")
        result = chain(_FIRST, once, twice, behind, beside)
        assert result.effective is not None
        assert result.effective.root_public == Key(second).public


def test_a_second_device_that_the_root_lets_in_has_the_roles_that_were_left_to_its_member() -> None:
    """Also where it names the roster from before: its member was lowered on the other list."""
    device = MANY.after(_FIRST, seats=MANY.seats | {"Mina-2": "Mina"}).roster("Nour-1", "Ilse-1")
    lower = MANY.after(_FIRST, members=MANY.members | {"Mina": "caseworker"}, ends={"Mina-1": 5})
    lowered = replace(lower, members=MANY.members | {"Mina": ""}).roster("Nour-1")
    settled = replace(
        MANY.after(device, lowered), members=MANY.members | {"Mina": ""}, seats=MANY.seats | {"Mina-2": "Mina"}
    ).roster("root")
    result = chain(_FIRST, device, lowered, settled)
    assert result.newest == settled
    assert result.roles(id_of("Mina-2"), device.root) == frozenset()
    assert result.roles(id_of("Mina-1"), _FIRST.root) == {"supervisor"}
