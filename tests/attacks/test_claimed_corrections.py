"""A colleague's junk says that it corrects or translates what others wrote: to erase it takes nothing of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.house import House, house, house_template
from vault.casework.document import DocumentKind
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.records.work import Entry
from vault.services import case_papers
from vault.services.cases import notes
from vault.services.erasures import what_goes

__all__ = ["house", "house_template"]


@pytest.mark.long
def test_junk_that_says_what_it_corrects_or_translates_goes_alone(house: House, tmp_path: Path) -> None:
    scan = tmp_path / "scan.txt"
    scan.write_text("a decision", "utf-8")
    with house.open("Joel") as joel:
        note = notes.add(joel, house.case, Note(NoteKind.INTERVIEW, "She hid at the quarry."))
        notes.amend(joel, note.hex(), text="She hid at the mill.")
        paper = case_papers.add_paper(joel, house.case, scan, {"kind": DocumentKind.DECISION}).record
    with house.open("Amina") as amina:
        with amina.work(house.case) as work:
            junk = work.keep(house.case, Note(NoteKind.CONTACT, "junk", amends=note))
            work.commit(Entry(act="note.create", covers={Note.KIND: 1}))
        made = {"kind": DocumentKind.TRANSLATION, "translation_of": paper}
        translation = case_papers.add_paper(amina, house.case, scan, made).record
    with house.open("Joel") as joel:
        going = what_goes.what_goes(joel, junk.hex(), translation.hex())
    assert set(going.found) == {(house.case, junk), (house.case, translation)}
