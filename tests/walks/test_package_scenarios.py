"""What casework asks of a package, from the desk to the file as others read it: papers, codes, and three acts."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest
from PIL import Image, ImageDraw, TiffImagePlugin
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.export.paper_samples import as_picture, at, content, decision
from tests.export.test_page import SECONDS, started
from tests.services.founded import Place
from tests.tui.desk import Desk
from tests.walks.test_package import CLINIC, LAWYER, Office
from vault.casework.document import DocumentKind
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.export.paper_text.asking import can_read_pictures
from vault.services import case_papers
from vault.services.cases import case_people, cases, notes

AUTHOR, HIDDEN = "Ilse Brandmeyer", "Velmar"
COORDINATES = (42.0, 52.0, 29.0)
IN_VIEW = """
return [...document.querySelectorAll("#content section *")].filter((each) => {
  const at = each.getBoundingClientRect();
  return !each.children.length && at.height && at.top >= 0 && at.bottom <= window.innerHeight;
}).map((each) => each.textContent).join(" | ");
"""

pytestmark = [pytest.mark.long]


@pytest.fixture
def office(founded_template: Place, tmp_path: Path) -> Office:
    return Office(founded_template.copied_to(tmp_path / "office"), tmp_path)


# ---- an inference leak ---------------------------------------------------------------------------------------------


def _photographed() -> bytes:
    """Return a letter photographed by telephone: somebody's face is on it, and where it was taken is in it."""
    picture = Image.open(BytesIO(as_picture(decision()))).convert("RGB")
    face, draw = (900, 1200, 1300, 1700), ImageDraw.Draw(picture)
    draw.ellipse(face, fill=(200, 160, 130), outline=(60, 40, 30), width=8)
    for across in (1020, 1160):
        draw.ellipse((across, 1380, across + 40, 1410), fill=(20, 20, 20))
    exif = Image.Exif()
    degrees = tuple(TiffImagePlugin.IFDRational(int(part)) for part in COORDINATES)
    exif.get_ifd(0x8825).update({1: "N", 2: degrees, 3: "E", 4: degrees})
    exif[0x013B] = AUTHOR
    picture.save(made := BytesIO(), "JPEG", exif=exif, quality=90)
    return made.getvalue()


def _with_a_black_box() -> bytes:
    """Return a decision whose author is staff, with a name under a black box."""
    paper = decision(at(600, b"He is a friend of Velmar") + b"0 g 60 590 400 30 re f\n", content(b""))
    return paper.replace(b"trailer <<", b"trailer << /Info << /Author (%b) >>" % AUTHOR.encode())


def _told_of(*command: str | Path) -> str:
    """Return what a program that is not ours tells of a file."""
    done = subprocess.run(command, capture_output=True, check=True)
    return (done.stdout + done.stderr).decode(errors="replace")


