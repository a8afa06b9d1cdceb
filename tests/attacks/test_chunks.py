"""Who has the disk, or the database's key, changes the chunks of a paper: refused, named, and no file is left."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.attacks.test_full_disk import small_disk
from tests.services.conftest import filled, filled_session, filled_template
from tests.services.founded import Filled
from tests.services.founded import Place as Home
from tests.services.test_papers import add, chunk_files, paper
from tests.tables import each
from vault.access.session import Session
from vault.errors import BrokenSealError, NotFoundError, TryAgainError, VerificationError
from vault.records.attachments import seal_into
from vault.records.work import Entry
from vault.seal.attachments import Names
from vault.seal.bodies import CHUNK_SIZE
from vault.services.cases.editing import Place
from vault.services.papers import papers
from vault.store.blobs import Blobs
from vault.store.rowtypes import AttachmentRow

__all__ = ["filled", "filled_session", "filled_template"]  # fixtures


def of(session: Session, place: Place) -> tuple[AttachmentRow, Names]:
    body = papers.show(session, place).value.body
    with session.database.reading() as rows:
        (row,) = rows.attachments_named(body.digest)
    return row, Names.decode(row.names)


def refused(session: Session, place: Place, tmp_path: Path, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        papers.save(session, place, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def overwrite(blobs: Blobs, name: bytes, data: bytes) -> None:
    blobs.path(name).write_bytes(data)


def exchanged(blobs: Blobs, names: Names) -> None:
    first, second = (blobs.path(name) for name in names.chunks[:2])
    held = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(held)


FILES: dict[str, tuple[Callable[[Blobs, Names], object], str]] = {
    "reordered": (exchanged, "altered"),
    "a bit": (lambda b, n: overwrite(b, n.chunks[1], _flipped(b.path(n.chunks[1]).read_bytes())), "altered"),
    "cut": (lambda b, n: overwrite(b, n.chunks[0], b.path(n.chunks[0]).read_bytes()[:-1]), "altered"),
    "longer": (lambda b, n: overwrite(b, n.chunks[0], b.path(n.chunks[0]).read_bytes() + b"x"), "longer"),
    "empty": (lambda b, n: overwrite(b, n.chunks[0], b""), "altered"),
    "missing": (lambda b, n: b.path(n.chunks[1]).unlink(), "part 2 of 3 of the document is missing"),
    "all missing": (lambda b, n: b.delete(n.chunks), "part 1 of 3 of the document is missing"),
}


def _flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


@each(FILES)
def test_a_changed_chunk_is_refused_and_named(
    change: Callable[[Blobs, Names], object], words: str, filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    place = add(filled_session, filled.cases[0], paper(tmp_path, 2 * CHUNK_SIZE + 500))
    blobs = Blobs(filled_session.folder.blobs_dir)
    change(blobs, of(filled_session, place)[1])
    refused(filled_session, place, tmp_path, VerificationError, words)


def test_names_that_somebody_with_the_database_made_are_not_those_of_the_list(
    filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    session = filled_session
    place = add(session, filled.cases[0], paper(tmp_path, 2 * CHUNK_SIZE + 500))
    row, names = of(session, place)
    spliced = Names(names.commitment, names.chunks[::-1]).encode()
    with session.database.transaction() as rows:
        rows.delete_attachments([row])
        rows.add_attachments([AttachmentRow(row.digest, row.compartment, spliced)])
    refused(session, place, tmp_path, NotFoundError, "not on this device")


def test_a_body_that_another_record_names_does_not_open_as_its_own(
    filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    """A member copies the digest of somebody's paper into a record of theirs, with a key of their own."""
    session, case = filled_session, filled.cases[0]
    victim = papers.show(session, add(session, case, paper(tmp_path, CHUNK_SIZE + 9))).value
    own = papers.show(session, add(session, case, paper(tmp_path, CHUNK_SIZE + 9))).value
    forged = type(own.body)(victim.body.digest, own.body.id, own.body.key, own.body.size)
    with pytest.raises(BrokenSealError):
        list(papers.content_of(session, forged))
    longer = type(own.body)(own.body.digest, own.body.id, own.body.key, own.body.size + 3 * CHUNK_SIZE)
    with pytest.raises(VerificationError):
        list(papers.content_of(session, longer))


def test_removing_takes_no_chunk_that_another_compartment_names(
    filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    session = filled_session
    source = paper(tmp_path, 2 * CHUNK_SIZE)
    victim = add(session, filled.cases[0], source)
    row, _ = of(session, victim)
    with session.database.transaction() as rows:  # as somebody's log would list it in a case of theirs
        rows.add_attachments([AttachmentRow(row.digest, filled.cases[1], row.names)])
    stolen = papers.show(session, victim).value
    with session.work(filled.cases[1]) as work:
        record = work.keep(filled.cases[1], stolen)
        work.commit(Entry(act="file.add"))
    papers.remove(session, Place(filled.cases[1], record, "document"))
    papers.save(session, victim, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == source.read_bytes()


@pytest.mark.tool("mount", "umount")
def test_a_full_disk_while_adding_is_one_clear_error_and_leaves_nothing(filled: Filled, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 40 << 20) as disk:
        home = Home(disk / "office.vault", filled.state)
        shutil.copytree(filled.path, home.path)
        with home.open() as session:
            with pytest.raises(TryAgainError, match="no room"):
                add(session, filled.cases[0], paper(tmp_path, 30 << 20))
            free = os.statvfs(disk)
            size = free.f_bavail * free.f_frsize
            with pytest.raises(TryAgainError, match="no room"):  # where the system did not tell beforehand
                seal_into(Blobs(session.folder.blobs_dir), session.vault, _zeros(size), size)
            assert chunk_files(session) == []
            add(session, filled.cases[0], paper(tmp_path, 100_000))


def _zeros(size: int) -> Iterator[bytes]:
    for at in range(0, size, CHUNK_SIZE):
        yield bytes(min(CHUNK_SIZE, size - at))
