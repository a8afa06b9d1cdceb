"""Papers drawn anew: only what was read and stays is left of a page, and what is hidden changes no byte."""

from __future__ import annotations

import io
import re
import time
import zlib
from collections.abc import Callable, Sequence

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest
from PIL import ExifTags, Image, PngImagePlugin
from pypdf import PdfReader

from tests.export.paper_samples import as_picture, at, decision, pdf, pixels, shown
from tests.export.test_hostile_papers import empty_pages
from tests.tables import each
from vault.errors import DependencyMissingError, LeakError, RefusedError
from vault.export.package import check_paper
from vault.export.paper_text.asking import can_read_pictures
from vault.export.redrawn import drawn_anew
from vault.export.redrawn.drawn_anew import paint, read_pages
from vault.export.redrawn.layout import ACROSS, Box, Page, left_of, text_of

NAME = "Skoryakin"
SAID = "The court decided the appeal of the applicant"
needs_tesseract = pytest.mark.skipif(not can_read_pictures(), reason="tesseract is not installed")


def places(text: str, *hidden: str) -> list[tuple[int, int]]:
    return [match.span() for word in hidden for match in re.finditer(word, text)]


def left(paper: bytes, *hidden: str) -> tuple[tuple[Page, ...], bytes]:
    """Return what is left of a paper without some words, and the new file."""
    pages = read_pages(paper, "English", "x")
    kept = left_of(pages, places(text_of(pages), *hidden))
    return kept, paint(paper, kept, "x")


def inside(box: Box) -> Box:
    """Return a box without its edges, which a reader draws softly."""
    return box[0] + 2, box[1] + 2, box[2] - 2, box[3] - 2


def test_of_a_page_the_words_that_stay_are_left_and_can_be_searched() -> None:
    pages, made = left(decision(at(600, b"Skoryakin came alone")), NAME)
    assert shown(made).split() == [*SAID.split(), "alone"]  # the box takes the next word with it
    assert text_of(pages).split() == shown(made).split()
    assert check_paper(made, pages, forbidden=[NAME.lower()], language="English")
    assert not re.search(rb"Skoryakin|Helvetica|Info|Date", made)


def test_two_papers_that_differ_in_what_is_hidden_alone_become_the_same_bytes() -> None:
    made = {left(decision(at(600, name) + at(500, b"He came alone")), name.decode())[1]
            for name in (b"Skoryakin", b"Velizarov", b"Gyjpqorin")}  # fmt: skip
    assert len(made) == 1


@each({"a word": (NAME, 1), "a part of one": ("kory", 1), "over two lines": ("Skor-\nyakin", 2)})
def test_a_word_of_which_a_part_is_hidden_goes_whole(hidden: str, boxes: int) -> None:
    written = at(600, b"Skor-") + at(580, b"yakin") if "\n" in hidden else at(600, NAME.encode())
    pages, made = left(decision(written), hidden)
    assert [len(page.boxes) for page in pages] == [boxes]
    assert shown(made).split() == SAID.split()


def test_boxes_lie_on_a_grid_and_are_black() -> None:
    pages, made = left(decision(at(600, NAME.encode(), across=211)), NAME)
    (box,) = pages[0].boxes
    assert (box[0] % ACROSS, box[2] % ACROSS) == (0, 0)
    assert pixels(made).crop(inside(box)).getextrema() == (0, 0)


@each({"turned by a quarter": b"/Rotate 90", "upside down": b"/Rotate 180", "cut": b"/CropBox [50 50 500 800]"})
def test_a_page_that_is_turned_or_cut_is_painted_where_it_shows_the_word(page: bytes) -> None:
    paper = decision(at(600, NAME.encode()) + at(500, b"He came alone"), page=page)
    pages, made = left(paper, NAME)
    before, after = pypdfium2.PdfDocument(paper)[0].render(scale=150 / 72, grayscale=True).to_pil(), pixels(made)
    assert before.size == (pages[0].width, pages[0].height)
    (box,) = pages[0].boxes
    assert before.crop(box).getextrema()[0] < 128
    assert after.crop(inside(box)).getextrema() == (0, 0)
    assert check_paper(made, pages, language="English")


UNSEEN = {
    "white": at(600, NAME.encode(), before=b"1 g"),
    "invisible": at(600, NAME.encode(), before=b"3 Tr"),
    "off the page": at(-40, NAME.encode()),
    "under a box": at(600, NAME.encode()) + b"0 g 60 590 200 30 re f\n",
    "under a white box": at(600, NAME.encode()) + b"1 g 60 590 200 30 re f\n",
}


