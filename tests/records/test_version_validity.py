"""Each counting check against somebody who writes what it forbids, with the program's own code."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.records.beside import begin_beside
from tests.records.judging import NOTE, Judged, append, counting, delete_version, judged, outsider, quarantined, write
from tests.services.founded import Filled
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, CompartmentKind, Origin, RecordId, SeatId, VersionId, make_id
from vault.log.items import Item, ItemKind, encode_items
from vault.log.operation import Header, operation_digest
from vault.records.epochs import make_epoch
from vault.records.versions import OpenedVersion
from vault.records.work import Entry, Work
from vault.seal.keyring import unwrap, wrap
from vault.seal.signing import make_signing_seed
from vault.services.cases import cases, notes
from vault.store import tables
from vault.store.rowtypes import OperationRow, VersionKeyRow, VersionRow
from vault.validity.proven import Proven
from vault.validity.version_validity import Quarantined


def newest_version(session: Session) -> VersionRow:
    with session.database.reading() as rows:
        return list(rows.version_rows(session.log.origin))[-1]


def of_a_kind_that_has_no_place_in_a_case(session: Session, case: CompartmentId) -> int:
    with session.work() as work:
        return write(work, case, "member")


def a_note_in_the_directory(session: Session, case: CompartmentId) -> int:
    with session.work() as work:
        return write(work, session.directory.compartment)


def with_its_key_wrapped_for_another_case(session: Session, case: CompartmentId) -> int:
    """Hold one case and write into another: the reader holds both, so the wrap opens."""
    seq = notes_seq(session, case)
    other = cases.create(session, title="held by the writer", kind="family").case
    place = newest_place(session, seq)
    with session.database.transaction() as rows:
        (sealed,) = rows.version_at(*place)
        mine, theirs = session.keyring.epochs_of(case)[-1], session.keyring.epochs_of(other)[-1]
        key = unwrap(session.keyring.wrap_key(mine) or b"", sealed.wrap)
        rows.delete_version_keys([VersionKeyRow(*place, mine, sealed.wrap)])
        rows.add_version_keys([VersionKeyRow(*place, theirs, wrap(session.keyring.wrap_key(theirs) or b"", key))])
    return seq


def with_a_key_that_opens_nothing(session: Session, case: CompartmentId) -> int:
    seq = notes_seq(session, case)
    place = newest_place(session, seq)
    with session.database.transaction() as rows:
        (sealed,) = rows.version_at(*place)
        rows.delete_version_keys([VersionKeyRow(*place, sealed.epoch, sealed.wrap)])
        rows.add_version_keys([VersionKeyRow(*place, sealed.epoch, bytes(40))])
    return seq


def in_place_of_the_listed_one(session: Session, case: CompartmentId) -> int:
    """Exchange the version for another of the same record: its id is not the one that the list has."""
    seq = notes_seq(session, case)
    row = newest_version(session)
    with session.database.transaction() as rows:
        earlier = next(
            found for found in rows.version_rows(row.origin) if found.compartment == case and found.seq < seq
        )
        rows.connection.execute(
            sa.delete(tables.version).where(tables.version.c.seq == seq, tables.version.c.n == row.n)
        )
        rows.add_versions([earlier._replace(seq=seq, n=row.n)])
    return seq


def under_a_header_of_another_list(session: Session, case: CompartmentId) -> int:
    seq = notes_seq(session, case)
    with session.database.transaction() as rows:
        stored = rows.operation(session.log.origin, seq)
        assert stored is not None
        header = replace(Header.decode(stored.header), list_digest=os.urandom(32)).encode()
        rows.connection.execute(sa.delete(tables.operation).where(tables.operation.c.seq == seq))
        digest = operation_digest(header, stored.list, stored.sealed)
        rows.add_operation(OperationRow(session.log.origin, seq, header, stored.list, stored.sealed, digest))
    return seq


def notes_seq(session: Session, case: CompartmentId) -> int:
    with session.work() as work:
        return write(work, case)


def newest_place(session: Session, seq: int) -> tuple[bytes, int, int]:
    with session.database.reading() as rows:
        return next((row.origin, row.seq, row.n) for row in rows.version_rows(session.log.origin) if row.seq == seq)


FORBIDDEN = [
    pytest.param(in_place_of_the_listed_one, "C2", id="another version in place of the listed one"),
    pytest.param(under_a_header_of_another_list, "C2", id="a header that names another list"),
    pytest.param(of_a_kind_that_has_no_place_in_a_case, "C5", id="a kind that has no place there"),
    pytest.param(a_note_in_the_directory, "C5", id="a note in the directory"),
    pytest.param(with_a_key_that_opens_nothing, "C6", id="a key that opens nothing"),
    pytest.param(with_its_key_wrapped_for_another_case, "C6", id="a key wrapped under the epoch of another case"),
]


@pytest.mark.parametrize(("attack", "check"), FORBIDDEN)
def test_what_fails_a_check_is_quarantined_and_nothing_else_is(
    filled: Filled, filled_session: Session, attack: Callable[[Session, CompartmentId], int], check: str
) -> None:
    session = filled_session
    assert quarantined(session) == []
    before = sum(isinstance(version, OpenedVersion) for version in judged(session))
    own_case = cases.create(session, title="of this test alone", kind="asylum").case
    notes_seq(session, own_case)
    seq = attack(session, own_case)
    found = quarantined(session)
    assert (seq, check) in found
    assert {name for _, name in found} == {check}
    assert sum(isinstance(version, OpenedVersion) for version in judged(session)) >= before


def other_log(
    session: Session, *, seat: SeatId | None = None, identity: bytes | None = None, goes_on: bool = False
) -> tuple[Work, Origin]:
    """Begin a log beside the session's own."""
    log = begin_beside(session, seat=seat, identity=identity, goes_on=goes_on)
    return Work(log), log.origin


