"""The verifier's reader of the Word document: every byte of the file is known, or it is a finding.

The writer is python-docx; this reads with zipfile, expat and its own lists. Names of parts, widths and styles stand
here a second time on purpose: taken from the writer, they would follow it wherever it errs. What is not on a list is
refused unseen: fields, comments, tracked changes, links, pictures, embedded objects, scripts, parts of other kinds.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from xml.etree import ElementTree

from vault.export.leakcheck.boilerplate import Approved, Searched, places_of
from vault.export.leakcheck.forbidden_forms import Range
from vault.export.leakcheck.verdict import Check, Findings

_DOCUMENT, _HEADER, _CORE = "word/document.xml", "word/header.xml", "docProps/core.xml"
# The names of all parts in their order; of those that every report has alike, SHA-256. Whoever changes one looks at it
# here too.
_ALIKE = {
    "[Content_Types].xml": "e0169a84c4453be161a554d18420d93722580c26f7af9aee0c509fbabaee4276",
    "_rels/.rels": "0bd96e15a594993ee85a99265cf045c58a5ce173fc3d58d714abb4c7deae0760",
    _CORE: "",
    _DOCUMENT: "",
    "word/_rels/document.xml.rels": "ce9d64bf35cf1718e82c45f719a7a83bce43153032814ab5f6eff511e87b6d82",
    _HEADER: "",
    "word/settings.xml": "0f7b75fe6fe633c0b886862d85899964703cf09393e80572608bfc7acef939e4",
    "word/styles.xml": "4f5552fa24aa0d018c0b0fb8e55f53129e5c9514156fb8f88c3d72e55b740ba8",
}
_OWN_PARTS = (_CORE, _DOCUMENT, _HEADER)

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = "http://www.w3.org/XML/1998/namespace"
_DC, _TERMS = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
_PROPERTIES = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
_ROOTS = {
    _DOCUMENT: f'<w:document xmlns:w="{_W}" xmlns:r="{_R}">',
    _HEADER: f'<w:hdr xmlns:w="{_W}">',
    _CORE: f'<cp:coreProperties xmlns:cp="{_PROPERTIES}" xmlns:dc="{_DC}" xmlns:dcterms="{_TERMS}"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
}

# What may stand in what; only `t` has text.
_CHILDREN = {
    "document": "body",
    "body": "p tbl sectPr",
    "hdr": "p",
    "tbl": "tblPr tblGrid tr",
    "tblPr": "tblStyle tblW tblLayout",
    "tblGrid": "gridCol",
    "tr": "trPr tc",
    "trPr": "cantSplit",
    "tc": "tcPr p",
    "tcPr": "tcW",
    "p": "pPr r fldSimple",
    "pPr": "pStyle bidi",
    "fldSimple": "r",
    "r": "rPr t tab",
    "rPr": "rtl lang",
    "sectPr": "headerReference pgSz pgMar",
}
_INSIDE = {name: frozenset(children.split()) for name, children in _CHILDREN.items()}
_STYLES = "Heading1 Heading2 Heading3 Header Label Normal Notice NoticeHeading"
_LANGUAGES = "ar en fa fr ky ru uk"
# What an attribute of ours may say; `xml:` is `space` alone.
_VALUES = {
    ("pStyle", "val"): _STYLES,
    ("lang", "val"): _LANGUAGES,
    ("lang", "bidi"): _LANGUAGES,
    ("tblStyle", "val"): "Rows",
    ("tblW", "w"): "8958",
    ("tblW", "type"): "dxa",
    ("tblLayout", "type"): "fixed",
    ("gridCol", "w"): "2211 6747",
    ("tcW", "w"): "2211 6747",
    ("tcW", "type"): "dxa",
    ("fldSimple", "instr"): "PAGE NUMPAGES",
    ("headerReference", "type"): "default",
    ("headerReference", "id"): "rId3",
    ("pgSz", "w"): "11906",
    ("pgSz", "h"): "16838",
    ("pgMar", "top"): "1701",
    ("pgMar", "right"): "1474",
    ("pgMar", "bottom"): "1247",
    ("pgMar", "left"): "1474",
    ("pgMar", "header"): "850",
    ("pgMar", "footer"): "567",
    ("pgMar", "gutter"): "0",
    ("t", "space"): "preserve",
}
_SAID = {where: frozenset(values.split()) for where, values in _VALUES.items()}
_BETWEEN = "\u2003"  # parts two strings of one line

_WRITTEN = "(?:[^<>&]|&(?:amp|lt|gt);)*"  # each character in one way
_TEXT = re.compile(f'<w:t(?: xml:space="preserve")?>{_WRITTEN}</w:t>')
_PROPERTY = re.compile(f'<(dc:title|dc:language|dcterms:created)(?: xsi:type="dcterms:W3CDTF")?>{_WRITTEN}</\\1>')
_TAG = re.compile(r'</?w:([A-Za-z]+)((?: (?:w|r):[A-Za-z]+="[^"<>]*")*)/?>')
_ATTRIBUTE = re.compile(r' (?:w|r):([A-Za-z]+)="([^"]*)"')


def read_docx(
    docx: bytes,
    *,
    approved: Sequence[Approved],
    title: str,
    running: str,
    day: str,
    language: str,
    removed: str,
    findings: Findings,
) -> Iterator[Searched]:
    """Check the file, its parts and what they say; yield everything in which forms are to be looked for."""
    parts = _parts(docx)
    if not parts or _laid_out(parts) != docx:
        findings.add(Check.STRUCTURE, "docx: other parts, or bytes beside them")
        yield Searched(Check.BYTES, "docx", docx)
    for name, content in parts.items():
        text = content.decode("utf-8", "replace")
        if name in _OWN_PARTS:
            if _left_over(name, text):
                findings.add(Check.STRUCTURE, f"docx: {name}")
                yield Searched(Check.BYTES, f"docx: {name}", text)
        elif hashlib.sha256(content).hexdigest() != _ALIKE[name]:
            findings.add(Check.STRUCTURE, f"docx: {name}")
            yield Searched(Check.BYTES, f"docx: {name}", text)
    if parts:
        yield from _read_body(parts[_DOCUMENT], approved, removed, findings)
        yield from _read_known(parts[_HEADER], _HEADER, _top(running), findings)
        yield from _read_known(parts[_CORE], _CORE, _properties(title, language, day), findings)


# The container.
def _parts(docx: bytes) -> dict[str, bytes]:
    """Return the parts of a file that has no others and compresses none: nothing grows when it is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as file:
            entries = file.infolist()
            if [entry.filename for entry in entries] != list(_ALIKE):
                return {}
            if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits for entry in entries):
                return {}
            return {entry.filename: file.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, struct.error):
        return {}