@each(UNSEEN)
def test_what_no_eye_sees_on_a_page_is_no_word_of_it(how: bytes) -> None:
    (page,) = read_pages(decision(how), "English", "x")
    assert page.text == SAID


def test_what_is_drawn_and_nobody_read_does_not_stay() -> None:
    _, made = left(decision(b"0 g 100 300 m 180 380 l 200 310 l f\n"))
    assert pixels(made).crop((150, 950, 450, 1150)).point([255] * 200 + [0] * 56).getbbox() is None


def _with_exif(picture: Image.Image, made: io.BytesIO) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist], exif[ExifTags.Base.BodySerialNumber] = NAME, NAME
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSProcessingMethod] = NAME.encode()
    picture.save(made, "JPEG", exif=exif)


def _with_text(picture: Image.Image, made: io.BytesIO) -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", NAME)
    picture.save(made, "PNG", pnginfo=said)


BESIDE = {
    "EXIF": _with_exif,
    "a comment": lambda picture, made: picture.save(made, "JPEG", comment=NAME.encode()),
    "a text chunk": _with_text,
    "a colour profile": lambda picture, made: picture.save(made, "JPEG", icc_profile=NAME.encode() * 20),
    "bytes behind the end": lambda picture, made: (picture.save(made, "PNG"), made.write(NAME.encode())),
}


@needs_tesseract
@each(BESIDE)
def test_what_lies_beside_the_pixels_of_a_picture_does_not_stay(
    save: Callable[[Image.Image, io.BytesIO], object],
) -> None:
    picture = Image.open(io.BytesIO(as_picture(decision())))
    save(picture, holder := io.BytesIO())
    assert NAME.encode() in holder.getvalue()
    _, made = left(holder.getvalue())
    assert NAME.encode() not in made
    assert NAME not in str(PdfReader(io.BytesIO(made)).metadata)


@needs_tesseract
@pytest.mark.long
@each(["PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF"])
def test_a_picture_is_read_painted_and_left_without_its_name(form: str) -> None:
    paper = as_picture(decision(at(600, b"Skoryakin came alone")), form)
    pages, made = left(paper, NAME)
    assert shown(made).split()[: len(SAID.split())] == SAID.split()
    assert NAME not in shown(made)
    assert NAME not in " ".join(check_paper(made, pages, forbidden=[NAME.lower()], language="English"))


@needs_tesseract
def test_a_scan_in_a_pdf_file_whose_words_were_read_before_is_read_anew() -> None:
    picture = Image.open(io.BytesIO(as_picture(decision(at(600, b"Skoryakin came alone")))))
    held = io.BytesIO()
    picture.save(held, "PDF", resolution=200)
    pages, made = left(held.getvalue(), NAME)
    assert pages[0].is_picture
    assert NAME not in shown(made)


@pytest.mark.parametrize("language", ["English", "Georgian"])
def test_without_tesseract_a_picture_stays_and_a_page_with_words_leaves(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn_anew, "ocr_for", lambda language: None)
    monkeypatch.setattr(drawn_anew, "lack_of", lambda language: DependencyMissingError("none here"))  # type: ignore[arg-type]
    with pytest.raises(DependencyMissingError, match="document x cannot go into a package: it is a picture, and none"):
        read_pages(as_picture(decision()), language, "x")
    assert read_pages(decision(), language, "x")[0].text == SAID


