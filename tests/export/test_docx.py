"""The report as a Word document: what is in it, and that the verifier knows every byte of it."""

from __future__ import annotations

import functools
import io
import re
import struct
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.export.leakcheck.planting import CYRILLIC, DOSSIER, LATIN, REPORT, checks_failed, task_for
from tests.export.samples import ARABIC, COVER, SECTIONS, dossier, section
from tests.tables import each
from vault.export.dossier_report import Cover, approved_lines, make_report, top_of_document
from vault.export.fonts import font_folders
from vault.export.leakcheck.boilerplate import Approved, Searched
from vault.export.leakcheck.docx_reading import read_docx
from vault.export.leakcheck.examine import check_text, examine, read_with_pdfium
from vault.export.leakcheck.verdict import Check, Findings
from vault.export.report_docx import render_docx

BODY, HEADER, CORE, STYLES = "word/document.xml", "word/header.xml", "docProps/core.xml", "word/styles.xml"
RELATIONS, TYPES, SETTINGS = "word/_rels/document.xml.rels", "[Content_Types].xml", "word/settings.xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FULL = Cover(
    "legal referral", "ru", day="2026-12-03", organisation="Мост", contact="+999 1", recipient="Б & К", reference="R-2"
)  # fmt: skip

Parts = dict[str, bytes]


@functools.cache
def clean() -> bytes:
    return render_docx(REPORT)


