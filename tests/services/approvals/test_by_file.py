"""A second person on another device: the question goes in a file, the answer comes in a file and a bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from tests.services.organisation import (
    AMINA,
    DANA,
    MIRA,
    SELIN,
    TOMAS,
    Organisation,
    full_name,
    organisation,
    organisation_template,
)
from vault.access.session import Session
from vault.acts.act import as_agreed
from vault.acts.approval import GIVE
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import BrokenSealError, NotAsShownError, RefusedError, UsageError, WaitingForDecisionError
from vault.export.reader import open_package
from vault.ids import CompartmentId
from vault.seal.age import make_identity, recipient_of
from vault.services.approvals import by_file
from vault.services.approvals.by_file import own_texts
from vault.services.approvals.side_by_side import Beside, beside, side_by_side
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing

__all__ = ["organisation", "organisation_template"]  # fixtures

IDENTITY = make_identity()
LAWYER = "Maître Ondrelle"


@dataclass(frozen=True, slots=True)
class Office:
    """Amina has a case and a recipient; her question to Selin lies in `question`."""

    organisation: Organisation
    case: CompartmentId
    question: Path


@pytest.fixture
def office(organisation: Organisation, tmp_path: Path) -> Office:
    with organisation.open(MIRA) as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
    organisation.exchange(MIRA, AMINA)
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Hearing", kind="extradition").case
        notes.add(amina, case, Note(NoteKind.CONTACT, "They called from Qarvosh."))
        question, second = tmp_path / "question", full_name(SELIN)
        asked = exporting.ask(amina, case, Wish("lawyer", LAWYER, take_proposals=True), out=question, approver=second)
    assert isinstance(asked, exporting.Asked)
    assert asked.names == (second,)
    return Office(organisation, case, question)


def approve(office: Office, name: str = SELIN, why: str = "legal-referral") -> Path:
    answer = office.question.with_name("answer")
    with office.organisation.open(name) as session:
        by_file.give(session, office.question, answer, why=why)
    return answer


@pytest.mark.long
def test_another_question_than_was_read_is_not_approved(office: Office) -> None:
    said = {"file": (str(office.question),)}
    with office.organisation.open(SELIN) as selin:
        read = GIVE.look(selin, said)
        assert as_agreed(selin, GIVE, said, read).mark == read.mark
    office.question.unlink()
    with office.organisation.open(AMINA) as amina:
        wish = Wish("lawyer", LAWYER, take_proposals=True)
        exporting.ask(amina, office.case, wish, out=office.question, approver=full_name(SELIN))
    with office.organisation.open(SELIN) as selin, pytest.raises(NotAsShownError, match="nothing is approved"):
        as_agreed(selin, GIVE, said, read)


def export(session: Session, office: Office, answer: Path) -> exporting.Exported | exporting.Undecided:
    return exporting.export(
        session,
        office.case,
        Wish("lawyer", LAWYER),
        out=office.question.parent,
        answer=by_file.read_answer(session, answer),
    )


def test_an_approval_comes_by_file_and_bundle_and_the_same_files_leave(office: Office) -> None:
    answer = approve(office)
    with office.organisation.open(AMINA) as amina, pytest.raises(WaitingForDecisionError, match="is not here yet"):
        export(amina, office, answer)
    office.organisation.exchange(SELIN, AMINA)
    with office.organisation.open(AMINA) as amina:
        done = export(amina, office, answer)
        assert isinstance(done, exporting.Exported)
        assert done.release == "two-person"
        assert log_checking.verify(amina).faults == ()
        with pytest.raises(RefusedError, match="used a second time"):
            export(amina, office, answer)
    release = open_package(done.path.read_bytes(), IDENTITY).manifest.release
    assert release is not None
    assert release.approval is not None
    assert release.approval.approver == office.organisation[SELIN].seat


def test_the_second_person_alone_reads_what_leaves_and_who_asks(office: Office) -> None:
    with office.organisation.open(SELIN) as selin:
        received = by_file.read_question(selin, office.question)
    assert received.name == full_name(AMINA)
    assert received.member == office.organisation[AMINA].member
    lines = "\n".join(received.question.lines())
    assert "They called from" in lines
    assert LAWYER in lines
    assert "Qarvosh" not in lines
    for name in (TOMAS, DANA, AMINA):
        with office.organisation.open(name) as session, pytest.raises((BrokenSealError, RefusedError)):
            by_file.read_question(session, office.question)


def test_who_holds_the_case_reads_beside_what_leaves_what_of_it_stays(office: Office) -> None:
    hidden = (("They called from ", False), ("[removed]", True), (".", False))
    with office.organisation.open(SELIN) as selin:
        question = by_file.read_question(selin, office.question).question
        assert own_texts(selin, question) == ()
        (line,) = [each for each in side_by_side(question) if each.leaves == hidden]
        assert (line.stays, line.hidden) == ((), 1)
        assert selin.viewed == set(), "what is not held is not looked at"
    with office.organisation.open(AMINA) as amina:
        sharing.grant(amina, office.case, office.organisation.members(SELIN))
    office.organisation.exchange(AMINA, SELIN)
    with office.organisation.open(SELIN) as selin:
        (line,) = [each for each in side_by_side(question, own_texts(selin, question)) if each.leaves == hidden]
        assert line.stays == (("They called from ", False), ("Qarvosh", True), (".", False))
        assert selin.viewed == {(office.case, "legal-referral")}, "the look is in the log"
        another = msgspec.structs.replace(question, subject=b"0" * 16)
        assert own_texts(selin, another) == (), "the pages may name any case"


@pytest.mark.parametrize(
    ("leaves", "own", "stays"),
    [
        ("[P-KD7] called [removed].", ["Sana called Olim."], "*Sana* called *Olim*."),
        ("[P-KD7] called [removed].", ["Sana called Olim.", "Olim called Sana."], ""),
        ("[P-KD7] called.", ["Sana called Olim."], ""),
        ("a [removed] b [removed] b", ["a 1 b 2 b 3 b"], "a *1* b *2 b 3* b"),
        ("Nobody came.", ["Nobody came.", "Nobody"], "Nobody came."),
        ("ab[removed]ba", ["aba"], ""),
    ],
)
def test_beside_what_leaves_stands_only_a_text_that_says_all_else_alike(
    leaves: str, own: list[str], stays: str
) -> None:
    line = beside(Beside("", ((leaves, False),)), own)
    assert "".join(text for text, _ in line.leaves) == leaves
    assert "".join(f"*{text}*" if goes else text for text, goes in line.stays) == stays


@pytest.mark.long
def test_what_changed_in_the_case_since_is_not_approved(office: Office) -> None:
    answer = approve(office)
    office.organisation.exchange(SELIN, AMINA)
    with office.organisation.open(AMINA) as amina:
        notes.add(amina, office.case, Note(NoteKind.CONTACT, "They called again."))
        with pytest.raises(RefusedError, match="the files have changed since they were shown"):
            export(amina, office, answer)


def test_what_is_no_question_or_no_answer_is_refused(office: Office) -> None:
    with pytest.raises(UsageError, match="the reason must be one of"):
        approve(office, why="because")
    with office.organisation.open(SELIN) as selin:
        answer = office.question.with_name("answer")
        with pytest.raises(RefusedError, match="exists already"):
            by_file.give(selin, office.question, office.question, why="casework")
        later = selin.log.now_ms() + 9 * 86_400_000
        selin.log.now_ms = lambda: later
        with pytest.raises(RefusedError, match="has expired"):
            by_file.give(selin, office.question, answer, why="casework")
    assert not answer.exists()


def test_no_question_goes_to_its_asker_or_in_the_place_of_something(office: Office) -> None:
    with office.organisation.open(AMINA) as amina:
        for name, out, words in (
            (AMINA, office.question.with_name("other"), "nobody can approve their own question"),
            (SELIN, office.question, "exists already"),
        ):
            with pytest.raises(RefusedError, match=words):
                exporting.ask(amina, office.case, Wish("lawyer", LAWYER), out=out, approver=full_name(name))
            assert not office.question.with_name("other").exists()
