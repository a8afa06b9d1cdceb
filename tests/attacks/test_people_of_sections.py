"""Who stands in a restricted section alone, in a note of its case: neither the name leaves, nor that it is there."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.attacks.conftest import AGE, RECIPIENT
from tests.services.office import Office
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError
from vault.ids import CompartmentId
from vault.services.cases import case_people, cases, notes, sections, story_records
from vault.services.evidence import logbook
from vault.services.exports import export_material, exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.safety import person_pack
from vault.services.safety.person_pack import PageWish, Printed, print_page

CLIENT = "Ilham Sodiqova"
NOTES = (
    "The source is rose baker, who met us again. Call +996 700 445 566.",
    "Позже мы говорили с верой мороз, и Соловья мы видели. Источник надёжный.",
    "Later we met. Her code word is summer, and summer told us everything.",
    "Ilham was there.",
)
KEPT_APART = ("rose", "baker", "вер", "мороз", "солов", "summer", "445")


@dataclass(frozen=True, slots=True)
class Kept:
    case: CompartmentId
    section: CompartmentId


def keep(session: Session) -> Kept:
    """Make a case with a section of four sources, of whom the notes of the case speak."""
    case = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, case, role="client", names=[CLIENT])
    section = sections.create(session, case, what="sources", title="Who told us")
    for name in ("Rose Baker", "Вера Мороз", "Назар Соловей", "Summer Baker", CLIENT):
        person = case_people.checked_person(role="witness", names=[name], phones=["+996700445566"])
        sections.add_person(session, section, person)
    for text in NOTES:
        notes.add(session, case, Note(NoteKind.CONTACT, text))
    return Kept(case, section)


@pytest.fixture
def kept(session: Session) -> Kept:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    return keep(session)


def ready(session: Session, case: CompartmentId, profile: str = "lawyer") -> export_material.Ready:
    made = export_material.make_ready(session, case, Wish(profile, RECIPIENT, take_proposals=True))
    assert isinstance(made, export_material.Ready)
    return made


@pytest.mark.parametrize("profile", ["lawyer", "lawyer-named", "subject"])
def test_who_stands_in_a_section_alone_leaves_by_no_profile(
    session: Session, kept: Kept, profile: str, tmp_path: Path
) -> None:
    wish = Wish(profile, RECIPIENT, take_proposals=True)
    done = exporting.export(session, kept.case, wish, out=tmp_path)
    assert isinstance(done, exporting.Exported)
    pages = " ".join(done.pages).casefold()
    assert "everything" in pages
    assert [word for word in KEPT_APART if word in pages] == []


def test_neither_the_package_nor_a_record_of_the_case_tells_of_the_section(session: Session, kept: Kept) -> None:
    known = {person.record for person in cases.open_case(session, kept.case).persons}
    made = ready(session, kept.case)
    assert {given.entity for given in made.book.given()} <= known, "codes go to people of the case alone"
    assert not set(made.read()) & {person.version for person in sections.open_section(session, kept.section).persons}
    told = repr([[dataclasses.astuple(block)[:2] for block in part.blocks] for part in made.dossier.sections])
    assert "Who told us" not in told
    assert "source" in told, "the control: the note is there"
    texts = [block.text for part in made.dossier.sections for block in part.blocks]
    assert any(text.startswith("[P-") for text in texts), "the client has the code of the case"


def test_a_name_that_the_case_has_too_goes_as_the_case_says(session: Session, kept: Kept) -> None:
    told = [block.text for part in ready(session, kept.case, "lawyer-named").dossier.sections for block in part.blocks]
    assert CLIENT in told


def test_that_a_section_was_opened_for_an_export_is_in_the_log(session: Session, kept: Kept) -> None:
    made = len(_views(session))
    ready(session, kept.case)
    assert len(_views(session)) == made + 2, "the case, and its section"
    ready(session, kept.case)
    assert len(_views(session)) == made + 2, "once for a reason and session"


def _views(session: Session) -> list[logbook.LogLine]:
    lines = logbook.newest(session, act="case.view").lines
    return [line for line in lines if line.payload and line.payload.why == export_material.WHY]


def test_a_section_of_another_case_is_not_opened(session: Session, kept: Kept) -> None:
    other = cases.create(session, title="U", kind="asylum").case
    notes.add(session, other, Note(NoteKind.CONTACT, "summer told us"))
    told = [block.text for part in ready(session, other).dossier.sections for block in part.blocks]
    assert "summer told us" in told
    assert len(_views(session)) == 1


def test_the_page_in_clear_of_who_is_gone_has_no_name_of_a_section(
    session: Session, kept: Kept, tmp_path: Path
) -> None:
    gone = Incident(IncidentKind.DISAPPEARANCE, at="2026-11-01", place="beside summer", confirmed="the prosecutor")
    story_records.add(session, kept.case, gone)
    found, page = person_pack.facts(session, kept.case), tmp_path / "page.pdf"
    assert isinstance(print_page(session, found, PageWish(take_proposals=True), page, str), Printed)
    text = " ".join(part.extract_text() for part in PdfReader(page).pages).casefold()
    assert "beside" in text
    assert "summer" not in text


def test_who_does_not_hold_the_section_learns_nothing_of_it_from_an_export(office: Office) -> None:
    with office.place.open() as founder:
        partners.add(founder, name=RECIPIENT, age_recipient=AGE, compared=True)
    with office.open(office.amina) as amina:
        kept = keep(amina)
    with office.open(office.joel) as joel:
        with pytest.raises(RefusedError):
            sections.open_section(joel, kept.section)
        made = ready(joel, kept.case)
        assert {question.form for question in made.as_proposed} >= {"rose", "baker"}, "strangers are asked about"
        assert "summer" in repr([block.text for part in made.dossier.sections for block in part.blocks])
