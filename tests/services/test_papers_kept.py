"""Contents of documents in verification, backups and restored vaults: here, erased, missing and stray are told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.erased import erase_record
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place
from tests.services.test_papers import add, chunk_files, paper
from tests.tables import each
from tests.vectors.independent import attachments, backups, opening
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.seal.bodies import CHUNK_SIZE
from vault.services import case_papers
from vault.services.backups import backups as backing_up
from vault.services.backups import restoring
from vault.services.cases import notes
from vault.services.evidence import log_checking


def counts(session: Session) -> dict[str, int]:
    return {name: count for name, count in log_checking.verify(session).contents.counts().items() if count}


def test_verification_tells_what_is_here_erased_missing_and_stray_and_stops_no_work(
    filled: Filled, tmp_path: Path
) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        add(session, case, paper(tmp_path, 100))
        add(session, case, paper(tmp_path, 2 * CHUNK_SIZE))
        erase_record(session, add(session, case, paper(tmp_path, 3 * CHUNK_SIZE)))
        assert counts(session) == {"here": 2, "erased": 1}
        lost, *_ = chunk_files(session)
        stray = lost.with_name(lost.name[:2] + "0" * 62)
        lost.rename(stray)
        found = log_checking.verify(session)
        assert found.contents.counts() == {"here": 1, "not_fetched": 0, "erased": 1, "missing": 1, "stray": 1}
        (fault,) = found.faults
        assert "1 of 3 parts of a document are missing or were altered" in str(fault.message)
        notes.add(session, case, Note(NoteKind.CONTACT, "work goes on"))
        session.require_sound_log(case)
    with filled.open() as session:
        assert session.warnings == ()
        session.require_sound_log(case)
        stray.rename(lost)
        assert log_checking.verify(session).verified


def test_a_backup_and_the_vault_made_of_it_hold_every_document(filled: Filled, tmp_path: Path) -> None:
    scan, film = paper(tmp_path, 1000, "scan.pdf"), paper(tmp_path, 4 * CHUNK_SIZE + 77, "film.mp4")
    with filled.open() as session:
        places = [add(session, filled.cases[0], source) for source in (scan, film)]
        made = backing_up.make(session, tmp_path / "stick")
    assert made is not None
    assert (made.documents, made.missing) == (2, 0)
    found = backing_up.verify(made.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=tmp_path / "state")
    assert (found.documents, found.missing) == (2, 0)
    copy = backups.read_backup(made.path, MEMBER, PASSPHRASE.decode())
    assert (copy.faults, copy.whole.faults) == ([], [])
    restoring.restore(
        made.path,
        tmp_path / "new.vault",
        member=MEMBER,
        passphrase=bytearray(PASSPHRASE),
        state=tmp_path / "fresh",
        agree=lambda _: None,
    )
    with Place(tmp_path / "new.vault", tmp_path / "fresh").open() as session:
        for place, source in zip(places, (scan, film), strict=True):
            out = tmp_path / f"out-{source.name}"
            case_papers.save(session, place, out)
            assert out.read_bytes() == source.read_bytes()
        assert log_checking.verify(session).contents.here == 2


def test_a_reader_of_the_page_alone_opens_a_document_and_names_what_is_missing(filled: Filled, tmp_path: Path) -> None:
    source = paper(tmp_path, 2 * CHUNK_SIZE + 31)
    with filled.open() as session:
        add(session, filled.cases[0], source)
    whole = opening.open_folder(filled.path, MEMBER, PASSPHRASE.decode(), state=filled.state)
    assert whole.faults == []
    rows, blobs = whole.everything.rows, filled.path / "blobs"
    assert list(attachments.faults_in(rows, blobs)) == []
    (document,) = whole.shown("document")
    body = attachments.Body.of(document.fields["body"])
    (names,) = (row.names for row in rows.attachments if row.digest == body.digest)
    vault = whole.everything.vault
    assert attachments.opened_body(body, vault, names, attachments.chunks_of(rows, blobs, names)) == source.read_bytes()
    next(path for path in blobs.rglob("*") if path.is_file()).unlink()
    assert [fault.what for fault in attachments.faults_in(rows, blobs)] == ["a missing attachment"]


def _chunks(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "blobs").rglob("*") if path.is_file())


@each({
    "missing": lambda folder: _chunks(folder)[0].unlink(),
    "altered": lambda folder: _chunks(folder)[1].write_bytes(b"x" * (CHUNK_SIZE + 16)),
    "all missing": lambda folder: shutil.rmtree(folder / "blobs"),
})  # fmt: skip
def test_a_backup_that_lost_a_chunk_is_refused(
    change: Callable[[Path], object], backed_up: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy" / str(len(list((tmp_path).glob("copy/*"))))
    shutil.copytree(backed_up, folder)
    change(folder)
    with pytest.raises(VerificationError, match=r"lacks \d parts of documents"):
        backing_up.verify(folder, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=tmp_path / "state")
    whole = backups.read_backup(folder, MEMBER, PASSPHRASE.decode())
    assert "the documents of a backup" in {fault.what for fault in whole.faults}


@pytest.fixture
def backed_up(filled: Filled, tmp_path: Path) -> Path:
    with filled.open() as session:
        add(session, filled.cases[0], paper(tmp_path, 4 * CHUNK_SIZE))
        made = backing_up.make(session, tmp_path / "stick")
    assert made is not None
    return made.path


def test_what_was_lost_before_stops_no_backup_and_is_told(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        add(session, filled.cases[0], paper(tmp_path, 3 * CHUNK_SIZE))
        chunk_files(session)[0].unlink()
        made = backing_up.make(session, tmp_path / "stick")
    assert made is not None
    assert (made.documents, made.missing) == (1, 1)


def test_backups_beside_each_other_go_with_their_chunks(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        add(session, filled.cases[0], paper(tmp_path, 2 * CHUNK_SIZE))
        for _ in range(3):
            made = backing_up.make(session, tmp_path / "stick", keep=2)
    assert made is not None
    assert made.removed == ("backup-1",)
    assert sorted(path.name for path in (tmp_path / "stick").iterdir()) == ["backup-2", "backup-3"]
