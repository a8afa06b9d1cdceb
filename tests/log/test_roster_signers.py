"""Who has to sign, at the borders of each rule, and the words for who is missing."""

from __future__ import annotations

from dataclasses import replace

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
)
from tests.log.writer import Key
from tests.tables import each
from vault.errors import VerificationError
from vault.log.roster import Roster
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
