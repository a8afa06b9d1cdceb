"""Who edits the database adds a row under the name of a paper, for another compartment: it moves and keeps nothing."""

from __future__ import annotations

from pathlib import Path

from tests.services.erased import erase_record
from tests.services.organisation import AMINA, JOEL, Organisation, give
from tests.services.test_papers import add, chunk_files, paper
from tests.vectors.independent import bundles
from vault.access.session import Session
from vault.ids import CompartmentId
from vault.log.epoch_notice import EpochNotice
from vault.seal.bodies import CHUNK_SIZE, Names
from vault.services import case_papers
from vault.services.cases import cases, sections
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.store.rowtypes import AttachmentRow, VersionRow

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
    made = syncing.make(amina, joel.member, folder / "for-joel.bundle")
    data = made.path.read_bytes()
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
        give(amina, joel, tmp_path)
        case_papers.save(joel, place, tmp_path / "out")
        assert log_checking.verify(joel).verified
    assert (tmp_path / "out").read_bytes() == source.read_bytes()
