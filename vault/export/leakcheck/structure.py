"""Structure of the file: every byte belongs to an object, every object to the report, every key to a short list.

What is not on the lists is refused unseen: scripts, attachments, forms, notes, layers, pictures, older revisions.
Bookmarks are headings of the report, and lead to its pages. A new release of the writer that adds a key stops exports
until somebody has looked at it.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from vault.export.leakcheck.verdict import Check, Findings

_KEY_NAMES = """
Type Subtype S K P Pg T A O Placement Lang Parent Kids Count Resources MediaBox StructParents Tabs Contents
ProcSet ColorSpace Font N Range Filter Length WMode BaseFont Encoding DescendantFonts ToUnicode
CIDSystemInfo Registry Ordering Supplement FontDescriptor DW CIDToGIDMap W FontName Flags FontBBox
ItalicAngle Ascent Descent CapHeight StemV CIDSet FontFile2 DestOutputProfile OutputConditionIdentifier
OutputCondition RegistryName Info RoleMap Datetime Terms Title Strong Em ParentTree Nums ParentTreeNextKey
Creator ModDate CreationDate Pages Metadata OutputIntents StructTreeRoot MarkInfo Marked Suspects
ViewerPreferences DisplayDocTitle Direction CMapName Outlines MCR MCID First Last Next Prev Dest
"""
_KEYS = frozenset(f"/{name}" for name in _KEY_NAMES.split())
_RESOURCE_NAME = re.compile(r"/[cf][0-9]{1,3}")
_TYPE_NAMES = "Catalog Pages Page Font FontDescriptor CMap Metadata OutputIntent StructTreeRoot StructElem Outlines MCR"
_TYPES = frozenset(_TYPE_NAMES.split())
# What is neither key nor type, and what the trailer has.
_OTHER_NAMES = "Block Div Document FlateDecode H1 H2 ICCBased ID Identity Layout Part Root Size Span Text XML XYZ"
KNOWN_NAMES = frozenset(_KEY_NAMES.split()) | _TYPES | frozenset(_OTHER_NAMES.split())
_CONSTANT_STRINGS = frozenset({"Adobe", "Identity", "Custom", "sRGB", "", "sRGB v4.2"})
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CONSTANT_DAY = "2000-01-01"
_WRITER = re.compile(r"Typst [0-9.]{1,12}")
_MOST_INFLATED = 256 * 2**20
_OBJECT_END = b"endobj\n"
_TRAILER = frozenset({"/Size", "/Root", "/Info", "/ID"})


def check_layout(pdf: bytes, reader: PdfReader, findings: Findings, *, trailer: frozenset[str] = _TRAILER) -> None:
    """Check that the file is one revision and that its objects, as the table lists them, leave no byte over."""

    def report(what: str) -> None:
        findings.add(Check.STRUCTURE, what)

    if not pdf.startswith(b"%PDF-1.7\n") or not pdf.endswith(b"%%EOF"):
        report("bytes before or after the document")
    if pdf.count(b"startxref") != 1 or len(re.findall(rb"%%EOF", pdf)) != 1:
        report("more than one revision")
    if set(reader.trailer.keys()) != trailer:
        report("trailer keys")
    if reader.xref_objStm:
        report("packed objects")
    places = sorted((at, number) for number, at in reader.xref.get(0, {}).items() if number)
    numbers = [number for _, number in places]
    if sorted(numbers) != list(range(1, _size(reader))):
        report("object table")
    ends = [at for at, _ in places[1:]] + [pdf.rfind(b"\nxref\n") + 1]
    for (start, number), end in zip(places, ends, strict=True):
        part = pdf[start:end]
        if (
            not part.startswith(b"%d 0 obj\n" % number)
            or not part.endswith(_OBJECT_END)
            or not _is_exact(part, reader, number)
        ):
            report(f"object {number}: bytes outside of it")
    reached = _reachable(reader)
    for number in numbers:
        if number not in reached:
            report(f"object {number}: nothing refers to it")


def _is_exact(part: bytes, reader: PdfReader, number: int) -> bool:
    value = reader.get_object(number)
    if not isinstance(value, StreamObject):
        return part.count(_OBJECT_END) == 1 and b"%" not in part
    head, _, body = part.partition(b"stream\n")
    # pypdf drops /Length, so it is read from the bytes.
    length = re.search(rb"/Length (\d+)", head)
    return length is not None and b"%" not in head and body[int(length[1]) :] == b"\nendstream\n" + _OBJECT_END


def _reachable(reader: PdfReader) -> set[int]:
    reached: set[int] = set()
    waiting: list[Any] = [
        reader.trailer[key] if key == "/ID" else reader.trailer.raw_get(key) for key in reader.trailer
    ]
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            if value.idnum not in reached:
                reached.add(value.idnum)
                waiting.append(value.get_object())
        elif isinstance(value, DictionaryObject):
            waiting.extend(value.raw_get(key) for key in value)
        elif isinstance(value, ArrayObject):
            waiting.extend(list.__iter__(value))
    return reached


def _size(reader: PdfReader) -> int:
    size = reader.trailer["/Size"]
    return int(size) if isinstance(size, NumberObject) else 0


def objects(reader: PdfReader) -> Iterator[tuple[int, Any]]:
    """Yield each object of the table with its number, referred to or not."""
    for number in range(1, _size(reader)):
        yield number, reader.get_object(number)


def strings_and_keys(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each (key, leaf) of one object; references are not followed."""
    if isinstance(value, DictionaryObject):
        for name in value:
            yield str(name), None
            yield from strings_and_keys(value.raw_get(name), str(name))
    elif isinstance(value, ArrayObject):
        for item in list.__iter__(value):
            yield from strings_and_keys(item, key)
    else:
        yield key, value


