"""Whose work is quarantined for a person, and whose may still come to count (FORMAT.md 6): C4 to C7 over the rows."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from tests.records.judging import NOTE, Colleague, admit, append, counting, delete_version, judged_by, write
from vault.access.session import Session
from vault.casework.note import Note
from vault.ids import CompartmentId, RecordId, VersionId, make_id
from vault.log.items import Item, ItemKind
from vault.log.roster import RosterChain
from vault.policy.roles import Role
from vault.records.epochs import make_grant
from vault.records.versions import OpenedVersion
from vault.records.work import Entry, Work
from vault.seal.envelope import VersionContext, seal, version_id
from vault.seal.keyring import make_key, wrap
from vault.services.cases import cases
from vault.store import tables
from vault.store.rowtypes import GrantRow, SealedVersion, VersionKeyRow, VersionRow
from vault.validity.version_validity import Quarantined


@dataclass
class Stolen:
    """A note in a case, by a colleague who was granted nothing there and came by its key."""

    session: Session
    case: CompartmentId
    colleague: Colleague
    seq: int

    def found(self, chain: RosterChain | None = None) -> Quarantined:
        with counting(self.session, chain or self.colleague.chain) as validator:
            (one,) = judged_by(validator, self.colleague.origin)
        assert isinstance(one, Quarantined)
        return one

    def quarantined(self, check: str, *, is_unentitled: bool) -> Quarantined:
        return Quarantined(self.colleague.origin, self.seq, self.row().n, check, is_unentitled)

    def row(self) -> SealedVersion:
        with self.session.database.reading() as rows:
            return next(row for row in rows.versions(self.case) if row.origin == self.colleague.origin)

    def grant(self) -> GrantRow:
        """Return the founder's own grant."""
        with self.session.database.reading() as rows:
            (row,) = (row for row in rows.grants_of(self.epoch) if row.seat == self.session.seat)
        return row

    @property
    def epoch(self) -> bytes:
        return self.session.keyring.epochs_of(self.case)[-1]

    def give(self) -> None:
        """Grant the case to the colleague."""
        key = self.session.keyring.get(self.epoch) or b""
        holder = replace(self.session.log.auditors[0], seat=self.colleague.seat, kem_public=self.colleague.kem.public)
        grant = make_grant(self.session.log.place, self.case, self.epoch, key, holder)  # type: ignore[arg-type]
        with self.session.database.transaction() as rows:
            rows.add_grants([grant])
        append(self.session, [Item.in_compartment(ItemKind.GRANT, self.case, grant.digest)])


@pytest.fixture
def stolen(session: Session) -> Stolen:
    case = cases.create(session, title="Of somebody else", kind="other").case
    colleague = admit(session)
    return Stolen(session, case, colleague, colleague.write(case))


def test_who_was_granted_nothing_has_no_right_where_every_listed_key_is_here(stolen: Stolen) -> None:
    assert stolen.found() == stolen.quarantined("C6", is_unentitled=True)


def test_what_they_wrote_is_told_so_though_it_does_not_open_or_is_not_here(stolen: Stolen) -> None:
    row = stolen.row()
    unentitled = stolen.quarantined("C6", is_unentitled=True)
    with stolen.session.database.transaction() as rows:
        rows.delete_version_keys([VersionKeyRow(row.origin, row.seq, row.n, row.epoch, row.wrap)])
        rows.add_version_keys([VersionKeyRow(row.origin, row.seq, row.n, row.epoch, bytes(40))])
    assert stolen.found() == unentitled
    delete_version(stolen.session, row)
    assert stolen.found() == unentitled


def test_once_the_case_is_granted_to_them_it_counts(stolen: Stolen) -> None:
    stolen.give()
    with counting(stolen.session, stolen.colleague.chain) as validator:
        (one,) = judged_by(validator, stolen.colleague.origin)
    assert isinstance(one, OpenedVersion)


def _a_grant_altered(stolen: Stolen) -> None:
    with stolen.session.database.transaction() as rows:
        at = tables.granted.c.digest == stolen.grant().digest
        rows.connection.execute(sa.update(tables.granted).where(at).values(sealed=os.urandom(1168)))


def _unknown(stolen: Stolen, kind: ItemKind = ItemKind.GRANT) -> Item:
    return Item.in_compartment(kind, stolen.case, os.urandom(32))


def _an_epoch_that_is_not_here(stolen: Stolen) -> None:
    append(stolen.session, [_unknown(stolen, ItemKind.EPOCH)])


def _a_grant_that_is_not_here(stolen: Stolen) -> None:
    append(stolen.session, [_unknown(stolen)])


def _one_that_they_list_themselves_too(stolen: Stolen) -> None:
    item = _unknown(stolen)
    append(stolen.session, [item])
    append(stolen.session, [item], stolen.colleague.origin, stolen.colleague.log.roster)