def _laid_out(parts: Mapping[str, bytes]) -> bytes:
    """Return the one file of these parts: stored, of 1980, without extra fields or comments (APPNOTE 6.3.10)."""
    bodies, directory, at = [], [], 0
    for name, content in parts.items():
        told = struct.pack("<HHHHIIIHH", 0, 0, 0, 0x21, zlib.crc32(content), *[len(content)] * 2, len(name), 0)
        placed = struct.pack("<HHHII", 0, 0, 0, 0o644 << 16, at)
        directory.append(b"PK\x01\x02" + bytes((20, 3, 20, 0)) + told + placed + name.encode())
        head = b"PK\x03\x04" + bytes((20, 0)) + told
        bodies.append(head + name.encode() + content)
        at += len(bodies[-1])
    listed = b"".join(directory)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(parts), len(parts), len(listed), at, 0)
    return b"".join((*bodies, listed, end))


def _left_over(name: str, part: str) -> str:
    """Return what is no text, tag or attribute that such a part has."""
    if not part.startswith(_DECLARATION + _ROOTS[name]):
        return part
    part = part.removeprefix(_DECLARATION + _ROOTS[name])
    part = _PROPERTY.sub("", part).removesuffix("</cp:coreProperties>") if name == _CORE else _TEXT.sub("", part)
    return _TAG.sub(lambda match: "" if _is_known(match) else match[0], part).strip("\n")


def _is_known(match: re.Match[str]) -> bool:
    said = _ATTRIBUTE.findall(match[2])
    return all(value in _SAID.get((match[1], key), ()) for key, value in said)


