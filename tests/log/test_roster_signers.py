"""Who has to sign, at the borders of each rule, and the words for who is missing."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from tests.log.test_roster import (
    _FIRST,
    ALONE,
    FEW,
    FOUNDERS,
    HELPED,
    MANY,
    NEW_ROOT,
    ROOT,
    Draft,
    admission,
    chain,
    ending,
    follows,
    id_of,
    log_of,
    reasons,
)
from tests.log.writer import Key
from tests.tables import each
from tests.vectors.independent import rosters as reader
from vault.errors import VerificationError
from vault.log.roster import Roster
from vault.log.roster_entries import Certificate, RosterHead
from vault.log.roster_rules import EffectiveRoster, check_succession, missing_signers, only_ends_or_lowers
from vault.words.message import Message


def _next(before: Draft, **changes: object) -> Draft:
    return before.after(before.roster("root"), **changes)


def _helped(members: dict[str, str], seats: dict[str, str], **changes: object) -> Draft:
    return _next(HELPED, members=HELPED.members | members, seats=HELPED.seats | seats, **changes)


def _lowered(member: str, roles: str = "", **changes: object) -> Draft:
    return _next(MANY, members=MANY.members | {member: roles}, **changes)


_KIM = {"Kim-1": "Kim"}
_ONE_SEAT_LESS = {seat: member for seat, member in HELPED.seats.items() if seat != "Joel-2"}
_A_SUPERVISOR_ALONE = {
    "admits for the field": (admission(HELPED, "field"), True),
    "admits for intake": (admission(HELPED, "intake"), True),
    "admits a caseworker": (admission(HELPED, "caseworker"), True),
    "admits who may do all that helpers may": (admission(HELPED, "caseworker field intake"), True),
    "admits two": (_helped({"Kim": "field", "Lou": "intake"}, _KIM | {"Lou-1": "Lou"}), True),
    "gives a helper's new device a seat": (_helped({}, {"Joel-3": "Joel"}), True),
    "admits no supervisor": (admission(HELPED, "supervisor"), False),
    "admits no auditor": (admission(HELPED, "auditor"), False),
    "admits no admin beside a helper": (_helped({"Kim": "field", "Lou": "admin"}, _KIM), False),
    "gives no admin a seat": (_helped({}, {"Nour-2": "Nour"}), False),
    "gives no admin a seat beside a helper": (_helped({"Kim": "field"}, _KIM | {"Nour-2": "Nour"}), False),
    "changes no rule on the way": (_helped({"Kim": "field"}, _KIM, rights=2), False),
    "raises nobody on the way": (_helped({"Kim": "field", "Joel": "caseworker intake"}, _KIM), False),
    "lowers nobody on the way": (_helped({"Kim": "field", "Joel": ""}, _KIM, ends={"Joel-1": 1, "Joel-2": 1}), False),
    "ends no seat on the way": (
        _next(HELPED, members=HELPED.members | {"Kim": "field"}, seats=_ONE_SEAT_LESS | _KIM, ends={"Joel-2": 1}),
        False,
    ),
}


@each(_A_SUPERVISOR_ALONE)
def test_a_supervisor_alone(draft: Draft, counts: bool) -> None:
    assert len(follows(HELPED, draft, ["Tariq-1"]).accepted) == 1 + counts


TWO_SEATS = replace(MANY, seats=MANY.seats | {"Ilse-2": "Ilse"})
THREE = replace(MANY, members=MANY.members | {"Joel": "supervisor"})
# Two supervisors for one of the admins, one for the other, who is the second supervisor.
MIXED = Draft(
    {"Nour": "admin supervisor", "Ilse": "admin", "Tariq": "supervisor", "Joel": "caseworker"},
    {"Nour-1": "Nour", "Ilse-1": "Ilse", "Tariq-1": "Tariq", "Joel-1": "Joel"},
)
_ONE_LESS = TWO_SEATS.after(TWO_SEATS.roster("root"), seats=MANY.seats, ends={"Ilse-2": 1})
_ONE_MORE = _next(MANY, seats=MANY.seats | {"Joel-3": "Joel"})
_NEW_ROOT = _next(MANY, new_root=NEW_ROOT.public)
_ONE_FOR_ANOTHER = replace(
    ending(MANY, "Joel"), members=MANY.members | {"Kim": "field"}, ends={"Joel-1": 1, "Joel-2": 1}
)
_KIM_AS_ADMIN = admission(MANY, "admin")
_ILSE_LOWERED = _lowered("Ilse", ends={"Ilse-1": 1})

_ROOT_SHEETS = "the root, from the recovery sheets"
_MANY_OTHERS = "two admins, or one admin and two others (supervisor)"
_FEW_OTHERS = "two admins, or one admin and two others (supervisor or caseworker)"
_TWO_MORE, _ONE_OTHER = (f"a second admin, or {others} (supervisor)" for others in ("two others", "one other"))
_TWO_OF_FEW, _ONE_OF_FEW = (who.replace("supervisor", "supervisor or caseworker") for who in (_TWO_MORE, _ONE_OTHER))

# Before, after, who signed, and who is missing: nobody (True), somebody (False), or as the words have it.
_SIGNED: dict[str, tuple[Draft, Draft, str, bool | str]] = {
    "one member alone signs": (ALONE, admission(ALONE), "Nour-1", True),
    "one member has to sign": (ALONE, admission(ALONE), "", False),
    "the root signs anything": (MANY, admission(MANY), "root", True),
    "two admins admit": (MANY, admission(MANY), "Nour-1 Ilse-1", True),
    "nobody signed": (MANY, admission(MANY), "", _MANY_OTHERS),
    "one admin alone does not admit": (MANY, admission(MANY), "Nour-1", _TWO_MORE),
    "an admin twice is one admin": (MANY, admission(MANY), "Nour-1 Nour-1", _TWO_MORE),
    "an admin and two supervisors admit": (MANY, admission(MANY), "Nour-1 Tariq-1 Mina-1", True),
    "an admin and one supervisor do not": (MANY, admission(MANY), "Nour-1 Tariq-1", _ONE_OTHER),
    "nor an admin and caseworkers, where two supervisors are": (MANY, admission(MANY), "Nour-1 Joel-1", _TWO_MORE),
    "nor beside a supervisor": (MANY, admission(MANY), "Nour-1 Tariq-1 Joel-1", _ONE_OTHER),
    "two seats of one member are one": (MANY, admission(MANY), "Nour-1 Joel-1 Joel-2", _TWO_MORE),
    "supervisors without an admin do not": (MANY, admission(MANY), "Tariq-1 Mina-1", _MANY_OTHERS),
    "with one supervisor caseworkers second": (FEW, admission(FEW), "Nour-1 Joel-1 Lea-1", True),
    "or supervisor and caseworker": (FEW, admission(FEW), "Nour-1 Joel-1 Tariq-1", True),
    "but not one alone": (FEW, admission(FEW), "Nour-1 Joel-1", _ONE_OF_FEW),
    "where few are, nobody signed": (FEW, admission(FEW), "", _FEW_OTHERS),
    "where three are, nobody signed": (THREE, admission(THREE), "", _MANY_OTHERS),
    "where the second supervisor is the admin": (FOUNDERS, admission(FOUNDERS), "Nour-1 Joel-1 Lea-1", True),
    "with whom the admin counts once": (FOUNDERS, admission(FOUNDERS), "Nour-1 Joel-1", False),
    "nobody of the founders signed": (FOUNDERS, admission(FOUNDERS), "", _FEW_OTHERS),
    "of two admins one needs caseworkers": (MIXED, admission(MIXED), "", _FEW_OTHERS),
    "and the other signed": (MIXED, admission(MIXED), "Ilse-1", _TWO_MORE),
    "and that one signed": (MIXED, admission(MIXED), "Nour-1", _TWO_OF_FEW),
    "a stranger's signature says nothing": (MANY, admission(MANY), "Nour-1 stranger", False),
    "the admitted cannot admit themselves": (MANY, _KIM_AS_ADMIN, "Nour-1 Kim-1", False),
    "one admin ends a caseworker": (MANY, ending(MANY, "Joel"), "Nour-1", True),
    "a supervisor does not": (MANY, ending(MANY, "Joel"), "Tariq-1", "one admin"),
    "nor do two": (MANY, ending(MANY, "Joel"), "Tariq-1 Mina-1", "one admin"),
    "one admin does not end another": (MANY, ending(MANY, "Ilse"), "Nour-1", False),
    "nor does nobody": (MANY, ending(MANY, "Ilse"), "", _MANY_OTHERS),
    "nor one of several seats of another": (TWO_SEATS, _ONE_LESS, "Nour-1", False),
    "two admins end such a seat": (TWO_SEATS, _ONE_LESS, "Nour-1 Ilse-1", True),
    "two admins end one": (MANY, ending(MANY, "Ilse"), "Nour-1 Ilse-1", True),
    "one admin lowers a supervisor": (MANY, _lowered("Tariq", ends={"Tariq-1": 3}), "Nour-1", True),
    "one admin does not lower another": (MANY, _ILSE_LOWERED, "Nour-1", False),
    "two admins lower one": (MANY, _ILSE_LOWERED, "Nour-1 Ilse-1", True),
    "one admin does not raise anybody": (MANY, _lowered("Joel", "caseworker supervisor"), "Nour-1", False),
    "one admin does not end one and admit another": (MANY, _ONE_FOR_ANOTHER, "Nour-1", False),
    "one admin gives nobody a further seat": (MANY, _ONE_MORE, "Nour-1", False),
    "nor does nobody give one": (MANY, _ONE_MORE, "", _MANY_OTHERS),
    "one admin does not change the rights table": (MANY, _next(MANY, rights=2), "Nour-1", False),
    "two admins do not replace the root": (MANY, _NEW_ROOT, "Nour-1 Ilse-1", _ROOT_SHEETS),
    "the old root names the new one": (MANY, _NEW_ROOT, "root", True),
    "a helper's admission": (HELPED, admission(HELPED, "field"), "", f"a supervisor alone, {_MANY_OTHERS}"),
    "no caseworker alone admits a helper": (HELPED, admission(HELPED, "field"), "Joel-1", False),
    "an admin's admission": (HELPED, admission(HELPED, "admin"), "", _MANY_OTHERS),
    "no supervisor where the roster does not say so": (MANY, admission(MANY, "field"), "Tariq-1", _MANY_OTHERS),
}


@each(_SIGNED)
def test_a_change_counts_if_those_signed_who_must_and_else_it_is_said_who_is_missing(
    before: Draft, draft: Draft, signers: str, told: bool | str
) -> None:
    result = follows(before, draft, signers.split())
    missing = missing_signers(_standing(before), draft.roster(), {Key(signer).public for signer in signers.split()})
    assert [roster.head.number for roster in result.accepted] == ([0, 1] if told is True else [0])
    assert bool(result.problems) is (told is not True)
    assert (missing is None) is (told is True)
    assert isinstance(told, bool) or str(missing) == told


def test_a_false_signature_of_a_stranger_says_nothing() -> None:
    roster = admission(MANY).roster("root").signed(Key("stranger").public, bytes(64))
    assert chain(_FIRST, roster).newest == roster


def test_a_key_that_signed_is_not_heard_again() -> None:
    roster = admission(MANY).roster("root").signed(ROOT.public, bytes(64))
    assert chain(_FIRST, roster).newest == roster


def test_after_a_new_root_one_admin_still_ends_a_caseworker() -> None:
    second = MANY.after(_FIRST, new_root=NEW_ROOT.public).roster("root")
    third = MANY.without("Joel", second, new_root=None).roster("Nour-1")
    assert chain(_FIRST, second, third).newest == third


def test_after_a_new_root_a_supervisor_still_admits_a_helper() -> None:
    first = HELPED.roster("root")
    second = HELPED.after(first, new_root=NEW_ROOT.public).roster("root")
    third = HELPED.with_member("Kim", "field", second, new_root=None).roster("Tariq-1")
    assert chain(first, second, third).newest == third


def _standing(draft: Draft) -> EffectiveRoster:
    effective = chain(draft.roster("root")).effective
    assert effective is not None
    return effective


def test_whoever_names_a_new_root_does_more_than_end_or_lower() -> None:
    assert only_ends_or_lowers(_standing(MANY), ending(MANY, "Joel").roster())
    assert not only_ends_or_lowers(_standing(MANY), replace(ending(MANY, "Joel"), new_root=NEW_ROOT.public).roster())


def test_a_key_of_nobody_is_no_signer() -> None:
    strangers = {Key("stranger").public}
    with pytest.raises(VerificationError, match="too few of those who must sign did"):
        check_succession(_standing(MANY), admission(MANY).roster(), strangers)
    assert missing_signers(_standing(MANY), ending(MANY, "Joel").roster(), strangers) == Message("one admin")


def test_a_fork_comes_to_the_same_in_whatever_order_its_rosters_are_taken() -> None:
    one, two = ending(MANY, "Joel").roster("Nour-1"), ending(MANY, "Mina").roster("Ilse-1")
    merged = chain(_FIRST, one, two).effective
    assert merged is not None
    assert merged == chain(two, one, _FIRST).effective
    assert merged.tips == tuple(sorted((one.root, two.root)))
    assert (merged.head.number, set(merged.members)) == (1, {id_of(name) for name in ("Nour", "Ilse", "Tariq")})


def test_after_a_fork_the_root_is_missing_whoever_signed() -> None:
    one, two = admission(MANY, "admin").roster("Nour-1", "Ilse-1"), ending(MANY, "Joel").roster("Nour-1")
    effective = chain(_FIRST, one, two).effective
    assert effective is not None
    draft: Roster = ending(MANY, "Joel").with_member("Kim", "admin", one, two).roster()
    keys = {Key("Nour-1").public, Key("Ilse-1").public}
    assert missing_signers(effective, draft, keys) == Message(_ROOT_SHEETS)


# Who has to sign a roster: the definitions of FORMAT.md 2 as a second reader has them, against the program's rules.
ROLES = ("admin", "supervisor", "caseworker", "intake", "field", "auditor")
Who = dict[str, set[str]]


def ids(name: str, size: int = 16) -> bytes:
    return name.encode().ljust(size, b"\0")


def certificate(seat: str, kem: str) -> Certificate:
    return Certificate(ids(seat), ids(seat[0]), ids(kem, 1216), ids(seat, 32), ids(seat, 32))


def made_up(chance: random.Random) -> tuple[Who, dict[str, str], bool, Who, dict[str, str], bool]:
    """Return members with their roles, seats with their KEM keys and the rule on helpers, before and after a change."""
    names = "abcdef"[: chance.randrange(1, 7)]
    before = {name: set(chance.sample(ROLES, chance.choice([1, 1, 2, 3]))) for name in names}
    seats = {name + "1": "k" for name in names if chance.random() < 0.9}
    helpers = chance.random() < 0.5
    after, seats_after, helpers_after = {name: set(roles) for name, roles in before.items()}, dict(seats), helpers
    for _ in range(chance.choice([1, 1, 2])):
        change = chance.choice(["lower", "raise", "end", "remove", "add", "seat", "kem", "rule", "swap"])
        name = chance.choice(list(after))
        if change == "lower" and after[name]:
            after[name].discard(chance.choice(sorted(after[name])))
        elif change in {"raise", "swap"}:
            after[name].add(chance.choice(ROLES))
        elif change == "end" and seats_after:
            seats_after.pop(chance.choice(list(seats_after)))
        elif change == "remove" and len(after) > 1:
            after.pop(name)
            seats_after = {seat: kem for seat, kem in seats_after.items() if seat[0] != name}
        elif change == "add":
            after["n"] = set(chance.sample(ROLES, chance.choice([1, 1, 2])))
            seats_after["n1"] = "k"
        elif change == "seat":
            seats_after[name + "2"] = "k"
        elif change == "kem" and seats_after:
            seats_after[chance.choice(list(seats_after))] = "other"
        elif change == "rule":
            helpers_after = not helpers
    return before, seats, helpers, after, seats_after, helpers_after


@dataclass(frozen=True, slots=True)
class Parts:
    """A roster as the rules look at it."""

    head: RosterHead
    members: Mapping[bytes, frozenset[str]]
    certificates: Mapping[bytes, Certificate]
    endings: Mapping[bytes, Mapping[bytes, int]]
    root: bytes


def for_the_program(who: Who, seats: dict[str, str], number: int, helpers: bool) -> Parts:
    head = RosterHead(ids("v"), number, (ids("before", 32),) * number, bytes(1216), 2, (1,), None, helpers)
    members = {ids(name): frozenset(roles) for name, roles in who.items()}
    return Parts(head, members, {ids(seat): certificate(seat, kem) for seat, kem in seats.items()}, {}, ids("root", 32))


def for_the_reader(who: Who, seats: dict[str, str], number: int, helpers: bool) -> reader.Roster:
    head = {"number": number, "prev": [], "recovery": b"", "rights": 2, "suites": [1], "vault": ids("v")}
    roster = reader.Roster(ids(f"root {number}", 32), head | ({"helpers": True} if helpers else {}))
    roster.members = {ids(name): frozenset(roles) for name, roles in who.items()}
    roster.certificates = {
        ids(seat): {
            "seat": ids(seat),
            "member": ids(seat[0]),
            "kem": ids(kem, 1216),
            "identity": ids(seat, 32),
            "genesis": ids(seat, 32),
        }
        for seat, kem in seats.items()
    }
    return roster


def test_two_readers_ask_for_the_same_signatures() -> None:
    enough = 0
    for seed in range(2_000):
        chance = random.Random(seed)
        who, seats, helpers, who_after, seats_after, helpers_after = made_up(chance)
        old = for_the_program(who, seats, 0, helpers)
        effective = EffectiveRoster(
            old.head, (ids("before", 32),), ids("root", 32), old.members, old.certificates, (), False
        )
        after = for_the_program(who_after, seats_after, 1, helpers_after)
        signers = chance.sample(sorted(seats), chance.randrange(len(seats) + 1))
        program = missing_signers(effective, after, [ids(seat, 32) for seat in signers]) is None
        told = reader.may_sign(
            for_the_reader(who, seats, 0, helpers),
            for_the_reader(who_after, seats_after, 1, helpers_after),
            {ids(seat[0]) for seat in signers},
        )
        assert told == program, f"{seed}: {who} {seats} -> {who_after} {seats_after} by {signers}"
        enough += program
    assert 200 < enough < 1_800


# Rosters that go on from one another and part: what each side takes away, and what no side gives.
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
