"""Who asks for an erasure wrote last into what others wrote: who approves it reads whose words would go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.organisation import AMINA, JOEL, SELIN, Organisation, full_name, give
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId
from vault.records.work import Entry
from vault.services.approvals import by_file, erasing
from vault.services.cases import cases, notes, story_records
from vault.services.cases.editing import Place
from vault.services.erasures.reach import Plan
from vault.services.grants import sharing
from vault.services.projection.places import name_of

IN_PART = f"of these were written, at least in part, by others than {full_name(JOEL)}, who asks: {full_name(AMINA)}."


@dataclass(frozen=True, slots=True)
class Office:
    """Amina's case of eleven incidents, which Joel and Selin hold too."""

    organisation: Organisation
    case: CompartmentId
    incidents: tuple[RecordId, ...]

    def joel_asks_selin(self, records: Iterable[RecordId], question: Path) -> list[str]:
        """Return what she reads: all versions under these ids would go."""
        self.organisation.exchange(JOEL, SELIN)
        with self.organisation.open(JOEL) as joel:
            ask_about(joel, self.case, list(records), question)
        with self.organisation.open(SELIN) as selin:
            shown = by_file.read_question(selin, question).shown
            assert len(in_english(shown)) == len(shown)
            return list(in_english(shown))


def ask_about(session: Session, case: CompartmentId, records: list[RecordId], out: Path) -> None:
    """Ask as a program does that calls everything a note."""
    with session.database.reading() as rows:
        versions = tuple(version for record in records for version in rows.placed(case, record))
    found = {(case, record): "note" for record in records}
    going = Plan(versions=versions, found=found, cases={case: name_of(session, case)})
    erasing.ask(session, going, why="mistake", out=out, approver=full_name(SELIN))


@pytest.fixture
def office(organisation: Organisation) -> Office:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="Hearing", kind="extradition", alone_reason="nobody").case
        incidents = tuple(
            story_records.add(
                amina, case, Incident(what=IncidentKind.ABDUCTION, place=f"Isolator {n}", text="statement")
            )
            for n in range(11)
        )
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        give(amina, joel, organisation.folder)
    organisation.exchange(AMINA, SELIN)
    return Office(organisation, case, incidents)


@pytest.mark.long
def test_what_another_kind_under_the_same_id_hides_is_shown(office: Office, tmp_path: Path) -> None:
    with office.organisation.open(JOEL) as joel, joel.work(office.case) as work:
        for record in office.incidents:
            work.keep(office.case, Note(NoteKind.CONTACT, "Test entry, made twice by mistake"), record, [])
        work.commit(Entry(act="note.create", covers={"note": 11}))
    lines = office.joel_asks_selin(office.incidents, tmp_path / "question")
    assert lines[0] == "Your own vault says what would go: 22 records."
    assert lines[1] == f"11 {IN_PART}"
    assert [f"Isolator {n}  in" in line and full_name(AMINA) in line for n, line in enumerate(lines[2:13])] == [
        True
    ] * 11
    assert lines[13] == f"11 are by {full_name(JOEL)}, who asks, and by nobody else:"
    assert all("  note  Test entry" in line for line in lines[14:-1])
    assert len(lines) == 26


@pytest.mark.long
def test_whose_words_an_edit_has_replaced_is_shown(office: Office, tmp_path: Path) -> None:
    with office.organisation.open(JOEL) as joel:
        for record in office.incidents:
            story_records.change(joel, Place(office.case, record, "incident"), {"place": "test entry", "text": ""})
        story_records.change(joel, Place(office.case, office.incidents[0], "incident"), {"place": "test entry, twice"})
    lines = office.joel_asks_selin(office.incidents, tmp_path / "question")
    assert lines[:2] == ["Your own vault says what would go: 11 records.", f"11 {IN_PART}"]
    names = f"{full_name(AMINA)}, {full_name(JOEL)}"
    assert lines[2].endswith(f", by {full_name(JOEL)}, and 2 earlier versions, by {names}")
    assert all(
        line.endswith(f"by {full_name(JOEL)}, and 1 earlier version, by {full_name(AMINA)}") for line in lines[3:-1]
    )


def test_what_others_wrote_stands_before_what_the_asker_wrote(office: Office, tmp_path: Path) -> None:
    with office.organisation.open(JOEL) as joel:
        own = [notes.add(joel, office.case, Note(NoteKind.CONTACT, f"Call {n}")) for n in range(10)]
    lines = office.joel_asks_selin([*own, office.incidents[3]], tmp_path / "question")
    assert lines[1].startswith("1 of these was written, at least in part, by others than ")
    assert "Isolator 3" in lines[2]
    assert lines[3].startswith("10 are by ")


def test_what_the_asker_alone_wrote_is_said_to_be_theirs(office: Office, tmp_path: Path) -> None:
    with office.organisation.open(JOEL) as joel:
        own = [notes.add(joel, office.case, Note(NoteKind.CONTACT, f"Call {n}")) for n in range(11)]
    lines = office.joel_asks_selin(own, tmp_path / "question")
    assert lines[1] == f"11 are by {full_name(JOEL)}, who asks, and by nobody else:"
    assert len(lines) == 14
