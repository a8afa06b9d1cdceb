"""What leaves a case holds none of LEAK-66 in any output, however its reader opens it."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from html import unescape
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.attacks.conftest import RECIPIENT
from tests.attacks.leak_corpus import BORN, HER, HIM, OF_ANOTHER_CASE, PASSPORT, PHONE, TEXT, WORKER, Disguise
from tests.attacks.test_hidden_words import words_of
from tests.services import consenting
from tests.tables import each
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.export.leakcheck.boilerplate import leaves_of
from vault.export.leakcheck.examine import read_with_pdfium
from vault.export.leakcheck.structure import inflated
from vault.export.leakcheck.verdict import Findings
from vault.export.page import sealed_in
from vault.ids import CompartmentId
from vault.seal.age import make_identity, open_with, recipient_of
from vault.seal.page_seal import open_page
from vault.services.cases import case_people, cases, notes
from vault.services.exports import exporting, page_words, partners
from vault.services.exports.export_material import Wish

IDENTITY = make_identity()
WITHOUT_KEY = "Klinik Ostheim"
Left = Mapping[str, list[str]]  # by output, what its readers read
_CODE = re.compile(r"\[P-([^\]]*)\](\w?)")


def case_of_all(session: Session) -> CompartmentId:
    """Return a case whose notes hold the whole corpus."""
    partners.add(session, name=RECIPIENT, age_recipient=recipient_of(IDENTITY), compared=True)
    partners.add(session, name=WITHOUT_KEY)
    other = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, other, role="client", names=list(OF_ANOTHER_CASE))
    case = cases.create(session, title="S", kind="asylum").case
    case_people.add(
        session, case, role="client", names=list(HER), born=BORN, phones=[PHONE], documents=[f"passport:{PASSPORT}"]
    )
    case_people.add(session, case, role="witness", names=list(HIM))
    case_people.add(session, case, role="worker", names=[WORKER])
    for disguise in TEXT.values():
        notes.add(session, case, Note(NoteKind.INTERVIEW, disguise.said, "2026-03-01"))
    return case


def members_of(tar: bytes) -> dict[str, bytes]:
    """Return the files of a package as the script of a page cuts them out."""
    found, at = {}, 0
    while at < len(tar) and tar[at]:
        name, size = tar[at : at + 100].rstrip(b"\0").decode(), int(tar[at + 124 : at + 135], 8)
        found[name] = tar[at + 512 : at + 512 + size]
        at += 512 + -(-size // 512) * 512
    return found


def strings_of(data: bytes) -> list[str]:
    return [text for key, value in leaves_of(json.loads(data), "") for text in (key, str(value))]


def read_by_others(tar: bytes) -> dict[str, list[str]]:
    """Return what is read in each output of a package: pages by two readers, and every part, string and byte."""
    members = members_of(tar)
    pdf, docx = PdfReader(io.BytesIO(members["report.pdf"])), zipfile.ZipFile(io.BytesIO(members["report.docx"]))
    parts = {name: docx.read(name).decode() for name in docx.namelist()}
    streams = inflated(members["report.pdf"], Findings())
    return {
        "PDF": [
            read_with_pdfium(members["report.pdf"]).text(),
            "\n".join(page.extract_text() for page in pdf.pages),
            *(text for stream in streams for text in (stream.decode("latin-1"), stream.decode("utf-8", "replace"))),
        ],
        "DOCX": [
            *docx.namelist(),
            *(unescape(re.sub("<[^<>]*>", "\n", text)) for text in parts.values()),
            *(unescape(re.sub("<[^<>]*>", "", text)) for text in parts.values()),
            *(unescape(text) for text in parts.values()),
        ],
        "JSON": [members["data.json"].decode(), *strings_of(members["data.json"])],
        "manifest": [members["manifest.json"].decode(), *strings_of(members["manifest.json"])],
        "container": [tar.decode("utf-8", "replace"), tar.decode("latin-1"), *members],
    }


def all_that_left(session: Session, out: Path) -> dict[str, list[str]]:
    """Export the case for a key and as a page; return by output what its readers read."""
    case = case_of_all(session)
    left: dict[str, list[str]] = {}
    for name in (RECIPIENT, WITHOUT_KEY):
        done = consenting.export(session, case, Wish("lawyer", name, take_proposals=True), out=out)
        assert isinstance(done, exporting.Exported), done
        file = done.path.read_bytes()
        if done.is_page:
            words = page_words.find_page(session, case, done.package.hex()).kept.value.words
            tar = open_page(words, sealed_in(file))
        else:
            tar = open_with(IDENTITY, file)
        kind = "page" if done.is_page else "for a key"
        left |= {f"{output}, {kind}": texts for output, texts in read_by_others(tar).items()}
        left[f"file, {kind}"] = [done.path.name, file.decode("utf-8", "replace"), *done.pages]
    left["text beside it"] = [file.read_text("utf-8") for file in out.glob("*.txt")]
    return left


@pytest.fixture
def left(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Left:
    """What left, and the names of all files that were written."""
    for folder in ("out", "temporary"):
        (tmp_path / folder).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    told = all_that_left(session, tmp_path / "out")
    told["names of files"] = [file.name for name in ("out", "temporary") for file in (tmp_path / name).rglob("*")]
    return told


@cache
def _words(text: str) -> str:
    return words_of(text)


def _no_form_of(disguise: Disguise, left: Left) -> None:
    leaks = {
        (output, form)
        for output, texts in left.items()
        for form in disguise.hidden
        if any(form in text or _words(form) in _words(text) for text in texts)
    }
    assert leaks == set()


def _what_is_looked_for_would_be_found(left: Left) -> None:
    kinds = {f"{output}, {kind}" for output in ("PDF", "DOCX", "JSON", "manifest", "container", "file")
             for kind in ("page", "for a key")}  # fmt: skip
    assert kinds | {"text beside it", "names of files"} == left.keys()
    for output, texts in left.items():
        if output.startswith(("PDF", "DOCX", "JSON")):
            assert any("again" in text for text in texts), output


def _codes_have_one_width_and_no_ending_and_join_no_two_packages(left: Left) -> None:
    found = {kind: _CODE.findall(left[f"JSON, {kind}"][0]) for kind in ("page", "for a key")}
    assert {(len(code), ending) for codes in found.values() for code, ending in codes} == {(3, "")}
    page, key = ({code for code, _ in codes} for codes in found.values())
    assert page
    assert not page & key


def _only_what_was_asked_for_is_on_the_disk(left: Left) -> None:
    assert sorted(name.partition(".")[2] for name in left["names of files"]) == ["age", "html", "mail.txt"]


# One test: the files are made once.
@each(
    {
        **{name: partial(_no_form_of, disguise) for name, disguise in TEXT.items()},
        "0 what is looked for would be found": _what_is_looked_for_would_be_found,
        "35 36 37 codes": _codes_have_one_width_and_no_ending_and_join_no_two_packages,
        "64 files": _only_what_was_asked_for_is_on_the_disk,
    }
)
def test_no_row_of_the_corpus_leaves_in_any_output(holds: Callable[[Left], None], left: Left) -> None:
    holds(left)
