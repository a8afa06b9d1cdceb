"""What left a case, who has it, and how it is asked back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.english import in_english
from tests.services import consenting
from tests.tables import refuses
from vault.access.session import Session
from vault.acts.act import Agreed
from vault.acts.after_sending import WRONG_RECIPIENT
from vault.acts.referral import WITHDRAW
from vault.casework.person import Person
from vault.casework.story.events import Task
from vault.casework.story.incident import ChecklistStep, Incident
from vault.errors import NotFoundError
from vault.ids import CompartmentId, RecordId
from vault.progress import Working
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import case_people, cases, same_people, story_records
from vault.services.cases.editing import Place
from vault.services.exports import exporting, ledger, partners
from vault.services.exports.export_material import Wish

LAWYER, CLINIC = "Maître Ondrelle", "Klinik Ostheim"
CLIENT = "Miralo Dastenov"


@pytest.fixture
def case(session: Session) -> CompartmentId:
    for name in (LAWYER, CLINIC):
        partners.add(session, name=name, age_recipient=recipient_of(make_identity()), compared=True)
    made = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, made, role="client", names=[CLIENT])
    return made


def leave(session: Session, case: CompartmentId, to: str, out: Path) -> RecordId:
    """Export the case by a consent of its own; return that."""
    consent = consenting.agree(session, case, to)
    done = exporting.export(session, case, Wish("lawyer", to, take_proposals=True), out=out)
    assert isinstance(done, exporting.Exported)
    return consent


def test_a_package_stands_in_the_ledger_of_its_case_and_of_its_people(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    first, second = (leave(session, case, to, tmp_path) for to in (LAWYER, CLINIC))
    rows = {package.recipient: package for package in ledger.of_case(session, case)}
    assert {name: rows[name].kept.value.consents for name in rows} == {LAWYER: (first,), CLINIC: (second,)}
    assert rows[LAWYER].whose == (CLIENT,)
    assert LAWYER in str(rows[LAWYER].line)

    elsewhere = cases.create(session, title="U", kind="detention").case
    again = Place(elsewhere, RecordId(case_people.add(session, elsewhere, role="client", names=[CLIENT])), Person.KIND)
    (person,) = cases.open_case(session, case).persons
    same_people.same(session, again, Place(case, person.record, Person.KIND))
    assert [package.case for package in ledger.of_person(session, again)] == [case, case]


def test_who_withdraws_stops_what_would_leave_and_asks_back_what_left(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    consent = leave(session, case, LAWYER, tmp_path)
    leave(session, case, CLINIC, tmp_path)
    (package,) = ledger.by_consent(session, case, consent)
    said = {"record": (consent.hex(),), "withdrawn_how": ("he called",)}
    told = WITHDRAW.run(session, WITHDRAW.look(session, said), Agreed(), Working())
    assert told.letter is not None
    assert told.data["packages"] == [package.data]
    for language, words in {
        "en": "Delete every copy",
        "fr": "Effacez toutes les copies",
        "ru": "Удалите все копии",
    }.items():
        letter = "\n".join(told.letter.text(language))
        assert words in letter
        assert package.called in letter
        assert not [part for part in (*CLIENT.split(), LAWYER) if part in letter]
    told.letter.write(session, tmp_path / "letter.pdf", "fr")
    assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF")
    (task,) = story_records.list_in(session, case, (Task.KIND,))
    assert (task.value.is_due(), task.value.when()) == (True, ledger.answer_by(session))
    assert len(ledger.of_case(session, case)) == 2


def test_a_consent_by_which_nothing_left_asks_nothing_back(session: Session, case: CompartmentId) -> None:
    consent = consenting.agree(session, case, LAWYER)
    told = WITHDRAW.run(session, WITHDRAW.look(session, {"record": (consent.hex(),)}), Agreed(), Working())
    assert (told.letter, told.data["packages"]) == (None, [])
    assert story_records.list_in(session, case, (Task.KIND,)) == []


def test_a_package_in_wrong_hands_begins_a_clock_of_72_hours(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    leave(session, case, LAWYER, tmp_path)
    (package,) = ledger.of_case(session, case)
    refuses(NotFoundError, "no package", ledger.find, session, case, "00" * 16)
    plan = WRONG_RECIPIENT.look(session, {"case": (case.hex(),), "package": (package.called,)})
    assert f"sealed for the key of {LAWYER}" in " ".join(in_english(plan.shown()))
    told = WRONG_RECIPIENT.run(session, plan, Agreed(), Working())
    assert told.letter is not None
    assert not [part for part in (*CLIENT.split(), LAWYER) if part in "\n".join(told.letter.text("ru"))]
    assert story_records.list_in(session, case, (Incident.KIND,)) == [], "no report tells of it"
    steps = story_records.list_in(session, case, (ChecklistStep.KIND,))
    assert [step.value.plain()["step"] for step in steps][-1] == "decide-on-breach-notice"
