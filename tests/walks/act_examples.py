"""One example for each act: how the vault is prepared, what is said, what is answered, and what is refused.

A new act gets its row in `EXAMPLES`; `test_two_faces` walks it by the command line and by the app.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import vault.acts
from tests.tui.house import AMINA, JOEL, MIRA, NADIA, House
from vault.acts.act import Act, Said
from vault.services.cases import case_changes, cases, holds
from vault.services.grants import handover

NEVER_MADE: Final = "00" * 16
HERE: Final = "{here}"  # in what is said, the folder beside each copy of the vault: for files that an act writes
FIRST: Final = "Amina"  # as the house calls them
IN_TWO_DAYS: Final = (date.today() + timedelta(days=2)).isoformat()
IN_A_YEAR: Final = (date.today() + timedelta(days=365)).isoformat()


@dataclass(frozen=True, slots=True)
class Example:
    """How an act is tried.

    Attributes:
        prepare: writes what has to be there, and returns what the act is done to.
        said: of the other fields.
        wrong: of fields, instead; the act refuses it. An act without fields has nothing to be wrong in.
        who: does it, by the first name.
        answers: to the questions of its plan that no yes answers; an empty one leaves open what a screen alone asks.
        approver: the second person, by the whole name, who answers by file.
        is_logged: the log has more of it than that the vault was opened.
    """

    prepare: Callable[[House], Said]
    said: Said = field(default_factory=dict)
    wrong: Said = field(default_factory=dict)
    who: str = FIRST
    answers: Mapping[str, str] = field(default_factory=dict)
    approver: str = ""
    is_logged: bool = True


def acts() -> dict[str, Act[Any]]:
    """Return every act, by its name."""
    modules = [importlib.import_module(f"vault.acts.{each.name}") for each in pkgutil.iter_modules(vault.acts.__path__)]
    return {act.name: act for module in modules for act in getattr(module, "ACTS", ())}


# ---- what is prepared -----------------------------------------------------------------------------------------------


def nothing(_: House) -> Said:
    return {}


def the_case(house: House) -> Said:
    return {"case": (house.case.hex(),)}


def one_at_trial(house: House) -> Said:
    with house.open(FIRST) as amina:
        return {"case": (cases.create(amina, title="Hearing", kind="extradition").case.hex(),)}


def two_cases(house: House) -> Said:
    return {"case": (house.case.hex(), *one_at_trial(house)["case"])}


def one_closed(house: House) -> Said:
    with house.open(FIRST) as amina:
        case_changes.close(amina, house.case, reason="He is free.")
    return the_case(house)


def one_on_hold(house: House) -> Said:
    with house.open(FIRST) as amina:
        holds.hold(amina, house.case, reason="A court asks.", review=IN_A_YEAR)
    return the_case(house)


def a_note(house: House) -> Said:
    with house.open(FIRST) as amina:
        return {"ids": (cases.open_case(amina, house.case).notes[0].record.hex(),)}


def an_order(house: House) -> Said:
    with house.place.open() as mira:
        handover.order(mira, house.people[FIRST].member, house.people["Nadia"].member, reason="leaves on Friday")
    return {}


# ---- the examples ---------------------------------------------------------------------------------------------------

EXAMPLES: Final[Mapping[str, Example]] = {
    "break-glass": Example(
        the_case,
        said={"for": (NADIA,), "until": (IN_TWO_DAYS,), "reason": ("emergency",)},
        wrong={"until": (IN_A_YEAR,)},
        approver=MIRA,
    ),
    "case edit": Example(
        the_case,
        said={"title": ("Arrest at the border",), "risk": ("high",), "owner": (JOEL,)},
        wrong={"owner": (NADIA,)},
    ),
    "case stage": Example(one_at_trial, said={"stage": ("refused-at-risk",)}, wrong={"stage": ("recognised",)}),
    "case close": Example(two_cases, wrong={"case": (NEVER_MADE,)}, answers={"reason": "Both are free."}),
    "case reopen": Example(one_closed, wrong={"case": (NEVER_MADE,)}),
    "case hold": Example(
        the_case, said={"reason": ("A court asks.",), "review": (IN_A_YEAR,)}, wrong={"review": ("2020-01-01",)}
    ),
    "case release": Example(one_on_hold, wrong={"case": (NEVER_MADE,)}, answers={"reason": "The court is done."}),
    "erase": Example(a_note, said={"reason": ("mistake",)}, wrong={"ids": (NEVER_MADE,)}),
    "handover order": Example(
        nothing,
        said={"leaver": (AMINA,), "to": (NADIA,), "reason": ("moves to another city",)},
        wrong={"to": ("Nobody Known",)},
        who="Mira",
    ),
    "handover carry-out": Example(an_order, who="Joel"),
}