@pytest.mark.parametrize(
    "lack",
    [_a_grant_altered, _an_epoch_that_is_not_here, _a_grant_that_is_not_here, _one_that_they_list_themselves_too],
)
def test_nobody_is_called_unentitled_while_a_key_that_somebody_entitled_listed_may_be_theirs(
    stolen: Stolen, lack: Callable[[Stolen], None]
) -> None:
    row = stolen.row()
    lack(stolen)
    assert stolen.found() == stolen.quarantined("C6", is_unentitled=False)
    absent = stolen.quarantined("missing", is_unentitled=False)
    delete_version(stolen.session, row)
    assert stolen.found() == absent


def test_what_nobody_entitled_listed_there_keeps_nobody_in_doubt(stolen: Stolen) -> None:
    """Listed by themselves, for another case, and by somebody who was not in."""
    append(stolen.session, [_unknown(stolen)], stolen.colleague.origin, stolen.colleague.log.roster)
    append(stolen.session, [Item.in_compartment(ItemKind.GRANT, make_id(), os.urandom(32))])
    append(stolen.session, [_unknown(stolen)], roster=os.urandom(32))
    assert stolen.found() == stolen.quarantined("C6", is_unentitled=True)


def test_what_somebody_listed_who_is_in_no_more_is_waited_for_by_nobody(stolen: Stolen) -> None:
    append(stolen.session, [_unknown(stolen)])
    assert stolen.found() == stolen.quarantined("C6", is_unentitled=False)
    ended = stolen.colleague.without(stolen.session.seat)
    assert stolen.found(ended) == stolen.quarantined("C6", is_unentitled=True)


def test_who_was_in_no_roster_or_may_not_write_this_there_is_set_apart(stolen: Stolen) -> None:
    session = stolen.session
    with session.work() as work:
        wrong_kind = write(work, stolen.case, "roster")
    session.log.roster = os.urandom(32)
    with session.work() as work:
        nobody = write(work, stolen.case)
    with counting(session) as validator:
        found = judged_by(validator, session.log.origin, wrong_kind)
    origin = session.log.origin
    assert found == [Quarantined(origin, wrong_kind, 0, "C5", True), Quarantined(origin, nobody, 0, "C4", True)]
    (row,) = (row for row in _versions(session, stolen.case) if row.seq == nobody)
    delete_version(session, row)
    with counting(session) as validator:
        assert judged_by(validator, origin, nobody) == [Quarantined(origin, nobody, 0, "C4", True)]


def _versions(session: Session, case: CompartmentId) -> list[SealedVersion]:
    with session.database.reading() as rows:
        return rows.versions(case)


def _note(session: Session, case: CompartmentId, *parents: VersionId, record: RecordId) -> tuple[int, VersionId]:
    with session.work() as work:
        version = work.write(case, record, Note.KIND, NOTE, parents)
        return work.commit(Entry(act="case.import")).seq, version


def test_what_replaces_a_version_that_no_list_has_waits_until_one_has(stolen: Stolen) -> None:
    session, parent = stolen.session, VersionId(os.urandom(32))
    seq, _ = _note(session, stolen.case, parent, record=RecordId(make_id()))
    with counting(session) as validator:
        found = judged_by(validator, session.log.origin, seq)
    assert found == [Quarantined(session.log.origin, seq, 0, "C7", False)]
    assert [row.is_pending for row in found if isinstance(row, Quarantined)] == [True]
    append(session, [Item.in_compartment(ItemKind.VERSION, stolen.case, parent)])
    with counting(session) as validator:
        assert isinstance(judged_by(validator, session.log.origin, seq)[0], OpenedVersion)


def test_a_row_that_no_list_has_is_no_version_to_replace(stolen: Stolen) -> None:
    """It stands at the place of another of the same record."""
    session, record = stolen.session, RecordId(make_id())
    first, _ = _note(session, stolen.case, record=record)
    false = VersionId(version_id(stolen.case, record, b"planted"))
    row = VersionRow(session.log.origin, first, 0, false, stolen.case, record, b"planted")
    with session.database.transaction() as rows:
        rows.add_versions([row])
    seq, _ = _note(session, stolen.case, false, record=record)
    with counting(session) as validator:
        assert judged_by(validator, session.log.origin, seq) == [Quarantined(session.log.origin, seq, 0, "C7", False)]


def test_where_the_beginning_of_a_case_is_damaged_ones_own_work_counts_and_no_other_is_accused(stolen: Stolen) -> None:
    session = stolen.session
    seq, _ = _note(session, stolen.case, record=RecordId(make_id()))
    for own, counts in ((session.seat, True), (None, False), (stolen.colleague.seat, False)):
        with counting(session, own=own) as validator:
            validator.learned.states[stolen.case] = None
            (one,) = judged_by(validator, session.log.origin, seq)
        assert isinstance(one, OpenedVersion) or one == Quarantined(session.log.origin, seq, 0, "C6", False)
        assert isinstance(one, OpenedVersion) is counts


