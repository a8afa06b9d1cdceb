"""The XMP packet: names nobody, and says only what every report says."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.generic import StreamObject

from vault.export.leakcheck.structure import dated
from vault.export.leakcheck.verdict import Check, Findings

_DATE = r"\d{4}-\d{2}-\d{2}T00:00:00Z"  # which day, `check_xmp` asks
_DATES = frozenset({"ModifyDate", "CreateDate", "when"})
_IDENTITY = r"[A-Za-z0-9+/]{22}==(_source)?"
_WRITER = r"Typst [0-9.]{1,12}"

# Local name of an element -> what its text may be. The extension schema (pdfaSchema, pdfaProperty) is boilerplate.
_TEXTS = {
    "CreatorTool": _WRITER,
    "softwareAgent": _WRITER,
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