BEGUN_BY = [
    pytest.param({}, id="a seat that nobody admitted"),
    pytest.param({"seat": SeatId(make_id())}, id="a seat that never began"),
    pytest.param({"identity": make_signing_seed(), "goes_on": True}, id="another key that claims to go on"),
]


@pytest.mark.parametrize("wrong", BEGUN_BY)
def test_a_log_counts_if_its_seat_began_it(filled: Filled, filled_session: Session, wrong: dict[str, object]) -> None:
    work, origin = other_log(filled_session, **wrong)  # type: ignore[arg-type]  # a table of one argument each
    with work:
        seq = write(work, filled.cases[0])
    assert quarantined(filled_session, origin) == [(seq, "C4")]
    assert quarantined(filled_session) == []


def test_a_log_that_goes_on_from_the_seats_own_counts(filled: Filled, filled_session: Session) -> None:
    work, origin = other_log(filled_session, goes_on=True)
    with work:
        write(work, filled.cases[0])
    assert quarantined(filled_session, origin) == []


def test_a_junk_row_beside_the_true_one_changes_nothing(filled: Filled, filled_session: Session) -> None:
    row = newest_version(filled_session)
    opened = judged(filled_session)
    with filled_session.database.transaction() as rows:
        rows.add_versions([row._replace(id=bytes(32)), row._replace(id=b"\xff" * 32, blob=b"junk")])
    assert judged(filled_session) == opened


def test_a_junk_operation_before_the_true_one_hides_nothing(filled: Filled, filled_session: Session) -> None:
    opened = judged(filled_session)
    with filled_session.database.transaction() as rows:
        stored = rows.operation(filled_session.log.origin, newest_version(filled_session).seq)
        assert stored is not None
        rows.add_operation(stored._replace(list=b"\1" * 49, digest=bytes(32)))
    assert judged(filled_session) == opened


