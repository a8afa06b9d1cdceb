"""Help at once: what is needed now comes first and is checked, and a second person reviews it within a day."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from tests.services import consenting
from tests.services.organisation import AMINA, JOEL, MIRA, NOOR, SELIN, Organisation, full_name, share
from tests.tables import each, refuses
from vault.access.session import Session
from vault.casework.disclosure import Disclosure
from vault.casework.note import Note
from vault.casework.story.events import Task
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, UsageError, WaitingForDecisionError
from vault.export.reader import open_package
from vault.ids import CompartmentId
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.services.approvals import by_file
from vault.services.cases import case_people, cases, notes, story_records
from vault.services.cases.editing import Place
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.exports.exporting import Exported, Undecided
from vault.services.projection.projection import read_valid
from vault.services.projection.stored_records import stored_of_kind

TO, OTHER, SHE = "Maître Ondrelle", "Advokat Lindqvist", "Farida Noorzai"
KEY = make_identity()
NEEDED = "A lawyer at the court by 9 tonight.\n\nBring her papers, says Ruslan Temirov."


def wish(said: str = NEEDED, profile: str = "urgent", *, asks: bool = False) -> Wish:
    return Wish(profile, TO, take_proposals=not asks, said=said)


def case_of(session: Session) -> CompartmentId:
    """A case of a woman who was taken today."""
    made = cases.create(session, title="T", kind="detention").case
    case_people.add(session, made, role="client", names=[SHE], phones=["+996 555 010 203"])
    notes.add(session, made, Note(NoteKind.CONTACT, "They took her at the market."))
    consenting.agree(session, made, TO)
    return made


def recipient(session: Session) -> None:
    partners.add(session, name=TO, age_recipient=recipient_of(KEY), compared=True)


def sealed(made: Exported | Undecided) -> dict[str, object]:
    """Return the data file of a package, as who it is for opens it."""
    assert isinstance(made, Exported)
    data: dict[str, object] = json.loads(open_package(made.path.read_bytes(), KEY).members["data.json"])
    return data


@pytest.fixture
def case(session: Session) -> CompartmentId:
    recipient(session)
    return case_of(session)


# What is needed now.
def test_what_is_needed_now_comes_first_and_raises_questions_as_any_text(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    asked = exporting.export(session, case, wish(asks=True), out=tmp_path)
    assert isinstance(asked, Undecided)
    assert "Ruslan Temirov" in {question.form for question in asked.questions}
    said = f"{NEEDED} Call her at +996 555 010 203."
    made = exporting.export(session, case, wish(said), out=tmp_path)
    assert isinstance(made, Exported)
    first = sealed(made)["sections"][0]  # type: ignore[index]  # as it was decoded
    assert (first["heading"], [block["label"] for block in first["blocks"]]) == ("needed", ["text"])
    assert "lawyer at the court by 9 tonight" in first["blocks"][0]["text"]
    pages = " ".join(" ".join(made.pages).split())
    assert [word for word in ("Ruslan", "Temirov", "010 203") if word in json.dumps(first) + pages] == []
    assert pages.index("What is needed now") < pages.index("at the market")
    assert SHE in pages


def test_what_was_let_stay_in_it_is_asked_again_for_the_next_one(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    kept = Wish("urgent", TO, {"Ruslan Temirov": "keep"}, take_proposals=True, said=NEEDED)
    assert "Ruslan Temirov" in json.dumps(sealed(exporting.export(session, case, kept, out=tmp_path)))
    asked = exporting.export(session, case, wish(asks=True), out=tmp_path)
    assert isinstance(asked, Undecided)
    assert ("Ruslan Temirov", "keep") in {(question.form, question.before) for question in asked.questions}


def test_a_name_of_another_case_in_it_is_removed_unasked(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    other = cases.create(session, title="U", kind="asylum").case
    case_people.add(session, other, role="client", names=["Ruslan Temirov"])
    made = exporting.export(session, case, wish(), out=tmp_path)
    assert "Temirov" not in json.dumps(sealed(made))
    assert isinstance(made, Exported)
    assert "Ruslan Temirov" not in {question.form for question in made.as_proposed}


def test_without_it_the_report_begins_with_the_case(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    for said in ("", "  \n"):
        data = sealed(exporting.export(session, case, wish(said), out=tmp_path))
        assert "needed" not in json.dumps(data["sections"])


def test_what_cannot_be_said_is_refused_and_nothing_is_written(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    @each(
        {
            "by another profile": (wish(profile="lawyer"), "nothing can be said beside"),
            "half a letter": (wish("help \ud800"), "^say contains half a letter"),
            "a word of 10 MB": (wish("a" * 10_000_000), "^say is longer than"),
        }
    )
    def is_refused(wished: Wish, words: str) -> None:
        refuses(UsageError, words, exporting.export, session, case, wished, out=tmp_path)
        assert list(tmp_path.glob("*.age")) == []

    is_refused()


# The second person, afterwards.
def review_in(session: Session, case: CompartmentId) -> Place:
    (left,) = stored_of_kind(read_valid(session, case), Disclosure)
    return Place(case, left.value.review, Task.KIND)  # type: ignore[arg-type]  # a record's id


def told(session: Session) -> list[str]:
    """Return what a check of the logs says of approvals."""
    return [str(fault.message) for fault in log_checking.verify(session).faults if fault.code == "approval"]


def due_reviews(session: Session) -> list[str]:
    return [line.headline for line in story_records.due(session, limit=50).lines if line.kind == Task.KIND]


def test_where_nobody_else_could_approve_it_nobody_reviews_it(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    made = exporting.export(session, case, wish(), out=tmp_path)
    assert isinstance(made, Exported)
    assert (made.release, made.review, made.reviewers) == ("alone", None, ())
    assert stored_of_kind(read_valid(session, case), Task) == []


@pytest.fixture
def urgent(organisation: Organisation) -> CompartmentId:
    """A case of Amina, which Joel and Selin hold too; everybody may be told of it."""
    with organisation.open(MIRA) as mira:
        recipient(mira)
    organisation.exchange(MIRA, AMINA)
    with organisation.open(AMINA) as amina:
        made = case_of(amina)
        share(amina, made, organisation, JOEL, SELIN)
    return made


def test_it_leaves_before_a_second_person_saw_it_and_is_due_until_another_than_the_sender_reviewed_it(
    organisation: Organisation, urgent: CompartmentId, tmp_path: Path
) -> None:
    with organisation.open(AMINA) as amina:
        refuses(
            WaitingForDecisionError,
            "a second person has to approve",
            exporting.export,
            amina,
            urgent,
            wish("", "lawyer"),
            out=tmp_path,
        )
        made = exporting.export(amina, urgent, wish(), out=tmp_path)
        assert isinstance(made, Exported)
        data = sealed(made)
        assert (made.release, data["release"]) == ("alone", "alone")
        assert "help could not wait" in " ".join(" ".join(made.pages).split())
        place = review_in(amina, urgent)
        assert place.record == made.review
        (task,) = stored_of_kind(read_valid(amina, urgent), Task)
        assert f"reference {data['reference']}" in task.value.what
        assert full_name(SELIN) in (task.value.by or "")
        ahead = datetime.datetime.fromisoformat(task.value.due or "") - datetime.datetime.now()
        assert datetime.timedelta(hours=23, minutes=55) < ahead <= datetime.timedelta(hours=24)
        assert due_reviews(amina) == [task.value.what]
        for typed in ({"done": cases.today(amina)}, {"due": "2100-01-01"}, {"what": "call her"}):
            refuses(RefusedError, "you sent this urgent export", story_records.change, amina, place, typed)
        amina.log_act(Entry(act="case.edit", dig=made.digest))  # as a patched program would
        own = Place(urgent, story_records.add(amina, urgent, Task("call her")), Task.KIND)
        story_records.change(amina, own, {"done": cases.today(amina)})
    for name in (NOOR, SELIN):
        organisation.exchange(AMINA, name)
    with organisation.open(NOOR) as noor:
        (named,) = told(noor)
        assert "an urgent export that no second person has reviewed yet" in named
    with organisation.open(SELIN) as selin:
        assert due_reviews(selin) == [task.value.what]
        story_records.change(selin, place, {"done": cases.today(selin)})
        assert due_reviews(selin) == []
    for name in (AMINA, NOOR):
        organisation.exchange(SELIN, name)
    with organisation.open(NOOR) as noor:
        assert told(noor) == []
    with organisation.open(AMINA) as amina:
        assert due_reviews(amina) == []


def test_who_is_asked_before_approves_it_and_then_nobody_reviews_it(
    organisation: Organisation, urgent: CompartmentId, tmp_path: Path
) -> None:
    question, answer = tmp_path / "question", tmp_path / "answer"
    with organisation.open(AMINA) as amina:
        kept = Wish("urgent", TO, {"Ruslan Temirov": "keep"}, take_proposals=True, said=NEEDED)
        exporting.ask(amina, urgent, kept, out=question, approver=full_name(SELIN))
    with organisation.open(SELIN) as selin:
        shown = by_file.read_question(selin, question).question
        assert "lawyer at the court" in shown.contents["data.json"].decode()
        by_file.give(selin, question, answer, why="emergency")
    organisation.exchange(SELIN, AMINA)
    with organisation.open(AMINA) as amina:
        given = by_file.read_answer(amina, answer)
        made = exporting.export(amina, urgent, wish("something else"), out=tmp_path, answer=given)
        assert isinstance(made, Exported)
        assert (made.release, made.review) == ("two-person", None)
        assert "papers, says Ruslan Temirov" in json.dumps(sealed(made))
        assert stored_of_kind(read_valid(amina, urgent), Task) == []


def test_a_key_that_nobody_confirmed_is_no_key_for_what_nobody_else_saw(
    organisation: Organisation, urgent: CompartmentId, tmp_path: Path
) -> None:
    with organisation.open(AMINA) as amina:
        partners.add(amina, name=OTHER, age_recipient=recipient_of(make_identity()), compared=False)
        consenting.agree(amina, urgent, OTHER)
        wished = Wish("urgent", OTHER, take_proposals=True)
        refuses(RefusedError, "is not confirmed", exporting.export, amina, urgent, wished, out=tmp_path)
