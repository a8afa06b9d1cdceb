"""A colleague's own program erases much without a second person, or with an approval of something else: it is named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.test_erasing import admit
from tests.services.colleague import Colleague
from tests.services.founded import Filled
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId, VersionId
from vault.records.work import Entry
from vault.services.approvals import by_file, erasing
from vault.services.cases import cases, holds, notes, sections
from vault.services.erasures import arrived, what_goes
from vault.services.evidence import log_checking
from vault.services.grants import sharing

SAID = Note(NoteKind.INTERVIEW, "evidence")


@dataclass(frozen=True, slots=True)
class Office:
    """The founder, who reads the payloads, a supervisor beside them, and a case of twelve notes that both hold."""

    filled: Filled
    colleague: Colleague
    case: CompartmentId
    notes: tuple[RecordId, ...]


@pytest.fixture
def office(short: Filled) -> Office:
    with short.open() as owner:
        colleague = admit(owner, "Oren Sabaluk", "supervisor", b"nine copper whistles")
        case = cases.create(owner, title="C", kind="asylum", alone_reason="nobody").case
        written = tuple(notes.add(owner, case, SAID) for _ in range(12))
        sharing.grant(owner, case, [colleague.member])
    return Office(short, colleague, case, written)


def list_as_erased(session: Session, home: CompartmentId, *records: RecordId, **said: object) -> None:
    """List as erased what stays here, as a device that hears of it sees it."""
    with session.database.reading() as rows:
        found = [row for record in records for row in rows.placed(home, record)]
    with session.work() as work:
        for row in found:
            work.erase(home, VersionId(row.id))
        work.commit(Entry(**{"act": "erase", "why": "mistake", **said}))  # type: ignore[arg-type]  # what an own program says


def named(session: Session) -> list[str]:
    arrived.note(session, arrived.look(session))
    return [str(fault.message) for fault in log_checking.verify(session).faults]


@pytest.mark.long
@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"covers": {"note": 1}}, id="it says that it was one note"),
        pytest.param({"act": "case.delete"}, id="by another act"),
        pytest.param({"why": "arrived"}, id="it says that others erased it"),
    ],
)
def test_more_than_ten_records_without_a_second_person_are_named_also_once_they_are_gone(
    office: Office, said: dict[str, object]
) -> None:
    with office.colleague.open(office.filled.place) as colleague:
        list_as_erased(colleague, office.case, *office.notes, **said)
    with office.filled.open() as owner:
        assert any("erased 12 records that were here, without" in line for line in named(owner))
        assert arrived.carry_out(owner, at_once=True) == 12
        assert any("erased 12 records that were here, without" in line for line in named(owner))
        assert not any("without" in line and f"operation {owner.log.size - 1}:" in line for line in named(owner))


def test_ten_records_are_nobodys_business(office: Office) -> None:
    with office.colleague.open(office.filled.place) as colleague:
        list_as_erased(colleague, office.case, *office.notes[:10], covers={"note": 10})
    with office.filled.open() as owner:
        assert named(owner) == []


def test_an_approval_of_another_erasure_is_named(office: Office, tmp_path: Path) -> None:
    place, spam, good = office.filled.place, tmp_path / "question", office.notes
    with office.filled.open() as owner:
        junk = [notes.add(owner, office.case, Note(NoteKind.CONTACT, "spam")) for _ in range(11)]
        going = what_goes.what_goes(owner, *(record.hex() for record in junk))
        erasing.ask(owner, going, why="mistake", out=spam, approver=office.colleague.name)
    with office.colleague.open(place) as colleague:
        by_file.give(colleague, spam, tmp_path / "answer", why="mistake")
    with office.filled.open() as owner:
        approval = by_file.read_answer(owner, tmp_path / "answer")
        with owner.database.reading() as rows:
            versions = [row for record in good for row in rows.placed(office.case, record)]
        with owner.work() as work:
            for row in versions:
                work.erase(office.case, VersionId(row.id))
            work.list_approval(approval.encode())
            said = Entry(act="erase", why="mistake", covers={"note": 12}, dig=approval.digest, deleg=approval.approver)
            work.commit(said)
        assert any("used for something else than it was given for" in line for line in named(owner))


def test_the_approval_of_this_erasure_is_not(office: Office, tmp_path: Path) -> None:
    ids = [record.hex() for record in office.notes]
    with office.filled.open() as owner:
        going = what_goes.what_goes(owner, *ids)
        erasing.ask(owner, going, why="mistake", out=tmp_path / "question", approver=office.colleague.name)
    with office.colleague.open(office.filled.place) as colleague:
        by_file.give(colleague, tmp_path / "question", tmp_path / "answer", why="mistake")
    with office.filled.open() as owner:
        approval = by_file.read_answer(owner, tmp_path / "answer")
        erasing.erase(owner, what_goes.what_goes(owner, *ids), why="mistake", second=lambda _: approval)
        assert named(owner) == []


def test_an_erasure_in_a_section_of_a_case_on_hold_is_named(office: Office) -> None:
    with office.filled.open() as owner:
        section = sections.create(owner, office.case, what="other", title="S", members=[office.colleague.member])
        note = sections.add_note(owner, section, SAID)
        holds.hold(owner, office.case, reason="a court asks", review="2090-01-01")
    with office.colleague.open(office.filled.place) as colleague:
        list_as_erased(colleague, section, note)
    with office.filled.open() as owner:
        assert any("which was on legal hold" in line for line in named(owner))