# The parts that say something, as expat reads them.
def _tree(part: bytes, findings: Findings, where: str) -> ElementTree.Element | None:
    if b"<!" in part:  # declarations, and so entities; comments
        return None
    try:
        return ElementTree.fromstring(part)  # noqa: S314 - declarations were refused above
    except (ElementTree.ParseError, ValueError):
        findings.add(Check.STRUCTURE, f"docx: {where} is no XML")
        return None


def _read_body(part: bytes, approved: Sequence[Approved], removed: str, findings: Findings) -> Iterator[Searched]:
    root = _tree(part, findings, _DOCUMENT)
    if root is None:
        findings.add(Check.TEXT, "docx: nothing can be read")
        return
    _check_elements(root, findings, _DOCUMENT)
    if root.find(f".//{{{_W}}}fldSimple") is not None or root.find(f".//{{{_W}}}tab") is not None:
        findings.add(Check.STRUCTURE, "docx: a field in the text")
    lines = [line for paragraph in root.iter(f"{{{_W}}}p") for line in _lines(paragraph)]
    if lines == [line.text for line in approved]:
        own = tuple(_own_places(approved, removed))
    else:
        findings.add(Check.TEXT, "docx: other text than was approved, or in another order")
        own = ()
    yield Searched(Check.FORMS, "docx: text", "\n".join(lines), own)


def _lines(paragraph: ElementTree.Element) -> Iterator[str]:
    line = ""
    for run in paragraph.iter(f"{{{_W}}}t"):
        text = run.text or ""
        if text == _BETWEEN:
            yield line
            line = ""
        else:
            line += text
    if line or len(paragraph) > 1:
        yield line


def _own_places(approved: Sequence[Approved], removed: str) -> Iterator[Range]:
    starts = accumulate((len(line.text) + 1 for line in approved), initial=0)
    for start, line in zip(starts, approved, strict=False):
        for first, end in ((0, len(line.text)),) if line.ours else places_of(removed, line.text):
            yield start + first, start + end


def _check_elements(root: ElementTree.Element, findings: Findings, where: str) -> None:
    """Check that each element stands where it may, says what it may, and that only runs have text."""
    for element in root.iter():
        name = _local(element.tag)
        kept = name is not None and (name == "t" or not (element.text or "").strip())
        kept = kept and not (element.tail or "").strip()
        kept = kept and all(_local(child.tag) in _INSIDE.get(name or "", ()) for child in element)
        if not kept or not all(
            value in _SAID.get((name or "", _attribute(key)), ()) for key, value in element.attrib.items()
        ):
            findings.add(Check.STRUCTURE, f"docx: {where}: element {(name or 'of another kind')[:32]!a}")


def _local(tag: str) -> str | None:
    space, _, name = tag.removeprefix("{").partition("}")
    return name if space == _W else None


def _attribute(key: str) -> str:
    space, _, name = key.removeprefix("{").partition("}")
    return name if space in (_W, _XML) or (space, name) == (_R, "id") else ""


_Told = list[tuple[str, str]]


def _top(running: str) -> _Told:
    return [("t", running), ("tab", ""), ("PAGE", ""), ("t", "1"), ("t", " / "), ("NUMPAGES", ""), ("t", "1")]


def _properties(title: str, language: str, day: str) -> _Told:
    dated = [(f"{{{_TERMS}}}created", f"{day}T00:00:00Z")] if day else []
    return [(f"{{{_DC}}}title", title), (f"{{{_DC}}}language", language), *dated]


def _read_known(part: bytes, name: str, expected: _Told, findings: Findings) -> Iterator[Searched]:
    """Check a part that is known in full; yield what it says instead."""
    root = _tree(part, findings, name)
    if root is None:
        findings.add(Check.METADATA, f"docx: {name}")
        return
    if name == _CORE:
        told = [(each.tag, each.text or "") for each in root]
    else:
        _check_elements(root, findings, name)
        told = [
            (element.get(f"{{{_W}}}instr") or _local(element.tag) or "", element.text or "")
            for element in root.iter()
            if _local(element.tag) in {"t", "tab", "fldSimple"}
        ]
    if told != expected:
        findings.add(Check.METADATA, f"docx: {name}")
        yield Searched(Check.METADATA, f"docx: {name}", "\n".join(text for _, text in told))