def dated(day: str) -> str:
    """Return the day of a file, which is the report's or, of one without, always the same."""
    return day or _CONSTANT_DAY


def check_objects(
    reader: PdfReader, headings: Sequence[str], title: str, day: str, findings: Findings
) -> Iterator[tuple[str, bool]]:
    """Check keys, types and strings of all objects; yield every string, for the search of forms, and if it is ours.

    A heading is named as often as it stands on the page, and has a bookmark.
    """
    date = f"D:{dated(day).replace('-', '')}000000Z"
    # The trailer's ID is the one bare string.
    constant = {"": _identity(reader), "/CreationDate": date, "/ModDate": date}
    left = {"/T": Counter(headings), "/Title": Counter((title, *headings))}
    for number, value in objects(reader):
        for key, leaf in strings_and_keys(value):
            if key and key not in _KEYS and not _RESOURCE_NAME.fullmatch(key):
                findings.add(Check.STRUCTURE, f"object {number}: key {key[:32]!a}")
            if key == "/Type" and leaf is not None and str(leaf)[1:] not in _TYPES:
                findings.add(Check.STRUCTURE, f"object {number}: type {str(leaf)[:32]!a}")
            if isinstance(leaf, (TextStringObject, ByteStringObject)):
                text = leaf if isinstance(leaf, str) else leaf.decode("latin-1")
                expected = _is_expected(key, text, left, constant)
                yield text, expected
                if not expected:
                    findings.add(Check.METADATA, f"object {number}: string under {key[:32]!a}")


def _identity(reader: PdfReader) -> str:
    pair = reader.trailer["/ID"]
    return str(pair[0]) if isinstance(pair, ArrayObject) and len(pair) == 2 and pair[0] == pair[1] else ""


def _is_expected(key: str, text: str, left: Mapping[str, Counter[str]], constant: Mapping[str, str]) -> bool:
    if key in left:
        left[key][text] -= 1
        return left[key][text] >= 0
    expected = {"/Lang": _LANGUAGE.fullmatch(text) is not None, "/Creator": _WRITER.fullmatch(text) is not None}
    return expected.get(key, text == constant[key] if key in constant else text in _CONSTANT_STRINGS)


def inflated(pdf: bytes, findings: Findings) -> list[bytes]:
    """Return the contents of every stream that the bytes hold, found by its keyword and not by the object table."""
    total = 0
    contents = []
    view = memoryview(pdf)
    for start in re.finditer(rb"stream\r?\n", pdf):
        if pdf[start.start() - 3 : start.start()] == b"end":
            continue
        decoder = zlib.decompressobj()
        try:
            content = decoder.decompress(view[start.end() :], _MOST_INFLATED - total)
        except zlib.error:
            content = pdf[start.end() : pdf.find(b"endstream", start.end())]
        total += len(content)
        if total >= _MOST_INFLATED:
            findings.add(Check.BYTES, "streams inflate beyond all measure")
            break
        contents.append(content)
    return contents


