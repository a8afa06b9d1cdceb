"""What leaves a case holds none of LEAK-66 in any file, and the verifier stops each where it is planted."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.attacks.conftest import RECIPIENT
from tests.attacks.leak_corpus import BORN, HER, HIM, OF_ANOTHER_CASE, PASSPORT, PHONE, TEXT, WORKER, Disguise
from tests.attacks.test_hidden_words import standing
from tests.export.leakcheck.planting import LATIN, checks_failed, clean_data, clean_pdf, examined
from tests.export.leakcheck.surgery import Pieces, take_apart, written
from tests.export.leakcheck.test_process import PLANTED
from tests.services import consenting
from tests.tables import each
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.export.leakcheck.examine import read_with_pdfium
from vault.export.reader import open_package
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import case_people, cases, notes
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

IDENTITY = make_identity()


def all_texts(session: Session, out: Path) -> list[str]:
    """Export a case whose notes hold the whole corpus; return each file as its readers read it."""
    partners.add(session, name=RECIPIENT, age_recipient=recipient_of(IDENTITY), compared=True)
    other = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, other, role="client", names=list(OF_ANOTHER_CASE))
    case = cases.create(session, title="S", kind="asylum").case
    case_people.add(
        session, case, role="client", names=list(HER), born=BORN, phones=[PHONE], documents=[f"passport:{PASSPORT}"]
    )
    case_people.add(session, case, role="witness", names=list(HIM))
    case_people.add(session, case, role="worker", names=[WORKER])
    for disguise in TEXT.values():
        notes.add(session, case, Note(NoteKind.INTERVIEW, disguise.said, "2026-03-01"))
    done = consenting.export(session, case, Wish("lawyer", RECIPIENT, take_proposals=True), out=out)
    assert isinstance(done, exporting.Exported), done
    members = open_package(done.path.read_bytes(), IDENTITY).members
    pdf = members["report.pdf"]
    return [
        members["data.json"].decode(),
        members["manifest.json"].decode(),
        read_with_pdfium(pdf).text(),
        "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages),
        *done.pages,
    ]


LEFT: list[str] = []


@pytest.fixture
def left(session: Session, tmp_path: Path) -> list[str]:
    """What left, made once for all rows."""
    if not LEFT:
        LEFT.extend(all_texts(session, tmp_path))
    return LEFT


@each(TEXT)
def test_no_disguise_leaves_in_any_file(disguise: Disguise, left: list[str]) -> None:
    assert standing(left, disguise.hidden) == set()
    assert not any(form in text for form in disguise.hidden for text in left)


# What follows plants one leak in a package that passes: the verifier has to stop each.


def in_data(said: str) -> bytes:
    """A data file with this as the text of its last note."""
    value = json.loads(clean_data())
    value["sections"][-1]["blocks"][-1]["text"] = said
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def in_structure(said: str) -> bytes:
    """A report whose first heading says this to whoever has it read aloud."""
    pieces = take_apart(clean_pdf())
    pieces.edit(b"/S/H1", b"/S/H1", b"/S/H1/Alt<%s>" % (b"FEFF" + said.encode("utf-16-be").hex().upper().encode()))
    return pieces.build()


@pytest.mark.long
@each(TEXT)
def test_a_disguise_planted_in_a_finished_file_stops_the_export(disguise: Disguise) -> None:
    assert checks_failed(examined(data=in_data(disguise.said)))
    assert checks_failed(examined(in_structure(disguise.said)))


def _under_a_box(pieces: Pieces) -> None:
    pieces.draw(written(clean_pdf(), LATIN) + b"\nq 0 g 80 490 200 30 re f Q")


def _moved_letters(pieces: Pieces) -> None:
    pieces.draw(written(clean_pdf(), "a").replace(b"Tj", b"-3 0 Td", 1))


# Codes, numbers of removals and the order of records: what a package may say is known letter by letter.
CONTEXT = {
    "32 rare facts together": "A beekeeper of the village taught there on 3 May",
    "33 family": "She is a twin, the third child",
    "34 codes in order": "[P-001] and [P-002]",
    "35 code of another package": "[P-7KQ], in the other package [P-9XT]",
    "36 ending of a code": "[P-7KQ]ова",
    "37 width of a code": "[P-7KQXXXX]",
    "39 count of removals": "[removed] [removed] [removed]",
}
PDF = {
    "40 under a box": _under_a_box,
    "41 white": PLANTED["white text"][0],
    "41 off the page": PLANTED["off the page"][0],
    "41 clipped": PLANTED["clipping"][0],
    "42 layer of OCR": PLANTED["invisible text"][0],
    "43 author": PLANTED["author"][0],
    "43 XMP": PLANTED["XMP"][0],
    "44 object that nothing refers to": PLANTED["object that nothing refers to"][0],
    "45 bookmark": PLANTED["bookmark"][0],
    "46 annotation": PLANTED["annotation"][0],
    "46 script": PLANTED["script"][0],
    "46 form": PLANTED["form field"][0],
    "47 attachment": PLANTED["attachment"][0],
    "48 alternative text": PLANTED["alternative text in hex"][0],
    "48 stand-in text": PLANTED["stand-in text"][0],
    "49 letter that no text uses": PLANTED["letter in a font that no text uses"][0],
    "49 name of a font": PLANTED["font name"][0],
    "50 hidden layer": PLANTED["hidden layer"][0],
    "50 picture": PLANTED["picture"][0],
    "51 moved letters": _moved_letters,
}


@pytest.mark.long
@each(CONTEXT)
def test_a_story_planted_in_a_finished_file_stops_the_export(said: str) -> None:
    assert checks_failed(examined(data=in_data(said)))
    assert checks_failed(examined(in_structure(said)))


@pytest.mark.long
@each(PDF)
def test_what_a_report_can_hide_stops_the_export(plant: Callable[[Pieces], None]) -> None:
    pieces = take_apart(clean_pdf())
    plant(pieces)
    assert checks_failed(examined(pieces.build()))
