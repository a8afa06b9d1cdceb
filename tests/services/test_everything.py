"""All that a member may read, in one sealed file: whole, of nobody else, for a confirmed key, and told in the log."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.services.office import Office
from vault.access.session import Session
from vault.casework.document import Document, DocumentKind
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import BrokenSealError, RefusedError, UsageError
from vault.ids import CompartmentId
from vault.progress import CancelledError
from vault.records.work import Entry
from vault.seal.age import make_identity, open_with, recipient_of
from vault.services import case_papers
from vault.services.case_papers import list_in
from vault.services.cases import case_people, cases, notes, sections
from vault.services.evidence import log_checking
from vault.services.exports import partners
from vault.services.exports.full_export import export_all

KEY = make_identity()
NAME = "Own archive"


@pytest.fixture
def case(session: Session) -> CompartmentId:
    partners.add(session, name=NAME, age_recipient=recipient_of(KEY), compared=True)
    made = cases.create(session, title="A matter", kind="asylum").case
    case_people.add(session, made, role="client", names=["Zarina Quill", "Зарина"], phones=["0555 123456"])
    notes.add(session, made, Note(NoteKind.CONTACT, "She called"))
    return made


def opened(path: Path) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(open_with(KEY, path.read_bytes())), mode="r:") as tar:
        members = tar.getmembers()
        assert all(member.isfile() and not member.name.startswith(("/", "..")) for member in members)
        return {member.name: content.read() for member in members if (content := tar.extractfile(member)) is not None}


def records_of(files: dict[str, bytes], case: CompartmentId) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(files[f"cases/{case.hex()}/records.json"])
    return rows


def test_records_sections_and_papers_are_in_it_and_no_key(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    section = sections.create(session, case, what="health", title="Doctors")
    sections.add_note(session, section, Note(NoteKind.MEDICAL, "Fell ill"))
    content = b"%PDF-1.4 an order" * 100_000
    (tmp_path / "order.pdf").write_bytes(content)
    case_papers.add_paper(session, case, tmp_path / "order.pdf", {"kind": "detention-order"})
    seen: list[int] = []
    done = export_all(session, to=NAME, out=tmp_path / "all.age", progress=lambda at, of: seen.append(at))
    assert (done.cases, done.documents, done.missing, seen) == (1, 1, 0, [0, 1])
    files = opened(tmp_path / "all.age")
    about = json.loads(files["export.json"])
    assert (about["format"], about["version"], about["cases"]) == ("casevault-full-export", 1, 1)
    rows = records_of(files, case)
    assert len(rows) == done.records
    by_kind = {row["kind"]: row for row in rows if row["section"] is None}
    assert [name["text"] for name in by_kind["person"]["fields"]["names"]] == ["Zarina Quill", "Зарина"]
    assert about["members"][by_kind["person"]["by"]]
    assert [row["fields"]["text"] for row in rows if row["kind"] == "note"] == ["She called", "Fell ill"]
    assert [row["section"] for row in rows if row["kind"] == "note"] == [None, "health"]
    document = by_kind["document"]
    assert files[document["content"]] == content
    assert {"body", "extracted"}.isdisjoint(document["fields"])
    assert log_checking.verify(session).verified
    with pytest.raises(BrokenSealError):
        open_with(make_identity(), (tmp_path / "all.age").read_bytes())


def test_it_leaves_for_a_confirmed_key_alone_and_never_over_a_file(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    out = tmp_path / "all.age"
    partners.add(session, name="Somebody new", age_recipient=recipient_of(make_identity()))
    with pytest.raises(RefusedError, match="is not confirmed"):
        export_all(session, to="Somebody new", out=out)
    assert not out.exists()
    out.write_bytes(b"there")
    with pytest.raises(RefusedError, match="exists already"):
        export_all(session, to=NAME, out=out)
    assert out.read_bytes() == b"there"


def test_what_is_stopped_leaves_nothing(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        export_all(session, to=NAME, out=tmp_path / "all.age", cancelled=lambda: True)
    assert list(tmp_path.glob("*.age")) == []


def _forged() -> bytes:
    """Return a tar that ends, with an export of nobody."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("export.json")
        member.size = len(b"{}")
        tar.addfile(member, io.BytesIO(b"{}"))
    return made.getvalue()


def test_a_paper_of_which_the_record_is_false_brings_no_file_and_stops_nothing(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    content = bytes(512) + _forged()
    true = {"size": len(content), "hash": hashlib.sha256(content).digest()}
    false: list[dict[str, Any]] = [{"size": 512}, {"size": 50_000_000}, {"size": 1 << 62}, {"hash": bytes(32)}]
    (tmp_path / "order.bin").write_bytes(content)
    for facts in ({}, *false):
        record = case_papers.add_paper(session, case, tmp_path / "order.bin", {"kind": DocumentKind.OTHER}).record
        (paper,) = (paper for paper in list_in(session, case) if paper.record == record)
        told = {**true, **facts}
        body = replace(paper.value.body, size=told["size"])
        with session.work(case) as work:
            work.keep(case, replace(paper.value, body=body, content_hash=told["hash"]), record, [paper.version])
            work.commit(Entry(act="document.add", covers={Document.KIND: 1}))
    done = export_all(session, to=NAME, out=tmp_path / "all.age")
    assert (done.documents, done.missing) == (1, len(false))
    files = opened(tmp_path / "all.age")
    named = {row["content"] for row in records_of(files, case) if row["kind"] == "document"}
    (name,) = named - {None}
    assert sorted(files) == sorted(["export.json", f"cases/{case.hex()}/records.json", name])
    assert files[name] == content
    assert json.loads(files["export.json"])["format"] == "casevault-full-export"


def test_what_others_hold_is_not_in_it(office: Office, tmp_path: Path) -> None:
    with office.open(office.nadia) as nadia:
        cases.create(nadia, title="Hers alone", kind="asylum")
    with office.open(office.amina) as amina, pytest.raises(UsageError, match="there is nothing to export"):
        export_all(amina, to=NAME, out=tmp_path / "all.age")
