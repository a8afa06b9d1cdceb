"""A person is erased: what still names them is counted, also what nobody can read in a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.conftest import AGE, RECIPIENT
from tests.services.founded import Place
from vault.access.session import Session
from vault.casework.document import DocumentKind
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.records.versions import open_all
from vault.services import case_papers
from vault.services.approvals import erasing
from vault.services.cases import case_people, cases, notes, sections
from vault.services.erasures import letter, preview, what_goes
from vault.services.erasures.reach import Plan
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

NAME = "Rustam Guardovenko"
SAID = "names of these people may be among them"


def exported(session: Session, out: Path) -> tuple[CompartmentId, bytes]:
    """Export a case in which a note names somebody whom nobody registered; return the case and the note."""
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    case = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, case, role="client", names=["Ilham Sodiqova"])
    note = notes.add(session, case, Note(NoteKind.INTERVIEW, "Her neighbour Guardovenko saw it."))
    exporting.export(session, case, Wish("lawyer", RECIPIENT, take_proposals=True), out=out)
    return case, note


def told(session: Session, going: Plan) -> list[bool]:
    """Say whether the preview and the letter tell of records of exports."""
    before = preview.preview(session, going, needs_second=False)
    erasing.erase(session, going, why="subject-request")
    after = letter.letter(session, going, why="subject-request")
    return [SAID in "\n".join(map(str, lines)) for lines in (before, after)]


def test_the_preview_and_the_letter_count_the_records_of_exports_that_may_name_who_was_erased(
    founded: Place, tmp_path: Path
) -> None:
    with founded.open() as session:
        case, note = exported(session, tmp_path)
        person = case_people.add(session, case, role="witness", names=[NAME])
        assert told(session, what_goes.what_goes(session, note.hex())) == [True, True]
        assert told(session, what_goes.what_goes(session, person.hex())) == [True, True]
        with session.database.reading() as rows:
            left = open_all(rows.versions(case), vault=session.vault, keyring=session.keyring)
        assert {each.content.kind for each in left if "Guardovenko" in repr(each.content.fields)} == {"disclosure"}
        ref = cases.open_case(session, case).head.value.ref
        assert told(session, what_goes.what_goes(session, ref)) == [False, False]


@pytest.mark.parametrize("is_in_section", [False, True], ids=["case", "section"])
@pytest.mark.parametrize("file", ["Rustam_Guardovenko_passport.jpg", "RUSTÁM-Guardovenko.2.jpg"])
def test_what_names_a_person_is_found_in_a_section_as_in_the_case(
    founded: Place, tmp_path: Path, file: str, *, is_in_section: bool
) -> None:
    paper = tmp_path / file
    paper.write_bytes(b"\xff\xd8\xff\xe0 a picture")
    with founded.open() as session:
        case = cases.create(session, title="T", kind="asylum").case
        person = case_people.add(session, case, role="witness", names=[NAME])
        home = sections.create(session, case, what="sources", title="who told us") if is_in_section else case
        case_papers.add_paper(session, home, paper, {"kind": DocumentKind.PASSPORT, "title": "scan"})
        going = what_goes.what_goes(session, person.hex())
        assert list(going.left.named.values()) == ["document"]
        assert list(going.left.perhaps.values()) == ["document"]
