"""Who has the disk, the database's key or a bundle changes the chunks of a paper: refused, named, no file is left."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR

import pytest

from tests.attacks.resealing import Row, resealed
from tests.attacks.test_cut_off import small_disk
from tests.services.conftest import filled, filled_session, filled_template
from tests.services.erased import erase_record
from tests.services.founded import Filled
from tests.services.founded import Place as Home
from tests.services.organisation import AMINA, JOEL, Organisation, give
from tests.services.test_papers import add, chunk_files, paper
from tests.tables import each
from tests.vectors.independent import bundles
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import BrokenSealError, NotFoundError, TryAgainError, VaultError, VerificationError
from vault.ids import CompartmentId
from vault.records.attachment_bodies import seal_into
from vault.records.work import Entry
from vault.seal.bodies import CHUNK_SIZE, Names, attachment_place, open_stream
from vault.services import case_papers, paper_text
from vault.services.cases import cases, notes
from vault.services.cases.editing import Place
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.projection.stored_records import extracted_text
from vault.store.blobs import CHUNK_FILE_SIZE, Blobs
from vault.store.rows import Rows
from vault.store.rowtypes import AttachmentRow, TailRow


def of(session: Session, place: Place) -> tuple[AttachmentRow, Names]:
    body = case_papers.show(session, place).value.body
    with session.database.reading() as rows:
        (row,) = rows.attachments_named(body.digest)
    return row, Names.decode(row.names)


def refused(session: Session, place: Place, tmp_path: Path, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        case_papers.save(session, place, tmp_path / "out")
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
    change(Blobs(filled_session.folder.blobs_dir), of(filled_session, place)[1])
    refused(filled_session, place, tmp_path, VerificationError, words)


def test_chunks_of_another_paper_or_another_vault_are_refused_and_named(
    filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    session, blobs = filled_session, Blobs(filled_session.folder.blobs_dir)
    place, other = (add(session, filled.cases[0], paper(tmp_path, 2 * CHUNK_SIZE + 500)) for _ in range(2))
    own, theirs = of(session, place)[1].chunks, of(session, other)[1].chunks
    kept = blobs.path(own[0]).read_bytes()
    for foreign in (blobs.path(theirs[0]).read_bytes(), os.urandom(len(kept))):
        overwrite(blobs, own[0], foreign)
        refused(session, place, tmp_path, VerificationError, own[0].hex())
    overwrite(blobs, own[0], kept)
    case_papers.save(session, place, tmp_path / "whole")
    # Spliced with the right names for it, by who has the database's key: the list names other digests.
    with session.database.transaction() as rows:
        (row,) = rows.attachments_named(case_papers.show(session, place).value.body.digest)
        rows.delete_attachments([row])
        mixed = Names(Names.decode(row.names).commitment, (own[0], theirs[1], own[2])).encode()
        rows.add_attachments([AttachmentRow(row.digest, row.compartment, mixed)])
    refused(session, place, tmp_path, NotFoundError, "not on this device")
    (fault, *_) = log_checking.verify(session).faults
    assert "document" in str(fault.message)


def test_each_byte_of_a_small_paper_is_sealed(filled_session: Session, filled: Filled, tmp_path: Path) -> None:
    session = filled_session
    place = add(session, filled.cases[0], paper(tmp_path, 1))
    names = of(session, place)[1]
    (name,) = names.chunks
    body = case_papers.show(session, place).value.body
    with session.database.reading() as rows:
        sealed = rows.tail(name)
    assert sealed is not None
    assert len(sealed) == 256 + 16
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with session.database.transaction() as rows:
            rows.delete_tails([name])
            rows.add_tails([TailRow(name, changed)])
        with pytest.raises(VerificationError, match=name.hex()):
            list(case_papers.content_of(session, body))
        with pytest.raises(BrokenSealError):  # were there a second chunk of that hash
            list(open_stream(body.key, attachment_place(session.vault, body.id), iter((names.commitment, changed))))
    refused(session, place, tmp_path, VerificationError, "altered")
    (fault,) = log_checking.verify(session).faults
    assert "1 of 1 parts of a document" in str(fault.message)


def test_a_body_that_another_record_names_does_not_open_as_its_own(
    filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    """A member copies the digest of somebody's paper into a record of theirs, with a key of their own."""
    session, case = filled_session, filled.cases[0]
    victim = case_papers.show(session, add(session, case, paper(tmp_path, CHUNK_SIZE + 9))).value
    own = case_papers.show(session, add(session, case, paper(tmp_path, CHUNK_SIZE + 9))).value
    forged = type(own.body)(victim.body.digest, own.body.id, own.body.key, own.body.size)
    with pytest.raises(BrokenSealError):
        list(case_papers.content_of(session, forged))
    longer = type(own.body)(own.body.digest, own.body.id, own.body.key, own.body.size + 3 * CHUNK_SIZE)
    with pytest.raises(VerificationError):
        list(case_papers.content_of(session, longer))


