"""A name that somebody else chose never says where this program writes: of a file in a question, package or backup."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from msgspec.structs import replace

from tests.attacks.test_questions_by_file import CODED, files_of, question
from tests.services.organisation import AMINA, SELIN, Organisation, full_name
from tui.screens.cases.paper import file_name
from vault.errors import MalformedError, VaultError, VerificationError
from vault.export import archive
from vault.services.approvals import by_file, second_person
from vault.services.approvals.question import ApprovalQuestion
from vault.services.backups.backup_folder import BackupFolder, require_undamaged, write_digests

HOSTILE = (
    "{outside}",
    "../outside",
    "look/../../outside",
    "sub/file",
    "..",
    ".",
    "",
    ".bashrc",
    "..\\outside",
    "C:\\outside",
    "report.pdf\0",
    "report.pdf/",
    "Report.pdf",
    "a" * 5_000,
    "\u202efdp.tropeR",
)


def names(tmp_path: Path) -> list[str]:
    return [name.format(outside=tmp_path / "outside") for name in HOSTILE]


def tree(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}


def digests(files: Mapping[str, bytes]) -> list[list[Any]]:
    return [[name, sha256(content).digest()] for name, content in sorted(files.items())]


def test_a_question_writes_no_file_but_the_two_of_a_report(tmp_path: Path) -> None:
    """Whatever reached the writing: it asks no name of the question."""
    (tmp_path / "outside").write_bytes(b"mine")
    contents = dict.fromkeys(names(tmp_path), b"theirs") | {"report.pdf": b"%PDF"}
    before = tree(tmp_path)
    by_file.write_files(question({}, contents=contents), tmp_path / "look")
    assert tree(tmp_path) - before == {Path("look"), Path("look/report.pdf")}
    assert (tmp_path / "outside").read_bytes() == b"mine"


def test_a_question_with_files_that_its_act_does_not_have_is_not_read(
    organisation: Organisation, tmp_path: Path
) -> None:
    """By file, as it comes from a program that is the asker's own."""
    (tmp_path / "outside").write_bytes(b"mine")
    report = files_of(CODED)
    erase = question({}, act="erase", of={"versions": [bytes(32)], "why": "retention"})
    wanted: dict[str, ApprovalQuestion] = {"an erasure that shows a report": replace(erase, contents=report)}
    for name in names(tmp_path):
        files = {name: b"theirs"}
        named = {**erase.of, "files": digests(files)}
        wanted[f"an erasure with {name[:60]!r}"] = replace(erase, contents=files)
        wanted[f"an erasure that names {name[:60]!r}"] = replace(erase, of=named, contents=files)
        wanted[f"an export with {name[:60]!r}"] = question(report | files)
    taken = []
    with organisation.open(AMINA) as amina:
        approver = [second_person.approver_named(amina, full_name(SELIN))]
        expires_ms = amina.log.now_ms() + 3_600_000
        for at, each in enumerate(wanted.values()):
            by_file.ask(amina, replace(each, expires_ms=expires_ms), approver, tmp_path / f"question-{at}")
    with organisation.open(SELIN) as selin:
        for at, name in enumerate(wanted):
            try:
                by_file.read_question(selin, tmp_path / f"question-{at}")
            except VerificationError:
                continue
            taken.append(name)
    assert taken == []
    assert (tmp_path / "outside").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("act", "of"),
    [
        ("erase", {"versions": [bytes(32)], "why": "mistake", "files": []}),
        ("erase", {"versions": [bytes(32)], "why": "mistake", "note": "all of it is empty"}),
        ("erase", {"versions": [bytes(32)]}),
        ("break.glass", {"case": bytes(16), "seats": [], "until": 1, "why": "emergency", "files": []}),
        ("export.begin", {"files": [], "profile": "", "purpose": "", "recipient": "", "versions": [bytes(32)]}),
        ("seat.end", {}),
    ],
)
def test_a_question_of_other_things_than_its_act_is_done_with_is_refused(act: str, of: dict[str, Any]) -> None:
    with pytest.raises(VerificationError, match="other things than such an act is done with"):
        question({}, act=act, of=of).require_true()


def test_a_package_with_a_file_of_any_other_name_is_not_opened(tmp_path: Path) -> None:
    contents = dict.fromkeys(archive.MEMBERS, b"x")
    packed, opened = archive.pack(contents), []
    for name in names(tmp_path):
        old, new = b"report.pdf".ljust(100, b"\0"), name.encode()[:100].ljust(100, b"\0")
        if old == new:
            continue
        try:
            archive.unpack(packed.replace(old, new))
        except MalformedError:
            continue
        opened.append(name)
    assert opened == []


def test_a_backup_whose_list_names_any_other_file_is_not_copied(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backup")
    folder.path.mkdir()
    for path in (folder.keys, folder.key_rows, folder.database):
        path.write_bytes(b"x")
    write_digests(folder)
    whole, taken = folder.digests.read_bytes(), []
    (tmp_path / "outside").write_bytes(b"x")
    for name in names(tmp_path):
        folder.digests.write_bytes(whole + f"{sha256(b'x').hexdigest()}  {name}\n".encode())
        try:
            require_undamaged(folder)
        except VaultError:
            continue
        taken.append(name)
    assert taken == []


def test_a_paper_is_written_into_the_folder_that_was_named_and_under_no_hidden_name(tmp_path: Path) -> None:
    written = [file_name(name) for name in names(tmp_path)]
    assert [name for name in written if name != PureWindowsPath(name).name or name.startswith(".")] == []
    assert all((tmp_path / name).parent == tmp_path for name in written)
    assert [file_name(name) for name in ("order.jpg", "r\u00e9cit 2.pdf", "")] == [
        "order.jpg",
        "r\u00e9cit 2.pdf",
        "paper",
    ]