def parts_of(docx: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(docx)) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(parts: Parts, change: Callable[[zipfile.ZipInfo], None] = lambda entry: None, comment: bytes = b"") -> bytes:
    """Return the file of these parts as the writer lays it out, each entry changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.comment = comment
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            change(entry)
            file.writestr(entry, content)
    return stream.getvalue()


def read(docx: bytes, cover: Cover = COVER) -> tuple[Findings, list[Searched]]:
    findings, report = Findings(), make_report(DOSSIER, cover)
    found = read_docx(
        docx,
        approved=[Approved(*line) for line in approved_lines(report)],
        title=report.words.title,
        running=top_of_document(report),
        day=report.day,
        language=report.language,
        removed=report.words.removed,
        findings=findings,
    )
    return findings, list(found)


@each({"few": COVER, "all": FULL})
def test_the_verifier_reads_the_approved_lines_in_a_clean_document_and_finds_no_fault(cover: Cover) -> None:
    report = make_report(DOSSIER, cover)
    findings, searched = read(render_docx(report), cover)
    assert findings.found == []
    assert [each.content for each in searched] == ["\n".join(line.text for line in approved_lines(report))]


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render_docx(make_report(DOSSIER, COVER)) == clean()
    assert zipped(parts_of(clean())) == clean()


def test_headings_are_headings_and_rows_are_tables_and_lines_have_direction_and_language() -> None:
    root = ElementTree.fromstring(parts_of(clean())[BODY])
    styles = [style.get(f"{W}val") for style in root.iter(f"{W}pStyle")]
    assert (styles.count("Heading1"), styles.count("Heading2"), styles.count("Heading3")) == (1, 6, 4)
    tables = list(root.iter(f"{W}tbl"))
    assert len(tables) == 5
    assert {len(row.findall(f"{W}tc")) for table in tables for row in table.iter(f"{W}tr")} == {2}
    turned = [paragraph for paragraph in root.iter(f"{W}p") if paragraph.find(f"{W}pPr/{W}bidi") is not None]
    assert [run.text for run in turned[0].iter(f"{W}t")][1] == "[P-7KQ]"  # on its own, from left to right
    runs = [run.find(f"{W}rPr/{W}lang") for run in root.iter(f"{W}r")]
    assert all(lang is not None for lang in runs)
    assert {code for lang in runs if lang is not None for code in lang.attrib.values()} == {"en", "ru", "ar", "fa"}


def test_the_file_names_no_author_no_library_and_no_time_but_the_day_of_the_report() -> None:
    docx = render_docx(make_report(DOSSIER, FULL))
    core = parts_of(docx)[CORE].decode()
    assert re.findall(r">([^<>\n]+)<", core) == ["Отчёт для передачи", "ru", "2026-12-03T00:00:00Z"]
    assert not re.search(rb"python|creator|rsid|thumbnail|docProps/app|theme", docx, re.IGNORECASE)
    with zipfile.ZipFile(io.BytesIO(docx)) as file:
        assert {(each.date_time, each.extra, each.comment) for each in file.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), b"", b"")
        }


def changed(part: str, old: str, new: str) -> Callable[[], bytes]:
    def made() -> bytes:
        parts = parts_of(clean())
        assert old in parts[part].decode()
        return zipped(parts | {part: parts[part].decode().replace(old, new, 1).encode()})

    return made


def with_part(name: str, content: str) -> Callable[[], bytes]:
    return lambda: zipped(parts_of(clean()) | {name: content.encode()})


def in_body(markup: str) -> Callable[[], bytes]:
    return changed(BODY, "<w:sectPr>", f"{markup}<w:sectPr>")


def in_run(markup: str) -> Callable[[], bytes]:
    return changed(BODY, "</w:t></w:r>", f"</w:t>{markup}</w:r>")


def _said(entry: zipfile.ZipInfo) -> None:
    entry.comment = LATIN.encode()


def _with_extra(entry: zipfile.ZipInfo) -> None:
    entry.extra = struct.pack("<HH", 0x7075, len(LATIN)) + LATIN.encode()


def _at_noon(entry: zipfile.ZipInfo) -> None:
    entry.date_time = (2026, 12, 3, 12, 0, 0)


def _of_windows(entry: zipfile.ZipInfo) -> None:
    entry.create_system = 0


def _packed() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts_of(clean()).items():
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _twice() -> bytes:
    stream = io.BytesIO(clean())
    with zipfile.ZipFile(stream, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr(BODY, LATIN)
    return stream.getvalue()


_RUN = f"<w:r><w:t>{LATIN}</w:t></w:r>"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PLANTED: dict[str, Callable[[], bytes]] = {
    "a word in the text": changed(BODY, "The client says", f"The client {LATIN} says"),
    "a paragraph": in_body(f"<w:p>{_RUN}</w:p>"),
    "a row": in_body(f"<w:tbl><w:tr><w:tc><w:p>{_RUN}</w:p></w:tc></w:tr></w:tbl>"),
    "text beside the runs": in_body(LATIN),
    "a line less": changed(BODY, "<w:t>Purpose</w:t>", "<w:t></w:t>"),
    "lines in another order": changed(BODY, "<w:t>Purpose</w:t>", "<w:t>Released</w:t>"),
    "a mark of an edit": changed(BODY, "<w:p>", f'<w:p w:rsidR="{LATIN}">'),
    "a style": changed(BODY, 'w:val="Normal"', f'w:val="{LATIN}"'),
    "a language": changed(BODY, 'w:lang w:val="en"', f'w:lang w:val="{LATIN}"'),
    "a name spelled by numbers": changed(BODY, "<w:t>Purpose</w:t>", "<w:t>&#80;urpose</w:t>"),
    "a hidden run": in_run(f"</w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>{LATIN}</w:t>"),
    "a comment of XML": in_body(f"<!-- {LATIN} -->"),
    "an instruction of XML": in_body(f"<?word {LATIN}?>"),
    "a section of XML": in_body(f"<![CDATA[{LATIN}]]>"),
    "an entity": changed(BODY, "<w:document", f'<!DOCTYPE w:document [<!ENTITY a "{LATIN}">]><w:document'),
    "a namespace": changed(BODY, "<w:body>", f'<w:body xmlns:x="urn:{LATIN}">'),
    "an element of another kind": in_body(f'<x:a xmlns:x="urn:x">{LATIN}</x:a>'),
    "a bookmark": in_body(f'<w:bookmarkStart w:id="1" w:name="{LATIN}"/><w:bookmarkEnd w:id="1"/>'),
    "a field": in_body(f'<w:p><w:fldSimple w:instr="INCLUDETEXT {LATIN}">{_RUN}</w:fldSimple></w:p>'),
    "a page number in the text": in_body('<w:p><w:fldSimple w:instr="PAGE"/></w:p>'),
    "a field in parts": in_run(f'<w:fldChar w:fldCharType="begin"/><w:instrText>{LATIN}</w:instrText>'),
    "a comment": in_run('<w:commentReference w:id="0"/>'),
    "an insertion": in_body(f'<w:p><w:ins w:id="1" w:author="{LATIN}"><w:r/></w:ins></w:p>'),
    "a deletion": in_body(f"<w:p><w:del><w:r><w:delText>{LATIN}</w:delText></w:r></w:del></w:p>"),
    "a control": in_body(f'<w:sdt><w:sdtPr><w:alias w:val="{LATIN}"/></w:sdtPr></w:sdt>'),
    "a picture": in_run(f'<w:drawing><a descr="{LATIN}"/></w:drawing>'),
    "an object": in_run('<w:object r:id="rId9"/>'),
    "a piece of another file": in_body('<w:altChunk r:id="rId9"/>'),
    "the header": changed(HEADER, "Referral report", f"Referral of {LATIN}"),
    "a field of the header": changed(HEADER, '"NUMPAGES"', '"AUTHOR"'),
    "a style of the header": changed(HEADER, 'w:val="Header"', f'w:val="{LATIN}"'),
    "an author": changed(CORE, "<dc:title>", f"<dc:creator>{LATIN}</dc:creator><dc:title>"),
    "who changed it last": changed(CORE, "</cp:core", f"<cp:lastModifiedBy>{LATIN}</cp:lastModifiedBy></cp:core"),
    "a title": changed(CORE, "Referral report", f"Referral of {LATIN}"),
    "an attribute of the title": changed(CORE, "<dc:title>", f'<dc:title id="{LATIN}">'),
    "a day": changed(CORE, "</cp:core", "<dcterms:created>2026-12-03T00:00:00Z</dcterms:created></cp:core"),
    "a link outwards": changed(
        RELATIONS,
        "</Relationships>",
        f'<Relationship Id="rId9" Type="{_LINK}/hyperlink" Target="https://{LATIN}.example" TargetMode="External"/>'
        "</Relationships>",
    ),
    "a template from elsewhere": changed(RELATIONS, 'Target="settings.xml"', f'Target="{LATIN}.xml"'),
    "a kind of part": changed(TYPES, "</Types>", f'<Default Extension="{LATIN}" ContentType="text/xml"/></Types>'),
    "a style of its own": changed(STYLES, "</w:styles>", f'<w:style w:styleId="{LATIN}"/></w:styles>'),
    "a variable": changed(SETTINGS, "</w:settings>", f'<w:docVar w:name="{LATIN}"/></w:settings>'),
    "comments": with_part("word/comments.xml", f"<w:comments>{LATIN}</w:comments>"),
    "data of one's own": with_part("customXml/item1.xml", f"<a>{LATIN}</a>"),
    "properties of the program": with_part("docProps/app.xml", f"<Properties>{LATIN}</Properties>"),
    "a thumbnail": with_part("docProps/thumbnail.jpeg", LATIN),
    "macros": with_part("word/vbaProject.bin", LATIN),
    "an embedded file": with_part("word/embeddings/oleObject1.bin", LATIN),
    "an empty part of a telling name": with_part(f"word/{LATIN}.xml", ""),
    "a part less": lambda: zipped({name: part for name, part in parts_of(clean()).items() if name != STYLES}),
    "parts in another order": lambda: zipped(dict(reversed(parts_of(clean()).items()))),
    "a part twice": _twice,
    "a comment on the file": lambda: zipped(parts_of(clean()), comment=LATIN.encode()),
    "a comment on a part": lambda: zipped(parts_of(clean()), _said),
    "an extra field": lambda: zipped(parts_of(clean()), _with_extra),
    "a time": lambda: zipped(parts_of(clean()), _at_noon),
    "another system": lambda: zipped(parts_of(clean()), _of_windows),
    "bytes before it": lambda: LATIN.encode() + clean(),
    "bytes behind it": lambda: clean() + LATIN.encode(),
    "packed parts": _packed,
    "no file of its kind": LATIN.encode,
    "nothing": lambda: b"",
    "a file without parts": lambda: zipped({}),
    "cut": lambda: clean()[:-100],
    "letters of another code": lambda: zipped(parts_of(clean()) | {BODY: LATIN.encode("utf-16")}),
}  # fmt: skip


@each(PLANTED)
def test_whatever_is_planted_in_the_document_stops_it(plant: Callable[[], bytes]) -> None:
    assert read(plant())[0].found != []


@pytest.mark.long_after(3)
@pytest.mark.parametrize(
    "planted",
    [
        "a word in the text",
        "a link outwards",
        "a comment on the file",
        "an author",
        "the header",
        "a deletion",
        "a style",
    ],
)
def test_a_planted_name_is_told_as_the_form_that_it_is(planted: str) -> None:
    found = examine(task_for(DOSSIER, docx=PLANTED[planted]())).findings
    assert [each for each in found if each.forms == (0,)]
    assert {each.where.partition(":")[0].partition(" ")[0] for each in found} == {"docx"}


def test_a_name_that_was_approved_by_mistake_is_found_in_the_document_too() -> None:
    told = dossier(*SECTIONS, section("note", ("text", f"{CYRILLIC} told it.")))
    result = examine(task_for(told))
    assert (Check.FORMS, "docx: text") in {(each.check, each.where) for each in result.findings}
    assert checks_failed(result) == {Check.FORMS}


@pytest.mark.tool("soffice")
@each({"English": COVER, "Russian": FULL})
def test_another_program_opens_the_document_and_shows_the_approved_text(cover: Cover, tmp_path: Path) -> None:
    """Its fonts are ours: it has the same letters wherever it runs."""
    told = dossier(*SECTIONS, section("note", ("date", "2024-03"), ("text", f"{ARABIC}\n[P-7KQ] & <b>")))
    report = make_report(told, cover)
    file, fonts = tmp_path / "report.docx", tmp_path / "fonts.conf"
    file.write_bytes(render_docx(report))
    folders = "".join(f"<dir>{folder}</dir>" for folder in font_folders())
    fonts.write_text(f"<fontconfig>{folders}<cachedir>{tmp_path}</cachedir></fontconfig>", "utf-8")
    subprocess.run(
        ["soffice", f"-env:UserInstallation={tmp_path.as_uri()}/p", "--headless", "--convert-to", "pdf", file.name],
        cwd=tmp_path, check=True, capture_output=True, timeout=300,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "FONTCONFIG_FILE": str(fonts)},
    )  # fmt: skip
    findings = Findings()
    reading = replace(read_with_pdfium(file.with_suffix(".pdf").read_bytes()), reader="soffice")
    check_text(reading, [Approved(*line) for line in approved_lines(report)], top_of_document(report), findings)
    assert findings.found == []
