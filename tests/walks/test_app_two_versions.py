"""Two members change one record without seeing each other: the app shows both, and a member says what stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.founded import PASSPHRASE
from tests.services.organisation import (
    AMINA,
    JOEL,
    Organisation,
    organisation,
    organisation_template,
    share,
)
from tests.tui.desk import Desk
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.person_change import PersonChange
from vault.casework.vocabulary import NoteKind
from vault.services.cases import cases, editing, notes, people
from vault.services.cases.editing import Place

__all__ = ["organisation", "organisation_template"]  # fixtures

pytestmark = [pytest.mark.screen, pytest.mark.slow]

BEFORE = "Hearing on Monday at 09:00, room 4.\nInterpreter is asked.\nNext call on Thursday."
OURS = "Hearing on Monday at 09:00, room 4.\nInterpreter is booked.\nThe wife comes at 08:30.\nNext call on Thursday."
THEIRS = "Hearing on Monday at 09:00, room 4.\nInterpreter is NOT booked.\nNext call on Thursday."


def _write(session: Session, place: Place, text: str) -> None:
    editing.edit(session, place, Note, lambda note: replace(note, text=text), act="note.correct")


def test_two_versions_of_a_note_and_of_a_person_are_compared_answered_and_stay_in_the_history(
    organisation: Organisation,
) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Arrest", kind="detention").case
        share(amina, case, organisation, JOEL)
        note = Place(case, notes.add(amina, case, Note(NoteKind.CONTACT, BEFORE)), Note.KIND)
        record = people.add(amina, case, role="client", names=["Ilham Torgaev"], born="1984", phones=["030 555 1234"])
        person = Place(case, record, "person")
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        _write(joel, note, THEIRS)
        people.change(joel, person, PersonChange(born="1985", add_phones=("030 555 9999",)))
    with organisation.open(AMINA) as amina:
        _write(amina, note, OURS)
        people.change(amina, person, PersonChange(born="1983"))
    organisation.exchange(AMINA, JOEL)

    account = organisation[AMINA]
    account.place.proposed_today()
    with Desk(account.place, account.name, PASSPHRASE, unlocks=True) as desk:
        desk.press("enter")
        desk.sees("2 VERSIONS")
        desk.press("enter")
        desk.at("Two versions note, ")
        desk.sees("conflict 1 of 2", "this computer", "Both stay in the history.", "difference 1 of 2")
        desk.sees("! Interpreter is booked.", "! Interpreter is NOT booked.", "+ The wife comes at 08:30.")
        desk.press("f4")
        desk.sees("! This difference is not answered yet.")
        desk.press("b")
        desk.sees("difference 2 of 2")
        desk.press("e", " At gate B.", "f4")
        desk.press("1", "left")
        desk.sees("difference 1 of 2", "√ chosen")
        desk.press("e")
        desk.press("escape")
        desk.sees("√ chosen")
        desk.press("f4")
        desk.sees_not("Two versions note")
        desk.press(":compare two")
        desk.at("Two versions person, ")
        desk.sees("born: 1983", "born: 1985", "phones")
        desk.press("b")
        desk.sees("! Only one can stand here.")
        desk.press("2", "b", "f4")
        desk.sees_not("2 VERSIONS")
    with organisation.open(AMINA) as amina:
        view = cases.open_case(amina, case)
        (kept,) = view.notes
        assert kept.heads == 1
        assert kept.value.text.splitlines() == [
            "Hearing on Monday at 09:00, room 4.",
            *(f"{name}: {line}" for name, line in (
                (account.name, "Interpreter is booked."), (organisation[JOEL].name, "Interpreter is NOT booked.")
            )),
            "The wife comes at 08:30.",
            "Next call on Thursday.",
        ]  # fmt: skip
        assert (view.persons[0].value.born, len(view.persons[0].value.phones)) == ("1985", 2)
        assert len(editing.history(amina, note)) == 4
