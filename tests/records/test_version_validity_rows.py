"""What the rows of somebody who has the database can do to counting: each stands apart, and none stops it."""

from __future__ import annotations

import os

from tests.records.judging import NOTE, append, counting, judged, quarantined, write
from tests.services.founded import Filled
from vault.access.session import Session
from vault.casework.note import Note
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId, make_id
from vault.log.items import Item, ItemKind
from vault.records.epochs import make_epoch
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.store.rowtypes import EpochRow, VersionKeyRow, VersionRow
from vault.validity.version_validity import Quarantined


def plant(session: Session, case: CompartmentId, *, origin: bytes, seq: int) -> VersionRow:
    """Put a copy of the newest version of a case, and its key, at another place."""
    with session.database.transaction() as rows:
        newest = [row for row in rows.version_rows(session.log.origin) if row.compartment == case][-1]
        sealed = rows.version_at(newest.origin, newest.seq, newest.n)[0]
        rows.add_versions([newest._replace(origin=origin, seq=seq, n=0)])
        rows.add_version_keys([VersionKeyRow(origin, seq, 0, sealed.epoch, sealed.wrap)])
    return newest


def test_a_version_at_an_entry_that_lists_none_stands_apart(filled: Filled, filled_session: Session) -> None:
    seq = append(filled_session, [])
    plant(filled_session, filled.cases[0], origin=filled_session.log.origin, seq=seq)
    assert quarantined(filled_session) == [(seq, "C2")]


def test_a_parent_that_stands_where_no_entry_is_too_is_listed_all_the_same(
    filled: Filled, filled_session: Session
) -> None:
    """The copy comes first: its log has the smallest name there is."""
    case = filled.cases[0]
    with filled_session.work() as work:
        write(work, case)
    parent = plant(filled_session, case, origin=bytes(32), seq=0)
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
    seq = append(filled_session, [item], roster=os.urandom(32))
    with filled_session.database.transaction() as rows:
        rows.add_versions([newest._replace(seq=seq, n=0)])
        rows.add_version_keys([VersionKeyRow(newest.origin, seq, 0, sealed.epoch, bytes(40))])
    assert quarantined(filled_session) == [(seq, "C4")]


def test_an_erasure_in_a_compartment_that_nobody_founded_erases_nothing(
    filled: Filled, filled_session: Session
) -> None:
    nowhere, version = CompartmentId(make_id()), os.urandom(32)
    invented = make_epoch(filled_session.log.place, nowhere, CompartmentKind.CASE, [])
    with filled_session.database.transaction() as rows:
        notice = invented.notice
        rows.add_epochs([EpochRow(notice.digest(), nowhere, notice.encode())])
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
