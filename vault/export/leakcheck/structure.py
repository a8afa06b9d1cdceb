"""Structure of the file: every byte belongs to an object, every object to the report, every key to a short list.

What is not on the lists is refused unseen: scripts, attachments, forms, notes, bookmarks, layers, pictures, older
revisions. A new release of the writer that adds a key stops exports until somebody has looked at it.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

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
ViewerPreferences DisplayDocTitle Direction CMapName Outlines MCR MCID
"""
_KEYS = frozenset(f"/{name}" for name in _KEY_NAMES.split())
_RESOURCE_NAME = re.compile(r"/[cf][0-9]{1,3}")
_TYPE_NAMES = "Catalog Pages Page Font FontDescriptor CMap Metadata OutputIntent StructTreeRoot StructElem Outlines MCR"
_TYPES = frozenset(_TYPE_NAMES.split())
# What is neither key nor type, and what the trailer has.
_OTHER_NAMES = "Block Div Document FlateDecode H1 H2 ICCBased ID Identity Layout Part Root Size Span Text XML"
KNOWN_NAMES = frozenset(_KEY_NAMES.split()) | _TYPES | frozenset(_OTHER_NAMES.split())
_CONSTANT_STRINGS = frozenset({"Adobe", "Identity", "Custom", "sRGB", "", "sRGB v4.2"})
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CONSTANT_DAY = "2000-01-01"
_WRITER = re.compile(r"Typst [0-9.]{1,12}")
_MOST_INFLATED = 256 * 2**20
_OBJECT_END = b"endobj\n"


def check_layout(pdf: bytes, reader: PdfReader, findings: Findings) -> None:
    """Check that the file is one revision and that its objects, as the table lists them, leave no byte over."""

    def report(what: str) -> None:
        findings.add(Check.STRUCTURE, what)

    if not pdf.startswith(b"%PDF-1.7\n") or not pdf.endswith(b"%%EOF"):
        report("bytes before or after the document")
    if pdf.count(b"startxref") != 1 or len(re.findall(rb"%%EOF", pdf)) != 1:
        report("more than one revision")
    if set(reader.trailer.keys()) != {"/Size", "/Root", "/Info", "/ID"}:
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
    reader: PdfReader, own: Sequence[str], title: str, day: str, findings: Findings
) -> Iterator[tuple[str, bool]]:
    """Check keys, types and strings of all objects; yield every string, for the search of forms, and if it is ours.

    `own` are the report's own words: a heading may be named as often as it stands on the page.
    """
    date = f"D:{dated(day).replace('-', '')}000000Z"
    # The trailer's ID is the one bare string.
    constant = {"": _identity(reader), "/CreationDate": date, "/ModDate": date}
    left = Counter((title, *own))
    for number, value in objects(reader):
        # The writer makes an outline even where it puts nothing into it.
        if (
            isinstance(value, DictionaryObject)
            and value.get("/Type") == "/Outlines"
            and set(value) - {"/Type", "/Count"}
        ):
            findings.add(Check.STRUCTURE, f"object {number}: bookmarks")
        for key, leaf in strings_and_keys(value):
            if key and key not in _KEYS and not _RESOURCE_NAME.fullmatch(key):
                findings.add(Check.STRUCTURE, f"object {number}: key {key[:32]!a}")
            if key == "/Type" and leaf is not None and str(leaf)[1:] not in _TYPES:
                findings.add(Check.STRUCTURE, f"object {number}: type {str(leaf)[:32]!a}")
            if isinstance(leaf, (TextStringObject, ByteStringObject)):
                text = leaf if isinstance(leaf, str) else leaf.decode("latin-1")
                expected = _is_expected(key, text, left, title, constant)
                yield text, expected
                if not expected:
                    findings.add(Check.METADATA, f"object {number}: string under {key[:32]!a}")


def _identity(reader: PdfReader) -> str:
    pair = reader.trailer["/ID"]
    return str(pair[0]) if isinstance(pair, ArrayObject) and len(pair) == 2 and pair[0] == pair[1] else ""


def _is_expected(key: str, text: str, left: Counter[str], title: str, constant: Mapping[str, str]) -> bool:
    if key in {"/Title", "/T"}:
        left[text] -= 1
        return left[text] >= 0 and (key == "/T" or text == title)
    expected = {
        "/Lang": _LANGUAGE.fullmatch(text) is not None,
        "/Creator": _WRITER.fullmatch(text) is not None,
    }
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
