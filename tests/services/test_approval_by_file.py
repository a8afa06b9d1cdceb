"""A second person on another device: the question goes in a file, the answer comes in a file and a bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
from vault.access.second_person.questions import Wanted
from vault.access.session import Session
from vault.errors import BrokenSealError, RefusedError, UsageError, WaitingForDecisionError
from vault.export.reader import open_package
from vault.ids import CompartmentId
from vault.seal.age import make_identity, recipient_of
from vault.services.approvals import approval_by_file
from vault.services.cases import cases, notes
from vault.services.evidence import checking
from vault.services.exports import exporting, partners

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
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(IDENTITY))
    organisation.exchange(MIRA, AMINA)
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Hearing", kind="extradition").case
        notes.add(amina, case, kind="contact", text="They called from Qarvosh.")
        asked = exporting.ask(amina, case, profile="lawyer", to=LAWYER, take_proposals=True, approver=full_name(SELIN))
    assert isinstance(asked, approval_by_file.Asked)
    approval_by_file.keep(tmp_path / "question", asked.file)
    return Office(organisation, case, tmp_path / "question")


def approve(office: Office, name: str = SELIN, why: str = "legal-referral") -> Path:
    answer = office.question.with_name("answer")
    with office.organisation.open(name) as session:
        approval_by_file.keep(answer, approval_by_file.give(session, office.question, why=why).file)
    return answer


def export(session: Session, office: Office, answer: Path) -> exporting.Exported | exporting.Undecided:
    return exporting.export(
        session,
        office.case,
        profile="lawyer",
        to=LAWYER,
        out=office.question.parent,
        answer=approval_by_file.read_answer(session, answer),
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
        assert checking.verify(amina).faults == ()
        with pytest.raises(RefusedError, match="used a second time"):
            export(amina, office, answer)
    release = open_package(done.path.read_bytes(), IDENTITY).manifest.release
    assert release is not None
    assert release.approval is not None
    assert release.approval.approver == office.organisation[SELIN].seat


def test_the_second_person_alone_reads_what_leaves_and_who_asks(office: Office) -> None:
    with office.organisation.open(SELIN) as selin:
        question = approval_by_file.read_question(selin, office.question)
    assert question.member == office.organisation[AMINA].member
    lines = "\n".join(question.wanted.lines())
    assert "They called from" in lines
    assert LAWYER in lines
    assert "Qarvosh" not in lines
    for name in (TOMAS, DANA, AMINA):
        with office.organisation.open(name) as session, pytest.raises((BrokenSealError, RefusedError)):
            approval_by_file.read_question(session, office.question)


def test_what_changed_in_the_case_since_is_not_approved(office: Office) -> None:
    answer = approve(office)
    office.organisation.exchange(SELIN, AMINA)
    with office.organisation.open(AMINA) as amina:
        notes.add(amina, office.case, kind="contact", text="They called again.")
        with pytest.raises(RefusedError, match="the files have changed since they were shown"):
            export(amina, office, answer)


def test_what_is_no_question_or_no_answer_is_refused(office: Office) -> None:
    with pytest.raises(UsageError, match="the reason must be one of"):
        approve(office, why="because")
    with pytest.raises(RefusedError, match="something at this place already"):
        approval_by_file.keep(office.question, b"x")
    with office.organisation.open(SELIN) as selin:
        later = selin.log.now_ms() + 9 * 86_400_000
        selin.log.now_ms = lambda: later
        with pytest.raises(RefusedError, match="has expired"):
            approval_by_file.give(selin, office.question, why="casework")
    wanted = Wanted(act="export.begin", of={"case": office.case}, expires_ms=1)
    alone = pytest.raises(RefusedError, match="nobody can approve their own question")
    with office.organisation.open(AMINA) as amina, alone:
        approval_by_file.ask_apart(amina, wanted, full_name(AMINA))