def test_what_opens_and_is_no_content_says_nothing(stolen: Stolen) -> None:
    session, record, key = stolen.session, RecordId(make_id()), make_key()
    origin = session.log.origin
    with session.database.reading() as rows:
        seq = rows.size(origin)
    blob = seal(key, b"no content", VersionContext(session.vault, stolen.case, record, origin, seq))
    row = VersionRow(origin, seq, 0, version_id(stolen.case, record, blob), stolen.case, record, blob)
    wrapped = wrap(session.keyring.wrap_key(stolen.epoch) or b"", key)
    with session.database.transaction() as rows:
        rows.add_versions([row])
        rows.add_version_keys([VersionKeyRow(origin, seq, 0, stolen.epoch, wrapped)])
    append(session, [Item.in_compartment(ItemKind.VERSION, stolen.case, row.id)])
    with counting(session) as validator:
        assert judged_by(validator, origin, seq) == [Quarantined(origin, seq, 0, "fields", False)]


def test_who_erases_is_a_caseworker_or_a_supervisor_who_was_granted_the_case(stolen: Stolen) -> None:
    erasing, origin = set(), stolen.session.log.origin
    written = [_note(stolen.session, stolen.case, record=RecordId(make_id())) for _ in Role]
    for role, (seq, version) in zip(Role, written, strict=True):
        theirs = replace(stolen, colleague=admit(stolen.session, role))
        with Work(theirs.colleague.log) as work:
            work.erase(theirs.case, version)
            work.commit(Entry(act="erase"))
        delete_version(stolen.session, next(row for row in _versions(stolen.session, stolen.case) if row.seq == seq))
        for is_given in (False, True):
            if is_given:
                theirs.give()
            with counting(stolen.session, theirs.colleague.chain) as validator:
                named = Item.in_compartment(ItemKind.VERSION, theirs.case, version)
                erased = {version} if validator.erased()(named, ()) else set()
                left = [row for row in judged_by(validator, origin, seq) if row.seq == seq]
            assert erased in (set(), {version})
            assert left == ([] if erased else [Quarantined(origin, seq, 0, "missing", False)])
            erasing |= {(role, is_given)} if erased else set()
    assert erasing == {(Role.CASEWORKER, True), (Role.SUPERVISOR, True)}


def test_a_version_that_is_listed_as_erased_for_another_case_is_not(stolen: Stolen) -> None:
    """Beside its true tag, which an item of another kind may have; once somebody lists it truly, it is erased."""
    session = stolen.session
    seq, version = _note(session, stolen.case, record=RecordId(make_id()))
    elsewhere = Item.in_compartment(ItemKind.ERASED, make_id(), version)
    append(session, [Item.in_compartment(ItemKind.VERSION, stolen.case, version), elsewhere])
    delete_version(session, next(row for row in _versions(session, stolen.case) if row.seq == seq))
    missing = Quarantined(session.log.origin, seq, 0, "missing", False)
    named = Item.in_compartment(ItemKind.VERSION, stolen.case, version)
    with counting(session) as validator:
        assert not validator.erased()(named, ())
        assert judged_by(validator, session.log.origin, seq)[0] == missing
    append(session, [Item.in_compartment(ItemKind.ERASED, stolen.case, version)])
    with counting(session) as validator:
        assert validator.erased()(named, ())
        assert missing not in judged_by(validator, session.log.origin, seq)


def test_who_a_member_is_no_entry_says_that_does_not_admit_them(stolen: Stolen) -> None:
    session = stolen.session
    for parents in ((), (VersionId(os.urandom(32)),)):
        with session.work() as work:
            fields = {"member": session.member}
            work.write(session.directory.compartment, RecordId(make_id()), "member", fields, parents)
            seq = work.commit(Entry(act="case.import")).seq
        with counting(session) as validator:
            found = judged_by(validator, session.log.origin, seq)
        assert found == [Quarantined(session.log.origin, seq, 0, "C5", True)]


def test_others_expect_what_an_entitled_author_listed_and_what_nobody_can_read(stolen: Stolen) -> None:
    session, colleague = stolen.session, stolen.colleague
    with counting(session, colleague.chain) as validator:
        theirs = next(validator.rows.operations(colleague.origin, stolen.seq))
        ours = next(validator.rows.operations(session.log.origin, 2))
        n = stolen.row().n
        assert not validator.is_expected(theirs, n)
        assert validator.is_expected(theirs, 0), "of a compartment that is not ours"
        assert validator.is_expected(ours, 0)
        assert validator.is_expected(theirs, 1_000)
        assert validator.is_expected(theirs._replace(list=b"\1"), n)
