"""Papers made to harm whoever reads them: no text or a part of it, in bounded memory, and nothing is lost."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest

from tests.export.paper_samples import pdf
from tests.export.test_chats import docx, paragraph
from tests.services.conftest import filled, filled_session, filled_template, founded_template
from tests.services.founded import Filled
from tests.services.test_papers import REPOSITORY
from tests.tables import each
from vault.access.session import Session
from vault.casework.document import DOCX, PDF, PLAIN, Document, DocumentKind, ReadBy
from vault.errors import NotFoundError, UsageError
from vault.export.paper_text.asking import MEMORY_BYTES, can_read_pictures, read_text
from vault.ids import CompartmentId
from vault.services import case_papers, paper_text
from vault.services.cases import cases, editing, searching, story_records
from vault.services.cases.editing import Place
from vault.services.evidence import log_checking

__all__ = ["filled", "filled_session", "filled_template", "founded_template"]  # fixtures

MIB = 1 << 20


def stream(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return b"<< /Length %d /Filter /FlateDecode >> stream\n%b\nendstream" % (len(packed), packed)


_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


def one_page(content: bytes, box: bytes = b"[0 0 600 800]") -> bytes:
    return pdf(_CATALOG, _PAGES, b"<< /Type /Page /Parent 2 0 R /MediaBox %b /Contents 4 0 R >>" % box, content)


def empty_pages(count: int, box: bytes, *last: bytes) -> bytes:
    """Return one empty page that is listed so many times, and behind it what `last` writes."""
    kids = b"3 0 R " * count + b"4 0 R" * len(last)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox %b" % box
    pages = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, count + len(last))
    font = b" /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> /Contents 5 0 R >>"
    return pdf(_CATALOG, pages, page + b" >>", page + font, *map(stream, last))


def png(width: int, height: int) -> bytes:
    """Return a picture of one colour that is small as a file and large unpacked."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packing = zlib.compressobj(9)
    rows = b"".join(packing.compress(bytes(1 + width // 8)) for _ in range(height)) + packing.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", rows) + part(b"IEND", b"")


def nested_zips(depth: int) -> bytes:
    content = docx(paragraph("deep"))
    for _ in range(depth):
        made = BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", content)
        content = made.getvalue()
    return content


def many_parts() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}", b"")
    return made.getvalue()


# One text in each, of which a part may be read.
HOSTILE: dict[str, tuple[str, bytes]] = {
    "a PDF whose page unpacks to 400 MiB": (PDF, one_page(stream(b" " * (400 * MIB)))),
    "a page as large as a town": (PDF, one_page(stream(b"BT ET"), b"[0 0 1000000000 1000000000]")),
    "pages that are their own children": (PDF, pdf(_CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2000000 >>")),
    "deep arrays": (PDF, pdf(b"[" * 200_000 + b"]" * 200_000)),
    "a PDF that is cut": (PDF, one_page(stream(b"BT ET"))[:150]),
    "a PNG of 60,000 by 60,000": ("image/png", png(60_000, 60_000)),
    "a TIFF that points beyond its end": ("image/tiff", b"II*\0\xff\xff\xff\x7f" + bytes(100)),
    "a DOCX in a DOCX": (DOCX, nested_zips(20)),
    "a DOCX of 20,000 parts": (DOCX, many_parts()),
    "many open marks": (DOCX, docx("<w:p>" * 300_000)),
    "one word of 100 MiB": (DOCX, docx(paragraph("A" * (100 * MIB)))),
    "half a letter": (DOCX, docx(paragraph("&#xD800;"))),
    "64 MiB of half letters": (PLAIN, b"\xff\xfe" + b"\x00\xd8" * (32 * MIB - 1)),
    "one line of 64 MiB": (PLAIN, b"word" * (16 * MIB)),
}


@pytest.mark.tool("tesseract")
def test_a_hundred_thousand_empty_pages_are_given_up_soon_and_a_few_are_not() -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    began = time.monotonic()
    read = read_text(empty_pages(100_000, b"[0 0 100000 100000]"), PDF)
    assert time.monotonic() - began < 30
    assert (read.text, read.is_whole) == ("", False)
    read = read_text(empty_pages(20, b"[0 0 300 300]", b"BT /F 24 Tf 20 20 Td (The last page is read) Tj ET"), PDF)
    assert (read.text, read.is_whole) == ("The last page is read", True)


CHILD = """
import json, resource, sys
from pathlib import Path
from vault.export.paper_text.asking import read_text
for media, name in json.load(sys.stdin):
    read = read_text(Path(name).read_bytes(), media)
    read.text.encode()
    print(json.dumps([read.by, len(read.text), read.is_whole]), flush=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


@pytest.mark.long
def test_what_is_made_to_harm_gives_no_error_and_takes_bounded_memory(tmp_path: Path) -> None:
    given = []
    for number, (media, content) in enumerate(HOSTILE.values()):
        (tmp_path / str(number)).write_bytes(content)
        given.append([media, str(tmp_path / str(number))])
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(given), capture_output=True, text=True, cwd=REPOSITORY, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    *answers, most = map(json.loads, done.stdout.splitlines())
    told = dict(zip(HOSTILE, answers, strict=True))
    assert {name: answer for name, answer in told.items() if answer[1] > 1_000_000} == {}
    assert {by for by, *_ in answers} <= {"nothing", "plain", "docx", "pdf"}
    if sys.platform == "linux":
        assert most < MEMORY_BYTES + 64 * MIB * 3


def test_a_process_without_a_network_reaches_not_even_this_computer() -> None:
    program = (
        "import socket; from vault.platform import leave_network\n"
        "server = socket.create_server(('127.0.0.1', 0)); left = leave_network()\n"
        "try:\n    socket.create_connection(('127.0.0.1', server.getsockname()[1]), 5)\n"
        "except OSError:\n    print(left, 'no network')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    if "True" not in done.stdout:
        pytest.skip("not run: this system lets no process leave the network")
    assert done.stdout == "True no network\n"


def _add_typed(session: Session, case: CompartmentId, source: Path, typed: Mapping[str, str]) -> None:
    case_papers.add_paper(session, case, source, story_records.typed_values(session, case, Document.FORM, typed))


@each(
    {
        "10 MB": ("x" * 10_000_000, "title"),
        "half a letter": ("order \ud800", "title"),
        "a date": ("x" * 10_000_000, "received"),
        "a kind": ("passport\0", "kind"),
    }
)
def test_hostile_facts_are_refused_with_the_name_of_the_field_and_nothing_is_kept(
    value: str, field: str, filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    session, case = filled_session, filled.cases[0]
    (tmp_path / "order.txt").write_text("words")
    with pytest.raises(UsageError) as refused:
        _add_typed(session, case, tmp_path / "order.txt", {"kind": "passport", field: value})
    said = str(refused.value)
    assert field.replace("_", " ") in said
    assert len(said) < 600
    assert value not in said
    assert case_papers.list_in(session, case) == []


_COMMANDS = "order\0 \x1b[31m \u202e"


@pytest.mark.skipif(sys.platform != "linux", reason="not run: names of files are text here")
def test_a_file_with_a_name_that_is_no_text_is_kept_and_shown(
    filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    session, case = filled_session, filled.cases[0]
    source = tmp_path / os.fsdecode(b"order-\xff\x01\n" + b"x" * 200 + b".txt")
    source.write_text("The court of Vellanor")
    added = case_papers.add_paper(session, case, source, {"kind": DocumentKind.OTHER, "title": _COMMANDS})
    place = Place(case, added.record, Document.KIND)
    assert paper_text.read_and_keep(session, place).read_by is ReadBy.PLAIN
    shown = case_papers.show(session, place).value
    assert shown.name is not None
    assert shown.name.endswith(".txt")
    assert shown.title == _COMMANDS
    assert log_checking.verify(session).verified


def test_half_a_letter_names_and_finds_nothing(filled_session: Session, filled: Filled) -> None:
    for ask in (cases.find, editing.locate):
        with pytest.raises(NotFoundError):
            ask(filled_session, "\ud800" * 8)
    assert searching.search(filled_session, "order \ud800 nowhere").hits == ()
