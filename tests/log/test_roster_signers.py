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
from vault.log.roster_rules import Standing, check_succession, missing_signers, only_ends_or_lowers


def _next(before: Draft, **changes: object) -> Draft:
    return before.after(before.roster("root"), **changes)


def _helped(members: dict[str, str], seats: dict[str, str], **changes: object) -> Draft:
    return _next(HELPED, members=HELPED.members | members, seats=HELPED.seats | seats, **changes)


_KIM = {"Kim-1": "Kim"}
_ONE_SEAT_LESS = {seat: member for seat, member in HELPED.seats.items() if seat != "Joel-2"}
_A_SUPERVISOR_ALONE = {
    "admits for intake": (admission(HELPED, "intake"), True),
    "admits a caseworker": (admission(HELPED, "caseworker"), True),
    "admits who may do all that helpers may": (admission(HELPED, "caseworker field intake"), True),
    "admits two": (_helped({"Kim": "field", "Lou": "intake"}, _KIM | {"Lou-1": "Lou"}), True),
    "gives a helper's new device a seat": (_helped({}, {"Joel-3": "Joel"}), True),
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


_LOWERED = _next(MANY, members=MANY.members | {"Ilse": ""}, ends={"Ilse-1": 1})
_CHANGES = {
    "one admin gives nobody a further seat": (_next(MANY, seats=MANY.seats | {"Joel-3": "Joel"}), ["Nour-1"], False),
    "one admin does not lower another": (_LOWERED, ["Nour-1"], False),
    "two admins lower one": (_LOWERED, ["Nour-1", "Ilse-1"], True),
    "a caseworker is no second where two supervisors are": (admission(MANY), ["Nour-1", "Tariq-1", "Joel-1"], False),
}


@each(_CHANGES)
def test_among_many(draft: Draft, signers: list[str], counts: bool) -> None:
    assert len(follows(MANY, draft, signers).accepted) == 1 + counts


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


def _standing(draft: Draft) -> Standing:
    standing = chain(draft.roster("root")).standing
    assert standing is not None
    return standing


def test_whoever_names_a_new_root_does_more_than_end_or_lower() -> None:
    assert only_ends_or_lowers(_standing(MANY), ending(MANY, "Joel").roster())
    assert not only_ends_or_lowers(_standing(MANY), replace(ending(MANY, "Joel"), new_root=NEW_ROOT.public).roster())


def test_a_key_of_nobody_is_no_signer() -> None:
    strangers = {Key("stranger").public}
    with pytest.raises(VerificationError, match="too few of those who must sign did"):
        check_succession(_standing(MANY), admission(MANY).roster(), strangers)
    assert missing_signers(_standing(MANY), ending(MANY, "Joel").roster(), strangers) == "one admin"


def test_a_fork_comes_to_the_same_in_whatever_order_its_rosters_are_taken() -> None:
    one, two = ending(MANY, "Joel").roster("Nour-1"), ending(MANY, "Mina").roster("Ilse-1")
    merged = chain(_FIRST, one, two).standing
    assert merged is not None
    assert merged == chain(two, one, _FIRST).standing
    assert merged.tips == tuple(sorted((one.root, two.root)))
    assert (merged.head.number, set(merged.members)) == (1, {id_of(name) for name in ("Nour", "Ilse", "Tariq")})


# --- the words

_ROOT_SHEETS = "the root, from the recovery sheets"
_MANY_OTHERS = "two admins, or one admin and two others (supervisor)"
_FEW_OTHERS = "two admins, or one admin and two others (supervisor or caseworker)"
# Two supervisors for one of the admins, one for the other, who is the second supervisor.
MIXED = Draft(
    {"Nour": "admin supervisor", "Ilse": "admin", "Tariq": "supervisor", "Joel": "caseworker"},
    {"Nour-1": "Nour", "Ilse-1": "Ilse", "Tariq-1": "Tariq", "Joel-1": "Joel"},
)
THREE = replace(MANY, members=MANY.members | {"Joel": "supervisor"})
_WORDS: dict[str, tuple[Draft, Draft, list[str], str | None]] = {
    "the root signed": (MANY, admission(MANY), ["root"], None),
    "a new root": (MANY, _next(MANY, new_root=NEW_ROOT.public), ["Nour-1", "Ilse-1"], _ROOT_SHEETS),
    "one member": (ALONE, admission(ALONE), ["Nour-1"], None),
    "enough signed": (MANY, admission(MANY), ["Nour-1", "Ilse-1"], None),
    "an ending": (MANY, ending(MANY, "Joel"), ["Tariq-1"], "one admin"),
    "an ending by an admin": (MANY, ending(MANY, "Joel"), ["Nour-1"], None),
    "an admin's ending": (MANY, ending(MANY, "Ilse"), [], _MANY_OTHERS),
    "a device more": (MANY, _next(MANY, seats=MANY.seats | {"Joel-3": "Joel"}), [], _MANY_OTHERS),
    "an admission": (MANY, admission(MANY), [], _MANY_OTHERS),
    "an admission that supervisors signed": (MANY, admission(MANY), ["Tariq-1", "Mina-1"], _MANY_OTHERS),
    "an admission where few are": (FEW, admission(FEW), [], _FEW_OTHERS),
    "an admission where three are": (THREE, admission(THREE), [], _MANY_OTHERS),
    "a helper's admission": (HELPED, admission(HELPED, "field"), [], f"a supervisor alone, {_MANY_OTHERS}"),
    "a helper's admission by rules without helpers": (MANY, admission(MANY, "field"), [], _MANY_OTHERS),
    "an admin's admission": (HELPED, admission(HELPED, "admin"), [], _MANY_OTHERS),
    "one admin signed": (MANY, admission(MANY), ["Nour-1"], "a second admin, or two others (supervisor)"),
    "an admin and a supervisor": (
        MANY,
        admission(MANY),
        ["Nour-1", "Tariq-1"],
        "a second admin, or one other (supervisor)",
    ),
    "an admin and a caseworker who counts": (
        FEW,
        admission(FEW),
        ["Nour-1", "Joel-1"],
        "a second admin, or one other (supervisor or caseworker)",
    ),
    "an admin and a caseworker who does not": (
        MANY,
        admission(MANY),
        ["Nour-1", "Joel-1"],
        "a second admin, or two others (supervisor)",
    ),
    "an admin who is one of two supervisors": (FOUNDERS, admission(FOUNDERS), [], _FEW_OTHERS),
    "of two admins one needs caseworkers": (MIXED, admission(MIXED), [], _FEW_OTHERS),
    "and the other signed": (MIXED, admission(MIXED), ["Ilse-1"], "a second admin, or two others (supervisor)"),
    "and that one signed": (
        MIXED,
        admission(MIXED),
        ["Nour-1"],
        "a second admin, or two others (supervisor or caseworker)",
    ),
}


@each(_WORDS)
def test_the_words_for_who_is_missing_agree_with_the_rules(
    before: Draft, draft: Draft, signers: list[str], words: str | None
) -> None:
    keys = {Key(signer).public for signer in signers}
    assert missing_signers(_standing(before), draft.roster(), keys) == words
    assert (len(follows(before, draft, signers).accepted) == 2) is (words is None)


def test_after_a_fork_the_root_is_missing_whoever_signed() -> None:
    one, two = admission(MANY, "admin").roster("Nour-1", "Ilse-1"), ending(MANY, "Joel").roster("Nour-1")
    standing = chain(_FIRST, one, two).standing
    assert standing is not None
    draft: Roster = ending(MANY, "Joel").with_member("Kim", "admin", one, two).roster()
    keys = {Key("Nour-1").public, Key("Ilse-1").public}
    assert missing_signers(standing, draft, keys) == _ROOT_SHEETS