@pytest.mark.screen
@pytest.mark.tool("age")
@pytest.mark.tool("mat2")
@pytest.mark.tool("qpdf")
@pytest.mark.tool("pdftotext")
@pytest.mark.tool("tesseract")
def test_where_a_photo_was_taken_a_face_an_author_and_a_word_under_a_box_stay_here(
    office: Office, tmp_path: Path
) -> None:
    assert can_read_pictures()
    office.agrees(CLINIC, "legal-referral", "proceedings")
    sources = {tmp_path / "letter.jpg": _photographed(), tmp_path / "decision.pdf": _with_a_black_box()}
    for source, held in sources.items():
        source.write_bytes(held)
    assert "GPS" in _told_of("mat2", "--show", tmp_path / "letter.jpg")
    assert AUTHOR in _told_of("mat2", "--show", tmp_path / "decision.pdf")
    assert HIDDEN in _told_of("pdftotext", tmp_path / "decision.pdf", "-")
    with office.place.open() as mira:
        case = cases.find(mira, office.ref)
        case_people.add(mira, case, role="witness", names=[HIDDEN])
        for source in sources:
            facts = {"kind": DocumentKind.DECISION, "title": source.stem, "language": "English"}
            case_papers.add_paper(mira, case, source, facts)
    office.place.proposed_today()
    with Desk(office.place, size=(120, 40), unlocks=True) as mira_desk:
        mira_desk.press("enter", "e").go_to("recipient").until(CLINIC, "right")
        mira_desk.go_to("profile").until("nobody but those", "right")
        for title in ("letter", "decision"):
            mira_desk.go_to("papers").until(f"> {title}", "down").press("space")
        mira_desk.fill(out=str(office.out)).names(CLINIC.split()[-1])
        mira_desk.press_and_wait("enter", "read back from the finished file").press_and_wait("end", "painted over")
        mira_desk.read_on().press_and_wait("f4", "The package is at")

    (sealed,) = office.out.glob("*.age")
    left = office.read(sealed, tmp_path / "read")
    papers = sorted(left.glob("paper-*.pdf"))
    assert len(papers) == len(sources)
    for paper in papers:
        told = _told_of("mat2", "--show", paper) + _told_of("pdftotext", paper, "-")
        told += _told_of("qpdf", "--qdf", "--object-streams=disable", paper, "-")
        assert "decided" in told
        assert [each for each in (AUTHOR, "Brandmeyer", HIDDEN, "GPS", "/Author") if each in told] == []
    letter = next(paper for paper in papers if "friend" not in _told_of("pdftotext", paper, "-"))
    drawn = pypdfium2.PdfDocument(letter.read_bytes())[0].render(scale=150 / 72).to_pil().convert("RGB")
    assert max(max(pixel) - min(pixel) for _, pixel in drawn.getcolors(2**24)) == 0, "nothing of a face has its colour"


# ---- the same code, and another ------------------------------------------------------------------------------------


@pytest.mark.tool("age")
def test_a_person_has_one_code_for_a_recipient_another_for_the_next_and_none_for_a_donor(
    office: Office, tmp_path: Path
) -> None:
    with office.place.open() as mira:
        case = cases.find(mira, office.ref)
        case_people.add(mira, case, role="witness", names=[HIDDEN])
        notes.add(mira, case, Note(NoteKind.CONTACT, f"{HIDDEN} saw it. Later {HIDDEN} wrote it down."))
    for to in (LAWYER, CLINIC):
        office.agrees(to, "legal-referral", "proceedings")
    codes = []
    for number, to in enumerate((CLINIC, CLINIC, LAWYER)):
        file, reference = office.export(to, "lawyer")
        words = () if file.suffix == ".age" else (office.words(reference),)
        report = office.read(file, tmp_path / str(number), *words) / "data.json"
        found = re.findall(r"(\[[^\[\]]+\]) saw it\. Later (\[[^\[\]]+\]) wrote", report.read_text(encoding="utf-8"))
        ((first, again),) = found
        assert first == again
        codes.append(first)
    assert (codes[0] == codes[1], codes[0] == codes[2], HIDDEN in codes) == (True, False, False)
    file, _ = office.export(CLINIC, "donor-report")
    report = office.read(file, tmp_path / "donor") / "data.json"
    assert not re.search(r"P-[0-9A-Z]{3}", report.read_text(encoding="utf-8"))


# ---- from the mail to page 1 ---------------------------------------------------------------------------------------


@pytest.mark.tool("chromium")
@pytest.mark.tool("chromedriver")
def test_who_gets_a_page_reads_what_matters_after_three_acts(office: Office, tmp_path: Path) -> None:
    office.agrees(LAWYER, "legal-referral", "proceedings")
    file, reference = office.export(LAWYER, "lawyer")
    words = office.words(reference)
    driver: webdriver.Chrome = started(tmp_path / "lawyer")
    try:
        driver.get(file.as_uri())  # 1: open what came with the mail
        driver.switch_to.active_element.send_keys(words)  # 2: type the words that were said
        driver.switch_to.active_element.send_keys(Keys.ENTER)  # 3
        WebDriverWait(driver, SECONDS).until(lambda _: driver.find_element(By.ID, "report").is_displayed())
        seen = driver.execute_script(IN_VIEW)
    finally:
        driver.quit()
    assert {each for each in ("In short", "Client", "asylum") if each not in seen} == set(), seen
