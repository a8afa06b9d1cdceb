"""The text of papers: read by a process of its own, whatever somebody put into the file."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from functools import cache

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.tables import each
from vault.casework.document import DOCX, PDF, PLAIN, media_of
from vault.errors import DependencyMissingError
from vault.export.children import command_of
from vault.export.paper_text import asking
from vault.export.paper_text.asking import MOST_BYTES, can_read_pictures, read_text

WORDS = "Quillfeather is held until May"
_HEAD = '<?xml version="1.0"?>'
_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str, *, head: str = _HEAD, name: str = "word/document.xml") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, f'{head}<w:document xmlns:w="{_SPACE}"><w:body>{body}</w:body></w:document>')
    return made.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def picture(kind: str, text: str = WORDS) -> bytes:
    """Return a scan of an invented order, as a file of this kind."""
    drawn = Image.new("L", (1200, 300), 255)
    ImageDraw.Draw(drawn).text((40, 100), text, font=ImageFont.load_default(60), fill=0)
    made = io.BytesIO()
    drawn.save(made, kind)
    return made.getvalue()


@each(
    {
        "plain": (WORDS.encode(), PLAIN, "plain", WORDS),
        "cyrillic of Windows": ("Приказ суда".encode("cp1251"), PLAIN, "plain", "Приказ суда"),
        "UTF-16": (WORDS.encode("utf-16"), PLAIN, "plain", WORDS),
        "control letters": (b"one\0two\x1b[31m\x07three", PLAIN, "plain", "onetwo[31mthree"),
        "paragraphs": (docx(paragraph("One") + paragraph(WORDS)), DOCX, "docx", f"One\n{WORDS}"),
    }
)
def test_the_text_of_a_paper_is_read(content: bytes, media: str, by: str, text: str) -> None:
    read = read_text(content, media)
    assert (read.by, read.text, read.is_whole) == (by, text, True)


@pytest.mark.tool("tesseract")
def test_a_scan_is_read_where_tesseract_is_installed() -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    for kind, media in {"PNG": "image/png", "JPEG": "image/jpeg", "PDF": PDF}.items():
        read = read_text(picture(kind), media)
        assert (read.by, " ".join(read.text.split())) == ("ocr", WORDS), kind


_INSTALLED = asking._installed


def only_installed(monkeypatch: pytest.MonkeyPatch, *languages: str) -> None:
    """Have tesseract read these languages and no other; without one, as if it were not there."""
    found = _INSTALLED()
    left = (found[0], frozenset(languages)) if found and languages else None
    monkeypatch.setattr(asking, "_installed", cache(lambda: left))


@pytest.mark.tool("tesseract")
def test_a_picture_in_a_language_that_is_not_installed_stays_unread_and_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    notice = {kind: picture(kind, "Повестка в суд") for kind in ("PNG", "PDF")}
    for languages, language, said, install in (
        (("eng",), "Russian", "pictures in Russian are not read on this computer", "tesseract-ocr-rus"),
        (("eng",), "Русский, Kyrgyz", "pictures in Russian, Kyrgyz are not", "tesseract-ocr-rus, tesseract-ocr-kir"),
        (("eng",), "Chechen", "pictures in the language of this paper are not read", "It reads: English"),
        ((), "", "pictures are not read on this computer", "Install tesseract-ocr,"),
        ((), "Dari", "pictures are not read on this computer", "Install tesseract-ocr, tesseract-ocr-fas"),
    ):
        only_installed(monkeypatch, *languages)
        for kind, media in {"PNG": "image/png", "PDF": PDF}.items():
            with pytest.raises(DependencyMissingError, match=said) as lack:
                read_text(notice[kind], media, language)
            assert install in str(lack.value.next_step), (language, kind)
    assert read_text(WORDS.encode(), PLAIN, "Russian").by == "plain"
    only_installed(monkeypatch, "eng")
    assert read_text(picture("PNG"), "image/png", "English").by == "ocr"


_BOMB = docx(paragraph("A" * (300 << 20)))
_LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>"


@pytest.mark.long
@each(
    {
        "a bomb": (_BOMB, DOCX),
        "entities": (docx(paragraph("&b;"), head=_HEAD + _LAUGHS), DOCX),
        "another archive": (docx(paragraph("x"), name="else.xml"), DOCX),
        "half an archive": (docx(paragraph("x"))[:-40], DOCX),
        "open marks": (docx("<w:p><w:r>"), DOCX),
        "no PDF": (b"%PDF-1.7\n" + os.urandom(5000), PDF),
        "no picture": (b"\x89PNG\r\n\x1a\n" + os.urandom(5000), "image/png"),
        "an unknown kind": (os.urandom(100), "application/octet-stream"),
        "a sound": (b"ID3" + os.urandom(100), "audio/mpeg"),
        "nothing": (b"", PLAIN),
        "too much": (b"a" * (MOST_BYTES + 1), PLAIN),
    }
)
def test_what_cannot_be_read_gives_no_text_and_no_error(content: bytes, media: str) -> None:
    read = read_text(content, media)
    assert (read.by, read.text) == ("nothing", "")


def test_of_a_long_text_a_part_is_kept() -> None:
    read = read_text(b"word " * 400_000, PLAIN)
    assert (len(read.text) <= 1_000_000, read.is_whole) == (True, False)


def test_the_process_can_write_no_file_and_shows_no_word() -> None:
    task = b'{"media": "text/plain", "ocr": null, "seconds": 5}'
    done = subprocess.run(
        command_of("vault.export.paper_text"),
        input=len(task).to_bytes(4, "big") + task + WORDS.encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert WORDS.encode() not in " ".join(command_of("vault.export.paper_text")).encode()


@each(
    {
        "a JPEG called PDF": (picture("JPEG"), "order.pdf", "image/jpeg"),
        "a letter cut in two": (("я" * 3000).encode(), "order", PLAIN),
        "a DOCX": (docx(""), "Order.DOCX", DOCX),
        "an archive": (docx(""), "order.zip", "application/zip"),
        "bytes": (b"\0\1\2", "order.txt", "application/octet-stream"),
        "nothing": (b"", "order.txt", "application/octet-stream"),
    }
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, name: str, media: str) -> None:
    assert media_of(content[:4096], name) == media
