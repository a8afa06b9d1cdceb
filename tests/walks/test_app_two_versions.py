"""Two members change one record without seeing each other: the app shows both, and a member says what stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, JOEL, Organisation, share
from tests.services.test_papers import add, paper
from tests.tui.desk import Desk
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.person import PersonChange
from vault.casework.story.events import Detention
from vault.casework.vocabulary import NoteKind
from vault.services import case_papers
from vault.services.cases import case_changes, case_people, cases, editing, notes, story_records
from vault.services.cases.editing import Place

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
        record = case_people.add(
            amina, case, role="client", names=["Ilham Torgaev"], born="1984", phones=["030 555 1234"]
        )
        person = Place(case, record, "person")
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        _write(joel, note, THEIRS)
        case_people.change(joel, person, PersonChange(born="1985", add_phones=("030 555 9999",)))
    with organisation.open(AMINA) as amina:
        _write(amina, note, OURS)
        case_people.change(amina, person, PersonChange(born="1983"))
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
        desk.press("b")
        desk.at("Two versions person, ")
        desk.sees("born: 1983", "born: 1985", "phones")
        desk.press("b")
        desk.sees("! Only one value is possible here.")
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


def test_two_versions_of_a_paper_and_of_a_confirmed_fact_are_settled_and_who_confirms_it_is_asked_anew(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Arrest", kind="detention").case
        share(amina, case, organisation, JOEL)
        scan = add(amina, case, paper(tmp_path, 900))
        held = Place(case, story_records.add(amina, case, Detention(taken="2026-11-20")), Detention.KIND)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        case_papers.change(joel, scan, {"from_whom": "the court"})
        story_records.change(joel, held, {"place": "Cell 4", "confirmed": "a guard"})
    with organisation.open(AMINA) as amina:
        case_papers.change(amina, scan, {"from_whom": "the clerk"})
        story_records.change(amina, held, {"place": "Cell 9", "confirmed": "the lawyer"})
    organisation.exchange(AMINA, JOEL)

    account = organisation[AMINA]
    account.place.proposed_today()
    with Desk(account.place, account.name, PASSPHRASE, unlocks=True) as desk:
        desk.press("enter")
        desk.press("b")
        desk.at("Two versions document, ")
        desk.sees("conflict 1 of 2", "from whom: the clerk", "from whom: the court", "difference 1 of 1")
        desk.sees_not("digest", "key")
        desk.press("2", "f4")
        desk.sees_not("Two versions document")
        desk.press("b")
        desk.at("Two versions detention, ")
        desk.press("2", "1", "f4")
        desk.sees("nobody confirms it any more. Who confirms it as it is now?")
        desk.press(" a judge", "enter")
        desk.sees_not("2 VERSIONS")
    with organisation.open(AMINA) as amina:
        view = cases.open_case(amina, case)
        assert [(kept.heads, kept.value.from_whom) for kept in view.papers] == [(1, "the court")]
        (fact,) = view.story
        assert (fact.heads, fact.value.plain()["place"], fact.value.plain()["confirmed"]) == (1, "Cell 4", "a judge")


@pytest.mark.long
def test_a_case_in_two_versions_is_marked_with_both_on_home_in_the_list_and_in_itself_and_b_joins_them(
    organisation: Organisation,
) -> None:
    with organisation.open(AMINA) as amina:
        made = cases.create(amina, title="Arrest", kind="asylum")
        share(amina, made.case, organisation, JOEL)
        person = Place(made.case, case_people.add(amina, made.case, role="client", names=["Ilham Torgaev"]), "person")
    organisation.exchange(AMINA, JOEL)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case_changes.change(amina, made.case, stage="registered")
        case_changes.change(joel, made.case, stage="interviewed")
        case_changes.change(joel, made.case, owner=joel.member)
    organisation.exchange(AMINA, JOEL)

    account, joels = organisation[AMINA], organisation[JOEL].name
    account.place.proposed_today()
    with Desk(account.place, account.name, PASSPHRASE, unlocks=True, begins_at_home=True) as desk:
        desk.sees(f"2 versions of {made.ref}:", "show both", "registered, risk medium / interviewed, risk")
        desk.press("b")
        desk.at("Two versions case, ")
        desk.press("escape", "c")
        desk.sees("2 VERSIONS (b)", "registered, risk medium / interviewed, risk medium")
        desk.press("enter")
        desk.sees("2 VERSIONS", "2 versions, b says which stands.", f"{joels}: stage: interviewed")
        desk.press("b")
        desk.at("Two versions case, ")
        desk.sees("stage: registered", "stage: interviewed", f"owner: {account.name}", f"owner: {joels}")
        desk.press("2", "2", "2", "f4")
        desk.sees("asylum ► interviewed")
        desk.sees_not("VERSIONS")
    with organisation.open(AMINA) as amina:
        head = cases.open_case(amina, made.case).head
        assert (head.heads, head.value.stage, head.value.owner) == (1, "interviewed", organisation[JOEL].member)
    organisation.exchange(AMINA, JOEL)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case_people.change(amina, person, PersonChange(born="1983"))
        case_people.change(joel, person, PersonChange(born="1985"))
    organisation.exchange(AMINA, JOEL)
    with Desk(account.place, account.name, PASSPHRASE, unlocks=True, begins_at_home=True) as desk:
        desk.sees("2 versions of a record of", f"{made.ref}: person")
        desk.press("c", "enter", "2")
        desk.sees(f"{account.name}: born: 1983", f"{joels}: born: 1985", "b says which stands")
