"""Bytes of papers altered in `blobs` or in the database: none counts as whole, none leaves, and a true one comes in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.attacks.test_chunks import of
from tests.services.conftest import filled, filled_session, filled_template
from tests.services.founded import Filled
from tests.services.organisation import AMINA, JOEL, Organisation, give
from tests.services.test_papers import add, chunk_files, paper
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import CompartmentId
from vault.seal.bodies import CHUNK_SIZE, Names
from vault.services import case_papers, paper_text
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.projection.stored_records import extracted_text
from vault.store.blobs import CHUNK_FILE_SIZE, Blobs
from vault.store.rows import Rows
from vault.store.rowtypes import TailRow

__all__ = ["filled", "filled_session", "filled_template"]  # fixtures

SIZE = 2 * CHUNK_SIZE + 500
ZEROS = bytes(CHUNK_FILE_SIZE)


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    with organisation.open(AMINA) as amina:
        made = cases.create(amina, title="A title", kind="asylum").case
        sharing.grant(amina, made, organisation.members(JOEL))
    return made


def here(session: Session) -> tuple[bool, int]:
    found = log_checking.verify(session)
    return found.verified, found.contents.here


@pytest.mark.long
@pytest.mark.parametrize("when", ["before it came", "after it came"])
def test_zeros_in_place_of_a_chunk_are_replaced_by_what_a_bundle_brings(
    when: str, organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    source = paper(tmp_path, SIZE)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        place = add(amina, case, source)
        bundle = syncing.make(amina, joel.member, tmp_path / "for-joel.bundle").path
        if when == "after it came":
            syncing.import_bundle(joel, bundle)
        theirs, blobs = chunk_files(amina), Blobs(joel.folder.blobs_dir)
        for chunk in theirs:
            blobs.put(bytes.fromhex(chunk.name), ZEROS)
        syncing.import_bundle(joel, bundle)
        assert here(joel) == (True, 1)
        case_papers.save(joel, place, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == source.read_bytes()


def test_a_paper_with_an_altered_chunk_stays_out_of_a_bundle_and_goes_once_it_is_whole(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    source = paper(tmp_path, SIZE)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        place = add(amina, case, source)
        chunk = chunk_files(amina)[0]
        true = chunk.read_bytes()
        chunk.write_bytes(ZEROS)
        whole = add(amina, case, paper(tmp_path, SIZE, "other.pdf"))
        made = syncing.make(amina, joel.member, tmp_path / "first.bundle")
        assert (made.documents, made.left_out) == (1, 1)
        assert ZEROS[:1000] not in made.path.read_bytes()
        syncing.import_bundle(joel, made.path)
        case_papers.save(joel, whole, tmp_path / "other")
        assert here(joel) == (True, 1)
        give(joel, amina, tmp_path)
        chunk.write_bytes(true)
        made = syncing.make(amina, joel.member, tmp_path / "second.bundle")
        assert (made.documents, made.left_out) == (1, 0)
        syncing.import_bundle(joel, made.path)
        case_papers.save(joel, place, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == source.read_bytes()


def _as_row(rows: Rows, blobs: Blobs, names: Names) -> None:
    name = names.chunks[0]
    rows.add_tails([TailRow(name, blobs.path(name).read_bytes())])
    blobs.path(name).unlink()


def _as_file(rows: Rows, blobs: Blobs, names: Names) -> None:
    name = names.chunks[-1]
    blobs.put(name, rows.tail(name) or b"")
    rows.delete_tails([name])


@pytest.mark.parametrize("move", [_as_row, _as_file], ids=["a full chunk as a row", "a last chunk as a file"])
def test_a_chunk_at_the_place_of_another_kind_is_missing_for_all_who_look(
    move: Callable[[Rows, Blobs, Names], None], filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    session = filled_session
    place = add(session, filled.cases[0], paper(tmp_path, SIZE))
    names = of(session, place)[1]
    with session.database.transaction() as rows:
        move(rows, Blobs(session.folder.blobs_dir), names)
    with pytest.raises(VerificationError, match="missing"):
        case_papers.save(session, place, tmp_path / "out")
    found = log_checking.verify(session)
    assert (found.verified, found.contents.missing) == (False, 1)


def _names(rows: Rows, names: Names) -> None:
    rows.driver.execute("UPDATE attachment SET names = ? WHERE digest = ?", (bytes(64), names.digest))


def _names_of_no_type(rows: Rows, names: Names) -> None:
    rows.driver.execute("UPDATE attachment SET names = 'text' WHERE digest = ?", (names.digest,))


def _last_chunk(rows: Rows, names: Names) -> None:
    rows.driver.execute("UPDATE tail SET bytes = zeroblob(272) WHERE name = ?", (names.chunks[-1],))


def _last_chunk_and_row(rows: Rows, names: Names) -> None:
    _last_chunk(rows, names)
    rows.driver.execute("DELETE FROM attachment WHERE digest = ?", (names.digest,))


def _versions(rows: Rows, _names: Names) -> None:
    rows.driver.execute(
        "UPDATE version SET blob = zeroblob(300) WHERE compartment IN (SELECT compartment FROM attachment)"
    )


IN_PLACE = {
    "names": _names,
    "names of another type": _names_of_no_type,
    "a last chunk": _last_chunk,
    "a last chunk, and no row": _last_chunk_and_row,
    "versions": _versions,
}


@pytest.mark.long
def test_what_was_altered_in_place_is_told_and_comes_again_with_the_bundle(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    source = paper(tmp_path, SIZE)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        notes.add(amina, case, Note(NoteKind.CONTACT, "she called"))
        place = add(amina, case, source)
        names = of(amina, place)[1]
        bundle = syncing.make(amina, joel.member, tmp_path / "for-joel.bundle").path
        syncing.import_bundle(joel, bundle)
        for name, alter in IN_PLACE.items():
            with joel.database.transaction() as rows:
                alter(rows, names)
            assert log_checking.verify(joel).verified is (alter is _last_chunk_and_row), name
            syncing.import_bundle(joel, bundle)
            assert here(joel) == (True, 1), name
            case_papers.save(joel, place, tmp_path / name)
            assert (tmp_path / name).read_bytes() == source.read_bytes(), name


def test_a_record_that_says_another_size_opens_neither_the_content_nor_the_text_that_was_read(
    filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    session = filled_session
    (tmp_path / "letter.txt").write_text("The court of Vellanor holds him until the thirtieth.")
    place = add(session, filled.cases[0], tmp_path / "letter.txt")
    paper_text.read_and_keep(session, place)
    document = case_papers.show(session, place).value
    assert document.extracted is not None
    assert extracted_text(session, document.extracted)
    for more in (-1, 1):
        assert extracted_text(session, replace(document.extracted, size=document.extracted.size + more)) == ""
        with pytest.raises(VerificationError, match="size"):
            list(case_papers.content_of(session, replace(document.body, size=document.body.size + more)))


def test_a_row_of_tail_that_no_paper_names_goes_at_the_next_unlock(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        add(session, filled.cases[0], paper(tmp_path, 700))
        with session.database.transaction() as rows:
            kept = rows.tail_names()
            rows.add_tails([TailRow(bytes(32), b"left")])
        assert log_checking.verify(session).contents.stray == 1
    with filled.open() as session:
        found = log_checking.verify(session)
        assert (found.verified, found.contents.here, found.contents.stray) == (True, 1, 0)
        with session.database.reading() as rows:
            assert rows.tail_names() == kept
