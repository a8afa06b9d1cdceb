"""A paper of several chunks is added, erased or backed up, and the process dies or the disk is full: whole or gone."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.attacks.backup_child import kill_at
from tests.attacks.test_cut_off import fill_disk, small_disk
from tests.attacks.test_holds import revoke_from_before
from tests.english import in_english
from tests.export.test_chats import WORDS, picture
from tests.services.erased import erase_record
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.services.founded import Place as Home
from tests.services.organisation import AMINA, JOEL, SELIN, TOMAS, Organisation, full_name, give, share
from tests.services.test_erasing_told import erase, later
from tests.services.test_papers import add, chunk_files, paper
from tests.tables import each
from tests.vectors.independent import bundles
from vault.access.session import Session
from vault.casework.differences import Answer, Chosen, chosen_fields, compare
from vault.casework.document import DocumentKind, ReadBy
from vault.errors import TryAgainError
from vault.export.paper_text.asking import can_read_pictures, read_text
from vault.ids import CompartmentId, RecordId, VersionId
from vault.log.epoch_notice import EpochNotice
from vault.records.attachment_bodies import seal_into
from vault.records.work import Entry
from vault.seal.bodies import CHUNK_SIZE, Names
from vault.services import case_papers, housekeeping, paper_text
from vault.services.backups import backups as backing_up
from vault.services.cases import cases, sections, two_versions
from vault.services.cases.editing import Place
from vault.services.erasures import arrived
from vault.services.erasures.letter import letter
from vault.services.erasures.preview import preview
from vault.services.erasures.what_goes import what_goes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.projection.projection import audit_of
from vault.store.blobs import Blobs
from vault.store.rowtypes import AttachmentRow, VersionRow
from vault.trust.trust_items import Rank

CHUNKS = 3


def kept(session: Session, case: CompartmentId) -> list[RecordId]:
    return [paper.record for paper in case_papers.list_in(session, case)]


def is_whole(session: Session, place: Place, source: Path, out: Path) -> bool:
    case_papers.save(session, place, out)
    return out.read_bytes() == source.read_bytes()


def killed_at(number: int, filled: Filled, act: Callable[[Session], object]) -> bool:
    """Do something in a child that dies at its NUMBER-th change of a name in `blobs`; say whether it died."""
    child = os.fork()
    if child == 0:
        try:
            with filled.open() as session:
                kill_at(number, filled.path / "blobs")
                act(session)
            os._exit(0)
        finally:
            os._exit(3)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended in {0, -signal.SIGKILL}
    return ended != 0


@pytest.mark.slow
@pytest.mark.long
def test_a_kill_at_any_change_in_blobs_while_adding_leaves_a_whole_paper_or_none(
    filled: Filled, tmp_path: Path
) -> None:
    case, source = filled.cases[0], paper(tmp_path, CHUNKS * CHUNK_SIZE)
    number, died = 0, True
    while died:
        number += 1
        died = killed_at(number, filled, lambda session: add(session, case, source))
        with filled.open() as session:
            assert len(kept(session, case)) == int(not died)
            assert log_checking.verify(session).verified
        for path in (filled.path / "blobs").rglob("*"):
            os.utime(path, (1, 1))
        with filled.open() as session:
            assert len(chunk_files(session)) == (0 if died else CHUNKS)
    assert number > 2 * CHUNKS
    with filled.open() as session:
        assert is_whole(session, Place(case, kept(session, case)[0], "document"), source, tmp_path / "out")


@pytest.mark.slow
@pytest.mark.long
def test_a_kill_at_any_change_in_blobs_while_erasing_leaves_nothing_once_somebody_unlocked(
    filled: Filled, tmp_path: Path
) -> None:
    case, source = filled.cases[0], paper(tmp_path, CHUNKS * CHUNK_SIZE)
    with filled.open() as session:
        stays = add(session, case, source)
    number, died = 0, True
    while died:
        number += 1
        with filled.open() as session:
            going = add(session, case, source)
            assert len(chunk_files(session)) == 2 * CHUNKS
        died = killed_at(number, filled, partial(erase_record, place=going))
        with filled.open() as session:
            housekeeping.settle(session)
            assert kept(session, case) == [stays.record]
            assert len(chunk_files(session)) == CHUNKS
            found = log_checking.verify(session)
            assert (found.verified, found.contents.here, found.contents.stray) == (True, 1, 0)
    assert number > CHUNKS
    with filled.open() as session:
        assert is_whole(session, stays, source, tmp_path / "out")


@pytest.mark.slow
@pytest.mark.tool("mount", "umount")
def test_a_full_disk_lets_a_paper_be_erased_whole_or_not_at_all(filled: Filled, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 40 << 20) as disk:
        home = Home(disk / "office.vault", filled.state)
        shutil.copytree(filled.path, home.path)
        source = paper(tmp_path, CHUNKS * CHUNK_SIZE)
        with home.open() as session:
            place = add(session, filled.cases[0], source)
            (home.path / "ballast").unlink()
            fill_disk(disk)
            with suppress(TryAgainError):
                erase_record(session, place)
            (disk / "filler").unlink()
        with home.open() as session:
            housekeeping.settle(session)
            if kept(session, filled.cases[0]):
                assert is_whole(session, place, source, tmp_path / "out")
                erase_record(session, place)
            assert chunk_files(session) == []
            assert log_checking.verify(session).verified


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.tool("mount", "umount")
@pytest.mark.parametrize("full", ["before it begins", "between two chunks", "while it is proven"])
def test_a_full_disk_leaves_the_backup_before_and_the_next_one_is_whole(
    filled: Filled, tmp_path: Path, full: str
) -> None:
    """A disk may get full after the room on it was measured: somebody else writes there, too."""
    with small_disk(tmp_path / "stick", 40 << 20) as stick, filled.open() as session:
        source = paper(tmp_path, CHUNKS * CHUNK_SIZE)
        place = add(session, filled.cases[0], source)
        before = backing_up.make(session, stick)
        assert before is not None
        if full == "before it begins":
            fill_disk(stick)

        def fill(what: object, done: int, total: int) -> None:
            said = f"{what}"
            if said == "Copying documents" and (full == "between two chunks" or done == total):
                fill_disk(stick)

        with pytest.raises(TryAgainError, match=r"no room|cannot be read or written \(No space left"):
            backing_up.make(session, stick, keep=1, progress=fill)
        assert sorted(path.name for path in stick.iterdir()) == [before.path.name, "filler"]
        found = backing_up.verify(stick, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=filled.state)
        assert (found.documents, found.missing) == (1, 0)
        (stick / "filler").unlink()
        made = backing_up.make(session, stick, keep=1)
        assert made is not None
        assert (made.documents, made.missing) == (1, 0)
        assert is_whole(session, place, source, tmp_path / "out")


# Who edits the database adds a row under the name of a paper, for another compartment: it moves and keeps nothing.
SIZE = 2 * CHUNK_SIZE + 500


def case_of(amina: Session, organisation: Organisation) -> CompartmentId:
    case = cases.create(amina, title="A title", kind="asylum").case
    sharing.grant(amina, case, organisation.members(JOEL))
    return case


def row_in(session: Session, home: CompartmentId) -> AttachmentRow:
    with session.database.reading() as rows:
        (row,) = [row for row in rows.attachments() if row.compartment == home]
    return row


def list_it_for_all(session: Session, row: AttachmentRow) -> None:
    """Put a copy of the row into the compartment that everybody holds: the attacker has the database's key."""
    with session.database.transaction() as rows:
        rows.add_attachments([row._replace(compartment=session.directory.compartment)])


