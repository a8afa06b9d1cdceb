"""A second person on another device: the question goes in a file, the answer comes in a file and a bundle."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.english import in_english
from tests.export.paper_samples import at, decision
from tests.services import consenting
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    MIRA,
    SELIN,
    TOMAS,
    Organisation,
    full_name,
    organisation,
    organisation_template,
)
from tests.tables import refuses
from vault.access.session import Session
from vault.acts.act import Agreed, Plan, Told, as_agreed
from vault.acts.approval import GIVE
from vault.acts.grant import BREAK_GLASS
from vault.casework.document import DocumentKind
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.display import DAY, time_text
from vault.durations import DAY_MS
from vault.errors import (
    BrokenSealError,
    MalformedError,
    NotAsShownError,
    NotFoundError,
    RefusedError,
    UsageError,
    VerificationError,
    WaitingForDecisionError,
)
from vault.export.reader import open_package
from vault.export.release import file_digests
from vault.ids import CompartmentId
from vault.progress import Working
from vault.seal.age import make_identity, recipient_of
from vault.services import case_papers
from vault.services.approvals import breaking_glass, by_file, erasing, second_person
from vault.services.approvals.by_file import own_texts
from vault.services.approvals.question import ApprovalQuestion
from vault.services.approvals.side_by_side import Beside, beside, side_by_side
from vault.services.cases import cases, notes
from vault.services.erasures import what_goes
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
        asked = consenting.ask(amina, case, Wish("lawyer", LAWYER, take_proposals=True), out=question, approver=second)
    assert isinstance(asked, exporting.Asked)
    assert asked.names == (second,)
    return Office(organisation, case, question)


def approve(office: Office, name: str = SELIN, why: str = "legal-referral") -> Path:
    answer = office.question.with_name("answer")
    with office.organisation.open(name) as session:
        by_file.give(session, office.question, answer, why=why)
    return answer


def test_a_question_that_took_the_place_of_the_one_that_was_read_is_not_signed(office: Office) -> None:
    answer = office.question.with_name("answer")
    with office.organisation.open(SELIN) as selin:
        read = by_file.read_question(selin, office.question)
        other = dataclasses.replace(read, question=replace(read.question, about=("another case",)))
        size = selin.log.size
        with pytest.raises(NotAsShownError, match="nothing is signed: the file holds another question"):
            by_file.give(selin, office.question, answer, why="legal-referral", shown=other)
        assert (selin.log.size, answer.exists()) == (size, False)
        by_file.give(selin, office.question, answer, why="legal-referral", shown=read)


@pytest.mark.long
def test_another_question_than_was_read_is_not_approved(office: Office) -> None:
    said = {"file": (str(office.question),)}
    with office.organisation.open(SELIN) as selin:
        read = GIVE.look(selin, said)
        assert as_agreed(selin, GIVE, said, read).mark == read.mark
    office.question.unlink()
    with office.organisation.open(AMINA) as amina:
        wish = Wish("lawyer", LAWYER, take_proposals=True)
        consenting.ask(amina, office.case, wish, out=office.question, approver=full_name(SELIN))
    with office.organisation.open(SELIN) as selin, pytest.raises(NotAsShownError, match="nothing is approved"):
        as_agreed(selin, GIVE, said, read)


def export(session: Session, office: Office, answer: Path) -> exporting.Exported | exporting.Undecided:
    return consenting.export(
        session,
        office.case,
        Wish("lawyer", LAWYER),
        out=office.question.parent,
        answer=by_file.read_answer(session, answer),
    )


def test_what_was_hidden_by_hand_is_hidden_in_the_files_that_were_approved(office: Office) -> None:
    office.question.unlink()
    wish = Wish("lawyer", LAWYER, take_proposals=True, hidden={"called from": "other"})
    with office.organisation.open(AMINA) as amina:
        exporting.ask(amina, office.case, wish, out=office.question, approver=full_name(SELIN))
    answer = approve(office)
    office.organisation.exchange(SELIN, AMINA)
    with office.organisation.open(AMINA) as amina:
        done = export(amina, office, answer)
        assert isinstance(done, exporting.Exported)
    assert "They [R1 other]." in " ".join(" ".join(done.pages).split()), done.pages


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
        refuses(RefusedError, "used a second time", export, amina, office, answer)
    release = open_package(done.path.read_bytes(), IDENTITY).manifest.release
    assert release is not None
    assert (release.rule, release.why) == ("two-person", "legal-referral")


@pytest.mark.long
def test_papers_are_approved_as_they_leave_and_read_by_who_approves(office: Office, tmp_path: Path) -> None:
    office.question.unlink()
    source = tmp_path / "scan.pdf"
    source.write_bytes(decision(at(600, b"Qarvosh came alone")))
    with office.organisation.open(AMINA) as amina:
        facts = {"kind": DocumentKind.DECISION}
        paper = case_papers.add_paper(amina, office.case, source, facts).record
        wish = Wish("lawyer", LAWYER, take_proposals=True, papers=(paper,))
        exporting.ask(amina, office.case, wish, out=office.question, approver=full_name(SELIN))
    with office.organisation.open(SELIN) as selin:
        question = by_file.read_question(selin, office.question).question
        lines = "\n".join(question.lines())
        assert "paper-01.pdf, page 1:" in lines
        assert "decided the appeal" in lines
        assert "Qarvosh" not in lines
        for paper_now in (decision(), question.contents["paper-01.pdf"] + b" "):
            files = {**question.contents, "paper-01.pdf": paper_now}
            altered = msgspec.structs.replace(
                question, contents=files, of={**question.of, "files": list(file_digests(files).items())}
            )
            refuses(VerificationError, "paper-01.pdf is no document such as this program draws", altered.require_true)
        for name in ("paper-02.pdf", "../paper-01.pdf"):
            files = {name: each for name, each in question.contents.items() if name != "paper-01.pdf"}
            files[name] = question.contents["paper-01.pdf"]
            of = {**question.of, "files": list(file_digests(files).items())}
            altered = msgspec.structs.replace(question, contents=files, of=of)
            refuses(VerificationError, "nothing was approved", altered.require_true)
    answer = approve(office)
    office.organisation.exchange(SELIN, AMINA)
    with office.organisation.open(AMINA) as amina:
        done = export(amina, office, answer)
        assert isinstance(done, exporting.Exported)
    members = open_package(done.path.read_bytes(), IDENTITY).members
    assert members["paper-01.pdf"] == question.contents["paper-01.pdf"]


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
    hidden = (("They called from ", False), ("[R1 name]", True), (".", False))
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
        refuses(RefusedError, "the files have changed since they were shown", export, amina, office, answer)


def test_what_is_no_question_or_no_answer_is_refused(office: Office) -> None:
    refuses(UsageError, "the reason must be one of", approve, office, why="because")
    with office.organisation.open(SELIN) as selin:
        answer = office.question.with_name("answer")
        refuses(RefusedError, "exists already", by_file.give, selin, office.question, office.question, why="casework")
        later = selin.log.now_ms() + 9 * 86_400_000
        selin.log.now_ms = lambda: later
        refuses(RefusedError, "has expired", by_file.give, selin, office.question, answer, why="casework")
    assert not answer.exists()


def test_no_question_goes_to_its_asker_or_in_the_place_of_something(office: Office) -> None:
    with office.organisation.open(AMINA) as amina:
        for name, out, words in (
            (AMINA, office.question.with_name("other"), "nobody can approve their own question"),
            (SELIN, office.question, "exists already"),
        ):
            with pytest.raises(RefusedError, match=words):
                consenting.ask(amina, office.case, Wish("lawyer", LAWYER), out=out, approver=full_name(name))
            assert not office.question.with_name("other").exists()


# An erasure above the limit, approved elsewhere: whoever is asked reads in their own vault what would go.
@dataclass(frozen=True, slots=True)
class ErasingOffice:
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
def erasing_office(organisation: Organisation, tmp_path: Path) -> ErasingOffice:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Hearing", kind="extradition").case
        for number in range(11):
            notes.add(amina, case, Note(NoteKind.CONTACT, f"Call {number}"))
        sharing.grant(amina, case, organisation.members(SELIN))
    organisation.exchange(AMINA, SELIN)
    with organisation.open(AMINA) as amina:
        assert asked(amina, case, tmp_path / "question") == (full_name(SELIN),)
        assert len(cases.open_case(amina, case).notes) == 11
    return ErasingOffice(organisation, case, tmp_path / "question")


def erase(session: Session, office: ErasingOffice) -> str:
    answer = by_file.read_answer(session, office.answer)
    going = what_goes.what_goes(session, office.case.hex())
    return erasing.erase(session, going, why="retention", second=lambda _: answer).rule


def test_what_is_approved_elsewhere_goes_once_the_answer_and_the_bundle_are_here(erasing_office: ErasingOffice) -> None:
    with erasing_office.organisation.open(SELIN) as selin:
        received = by_file.read_question(selin, erasing_office.question)
        shown = "\n".join(in_english(received.shown))
        assert "Your own vault says what would go: 12 records." in shown
        assert "note  Call 10  in" in shown
        assert "Hearing" in shown
        by_file.give(selin, erasing_office.question, erasing_office.answer, why="retention")
    with (
        erasing_office.organisation.open(AMINA) as amina,
        pytest.raises(WaitingForDecisionError, match="is not here yet"),
    ):
        erase(amina, erasing_office)
    erasing_office.organisation.exchange(SELIN, AMINA)
    with erasing_office.organisation.open(AMINA) as amina:
        assert erase(amina, erasing_office) == "two-person"
        assert cases.list_all(amina) == []
        assert log_checking.verify(amina).faults == ()


def test_what_came_into_the_case_since_was_not_approved(erasing_office: ErasingOffice) -> None:
    with erasing_office.organisation.open(SELIN) as selin:
        by_file.give(selin, erasing_office.question, erasing_office.answer, why="retention")
    erasing_office.organisation.exchange(SELIN, AMINA)
    with erasing_office.organisation.open(AMINA) as amina:
        notes.add(amina, erasing_office.case, Note(NoteKind.CONTACT, "They called again."))
        refuses(RefusedError, "given for something else", erase, amina, erasing_office)
        assert len(cases.open_case(amina, erasing_office.case).notes) == 12


def test_who_is_told_of_one_note_reads_of_the_whole_case(erasing_office: ErasingOffice, tmp_path: Path) -> None:
    with erasing_office.organisation.open(AMINA) as amina:
        write(amina, about(amina, erasing_office.case, said="one note that was a mistake"), tmp_path / "lie")
    with erasing_office.organisation.open(SELIN) as selin:
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
    erasing_office: ErasingOffice, tmp_path: Path, versions: list[object], error: type[Exception], words: str
) -> None:
    with erasing_office.organisation.open(AMINA) as amina:
        wanted = about(amina, erasing_office.case)
        known = wanted.of["versions"] if versions and isinstance(versions[0], bytes) else []
        write(amina, replace(wanted, of={**wanted.of, "versions": [*known, *versions]}), tmp_path / "more")
    with erasing_office.organisation.open(SELIN) as selin:
        before = selin.log.size
        refuses(error, words, by_file.give, selin, tmp_path / "more", erasing_office.answer, why="retention")
        assert selin.log.size == before
    assert not erasing_office.answer.exists()


def test_who_does_not_hold_the_case_cannot_approve_it(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Hers", kind="extradition").case
        for number in range(11):
            notes.add(amina, case, Note(NoteKind.CONTACT, f"Call {number}"))
        asked(amina, case, tmp_path / "question")
    organisation.exchange(AMINA, SELIN)
    with organisation.open(SELIN) as selin, pytest.raises(RefusedError, match="nobody approves what they cannot see"):
        by_file.read_question(selin, tmp_path / "question")


def test_nobody_is_asked_about_what_one_person_may_erase(erasing_office: ErasingOffice, tmp_path: Path) -> None:
    with erasing_office.organisation.open(AMINA) as amina:
        note = cases.open_case(amina, erasing_office.case).notes[0].record
        going = what_goes.what_goes(amina, note.hex())
        with pytest.raises(UsageError, match="one person may erase this"):
            erasing.ask(amina, going, why="mistake", out=tmp_path / "other")
        refuses(RefusedError, "exists already", asked, amina, erasing_office.case, erasing_office.question)
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


# Break-glass, approved elsewhere: the approver's own vault says who could open the case.
@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    with organisation.open(AMINA) as amina:
        made = cases.create(amina, title="Arrest", kind="extradition").case
    organisation.exchange(AMINA, SELIN)
    return made


def look(session: Session, case: CompartmentId, days: int = 2) -> Plan[Any]:
    until = time_text(session.clock().trusted_ms + days * DAY_MS, DAY)
    said = {"case": (case.hex(),), "for": (full_name(JOEL),), "until": (until,), "reason": ("emergency",)}
    return BREAK_GLASS.look(session, said)


def ask(session: Session, plan: Plan[Any], out: Path, approver: str | None = SELIN) -> tuple[str, ...]:
    assert BREAK_GLASS.second is not None
    agreed = Agreed(ask_into=out, ask_whom=approver and full_name(approver))
    return tuple(BREAK_GLASS.second.ask(session, plan, agreed, Working()).names)


def open_with(session: Session, case: CompartmentId, answer: Path) -> Told:
    approval = by_file.read_answer(session, answer)
    return BREAK_GLASS.run(session, look(session, case), Agreed(second=lambda _: approval), Working())


def test_it_is_open_once_the_answer_and_the_bundle_are_here(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    question, answer = tmp_path / "question", tmp_path / "answer"
    with organisation.open(AMINA) as amina:
        plan = look(amina, case)
        assert plan.needs_second
        assert ask(amina, plan, question) == (full_name(SELIN),)
        with pytest.raises(WaitingForDecisionError, match="a second person has to approve opening this case"):
            BREAK_GLASS.run(amina, plan, Agreed(), Working())
    with organisation.open(SELIN) as selin:
        shown = in_english(by_file.read_question(selin, question).shown)
        assert f"would be open to {full_name(JOEL)} until the end of" in shown[0]
        by_file.give(selin, question, answer, why="emergency")
    with organisation.open(AMINA) as amina, pytest.raises(WaitingForDecisionError, match="is not here yet"):
        open_with(amina, case, answer)
    organisation.exchange(SELIN, AMINA)
    with organisation.open(AMINA) as amina:
        told = open_with(amina, case, answer)
        assert told.data["release"] == "two-person"
        refuses(RefusedError, "can already open the case", open_with, amina, case, answer)
    organisation.exchange(AMINA, JOEL)
    organisation.exchange(JOEL, SELIN)
    with organisation.open(JOEL) as joel:
        assert cases.open_case(joel, case, why="emergency").head.value.title == "Arrest"
        assert log_checking.verify(joel).faults == ()
    with organisation.open(SELIN) as selin:
        assert log_checking.verify(selin).faults == ()


def test_an_answer_for_another_day_is_refused_in_true_words(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    with organisation.open(AMINA) as amina:
        ask(amina, look(amina, case), tmp_path / "question")
    with organisation.open(SELIN) as selin:
        by_file.give(selin, tmp_path / "question", tmp_path / "answer", why="emergency")
    organisation.exchange(SELIN, AMINA)
    with organisation.open(AMINA) as amina:
        approval = by_file.read_answer(amina, tmp_path / "answer")
        with pytest.raises(RefusedError, match="the day or the reason is not the same") as refusal:
            BREAK_GLASS.run(amina, look(amina, case, days=3), Agreed(second=lambda _: approval), Working())
        assert "files" not in str(refusal.value)


def test_whom_it_lets_in_is_not_asked(organisation: Organisation, case: CompartmentId, tmp_path: Path) -> None:
    with organisation.open(AMINA) as amina:
        plan = look(amina, case)
        assert full_name(JOEL) not in ask(amina, plan, tmp_path / "to all", approver=None)
        with pytest.raises(NotFoundError, match="no member with this name may approve"):
            ask(amina, plan, tmp_path / "to him", approver=JOEL)
        assert not (tmp_path / "to him").exists()


@pytest.mark.parametrize(
    ("of", "refusal"),
    [
        pytest.param({"seats": [bytes(16)]}, (RefusedError, "not known here"), id="a device that nobody admitted"),
        pytest.param({"seats": [AMINA, JOEL]}, (RefusedError, "not known here"), id="devices of two members"),
        pytest.param({"seats": [SELIN]}, (RefusedError, "would be opened to you"), id="the approver's own device"),
        pytest.param({"seats": []}, (MalformedError, "names no case"), id="no device"),
        pytest.param({"until": 2**62}, (RefusedError, "open too long"), id="a day that never comes"),
        pytest.param({"until": 1}, (RefusedError, "or the day has passed"), id="a day that has passed"),
        pytest.param({"case": b""}, (MalformedError, "names no case"), id="an id that is none"),
        pytest.param({"until": "tomorrow"}, (MalformedError, "names no case"), id="a day in words"),
    ],
)
def test_nobody_approves_what_their_own_vault_cannot_tell(
    organisation: Organisation, case: CompartmentId, tmp_path: Path, of: dict[str, Any], refusal: tuple[Any, str]
) -> None:
    if "seats" in of:
        of = {"seats": [organisation[seat].seat if isinstance(seat, str) else seat for seat in of["seats"]]}
    with organisation.open(AMINA) as amina:
        true = breaking_glass.ready(
            amina, case, organisation.members(JOEL)[0], until_ms=amina.clock().trusted_ms + DAY_MS, why="emergency"
        ).question(amina, valid_ms=DAY_MS)
        by_file.ask(
            amina,
            replace(true, of={**true.of, **of}),
            [second_person.approver_named(amina, full_name(SELIN))],
            tmp_path / "question",
        )
    with organisation.open(SELIN) as selin:
        before = selin.log.size
        with pytest.raises(refusal[0], match=refusal[1]):
            by_file.give(selin, tmp_path / "question", tmp_path / "answer", why="emergency")
        assert selin.log.size == before
    assert not (tmp_path / "answer").exists()