def test_removing_takes_no_chunk_that_another_compartment_names(
    filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    session = filled_session
    source = paper(tmp_path, 2 * CHUNK_SIZE)
    victim = add(session, filled.cases[0], source)
    row, _ = of(session, victim)
    with session.database.transaction() as rows:  # as somebody's log would list it in a case of theirs
        rows.add_attachments([AttachmentRow(row.digest, filled.cases[1], row.names)])
    stolen = case_papers.show(session, victim).value
    with session.work(filled.cases[1]) as work:
        record = work.keep(filled.cases[1], stolen)
        work.commit(Entry(act="file.add"))
    erase_record(session, Place(filled.cases[1], record, "document"))
    case_papers.save(session, victim, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == source.read_bytes()


def visible(folder: Path) -> tuple[Counter[tuple[int, int]], int]:
    """Return what an examiner of a locked folder reads of `blobs`: modes and sizes of files, and how many times."""
    found = [path.stat() for path in (folder / "blobs").rglob("*")]
    files = Counter((stat.st_mode, stat.st_size) for stat in found if not S_ISDIR(stat.st_mode))
    return files, len({stat.st_mtime_ns for stat in found})


def test_an_examiner_learns_how_many_mebibytes_of_papers_there_are_and_nothing_else(
    filled: Filled, tmp_path: Path
) -> None:
    one, many = (Filled(filled.place.copied_to(tmp_path / name), filled.cases, filled.refs) for name in ("1", "2"))
    with one.open() as session:
        add(session, one.cases[0], paper(tmp_path, 6 * CHUNK_SIZE - 8))
    with many.open() as session:
        for number in range(3):
            add(session, many.cases[number % 2], paper(tmp_path, 2 * CHUNK_SIZE - 8, f"{number}.pdf"))
            add(session, many.cases[0], paper(tmp_path, 1000 * number, f"small-{number}.pdf"))
        erase_record(session, add(session, many.cases[1], paper(tmp_path, 3 * CHUNK_SIZE)))
    assert visible(one.path) == visible(many.path) == (Counter({(0o100600, CHUNK_FILE_SIZE): 6}), 1)


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


# A member with real keys and a program of their own changes chunks in a bundle: all of a paper comes, or nothing.
NAMES, CHUNK = 8, 9
NUMBER, SEALED = 2, 3


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    (joel,) = organisation.members(JOEL)
    with organisation.open(AMINA) as amina:
        made = cases.create(amina, title="A title", kind="asylum").case
        sharing.grant(amina, made, [joel])
    return made


def _of(rows: list[Row], kind: int) -> list[Row]:
    return [row for row in rows if row[0] == kind]


def _reordered(rows: list[Row]) -> None:
    first, second, *_ = (row[2] for row in _of(rows, CHUNK))
    first[SEALED], second[SEALED] = second[SEALED], first[SEALED]


def _renumbered(rows: list[Row]) -> None:
    first, second, *_ = (row[2] for row in _of(rows, CHUNK))
    first[NUMBER], second[NUMBER] = second[NUMBER], first[NUMBER]


def _cut(rows: list[Row]) -> None:
    _of(rows, CHUNK)[0][2][SEALED] = _of(rows, CHUNK)[0][2][SEALED][:-1]


def _a_bit(rows: list[Row]) -> None:
    sealed = _of(rows, CHUNK)[1][2][SEALED]
    _of(rows, CHUNK)[1][2][SEALED] = bytes([sealed[0] ^ 1]) + sealed[1:]


def _foreign(rows: list[Row]) -> None:
    _of(rows, CHUNK)[0][2][SEALED] = os.urandom(CHUNK_SIZE + 16)


def _missing(rows: list[Row]) -> None:
    rows.remove(_of(rows, CHUNK)[-1])


def _no_names(rows: list[Row]) -> None:
    rows.remove(_of(rows, NAMES)[0])


def _other_names(rows: list[Row]) -> None:
    cells = _of(rows, NAMES)[0][2]
    cells[SEALED] = cells[SEALED][:32] + cells[SEALED][64:96] + cells[SEALED][32:64] + cells[SEALED][96:]


def _stray(rows: list[Row]) -> None:
    """Chunks that no list names, beside one that is missing."""
    _missing(rows)
    kind, origin, cells = _of(rows, CHUNK)[0]
    rows += [(kind, origin, [*cells[:NUMBER], 100 + number, os.urandom(CHUNK_SIZE + 16)]) for number in range(3)]


ATTACKS: dict[str, Callable[[list[Row]], None]] = {
    "reordered": _reordered,
    "renumbered": _renumbered,
    "cut": _cut,
    "a bit": _a_bit,
    "foreign": _foreign,
    "missing": _missing,
    "no names": _no_names,
    "other names": _other_names,
    "stray": _stray,
}


@pytest.mark.long
def test_a_bundle_with_changed_chunks_brings_no_part_of_the_paper_and_a_true_one_brings_it_whole(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    source = paper(tmp_path, 2 * CHUNK_SIZE + 9)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        place = add(amina, case, source)
        syncing.make(amina, joel.member, tmp_path / "true.bundle")
        data = (tmp_path / "true.bundle").read_bytes()
        read = bundles.read_bundle(data, joel.vault, joel.seat, joel._secrets.kem_seed)
        for name, attack in ATTACKS.items():
            rows: list[Row] = [(kind, origin, list(cells)) for kind, origin, cells in read.rows]
            attack(rows)
            made = tmp_path / f"{name}.bundle"
            made.write_bytes(resealed(data, read, rows, amina._secrets.identity_seed))
            with suppress(VaultError):  # refused whole, or all but the paper came
                syncing.import_bundle(joel, made)
            assert chunk_files(joel) == [], name
            with joel.database.reading() as stored:
                assert (stored.attachments(), stored.tail_names()) == ([], []), name
            found = log_checking.verify(joel)
            assert (found.verified, found.contents.here, found.contents.stray) == (True, 0, 0), name
        syncing.import_bundle(joel, tmp_path / "true.bundle")
        case_papers.save(joel, place, tmp_path / "out")
        assert log_checking.verify(joel).contents.here == 1
    assert (tmp_path / "out").read_bytes() == source.read_bytes()


# Bytes of papers altered in `blobs` or in the database: none counts as whole, none leaves, and a true one comes in.
__all__ = ["filled", "filled_session", "filled_template"]  # fixtures

SIZE = 2 * CHUNK_SIZE + 500
ZEROS = bytes(CHUNK_FILE_SIZE)


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
        give(joel, amina)
        chunk.write_bytes(true)
        made = syncing.make(amina, joel.member, tmp_path / "second.bundle")
        assert (made.documents, made.left_out) == (1, 0)
        syncing.import_bundle(joel, made.path)
        case_papers.save(joel, place, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == source.read_bytes()


def _as_row(rows: Rows, blobs: Blobs, names: Names) -> None:
    path = blobs.path(names.chunks[0])
    rows.add_tails([TailRow(names.chunks[0], path.read_bytes())])
    path.unlink()


def _as_file(rows: Rows, blobs: Blobs, names: Names) -> None:
    blobs.put(names.chunks[-1], rows.tail(names.chunks[-1]) or b"")
    rows.delete_tails([names.chunks[-1]])


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


LAST_CHUNK = "UPDATE tail SET bytes = zeroblob(272)"
AND_NO_ROW = "a last chunk, and no row"
IN_PLACE = {
    "names": ("UPDATE attachment SET names = zeroblob(64)",),
    "names of another type": ("UPDATE attachment SET names = 'text'",),
    "a last chunk": (LAST_CHUNK,),
    AND_NO_ROW: (LAST_CHUNK, "DELETE FROM attachment"),
    "versions": ("UPDATE version SET blob = zeroblob(300) WHERE compartment IN (SELECT compartment FROM attachment)",),
}


@pytest.mark.long
def test_what_was_altered_in_place_is_told_and_comes_again_with_the_bundle(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    source = paper(tmp_path, SIZE)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        notes.add(amina, case, Note(NoteKind.CONTACT, "she called"))
        place = add(amina, case, source)
        bundle = syncing.make(amina, joel.member, tmp_path / "for-joel.bundle").path
        syncing.import_bundle(joel, bundle)
        for name, statements in IN_PLACE.items():
            with joel.database.transaction() as rows:
                for statement in statements:
                    rows.driver.execute(statement)
            assert log_checking.verify(joel).verified is (name == AND_NO_ROW), name
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
