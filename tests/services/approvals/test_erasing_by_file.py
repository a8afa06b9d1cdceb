"""An erasure above the limit, approved elsewhere: whoever is asked reads in their own vault what would go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.english import in_english
from tests.services.organisation import AMINA, SELIN, Organisation, full_name, organisation, organisation_template
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import MalformedError, RefusedError, UsageError, WaitingForDecisionError
from vault.ids import CompartmentId
from vault.services.approvals import by_file, erasing, second_person
from vault.services.approvals.question import ApprovalQuestion
from vault.services.cases import cases, notes
from vault.services.erasures import what_goes
from vault.services.evidence import log_checking
from vault.services.grants import sharing

__all__ = ["organisation", "organisation_template"]  # fixtures


@dataclass(frozen=True, slots=True)
class Office:
    """Amina's case of twelve notes is open to Selin; her question about all of it lies in `question`."""

    organisation: Organisation
    case: CompartmentId
    question: Path

    @property
    def answer(self) -> Path:
        return self.question.with_name("answer")


def asked(session: Session, case: CompartmentId, out: Path, *, approver: str = SELIN) -> tuple[str, ...]:
    going = what_goes.what_goes(session, case.hex())
    return erasing.ask(session, going, why="retention", out=out, approver=full_name(approver))


@pytest.fixture
def office(organisation: Organisation, tmp_path: Path) -> Office:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Hearing", kind="extradition").case
        for number in range(11):
            notes.add(amina, case, Note(NoteKind.CONTACT, f"Call {number}"))
        sharing.grant(amina, case, organisation.members(SELIN))
    organisation.exchange(AMINA, SELIN)
    with organisation.open(AMINA) as amina:
        assert asked(amina, case, tmp_path / "question") == (full_name(SELIN),)
        assert len(cases.open_case(amina, case).notes) == 11
    return Office(organisation, case, tmp_path / "question")


def erase(session: Session, office: Office) -> str:
    answer = by_file.read_answer(session, office.answer)
    going = what_goes.what_goes(session, office.case.hex())
    return erasing.erase(session, going, why="retention", second=lambda _: answer).rule


def test_what_is_approved_elsewhere_goes_once_the_answer_and_the_bundle_are_here(office: Office) -> None:
    with office.organisation.open(SELIN) as selin:
        received = by_file.read_question(selin, office.question)
        shown = "\n".join(in_english(received.shown))
        assert "Your own vault says what would go: 12 records." in shown
        assert "note  Call 10  in" in shown
        assert "Hearing" in shown
        by_file.give(selin, office.question, office.answer, why="retention")
    with office.organisation.open(AMINA) as amina, pytest.raises(WaitingForDecisionError, match="is not here yet"):
        erase(amina, office)
    office.organisation.exchange(SELIN, AMINA)
    with office.organisation.open(AMINA) as amina:
        assert erase(amina, office) == "two-person"
        assert cases.list_all(amina) == []
        assert log_checking.verify(amina).faults == ()


def test_what_came_into_the_case_since_was_not_approved(office: Office) -> None:
    with office.organisation.open(SELIN) as selin:
        by_file.give(selin, office.question, office.answer, why="retention")
    office.organisation.exchange(SELIN, AMINA)
    with office.organisation.open(AMINA) as amina:
        notes.add(amina, office.case, Note(NoteKind.CONTACT, "They called again."))
        with pytest.raises(RefusedError, match="given for something else"):
            erase(amina, office)
        assert len(cases.open_case(amina, office.case).notes) == 12


def test_who_is_told_of_one_note_reads_of_the_whole_case(office: Office, tmp_path: Path) -> None:
    with office.organisation.open(AMINA) as amina:
        write(amina, about(amina, office.case, said="one note that was a mistake"), tmp_path / "lie")
    with office.organisation.open(SELIN) as selin:
        lines = in_english(by_file.read_question(selin, tmp_path / "lie").shown)
    assert "12 records" in lines[0]


@pytest.mark.parametrize(
    ("versions", "error", "words"),
    [
        pytest.param([bytes(32)], RefusedError, "not here, or you cannot open it", id="one that is not here"),
        pytest.param([], MalformedError, "names no versions", id="none"),
        pytest.param(["all"], MalformedError, "names no versions", id="words"),
    ],
)
def test_nobody_approves_what_their_own_vault_does_not_show(
    office: Office, tmp_path: Path, versions: list[object], error: type[Exception], words: str
) -> None:
    with office.organisation.open(AMINA) as amina:
        wanted = about(amina, office.case)
        known = wanted.of["versions"] if versions and isinstance(versions[0], bytes) else []
        write(amina, replace(wanted, of={**wanted.of, "versions": [*known, *versions]}), tmp_path / "more")
    with office.organisation.open(SELIN) as selin:
        before = selin.log.size
        with pytest.raises(error, match=words):
            by_file.give(selin, tmp_path / "more", office.answer, why="retention")
        assert selin.log.size == before
    assert not office.answer.exists()


def test_who_does_not_hold_the_case_cannot_approve_it(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Hers", kind="extradition").case
        for number in range(11):
            notes.add(amina, case, Note(NoteKind.CONTACT, f"Call {number}"))
        asked(amina, case, tmp_path / "question")
    organisation.exchange(AMINA, SELIN)
    with organisation.open(SELIN) as selin, pytest.raises(RefusedError, match="nobody approves what they cannot see"):
        by_file.read_question(selin, tmp_path / "question")


def test_nobody_is_asked_about_what_one_person_may_erase(office: Office, tmp_path: Path) -> None:
    with office.organisation.open(AMINA) as amina:
        note = cases.open_case(amina, office.case).notes[0].record
        going = what_goes.what_goes(amina, note.hex())
        with pytest.raises(UsageError, match="one person may erase this"):
            erasing.ask(amina, going, why="mistake", out=tmp_path / "other")
        with pytest.raises(RefusedError, match="exists already"):
            asked(amina, office.case, office.question)
    assert not (tmp_path / "other").exists()


def about(session: Session, case: CompartmentId, said: str = "") -> ApprovalQuestion:
    versions = sorted(version.id for version in what_goes.what_goes(session, case.hex()).versions)
    return ApprovalQuestion(
        act="erase",
        of={"versions": versions, "why": "retention"},
        about=(said,),
        reasons=erasing.REASONS,
        expires_ms=session.log.now_ms() + second_person.HERE_MS,
    )


def write(session: Session, question: ApprovalQuestion, out: Path) -> None:
    """Seal a question of any content: the program of whoever asks is theirs."""
    by_file.ask(session, question, [second_person.approver_named(session, full_name(SELIN))], out)