def sent(amina: Session, joel: Session, folder: Path) -> list[tuple[int, bytes, list[object]]]:
    """Return the rows of a bundle as its receiver reads them with a program of their own."""
    data = syncing.make(amina, joel.member, folder / "for-joel.bundle").path.read_bytes()
    return [
        (k, o, list(c)) for k, o, c in bundles.read_bundle(data, joel.vault, joel.seat, joel._secrets.kem_seed).rows
    ]


def test_no_chunk_of_a_section_goes_to_who_does_not_hold_it(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        section = sections.create(amina, case_of(amina, organisation), what="health", title="Clinic")
        add(amina, section, paper(tmp_path, SIZE))
        list_it_for_all(amina, row := row_in(amina, section))
        rows = sent(amina, joel, tmp_path)
        assert not [cells for kind, _, cells in rows if kind in {8, 9}]
        assert all(row.names not in cells for _, _, cells in rows)
        found = log_checking.verify(amina)
        assert (found.verified, [str(fault.code) for fault in found.faults]) == (False, ["unlisted"])


def test_no_version_of_a_section_goes_to_who_does_not_hold_it(organisation: Organisation, tmp_path: Path) -> None:
    """Neither under another compartment, nor in the place of a version that the receiver may have."""
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_of(amina, organisation)
        section = sections.create(amina, case, what="health", title="Clinic")
        with amina.database.reading() as rows:
            every = list(rows.version_rows(amina.log.origin))
        secret = {row.blob for row in every if row.compartment == section}
        moved = [row._replace(compartment=amina.directory.compartment) for row in every if row.compartment == section]
        theirs = next(row for row in every if row.compartment == case)
        in_place = theirs._replace(blob=moved[0].blob, record=moved[0].record)
        assert secret
        _replace(amina, [*moved, in_place])
        assert not [cells for kind, _, cells in sent(amina, joel, tmp_path) if kind == 6 and secret & set(cells[2:])]


def _replace(session: Session, changed: list[VersionRow]) -> None:
    with session.database.transaction() as rows:
        for row in changed:
            rows.driver.execute(
                "UPDATE version SET compartment = ?, record = ?, blob = ? WHERE id = ?",
                (row.compartment, row.record, row.blob, row.id),
            )


def test_no_wrapped_key_of_a_section_goes_to_who_does_not_hold_it(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        section = sections.create(amina, case_of(amina, organisation), what="health", title="Clinic")
        with amina.database.transaction() as rows:
            keys = {EpochNotice.decode(row.bytes).epoch for row in rows.epochs(section)}
            home = amina.directory.compartment
            rows.driver.execute("UPDATE epoch SET compartment = ? WHERE compartment = ?", (home, section))
        assert keys
        assert not [cells for kind, _, cells in sent(amina, joel, tmp_path) if kind in {5, 7} and keys & set(cells)]


def test_no_chunk_of_a_paper_outlives_its_erasure(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.open(AMINA) as amina:
        case = case_of(amina, organisation)
        place = add(amina, case, paper(tmp_path, SIZE))
        row = row_in(amina, case)
        list_it_for_all(amina, row)
        names = Names.decode(row.names)
        other = Names(bytes(32), names.chunks)
        with amina.database.transaction() as rows:  # as an attachment of its own that names these chunks
            rows.add_attachments([AttachmentRow(other.digest, case, other.encode())])
        erase_record(amina, place)
        assert chunk_files(amina) == []
        with amina.database.reading() as rows:
            assert rows.tail_names() == []
            assert [left.digest for left in rows.attachments()] == [other.digest]
        (fault,) = log_checking.verify(amina).faults
        assert str(fault.code) == "unlisted"


def test_a_paper_travels_although_another_row_has_its_name(organisation: Organisation, tmp_path: Path) -> None:
    source = paper(tmp_path, SIZE)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_of(amina, organisation)
        place = add(amina, case, source)
        list_it_for_all(amina, row_in(amina, case))
        assert not log_checking.verify(amina).verified
        give(amina, joel)
        case_papers.save(joel, place, tmp_path / "out")
        assert log_checking.verify(joel).verified
    assert (tmp_path / "out").read_bytes() == source.read_bytes()


# Papers whose record, by an altered program, says something else of their content than what it is.
@pytest.mark.tool("tesseract")
@each(
    {
        "a path alone": b"%b\n",
        "after half the first bytes of a GIF": b"GIF8\n%b\n",
        "after those of a BMP, too short for a picture": b"BM\nx\n",
    }
)
def test_a_paper_that_names_files_of_the_reader_is_no_picture_whatever_its_record_says(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").write_bytes(picture("PNG"))
    assert read_text(content.replace(b"%b", bytes(tmp_path / "x")), "image/png").text == ""


@pytest.mark.long
@pytest.mark.tool("tesseract")
@each({"GIF": "text/plain", "BMP": "image/png", "WEBP": "application/pdf", "TIFF": "image/gif"}.items())
def test_a_picture_is_read_by_its_bytes_whatever_its_record_says(kind: str, media: str) -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    read = read_text(picture(kind), media)
    assert (read.by, " ".join(read.text.split())) == ("ocr", WORDS)


# A paper stands in two versions: who keeps their own keeps their own content and text, whatever the other claims.
_TRUE = "The court REFUSES the extradition.\n"
_FALSE = "The court ALLOWS the extradition.\n"


def put_in(session: Session, place: Place, *, as_content: bool) -> None:
    """Write a version whose text is an invention, or its content too, under the name and hash of the true one."""
    paper = case_papers.list_in(session, place.case)[0]
    said = _FALSE.encode()
    sealed = seal_into(Blobs(session.folder.blobs_dir), session.vault, [said], len(said))
    body = sealed.body if as_content else paper.value.body
    false = replace(paper.value, body=body, extracted=sealed.body, read_by=ReadBy.PLAIN)
    with session.work(place.case) as work:
        work.attach(place.case, sealed)
        work.keep(place.case, false, place.record, [VersionId(paper.version)])
        work.commit(Entry(act="document.add", covers={"document": 1}))


@pytest.mark.long
@pytest.mark.parametrize("was_read", [False, True])
@pytest.mark.parametrize("as_content", [False, True])
def test_the_side_that_somebody_keeps_brings_its_own_content_and_text(
    organisation: Organisation, tmp_path: Path, *, as_content: bool, was_read: bool
) -> None:
    source = tmp_path / "order.txt"
    source.write_text(_TRUE)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        place = add(amina, case, source)
        if was_read:
            paper_text.read_and_keep(amina, place)
        share(amina, case, organisation, JOEL)
        give(amina, joel)
        case_papers.change(amina, place, {"title": "Order of 3 November"})
        put_in(joel, place, as_content=as_content)
        give(joel, amina)
        found = two_versions.both(amina, place)
        assert found.left.is_here
        pieces = compare(found.left.fields, found.right.fields)
        assert "content" in {piece.name for piece in pieces if piece.is_open}
        mine = {at: Chosen(Answer.LEFT) for at, piece in enumerate(pieces) if piece.is_open}
        two_versions.settle(amina, place, (found.left.version, found.right.version), chosen_fields(pieces, mine))
        (paper,) = case_papers.list_in(amina, case)
        assert paper.value.title == "Order of 3 November"
        assert case_papers.is_whole(amina, paper.value)
        assert paper_text.text_of(amina, place).text == (_TRUE.strip() if was_read else "")
        assert b"".join(case_papers.content_of(amina, paper.value.body)) == _TRUE.encode()


# The content of a paper goes with the last paper that names it: not with junk that names it too, and not alone.
_SAID = b"the only copy of the detention order\n" * 40_000  # more than a chunk


def case_with_papers(session: Session, folder: Path, count: int) -> CompartmentId:
    source = folder / "order.txt"
    source.write_bytes(_SAID)
    case = cases.create(session, title="C", kind="asylum", alone_reason="nobody").case
    for n in range(count):
        case_papers.add_paper(session, case, source, {"kind": DocumentKind.DETENTION_ORDER, "title": f"Order {n}"})
    return case


def whole(session: Session, case: CompartmentId) -> dict[str | None, bool]:
    return {
        paper.value.title: case_papers.is_whole(session, paper.value) for paper in case_papers.list_in(session, case)
    }


def add_decoy(session: Session, case: CompartmentId) -> None:
    document = case_papers.list_in(session, case)[0].value
    with session.work(case) as work:
        work.keep(case, replace(document, title="spam, please remove"))
        work.commit(Entry(act="document.add", covers={"document": 1}))


def list_contents_alone(session: Session, case: CompartmentId) -> None:
    found = case_papers.list_in(session, case)
    with session.work() as work:
        for paper in found:
            work.erase(case, VersionId(paper.value.body.digest))
        work.commit(Entry(act="erase", why="mistake", obj=audit_of(session, case), covers={}))


def named(session: Session, case: CompartmentId, title: str) -> str:
    return next(paper.record.hex() for paper in case_papers.list_in(session, case) if paper.value.title == title)


def test_a_decoy_that_names_the_content_of_a_paper_takes_nothing_along(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel)
        add_decoy(joel, case)
        give(joel, amina)
        going = what_goes(amina, named(amina, case, "spam, please remove"))
        said = "\n".join(in_english(preview(amina, going, needs_second=False)))
        assert "The content of 1 paper stays: another paper, which stays, names it too." in said
        assert "Order 0" in said.partition("names it too")[2]
        erase(amina, named(amina, case, "spam, please remove"))
        assert whole(amina, case) == {"Order 0": True}
        assert "content of 1 paper stays" in "\n".join(in_english(letter(amina, going, why="mistake")))
        assert log_checking.verify(amina).verified
        give(amina, joel)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        assert whole(joel, case) == {"Order 0": True}
        erase(amina, named(amina, case, "Order 0"))
        with amina.database.reading() as rows:
            assert rows.attachments() == []


def test_contents_that_are_listed_as_erased_alone_stay_and_come_in(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_with_papers(amina, tmp_path, 3)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel)
        sharing.grant(amina, case, organisation.members(SELIN))
        list_contents_alone(joel, case)
        give(joel, amina)
        housekeeping.settle(amina)
        assert arrived.waiting(amina) == []
        later(monkeypatch, amina, 73)
        assert arrived.carry_out(amina, at_once=True) == 0
        housekeeping.settle(amina)
        assert whole(amina, case) == {f"Order {n}": True for n in range(3)}
        found = log_checking.verify(amina)
        assert (found.verified, found.contents.counts()["here"]) == (True, 3)
        with organisation.open(SELIN) as selin:
            give(joel, selin)
            give(amina, selin)
            housekeeping.settle(selin)
            assert whole(selin, case) == {f"Order {n}": True for n in range(3)}
        erase(amina, named(amina, case, "Order 1"))
        assert whole(amina, case) == {"Order 0": True, "Order 2": True}
        with amina.database.reading() as rows:
            assert len(rows.attachments()) == 2


def test_a_content_that_went_while_its_paper_stands_is_no_erased_one(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(AMINA) as amina:
        list_contents_alone(amina, case_with_papers(amina, tmp_path, 1))
        with amina.database.transaction() as rows:
            rows.delete_attachments(rows.attachments())
        assert log_checking.verify(amina).contents.counts()["missing"] == 1


def test_a_content_that_comes_into_a_case_that_went_goes_too(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel)
        erase(amina, case.hex())
        before = _attachments(joel)
        source = tmp_path / "late.txt"
        source.write_bytes(_SAID + b"late")
        case_papers.add_paper(joel, case, source, {"kind": DocumentKind.OTHER})
        late = [row for row in _attachments(joel) if row not in before]
        give(joel, amina)
        housekeeping.settle(amina)
        assert (len(late), _attachments(amina)) == (1, [])
        with amina.database.transaction() as rows:  # as in a bundle with room for it, after its version went
            rows.add_attachments(late)
        housekeeping.settle(amina)
        assert _attachments(amina) == []


def test_who_cuts_off_an_author_takes_no_content_of_their_papers(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, TOMAS, JOEL) as (amina, tomas, joel):
        case = cases.create(joel, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(joel, case, organisation.members(AMINA))
        sharing.grant(joel, case, organisation.members(TOMAS), rank=Rank.LEAD)
        for session in (amina, tomas):
            give(joel, session)
        source = tmp_path / "order.txt"
        source.write_bytes(_SAID)
        case_papers.add_paper(amina, case, source, {"kind": DocumentKind.DETENTION_ORDER, "title": "Order"})
        for session in (tomas, joel):
            give(amina, session)
        list_contents_alone(tomas, case)
        revoke_from_before(tomas, case, organisation.members(AMINA), monkeypatch)
        source.write_bytes(_SAID + b"another")
        case_papers.add_paper(tomas, case, source, {"kind": DocumentKind.OTHER, "title": "Mine"})
        give(tomas, joel)
        housekeeping.settle(joel)
        assert whole(joel, case) == {"Mine": True}
        sharing.grant(joel, case, organisation.members(AMINA))
    with organisation.open(JOEL) as joel:
        housekeeping.settle(joel)
        assert whole(joel, case) == {"Order": True, "Mine": True}


def test_a_quarantined_version_that_names_the_content_of_a_paper_goes_with_it_and_is_shown(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel)
        sharing.revoke(amina, case, organisation.members(JOEL))
        add_decoy(joel, case)
        give(joel, amina)
        assert whole(amina, case) == {"Order 0": True}
        going = what_goes(amina, named(amina, case, "Order 0"))
        assert (going.kinds, len(going.quarantined), going.shared) == ({"document": 1}, 1, (0, ()))
        said = "\n".join(in_english(preview(amina, going, needs_second=False)))
        assert f"1 saved change that is set aside goes too, by: {full_name(JOEL)}." in said
        assert "spam, please remove" in said.partition("set aside goes too")[2]
        erase(amina, named(amina, case, "Order 0"))
        assert _attachments(amina) == []


@pytest.mark.long
@pytest.mark.parametrize("is_over_the_order", [False, True], ids=["over Joel's paper", "over the order"])
def test_a_quarantined_version_that_names_two_papers_contents_takes_none_of_another_quarantined_paper(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_over_the_order: bool
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS) as (amina, joel, tomas):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL, TOMAS))
        give(amina, joel)
        source = tmp_path / "other.txt"
        source.write_bytes(_SAID + b"another")
        case_papers.add_paper(joel, case, source, {"kind": DocumentKind.OTHER, "title": "Joel's paper"})
        give(joel, amina)
        give(joel, tomas)
        found = {paper.value.title: paper for paper in case_papers.list_in(tomas, case)}
        read, over = found["Order 0"], found["Joel's paper"]
        if is_over_the_order:
            read, over = over, read
        with tomas.work(case) as work:
            work.keep(case, replace(read.value, title="x"), over.record, [])
            work.commit(Entry(act="document.add", covers={"document": 1}))
        give(tomas, amina)
        revoke_from_before(amina, case, organisation.members(JOEL, TOMAS), monkeypatch)
    with organisation.open(AMINA) as amina:
        erase(amina, named(amina, case, "Order 0"))
        sharing.grant(amina, case, organisation.members(JOEL))
    with organisation.open(AMINA) as amina:
        housekeeping.settle(amina)
        assert whole(amina, case) == {"Joel's paper": True}
        assert len(_attachments(amina)) == 1


def _attachments(session: Session) -> list[AttachmentRow]:
    with session.database.reading() as rows:
        return rows.attachments()
