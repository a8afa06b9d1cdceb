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

import pyrage  # type: ignore[import-untyped]  # ships no types

import vault.acts
from tests.tui.house import AMINA, JOEL, MIRA, NADIA, House
from vault.acts.act import Act, Agreed, Said
from vault.acts.break_glass import BREAK_GLASS
from vault.casework.note import Note
from vault.casework.story.check_in import CheckIn, Every
from vault.casework.vocabulary import NoteKind
from vault.progress import Working
from vault.services.cases import case_changes, cases, holds, intake, notes, story
from vault.services.exports import partners
from vault.services.grants import handover
from vault.services.safety import checklists

AGE_KEY: Final = str(pyrage.x25519.Identity.generate().to_public())
LAWYER: Final = "Advokat Lindqvist"
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


def a_note_to_withdraw(house: House) -> Said:
    return {"note": a_note(house)["ids"]}


def a_note_of_now(house: House) -> Said:
    with house.open(FIRST) as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "He called again."))
    return {}


def two_people(house: House) -> Said:
    with house.open(FIRST) as amina:
        one, other, *_ = (person.record.hex() for person in cases.open_case(amina, house.case).persons)
    return {"person": (one,), "other": (other,)}


def a_recipient(house: House) -> Said:
    with house.open(FIRST) as amina:
        kept = partners.add(amina, name=LAWYER, age_recipient=AGE_KEY)
    return {"recipient": (kept.name,), "words": (kept.fingerprint,)}


def a_recipient_to_change(house: House) -> Said:
    return {"recipient": a_recipient(house)["recipient"]}


def one_who_may_get_all(house: House) -> Said:
    with house.place.open() as mira:
        return {"to": (partners.add(mira, name=LAWYER, age_recipient=AGE_KEY, compared=True).name,)}


def what_may_leave(house: House) -> Said:
    return {**the_case(house), "to": one_who_may_get_all(house)["to"]}


def a_question(house: House) -> Said:
    said = {**the_case(house), "for": (NADIA,), "until": (IN_TWO_DAYS,), "reason": ("emergency",)}
    question = house.place.path.parent / "a question"
    with house.open(FIRST) as amina:
        assert BREAK_GLASS.second is not None
        agreed = Agreed(ask_into=question, ask_whom=MIRA)
        BREAK_GLASS.second.ask(amina, BREAK_GLASS.look(amina, said), agreed, Working())
    return {"file": (str(question),)}


def a_slip(house: House) -> Said:
    with house.open(FIRST) as amina:
        return {"slip": (intake.add(amina, name="Ilham", text="He will call again.").hex(),)}


def a_check_in(house: House) -> Said:
    with house.open(FIRST) as amina:
        record = CheckIn("his sister rings", f"{IN_TWO_DAYS}T10:00", AMINA, JOEL, every=Every.DAY)
        return {"record": (story.add(amina, house.case, record).hex(),)}


def a_step(house: House) -> Said:
    with house.open(FIRST) as amina:
        return {"record": (checklists.begin(amina, house.case, "detained")[0].hex(),)}


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
    "note withdraw": Example(
        a_note_to_withdraw, wrong={"note": (NEVER_MADE,)}, answers={"reason": "She did not say that."}
    ),
    "undo": Example(a_note_of_now),
    "person same": Example(two_people, wrong={"other": (NEVER_MADE,)}),
    "recipient add": Example(
        nothing,
        said={"name": (LAWYER,), "age": (AGE_KEY,)},
        wrong={"age": ("age1nothing",)},
        answers={"compared": ""},
    ),
    "recipient edit": Example(
        a_recipient_to_change, said={"phone": ("+49 30 5550 1234",)}, wrong={"recipient": ("Nobody",)}
    ),
    "recipient confirm": Example(a_recipient, wrong={"words": ("one two three",)}, who="Mira"),
    "approval give": Example(
        a_question,
        said={"reason": ("emergency",), "out": (f"{HERE}/answer",)},
        wrong={"reason": ("retention",)},
        who="Mira",
    ),
    "intake close": Example(a_slip, wrong={"slip": (NEVER_MADE,)}),
    "intake enter": Example(nothing, said={"names": ("Sana Torgaeva", "Сана")}, wrong={"names": ("S",)}),
    "check-in heard": Example(a_check_in, said={"end": ("well",)}, wrong={"record": (NEVER_MADE,)}),
    "checklist begin": Example(the_case, said={"what": ("detained",)}, wrong={"case": (NEVER_MADE,)}),
    "checklist done": Example(a_step, said={"by": (JOEL,)}, wrong={"record": (NEVER_MADE,)}),
    "backup make": Example(
        nothing, said={"folder": (f"{HERE}/backups",)}, wrong={"folder": (f"{HERE}/office.vault/inside",)}
    ),
    "export": Example(
        what_may_leave,
        said={"profile": ("lawyer",), "decide": ("proposed",), "unread": ("yes",), "out": (HERE,)},
        wrong={"to": ("Nobody Known",)},
        approver=JOEL,
    ),
    "export-all": Example(one_who_may_get_all, said={"out": (f"{HERE}/all.age",)}, wrong={"to": ("Nobody Known",)}),
    "report counts": Example(nothing, said={"by": ("stage",)}, wrong={"by": ("colour",)}),
    "erasures now": Example(nothing, is_logged=False),
    "erasures rules": Example(
        nothing,
        said={"kind": ("asylum",), "months": ("60",)},
        wrong={"kind": ("asylum",), "months": ("99999",)},
        who="Mira",
    ),
}
