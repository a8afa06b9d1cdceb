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
from vault.casework.story.referrals import Referral
from vault.casework.vocabulary import ReferralPurpose
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
    assert package.kept.record.hex() in str(told.data["packages"])
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
    asked_back = ledger.of_case(session, case)
    assert [str(each.state) for each in asked_back if each.recipient == LAWYER] == [f"asked back {day(session)}"]
    story_records.change(session, Place(case, task.record, Task.KIND), {"done": day(session)})
    assert {each.recipient: str(each.state) for each in ledger.of_case(session, case)} == {
        LAWYER: f"deleted {day(session)}",
        CLINIC: "sent? not written down",
    }


def day(session: Session) -> str:
    return cases.today(session)


def test_a_package_says_where_it_stands_and_which_file_it_is(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    leave(session, case, LAWYER, tmp_path)
    leave(session, case, CLINIC, tmp_path)
    files = {each.recipient: tmp_path / each.file for each in ledger.of_case(session, case)}
    assert set(files.values()) == set(tmp_path.glob("referral-*.age"))

    def states() -> dict[str, list[str]]:
        return {
            str(each.recipient): [state.value for state, _ in each.states] for each in ledger.of_case(session, case)
        }

    (lawyer,) = (each.record for each in partners.list_all(session) if each.name == LAWYER)
    sent = Referral(lawyer, ReferralPurpose.LEGAL_REFERRAL, day(session), sent=day(session), replied=day(session))
    story_records.add(session, case, sent)
    assert states() == {LAWYER: ["answered", "sent"], CLINIC: []}

    (package,) = (each for each in ledger.of_case(session, case) if each.recipient == CLINIC)
    plan = WRONG_RECIPIENT.look(session, {"case": (case.hex(),), "package": (package.kept.value.package.hex(),)})
    WRONG_RECIPIENT.run(session, plan, Agreed(), Working())
    assert states() == {LAWYER: ["answered", "sent"], CLINIC: ["wrong-recipient"]}


def test_a_consent_that_is_over_shows_at_what_left_by_it(
    session: Session, case: CompartmentId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(session, case, LAWYER, tmp_path)
    monkeypatch.setattr(ledger, "today", lambda _: "2099-01-01")
    (package,) = ledger.of_case(session, case)
    assert [state for state, _ in package.states] == [ledger.State.ENDED]


@pytest.mark.parametrize("contact", ["", "Mira Halvorsen, +999 555 0100"])
def test_both_letters_say_whom_to_answer_where_a_package_named_somebody(
    session: Session, case: CompartmentId, tmp_path: Path, contact: str
) -> None:
    consent = consenting.agree(session, case, LAWYER)
    exporting.export(session, case, Wish("lawyer", LAWYER, take_proposals=True, contact=contact), out=tmp_path)
    (package,) = ledger.of_case(session, case)
    wrong = WRONG_RECIPIENT.look(session, {"case": (case.hex(),), "package": (package.called,)})
    told = [
        WRONG_RECIPIENT.run(session, wrong, Agreed(), Working()),
        WITHDRAW.run(session, WITHDRAW.look(session, {"record": (consent.hex(),)}), Agreed(), Working()),
    ]
    for each in told:
        assert each.letter is not None
        assert [f"Ваш ответ: {contact}" in each.letter.text("ru"), bool(contact)] == [bool(contact)] * 2
        assert any("how they can answer" in str(follow.words) for follow in each.follows) is not bool(contact)


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