BAD: dict[str, tuple[bytes, str]] = {
    "a million pages": (empty_pages(10**6, b"[0 0 600 800]"), "more than 300 pages"),
    "a page of a kilometre": (decision().replace(b"[0 0 595 842]", b"[0 0 9999 9999]"), "too large"),
    "a script": (decision(catalog=b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"), "scripts"),
    "a program to start": (decision(catalog=b"/OpenAction << /S /Launch /F (cmd.exe) >>"), "scripts"),
    "an XFA form": (decision(catalog=b"/AcroForm << /XFA [(template) 4 0 R] /Fields [] >>"), "scripts"),
    "half a file": (decision()[:120], "damaged"),
    "no file of a kind": (b"PK\x03\x04" + bytes(200), "no PDF file and no picture"),
    "empty": (b"", "damaged"),
    "half a picture": (as_picture(decision())[:400], "damaged"),
    "nothing on it": (pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                          b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"), "no text could be read"),
}  # fmt: skip


def _large_picture(side: int) -> bytes:
    """Return the beginning of a PNG picture of so many points a side, all white, in few bytes."""
    made = io.BytesIO()
    Image.new("1", (side, side), 1).save(made, "PNG")
    return made.getvalue()


@each(BAD)
def test_a_paper_made_to_do_harm_is_refused_in_one_sentence_that_names_it(paper: bytes, words: str) -> None:
    began = time.monotonic()
    with pytest.raises(RefusedError, match=f"the document x cannot go into a package: .*{words}"):
        read_pages(paper, "English", "x")
    assert time.monotonic() - began < 60


@needs_tesseract
@pytest.mark.long
def test_a_picture_of_40_million_points_is_taken_and_a_larger_one_refused() -> None:
    with pytest.raises(RefusedError, match="no text could be read"):
        read_pages(_large_picture(6_300), "English", "x")
    with pytest.raises(RefusedError, match="too large"):
        read_pages(_large_picture(6_400), "English", "x")


def test_an_encrypted_file_is_refused() -> None:
    from pypdf import PdfWriter  # noqa: PLC0415 - to make this one file

    for password in ("", "secret"):
        writer = PdfWriter(clone_from=io.BytesIO(MADE))
        writer.encrypt(password, "owner")
        held = io.BytesIO()
        writer.write(held)
        with pytest.raises(RefusedError, match="encrypted"):
            read_pages(held.getvalue(), "English", "x")


# The check of the finished file, with a fault planted in each.
PAGES, MADE = left(decision(at(600, b"Skoryakin came alone")), NAME)


def _inflated(made: bytes, *changes: tuple[bytes, bytes]) -> bytes:
    """Return a file of ours with something changed in it, and its table made anew."""
    objects = re.findall(rb"(?s)\d+ 0 obj\n(.*?)\nendobj\n", made)
    for number, part in enumerate(objects):
        head, found, body = part.partition(b"stream\n")
        packed = b"/FlateDecode" in head and found
        data = zlib.decompress(body.removesuffix(b"\nendstream")) if packed else body.removesuffix(b"\nendstream")
        for before, after in changes:
            if before in head or before in data:
                head, data = head.replace(before, after), data.replace(before, after)
        if found:
            data = zlib.compress(data) if packed else data
            head = re.sub(rb"/Length \d+", b"/Length %d" % len(data), head)
            objects[number] = head + b"stream\n" + data + b"\nendstream"
        else:
            objects[number] = head
    parts, at_byte, table = [b"%PDF-1.7\n"], 9, []
    for number, each_object in enumerate(objects, 1):
        table.append(b"%010d 00000 n \n" % at_byte)
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, each_object))
        at_byte += len(parts[-1])
    count = len(objects) + 1
    return b"".join(parts) + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (count, b"".join(table), count, at_byte)
    )


def test_the_surgery_of_these_tests_changes_nothing_by_itself() -> None:
    assert _inflated(MADE) == MADE


FAULTS: dict[str, tuple[Sequence[tuple[bytes, bytes]], str]] = {
    "a script": ([(b"/Pages 2 0 R >>", b"/Pages 2 0 R /OpenAction << /S /JavaScript >> >>")], "structure"),
    "a note": ([(b"/Type /Page ", b"/Type /Page /Annots [] ")], "structure"),
    "a string": ([(b"/Pages 2 0 R >>", b"/Pages 2 0 R /Type (Skoryakin) >>")], "structure|metadata"),
    "visible words": ([(b"BT 3 Tr", b"BT 0 Tr")], "drawing"),
    "a letter with a shape": ([(b"500 0 d0", b"500 0 d0 0 0 9 9 re f")], "fonts"),
    "other words": ([(b"<0063>", b"<0064>")], "text"),
    "a picture of another size": ([(b"/Width 1240", b"/Width 1239")], "structure"),
}


@each(FAULTS)
def test_a_file_with_more_than_pages_of_pixels_and_approved_words_fails_its_check(
    changes: Sequence[tuple[bytes, bytes]], check: str
) -> None:
    changed = _inflated(MADE, *changes)
    assert changed != MADE
    with pytest.raises(LeakError, match=f"fails its check: .*({check})"):
        check_paper(changed, PAGES, language="English")


def test_so_does_one_with_bytes_behind_it_or_a_second_revision() -> None:
    for changed in (MADE + b"Skoryakin", MADE + b"\n1 0 obj\n<< >>\nendobj\nstartxref\n9\n%%EOF"):
        with pytest.raises(LeakError, match="structure"):
            check_paper(changed, PAGES)


@needs_tesseract
def test_so_does_one_whose_pixels_show_what_is_forbidden_or_what_no_box_hides() -> None:
    pages, made = left(decision(at(600, b"Skoryakin came alone")))
    with pytest.raises(LeakError, match="forms \\(pixels of page 1"):
        check_paper(made, pages, forbidden=[NAME.lower()], language="English")
    with pytest.raises(LeakError, match="drawing"):
        check_paper(made, PAGES, language="English")
