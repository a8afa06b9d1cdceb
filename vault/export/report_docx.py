"""The report as a Word document: the same bytes for the same report, and nothing of the library that writes it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from importlib.resources import files
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Opened
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from vault.errors import RefusedError
from vault.export.dossier_report import Group, Piece, Report, Row, top_of_document
from vault.words.message import Message

# The parts in the order of the file. Those that no report changes go in as they lie here: what the library's own
# template has (its name, a thumbnail, styles, a theme) never comes near a report.
_DOCUMENT, _HEADER, _CORE = "word/document.xml", "word/header.xml", "docProps/core.xml"
_PARTS = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package_relations.xml",
    _CORE: "core.xml",
    _DOCUMENT: "document.xml",
    "word/_rels/document.xml.rels": "document_relations.xml",
    _HEADER: "header.xml",
    "word/settings.xml": "settings.xml",
    "word/styles.xml": "styles.xml",
}
_WRITTEN = (_CORE, _DOCUMENT, _HEADER)
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE = 3, 0o644 << 16

_WIDTHS = (2211, 6747)
"""Of label and text, in twentieths of a point: what the margins leave of A4."""
_BETWEEN = "\u2003"
"""Parts the pieces of one line; no line of a report is this alone."""
# A code reads from left to right in every script; it is a run of its own.
_CODE = re.compile(r"(\[(?:R[0-9]{1,7} )?[^\[\]\s]{1,16}\])")


def render_docx(report: Report) -> bytes:
    """Return the finished document. Nothing is written to disk, nothing is compressed: that differs between computers.

    Raises:
        RefusedError: the text has a character that no document can hold.
    """
    empty = {name: files("vault.export").joinpath("empty_docx", file).read_bytes() for name, file in _PARTS.items()}
    document = Document(io.BytesIO(_zipped(empty)))
    try:
        _write_body(document, report)
        document.sections[0].header.paragraphs[0].runs[0].text = top_of_document(report)
    except ValueError:
        raise RefusedError(
            Message("the report has a character that no Word document can hold"),
            next_step=Message("Write it in Latin, Cyrillic or Arabic letters; other scripts are not yet possible."),
        ) from None
    told = document.core_properties
    told.title, told.language = report.words.title, report.language
    if report.day:
        told.created = datetime.fromisoformat(report.day)
    made = {part.partname.membername: part.blob for part in document.part.package.iter_parts()}
    return _zipped(empty | {name: made[name] for name in _WRITTEN})


def _zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_STORED) as file:
        for name, content in parts.items():
            entry = ZipInfo(name, _NO_TIME)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            file.writestr(entry, content)
    return stream.getvalue()


def _write_body(document: Opened, report: Report) -> None:
    body = document.element.body
    section = body[-1]
    body.remove(section)  # it stands last, and each paragraph would look for it
    own = report.language
    body.append(_line("Heading1", [_own(report.words.title, own)]))
    for group in report.first_page:
        body.extend(_group(group, own))
    body.append(_line("Heading2", [_own(report.words.about, own)]))
    body.append(_table(report.facts, own))
    body.append(_line("NoticeHeading", [_own(report.words.notice_heading, own)]))
    body.extend(_line("Notice", [_own(text, own)]) for text in report.notice)
    for group in report.groups:
        body.extend(_group(group, own))
    if body[-1].tag == qn("w:tbl"):
        body.append(_line("Normal", []))  # a document ends with a paragraph
    body.append(section)


def _group(group: Group, language: str) -> Iterator[BaseOxmlElement]:
    yield _line("Heading2", [_own(group.heading, language)])
    for entry in group.entries:
        if entry.head:
            yield _line("Heading3", entry.head)
        if entry.rows:
            yield _table(entry.rows, language)
        yield from (_line("Normal", [piece]) for piece in entry.body)


def _own(text: str, language: str) -> Piece:
    return Piece(text, right_to_left=False, language=language, ours=True)


def _table(rows: Sequence[Row], language: str) -> BaseOxmlElement:
    """Return rows of a label and the paragraphs beside it."""
    table = OxmlElement("w:tbl")
    settings = _within(table, "w:tblPr")
    _within(settings, "w:tblStyle", val="Rows")
    _within(settings, "w:tblW", w=str(sum(_WIDTHS)), type="dxa")
    _within(settings, "w:tblLayout", type="fixed")
    grid = _within(table, "w:tblGrid")
    for width in _WIDTHS:
        _within(grid, "w:gridCol", w=str(width))
    for row in rows:
        written = _within(table, "w:tr")
        _within(_within(written, "w:trPr"), "w:cantSplit")
        label = _line("Label", [_own(row.label, language)])
        for width, lines in zip(_WIDTHS, ([label], [_line("Normal", [piece]) for piece in row.pieces]), strict=True):
            cell = _within(written, "w:tc")
            _within(_within(cell, "w:tcPr"), "w:tcW", w=str(width), type="dxa")
            cell.extend(lines or [_line("Normal", [])])  # no cell is without a paragraph
    return table


def _line(style: str, pieces: Iterable[Piece]) -> BaseOxmlElement:
    """Return a paragraph of these pieces, each in its language; the first one gives it its direction."""
    paragraph = OxmlElement("w:p")
    look = _within(paragraph, "w:pPr")
    _within(look, "w:pStyle", val=style)
    for place, piece in enumerate(pieces):
        if place:
            _run(paragraph, _BETWEEN, piece.language, right_to_left=False)
        elif piece.right_to_left:
            _within(look, "w:bidi")
        for text in _CODE.split(piece.text) if piece.right_to_left else [piece.text]:
            if text:
                _run(paragraph, text, piece.language, right_to_left=piece.right_to_left and not _CODE.fullmatch(text))
    return paragraph


def _run(paragraph: BaseOxmlElement, text: str, language: str, *, right_to_left: bool) -> None:
    run = _within(paragraph, "w:r")
    look = _within(run, "w:rPr")
    if right_to_left:
        _within(look, "w:rtl")
        _within(look, "w:lang", bidi=language)
    else:
        _within(look, "w:lang", val=language)
    written = _within(run, "w:t")
    written.text = text
    if text != text.strip():
        written.set(qn("xml:space"), "preserve")


def _within(parent: BaseOxmlElement, name: str, **attributes: str) -> BaseOxmlElement:
    child = OxmlElement(name, {qn(f"w:{key}"): value for key, value in attributes.items()})
    parent.append(child)
    return child