def test_a_rejected_operation_lists_nothing_and_those_behind_it_do(filled: Filled, filled_session: Session) -> None:
    before, origin = judged(filled_session), filled_session.log.origin
    seq = before[len(before) // 2].seq
    with counting(filled_session) as validator:
        stored = validator.rows.operation(origin, seq)
        assert stored is not None
        proven = Proven(validator.rows.size(origin), frozenset({(seq, stored.digest)}))
        assert list(validator.judge(origin, 0, proven)) == [other for other in before if other.seq != seq]


def plant(session: Session, seq: int, n: int, *compartments: CompartmentId) -> None:
    """Put a row with a key of each compartment at a place."""
    origin = session.log.origin
    with session.database.transaction() as rows:
        rows.add_version_keys([VersionKeyRow(origin, seq, n, make_id(), bytes(40))])
        rows.add_versions(
            [VersionRow(origin, seq, n, os.urandom(32), case, make_id(), b"planted") for case in compartments]
        )


def test_rows_where_a_list_has_no_version_are_told_if_they_claim_to_be_ours(session: Session) -> None:
    case, elsewhere = cases.create(session, title="A case", kind="other").case, CompartmentId(make_id())
    seq = notes_seq(session, case)
    (version,) = one_entry(session, seq)
    assert isinstance(version, OpenedVersion)
    plant(session, seq, 70, elsewhere)
    plant(session, seq, 71, elsewhere, case)
    assert one_entry(session, seq) == [version, Quarantined(session.log.origin, seq, 71, "C2", is_unentitled=False)]


def test_where_the_list_is_not_the_signed_one_every_place_of_ours_is_told(session: Session) -> None:
    case, elsewhere = cases.create(session, title="A case", kind="other").case, CompartmentId(make_id())
    seq = under_a_header_of_another_list(session, case)
    plant(session, seq, 0, elsewhere)
    plant(session, seq, 70, elsewhere)
    assert one_entry(session, seq) == [Quarantined(session.log.origin, seq, 0, "C2", is_unentitled=False)]


def test_a_list_that_its_author_signed_and_that_is_none_says_nothing(session: Session) -> None:
    case = cases.create(session, title="A case", kind="other").case
    item = encode_items([Item.in_compartment(ItemKind.VERSION, case, bytes(32))])
    seq = append(session, item + item)
    assert one_entry(session, seq) == [Quarantined(session.log.origin, seq, None, "C2", is_unentitled=False)]
    plant(session, seq, 1, case)
    assert one_entry(session, seq) == [Quarantined(session.log.origin, seq, 1, "C2", is_unentitled=False)]


def test_what_is_listed_for_us_and_not_here_is_missing_and_another_in_its_place_is_not_it(session: Session) -> None:
    case = cases.create(session, title="A case", kind="other").case
    seq, elsewhere = notes_seq(session, case), CompartmentId(make_id())
    delete_version(session, newest_version(session))
    assert one_entry(session, seq) == [Quarantined(session.log.origin, seq, 0, "missing", is_unentitled=False)]
    plant(session, seq, 0, elsewhere)
    assert one_entry(session, seq) == [Quarantined(session.log.origin, seq, 0, "C2", is_unentitled=False)]
    foreign = append(session, [Item.in_compartment(ItemKind.VERSION, elsewhere, bytes(32))])
    assert one_entry(session, foreign) == []


def one_entry(session: Session, seq: int) -> list[Judged]:
    return [version for version in judged(session) if version.seq == seq]


def test_versions_of_cases_that_were_never_granted_are_passed_over(filled: Filled, filled_session: Session) -> None:
    for epoch in filled_session.keyring.epochs_of(filled.cases[0]):
        filled_session.keyring.drop(epoch)
    seen = {version.compartment for version in judged(filled_session) if isinstance(version, OpenedVersion)}
    assert filled.cases[0] not in seen
    assert filled.cases[1] in seen
    assert quarantined(filled_session) == []


def test_a_notice_that_no_log_lists_does_not_change_what_a_compartment_is_for(
    filled: Filled, filled_session: Session
) -> None:
    """The row of a key of the same compartment, well-formed and of another kind, beside the true one."""
    log = filled_session.log
    with filled_session.database.transaction() as rows:
        for kind in (CompartmentKind.REGISTER, CompartmentKind.SENDING):
            rows.add_epochs([make_epoch(log.place, log.origin, filled.cases[0], kind, []).row()])
    assert quarantined(filled_session) == []
    notes.add(filled_session, filled.cases[0], Note(NoteKind.CONTACT, "the case is still a case"))
    assert quarantined(filled_session) == []


# What the rows of somebody who has the database can do to counting: each stands apart, and none stops it.
def plant_row(session: Session, case: CompartmentId, *, origin: bytes, seq: int) -> VersionRow:
    """Put a copy of the newest version of a case, and its key, at another place."""
    with session.database.transaction() as rows:
        newest = [row for row in rows.version_rows(session.log.origin) if row.compartment == case][-1]
        sealed = rows.version_at(newest.origin, newest.seq, newest.n)[0]
        rows.add_versions([newest._replace(origin=origin, seq=seq, n=0)])
        rows.add_version_keys([VersionKeyRow(origin, seq, 0, sealed.epoch, sealed.wrap)])
    return newest


def test_a_version_at_an_entry_that_lists_none_stands_apart(filled: Filled, filled_session: Session) -> None:
    seq = append(filled_session, [])
    plant_row(filled_session, filled.cases[0], origin=filled_session.log.origin, seq=seq)
    assert quarantined(filled_session) == [(seq, "C2")]


def test_a_parent_that_stands_where_no_entry_is_too_is_listed_all_the_same(
    filled: Filled, filled_session: Session
) -> None:
    """The copy comes first: its log has the smallest name there is."""
    case = filled.cases[0]
    with filled_session.work() as work:
        write(work, case)
    parent = plant_row(filled_session, case, origin=bytes(32), seq=0)
    with filled_session.work() as work:
        work.write(case, RecordId(parent.record), Note.KIND, NOTE, [VersionId(parent.id)])
        work.commit(Entry(act="case.edit"))
    assert quarantined(filled_session) == []
    child = [version for version in judged(filled_session) if isinstance(version, OpenedVersion)][-1]
    assert child.content.parents == (parent.id,)


def test_what_somebody_who_was_out_wrote_and_does_not_open_fails_by_its_author(
    filled: Filled, filled_session: Session
) -> None:
    with filled_session.database.transaction() as rows:
        newest = list(rows.version_rows(filled_session.log.origin))[-1]
        item = Item.in_compartment(ItemKind.VERSION, newest.compartment, newest.id)
        sealed = rows.version_at(newest.origin, newest.seq, newest.n)[0]
    origin = outsider(filled_session).began()
    seq = append(filled_session, [item], origin)
    with filled_session.database.transaction() as rows:
        rows.add_versions([newest._replace(origin=origin, seq=seq, n=0)])
        rows.add_version_keys([VersionKeyRow(origin, seq, 0, sealed.epoch, bytes(40))])
    assert quarantined(filled_session, origin) == [(seq, "C4")]


def test_an_erasure_in_a_compartment_that_nobody_founded_erases_nothing(
    filled: Filled, filled_session: Session
) -> None:
    log, nowhere, version = filled_session.log, CompartmentId(make_id()), os.urandom(32)
    with filled_session.database.transaction() as rows:
        rows.add_epochs([make_epoch(log.place, log.origin, nowhere, CompartmentKind.CASE, []).row()])
    append(filled_session, [Item.in_compartment(ItemKind.ERASED, nowhere, version)])
    with counting(filled_session) as validator:
        assert validator.state(nowhere) is None
        assert not validator.erased()(Item.in_compartment(ItemKind.VERSION, nowhere, version), ())


def test_versions_where_no_entry_stands_are_passed_by(filled: Filled, filled_session: Session) -> None:
    session, written = filled_session, []
    for _ in range(3):
        with session.work() as work:
            written.append(write(work, filled.cases[0]))
    before = judged(session)
    with session.database.transaction() as rows:
        rows.connection.exec_driver_sql("DELETE FROM operation WHERE seq = ?", (written[1],))
    assert judged(session) == [version for version in before if version.seq != written[1]]


def test_what_a_log_without_a_beginning_lists_is_nobodys(filled: Filled, filled_session: Session) -> None:
    before = judged(filled_session)
    assert any(isinstance(version, OpenedVersion) for version in before)
    with filled_session.database.transaction() as rows:
        rows.connection.exec_driver_sql("DELETE FROM genesis")
    found = judged(filled_session)
    assert len(found) == len(before)
    assert {version.check for version in found if isinstance(version, Quarantined)} == {"C4"}
    assert not any(isinstance(version, OpenedVersion) for version in found)