# The XMP packet: names nobody, and says only what every report says.
_DATE = r"\d{4}-\d{2}-\d{2}T00:00:00Z"  # which day, `check_xmp` asks
_DATES = frozenset({"ModifyDate", "CreateDate", "when"})
_IDENTITY = r"[A-Za-z0-9+/]{22}==(_source)?"

# Local name of an element -> what its text may be. The extension schema (pdfaSchema, pdfaProperty) is boilerplate.
_TEXTS = {
    "CreatorTool": _WRITER.pattern,
    "softwareAgent": _WRITER.pattern,
    "ModifyDate": _DATE,
    "CreateDate": _DATE,
    "when": _DATE,
    "action": "saved|converted",
    "instanceID": _IDENTITY,
    "InstanceID": _IDENTITY,
    "DocumentID": _IDENTITY,
    "part": "[12]",
    "conformance": "[ABU]",
    "NPages": "[0-9]{1,4}",
    "format": "application/pdf",
    "RenditionClass": "proof",
    "PDFVersion": r"1\.7",
    "schema": "XMP Media Management schema|Adobe PDF schema|PDF/UA Identification schema",
    "namespaceURI": r"http://(ns\.adobe\.com|www\.aiim\.org)/[a-z0-9./]{1,24}",
    "prefix": "xmpMM|pdf|pdfuaid",
    "category": "internal|external",
    "description": "UUID based identifier for specific incarnation of a document|Keywords associated with the document"
    "|Version of the PDF specification to which the document conforms"
    "|Name of the application that created the PDF document|Whether the document has been trapped"
    r"|Part Number of ISO 14289 \(PDF/UA\)",
    "name": "InstanceID|Keywords|PDFVersion|Producer|Trapped|part",
    "valueType": "Text|Integer",
}
# Whose text can be nothing but one of a few constant words.
_CONSTANT = frozenset({"description", "name", "category", "schema", "format", "valueType", "action"})
_ELEMENT = re.compile(rb"</?[A-Za-z]+:([A-Za-z]+)(?:[^<>]*>([^<>]*))?")
_CONTAINER_NAMES = "xmpmeta RDF Description title Alt language Bag History Seq schemas property"
_CONTAINERS = frozenset(_CONTAINER_NAMES.split())
_ATTRIBUTES = {"xmptk": "xmp-writer", "about": "", "parseType": "Resource", "lang": "x-default"}


def check_xmp(reader: PdfReader, title: str, language: str, day: str, findings: Findings) -> None:
    """Check every element, text and attribute of the packet against a list."""
    date = f"{dated(day)}T00:00:00Z"
    stream = reader.root_object["/Metadata"].get_object()
    packet = stream.get_data() if isinstance(stream, StreamObject) else b""
    if b"<!" in packet or len(packet) > 64 * 1024:
        findings.add(Check.METADATA, "XMP packet form")
        return
    if packet.count(b"<?") != 2 or re.search(rb'<\?xpacket end="r"\?>\s*\Z', packet) is None:
        findings.add(Check.METADATA, "XMP packet form")
    try:
        root = ElementTree.fromstring(packet)  # noqa: S314 - declarations, and so entities, were refused above
    except ElementTree.ParseError:
        findings.add(Check.METADATA, "XMP packet form")
        return
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        text = (element.text or "").strip()
        allowed = _TEXTS.get(name)
        if name == "li":
            fits = text in {"", title, language}
        elif allowed is not None:
            fits = re.fullmatch(allowed, text) is not None and (name not in _DATES or text == date)
        else:
            fits = name in _CONTAINERS and not text
        attributes_fit = all(_ATTRIBUTES.get(k.rpartition("}")[2]) == v for k, v in element.attrib.items())
        if not (fits and attributes_fit) or (element.tail or "").strip():
            findings.add(Check.METADATA, f"XMP element {name[:32]!a}")


def without_xmp_words(content: bytes) -> bytes:
    """Return bytes with the packet's element names and constant words blotted out: they stand in every report."""
    return _ELEMENT.sub(_blotted, content)


def _blotted(match: re.Match[bytes]) -> bytes:
    name, text = match[1].decode(), (match[2] or b"").decode("utf-8", "replace")
    whole = match[0]
    if name in _CONSTANT and re.fullmatch(_TEXTS[name], text):
        whole = whole[: len(whole) - len(match[2])] + bytes(len(match[2]))
    if name in _TEXTS or name in _CONTAINERS:
        start = match.start(1) - match.start()
        whole = whole[:start] + bytes(len(match[1])) + whole[start + len(match[1]) :]
    return whole
