"""Chats of WhatsApp, Telegram and Signal: read message by message, whatever somebody wrote into one."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from tests.attacks.test_hostile_files import sheet
from tests.tables import each
from vault.casework.document import DOCX, PDF, PLAIN, media_of
from vault.errors import DependencyMissingError
from vault.export.children import command_of
from vault.export.paper_text import asking
from vault.export.paper_text.asking import MOST_BYTES, can_read_pictures, read_text
from vault.export.paper_text.chats import lines_of_chat, message_lines, senders_in
from vault.tables.parsing import rows_of
from vault.tables.small_cells import TooManyError, following
from vault.tables.table_faults import MOST_CELL_CHARACTERS, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Fault, TableError

ANDROID = """05/06/2023, 17:38 - Messages and calls are end-to-end encrypted.
05/06/2023, 17:40 - Ilham: They took him.
He has no lawyer.
23/06/2023, 9:05 - Лидия Вьюжанина: \u200eIMG-1.jpg (file attached)
"""
IPHONE = "\u200e[05.06.23, 17:40:12] Ilham: They took him.\n[05.06.23, 17:41:00] +996 555 010 411: Who?\n"
AMERICAN = "6/5/23, 5:40\u202fPM - Ilham: They took him.\n6/23/23, 12:05\u202fAM - Lidia: Who?\n"
UNDECIDED = "3/4/23, 10:15 - Ilham: They took him.\n3/5/23, 10:16 - Lidia: Who?\n"
SIGNAL = "[2023-06-05, 17:40] Me: They took him.\n[2023-06-05, 17:41] Lidia: Who?\n"
TELEGRAM = {
    "name": "Lidia",
    "type": "personal_chat",
    "messages": [
        {"id": 1, "type": "message", "date": "2023-06-05T17:40:12", "from": "Ilham", "text": "They took him."},
        {
            "id": 2,
            "type": "message",
            "date": "2023-06-05T17:41:00",
            "from": "Lidia",
            "text": ["Who? See ", {"type": "link", "text": "a page"}],
            "photo": "photos/1.jpg",
        },
    ],
}
PAGE = """<!DOCTYPE html><html><body><div class="history">
<div class="message service" id="m0"><div class="body details">5 June 2023</div></div>
<div class="message default clearfix" id="m1"><div class="body">
<div class="pull_right date details" title="05.06.2023 17:40:12 UTC+06:00">17:40</div>
<div class="from_name">Ilham &amp; son</div><div class="text">They took him.<br>He has no lawyer.</div></div></div>
<div class="message default clearfix joined" id="m2"><div class="body">
<div class="pull_right date details" title="05.06.2023 17:41:00 UTC+06:00">17:41</div>
<div class="text">Now.</div></div></div></div></body></html>"""


def archive(name: str, text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, text)
        packed.writestr("IMG-1.jpg", b"\xff\xd8\xff")
    return made.getvalue()


@each(
    {
        "WhatsApp, Android": (
            ANDROID.encode(),
            "2023-06-05 17:38  Messages and calls are end-to-end encrypted.\n"
            "2023-06-05 17:40  Ilham: They took him.\n    He has no lawyer.\n"
            "2023-06-23 09:05  Лидия Вьюжанина: IMG-1.jpg (file attached)",
        ),
        "WhatsApp, iPhone": (
            IPHONE.encode(),
            "2023-06-05 17:40  Ilham: They took him.\n2023-06-05 17:41  +996 555 010 411: Who?",
        ),
        "the month first": (
            AMERICAN.encode(),
            "2023-06-05 17:40  Ilham: They took him.\n2023-06-23 00:05  Lidia: Who?",
        ),
        "nobody can tell": (UNDECIDED.encode(), "3/4/23 10:15  Ilham: They took him.\n3/5/23 10:16  Lidia: Who?"),
        "a copy from Signal": (SIGNAL.encode(), "2023-06-05 17:40  Me: They took him.\n2023-06-05 17:41  Lidia: Who?"),
        "an archive": (
            archive("WhatsApp Chat with Lidia.txt", UNDECIDED),
            "3/4/23 10:15  Ilham: They took him.\n3/5/23 10:16  Lidia: Who?",
        ),
        "Telegram, JSON": (
            json.dumps(TELEGRAM).encode(),
            "2023-06-05 17:40  Ilham: They took him.\n2023-06-05 17:41  Lidia: Who? See a page\n    photos/1.jpg",
        ),
        "Telegram, all chats": (
            json.dumps({"chats": {"list": [{**TELEGRAM, "messages": TELEGRAM["messages"][:1]}, "no chat"]}}).encode(),
            "Lidia\n2023-06-05 17:40  Ilham: They took him.",
        ),
        "Telegram, a page": (
            PAGE.encode(),
            "2023-06-05 17:40  Ilham & son: They took him.\n    He has no lawyer.\n2023-06-05 17:41  Ilham & son: Now.",
        ),
    }
)
def test_a_chat_is_read_message_by_message(content: bytes, text: str) -> None:
    read = read_text(content, media_of(content, "chat"))
    assert (read.by, read.text, read.is_whole) == ("chat", text, True)


@each(
    {
        "a letter with a date": (b"05/06/2023\nDear Sir: they took him.", "plain"),
        "one message alone": (b"05/06/2023, 17:40 - Ilham: They took him.", "plain"),
        "other JSON": (b'{"messages": [1, {"date": 5}], "title": "x"}', "plain"),
        "JSON of great depth": (b'{"messages": ' + b"[" * 100_000, "plain"),
        "an archive of other things": (archive("letter.doc", "x"), "nothing"),
        "an archive that is none": (b"PK\x03\x04" + bytes(64), "nothing"),
        "a bomb": (archive("chat.txt", "a" * (40 << 20)), "nothing"),
    }
)
def test_what_is_no_chat_stays_as_it_is(content: bytes, by: str) -> None:
    assert read_text(content, media_of(content, "file")).by == by


def test_senders_are_counted() -> None:
    assert senders_in(read_text(ANDROID.encode(), "text/plain").text) == {"Ilham": 1, "Лидия Вьюжанина": 1}


@given(st.text(), st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_no_message_passes_for_one_of_somebody_else(said: str, sender: str) -> None:
    forged = f"{said}\n2023-06-05 17:41  Lidia: It was me."
    told = senders_in("\n".join(message_lines("2023-06-05 17:40", sender, forged)))
    assert set(told) <= {" ".join(sender.replace(":", " ").split())}


@given(st.text())
def test_any_lines_are_read_without_an_error(text: str) -> None:
    list(lines_of_chat(text))
    list(lines_of_chat(f"{ANDROID}{text}"))


# A table from outside: what each cell says to a person, and where each limit stands, with row and column.
def cell(content: str, kind: str = "inlineStr", place: str = "A1") -> str:
    inner = f"<is><t>{content}</t></is>" if kind == "inlineStr" else f"<v>{content}</v>"
    return f'<c r="{place}" t="{kind}">{inner}</c>'


def row(*cells: str) -> bytes:
    return sheet(f'<row r="1">{"".join(cells)}</row>')


@each(
    {
        "yes": (row(cell("1", "b")), "yes"),
        "no": (row(cell("0", "b")), "no"),
        "a whole number": (row(cell("12", "n")), "12"),
        "a long number": (row(cell("20507199012345", "n")), "20507199012345"),
        "a part": (row(cell("1.5", "n")), "1.5"),
        "a day alone": (row(cell("2026-11-30", "d")), "2026-11-30"),
        "a day": (row(cell("2026-11-30T00:00:00", "d")), "2026-11-30"),
        "a time of a day": (row(cell("2026-11-30T09:15:00", "d")), "2026-11-30T09:15"),
        "a number that was written as text": (row(cell("0555 010203")), "0555 010203"),
    }
)
def test_a_cell_of_a_workbook_is_what_a_person_sees_there(untrusted: bytes, text: str) -> None:
    assert rows_of(untrusted) == [[text]]


def test_rows_and_cells_that_name_no_place_stand_one_behind_the_other() -> None:
    given = "<c t='inlineStr'><is><t>a</t></is></c>"
    assert rows_of(sheet(f"<row>{given}{given}</row><row>{given}</row>")) == [["a", "a"], ["a"]]


def test_a_table_as_large_as_it_may_be_is_read_and_empty_ends_do_not_count() -> None:
    wide = ",".join("x" * MOST_COLUMNS) + "," * MOST_COLUMNS
    rows = rows_of(("\n".join([wide, *"y" * (MOST_ROWS - 1)])).encode())
    assert (len(rows), len(rows[0])) == (MOST_ROWS, MOST_COLUMNS)
    assert rows_of(b"x" * MOST_CELL_CHARACTERS) == [["x" * MOST_CELL_CHARACTERS]]
    assert rows_of(b"a,b\n\n , \n") == [["a", "b"]]


_UNPLACED = "<c><v>1</v></c>"
_LONG = "x" * MOST_CELL_CHARACTERS


@pytest.mark.long
@each(
    {
        "a row more": (b"x\n" * (MOST_ROWS + 1), Fault.TOO_MANY_ROWS, MOST_ROWS + 1, 0),
        "a column more": (b"a\n" + b",".join([b"x"] * (MOST_COLUMNS + 1)), Fault.TOO_MANY_COLUMNS, 2, MOST_COLUMNS + 1),
        "a letter more": (b"a\n" + b"x" * (MOST_CELL_CHARACTERS + 1), Fault.LONG_CELL, 2, 1),
        "a letter more in a workbook": (row(cell(_LONG), cell(_LONG + "x", place="B1")), Fault.LONG_CELL, 1, 2),
        "too much in all": (
            "\n".join([_LONG] * (MOST_CHARACTERS // MOST_CELL_CHARACTERS + 1)).encode(),
            Fault.TOO_LARGE, MOST_CHARACTERS // MOST_CELL_CHARACTERS + 1, 1,
        ),
        "a bell": (b"a,b\nc,d\x07", Fault.NOT_TEXT, 2, 2),
        "a formula behind spaces": (b"a,b\nc,  =1+1", Fault.FORMULA, 2, 2),
        "a formula in a workbook": (row('<c r="C1"><f>1+1</f></c>'), Fault.FORMULA, 1, 3),
        "a row far below": (sheet(f'<row r="{MOST_ROWS + 1}"/>'), Fault.TOO_MANY_ROWS, MOST_ROWS + 1, 0),
        "rows without places": (sheet("<row/>" * (MOST_ROWS + 1)), Fault.TOO_MANY_ROWS, MOST_ROWS + 1, 0),
        "a cell far to the right": (sheet('<row r="2"><c r="BN2"/></row>'), Fault.TOO_MANY_COLUMNS, 2, 66),
        "cells without places": (row(_UNPLACED * 65), Fault.TOO_MANY_COLUMNS, 1, 65),
        "a quote without end": (b'a\n"b', Fault.NO_TABLE, 2, 0),
    }
)  # fmt: skip
def test_what_is_beyond_a_limit_is_refused_with_its_place(
    untrusted: bytes, fault: Fault, at_row: int, column: int
) -> None:
    with pytest.raises(TableError) as caught:
        rows_of(untrusted)
    assert (caught.value.fault, caught.value.row, caught.value.column) == (fault, at_row, column)


def test_more_groups_than_can_be_compared_in_good_time_are_refused_at_once() -> None:
    with pytest.raises(TooManyError):
        list(following([1 << n for n in range(400)], [1]))


# The text of papers: read by a process of its own, whatever somebody put into the file.
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


def is_installed(language: str) -> bool:
    found = _INSTALLED()
    return found is not None and language in found[1]


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
