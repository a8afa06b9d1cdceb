"""Beside what others wrote a colleague writes that it belongs to junk: who erases the junk takes nothing of theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.organisation import AMINA, JOEL, SELIN, Organisation, full_name, give
from vault.access.session import Session
from vault.casework.document import Document, DocumentKind
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.heads import heads_of
from vault.records.work import Entry
from vault.services import case_papers
from vault.services.approvals import erasing
from vault.services.cases import case_people, cases, notes, same_people, story_records
from vault.services.cases.editing import Place
from vault.services.erasures import what_goes
from vault.services.erasures.preview import preview
from vault.services.grants import sharing

SAID = "The interview, all of it"
Kept = Note | Document | Person


@dataclass(frozen=True, slots=True)
class Office:
    """Amina's case, which Joel and Selin hold too, with Joel's junk note."""

    organisation: Organisation
    case: CompartmentId
    junk: RecordId

    def joel_writes(self, value: Kept, record: RecordId, parents: tuple[VersionId, ...] = ()) -> None:
        """Write a version by a program of his own, beside what stands there or over it; Amina gets it."""
        self.organisation.exchange(AMINA, JOEL)
        with self.organisation.open(JOEL) as joel, joel.work(self.case) as work:
            work.keep(self.case, value, record, list(parents))
            work.commit(Entry(act="note.correct", covers={value.KIND: 1}))
        self.organisation.exchange(AMINA, JOEL)

    def selin_says(self) -> RecordId:
        with self.organisation.open(SELIN) as selin:
            said = notes.add(selin, self.case, Note(NoteKind.INTERVIEW, SAID))
        self.organisation.exchange(AMINA, SELIN)
        return said


@pytest.fixture
def office(organisation: Organisation) -> Office:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        give(amina, joel, organisation.folder)
        give(amina, selin, organisation.folder)
        junk = notes.add(joel, case, Note(NoteKind.CONTACT, "please remove, entered twice"))
        give(joel, amina, organisation.folder)
    return Office(organisation, case, junk)


def shown_and_erased(session: Session, record: RecordId) -> str:
    going = what_goes.what_goes(session, record.hex())
    shown = "\n".join(in_english(preview(session, going, needs_second=False)))
    erasing.erase(session, going, why="mistake")
    return shown


def read(session: Session, case: CompartmentId) -> list[str]:
    return [note.value.text for note in cases.open_case(session, case).notes]


@pytest.mark.long
def test_a_note_that_one_of_its_versions_calls_a_correction_of_junk_stays_and_is_shown(office: Office) -> None:
    office.joel_writes(Note(NoteKind.INTERVIEW, SAID, amends=office.junk), office.selin_says())
    with office.organisation.open(AMINA) as amina:
        shown = shown_and_erased(amina, office.junk)
        assert read(amina, office.case) == [SAID]
        assert "  1 x note" in shown.splitlines()
        assert "1 record stays: one of its versions says that it belongs to this, another does not." in shown


@pytest.mark.long
def test_a_record_of_another_kind_that_stands_under_the_id_of_a_correction_stays(office: Office) -> None:
    with office.organisation.open(SELIN) as selin:
        incident = Incident(what=IncidentKind.ABDUCTION, place="Isolator 4", text="statement")
        record = RecordId(story_records.add(selin, office.case, incident))
    office.organisation.exchange(AMINA, SELIN)
    office.joel_writes(Note(NoteKind.CONTACT, "a correction", amends=office.junk), record)
    with office.organisation.open(AMINA) as amina:
        going = what_goes.what_goes(amina, office.junk.hex())
    assert set(going.found) == {(office.case, office.junk)}


@pytest.mark.long
def test_whose_words_a_correction_of_junk_has_replaced_is_shown(office: Office) -> None:
    said = office.selin_says()
    with office.organisation.open(AMINA) as amina:
        before = tuple(map(VersionId, heads_of(amina.index(), office.case, said, Note.KIND)))
    office.joel_writes(Note(NoteKind.INTERVIEW, "x", amends=office.junk), said, before)
    with office.organisation.open(AMINA) as amina:
        going = what_goes.what_goes(amina, office.junk.hex())
        shown = "\n".join(in_english(preview(amina, going, needs_second=False)))
    authors = f"{full_name(JOEL)}, {full_name(SELIN)}"
    assert f"2 of these records are by colleagues, at least in part: {authors}." in shown
    assert f"by {full_name(JOEL)}, and 1 earlier version, by {full_name(SELIN)}" in shown


@pytest.mark.long
def test_a_paper_that_one_of_its_versions_calls_a_translation_of_junk_stays(office: Office, tmp_path: Path) -> None:
    source = tmp_path / "paper.txt"
    source.write_text("a decision", "utf-8")
    with office.organisation.open(SELIN) as selin:
        case_papers.add_paper(selin, office.case, source, {"kind": DocumentKind.DECISION, "title": "Decision"})
    office.organisation.exchange(AMINA, SELIN)
    with office.organisation.open(AMINA) as amina:
        junk = case_papers.add_paper(amina, office.case, source, {"kind": DocumentKind.OTHER, "title": "junk"}).record
        (paper,) = (each for each in case_papers.list_in(amina, office.case) if each.value.title == "Decision")
    office.joel_writes(replace(paper.value, translation_of=junk), paper.record)
    with office.organisation.open(AMINA) as amina:
        shown_and_erased(amina, junk)
        assert [each.record for each in case_papers.list_in(amina, office.case)] == [paper.record]
        assert case_papers.is_whole(amina, paper.value)


@pytest.mark.long
@pytest.mark.parametrize("is_asked_for", ["the one that is claimed", "the one that it is claimed to be"])
def test_a_person_whom_one_version_calls_somebody_else_stays_and_is_named_as_staying(
    office: Office, is_asked_for: str
) -> None:
    with office.organisation.open(AMINA) as amina:
        client = case_people.add(amina, office.case, role="client", names=["Ilham"])
        other = cases.create(amina, title="D", kind="asylum", alone_reason="nobody").case
        elsewhere = case_people.add(amina, other, role="client", names=["Zumrat"])
        same = Place(other, case_people.add(amina, other, role="third", names=["Zumratbibi"]), Person.KIND)
        same_people.same(amina, Place(other, elsewhere, Person.KIND), same)
        who = next(each.value.who for each in cases.open_case(amina, other).persons if each.record == elsewhere)
        (person,) = (each.value for each in cases.open_case(amina, office.case).persons if each.record == client)
    office.joel_writes(replace(person, who=who), client)
    with office.organisation.open(AMINA) as amina:
        asked, stays = (client, elsewhere) if is_asked_for == "the one that is claimed" else (elsewhere, client)
        shown = shown_and_erased(amina, asked)
        left = [each.record for home in (office.case, other) for each in cases.open_case(amina, home).persons]
        assert stays in left
        assert asked not in left
        assert "names these people and stays" in shown or "name these people and stay" in shown
