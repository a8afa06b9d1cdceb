"""Whose entry counts: by signed logs in a store, each of the conditions alone (C1 to C4 of FORMAT.md 6)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.log.writer import Writer
from tests.records import judging as of_session
from tests.records.beside import begin_beside
from tests.records.judging import (
    NOTE,
    Colleague,
    admit,
    append,
    counting,
    delete_version,
    judged,
    judged_by,
    outsider,
    write,
)
from tests.records.small_office import directory_of, founded, going_on, new_log, put
from tests.services.founded import Filled
from tests.sync.exchange import empty_store
from vault.access.session import Session
from vault.casework.note import Note
from vault.ids import CompartmentId, EpochId, MemberId, Origin, RecordId, VersionId, make_id
from vault.log.act_bytes import MadeAct, let_back, let_in, put_out
from vault.log.items import Item, ItemKind, encode_items
from vault.log.operation import compose
from vault.policy.roles import Role
from vault.records.versions import OpenedVersion
from vault.records.work import Entry, Work
from vault.seal.envelope import VersionContext, seal, version_id
from vault.seal.keyring import make_key, wrap
from vault.services.cases import cases
from vault.store.engine import Database
from vault.store.rowtypes import OperationRow, SealedVersion, VersionKeyRow, VersionRow
from vault.trust.trust_items import Head, Rank
from vault.validity.authority import Authority, Listings
from vault.validity.proven import Proven, digests_in, items_in
from vault.validity.version_validity import Quarantined

ITEM = Item(ItemKind.GRANT, bytes(32), b"t" * 16)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        yield database


def judging(store: Database, proven: Proven | None = None, known: Mapping[Origin, Proven] | None = None) -> Judging:
    """Return what judges by the rows at hand, of which so much is proven."""

    @contextmanager
    def opened() -> Iterator[Authority]:
        with store.reading() as rows:
            directory = directory_of(rows)
            yield Authority(rows, directory, lambda origin, _: proven or Proven(rows.size(origin)), dict(known or {}))

    return opened()


Judging = AbstractContextManager[Authority]
KIM = new_log("Kim")


def kims(entries: int = 3) -> Writer:
    """Return Kim's log; the founder's lists the admission."""
    log = new_log("Kim")
    for _ in range(entries):
        log.append(ITEM)
    return log


def test_an_entry_of_a_seat_that_is_in_is_told_with_its_roles(store: Database) -> None:
    put(store, founded(KIM), kims())
    with judging(store, Proven(0), {Origin(KIM.origin): Proven(2)}) as authority:
        entry = authority.entry(KIM.origin, 1)
    assert entry is not None
    assert (entry.origin, entry.seq, entry.items) == (KIM.origin, 1, (ITEM,))
    assert (entry.seat, entry.roles) == (KIM.seat, frozenset({Role.CASEWORKER}))


def test_what_lies_behind_a_stretch_that_the_caller_has_proven_is_proven_then(store: Database) -> None:
    put(store, founded(KIM), kims())
    with judging(store, Proven(2), {Origin(KIM.origin): Proven(1)}) as authority:
        assert [authority.entry(KIM.origin, seq) is not None for seq in range(3)] == [True, True, False]


def test_what_is_not_proven_signed_or_of_somebody_who_is_in_counts_nothing(store: Database) -> None:
    kim, stranger = kims(entries=2), new_log("Stranger")
    stranger.append(ITEM)
    forged, beyond = going_on(kim, 1, "Mallory"), going_on(stranger, 1)
    for log in (forged, beyond):
        log.append(ITEM)
    false_list = compose(origin=kim.origin, seq=2, commitment=bytes(32), items=[ITEM], sealed=b"")._replace(list=b"")
    put(store, founded(KIM), kim, stranger, forged, beyond, beside=(false_list,))

    def counts(log: Writer, seq: int, proven: Proven | None = None) -> bool:
        with judging(store, proven) as authority:
            return authority.entry(log.origin, seq) is not None

    assert counts(kim, 1)
    assert not counts(kim, 1, Proven(1))
    assert not counts(kim, 1, Proven(3, frozenset({(1, kim.rows[1].digest)})))
    assert not counts(kim, 2)
    # Of a seat that nobody admitted, under the seat of another, and behind a log that counts nowhere.
    assert [counts(log, 0) for log in (stranger, forged, beyond)] == [False, False, False]


# Whose work is quarantined for a person, and whose may still come to count (FORMAT.md 6): C4 to C7 over the rows.
@dataclass
class Stolen:
    """A note in a case, by a colleague who was not let in and came by its key."""

    session: Session
    case: CompartmentId
    colleague: Colleague
    seq: int

    def found(self) -> Quarantined:
        (one,) = judged(self.session, self.colleague.origin)
        assert isinstance(one, Quarantined)
        return one

    def quarantined(self, check: str, *, is_unentitled: bool) -> Quarantined:
        return Quarantined(self.colleague.origin, self.seq, self.row().n, check, is_unentitled)

    def row(self) -> SealedVersion:
        with self.session.database.reading() as rows:
            return next(row for row in rows.versions(self.case) if row.origin == self.colleague.origin)

    @property
    def epoch(self) -> bytes:
        return self.session.keyring.epochs_of(self.case)[-1]

    def do(self, made: MadeAct) -> None:
        """Have the founder list something of who is in the case."""
        with self.session.work() as work:
            work.list_act(made)
            work.commit(Entry(act="grant.add"))

    @property
    def member(self) -> MemberId:
        return MemberId(self.colleague.seat)

    def let_in(self) -> None:
        """Let the colleague into the case."""
        self.do(let_in(self.case, self.member, Rank.MEMBER, None, make_id()))


@pytest.fixture
def stolen(session: Session) -> Stolen:
    case = cases.create(session, title="Of somebody else", kind="other").case
    colleague = admit(session)
    return Stolen(session, case, colleague, colleague.write(case))


def test_who_was_never_let_in_has_no_right_though_they_have_the_key_and_somebody_lists_that_it_is_theirs(
    stolen: Stolen,
) -> None:
    assert stolen.found() == stolen.quarantined("C6", is_unentitled=True)
    append(stolen.session, [Item.of_given(stolen.case, EpochId(stolen.epoch), stolen.colleague.seat)])
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


def test_once_they_are_let_in_it_counts_and_of_who_is_put_out_only_what_they_had_written_until_they_are_let_back(
    stolen: Stolen,
) -> None:
    session, colleague = stolen.session, stolen.colleague

    def counts() -> list[bool]:
        return [isinstance(version, OpenedVersion) for version in judged(session, colleague.origin)]

    stolen.let_in()
    assert counts() == [True]
    head = Head(colleague.seat, colleague.log.size, colleague.log.frontier.root())
    out = put_out(stolen.case, stolen.member, [head], make_id())
    colleague.write(stolen.case)
    stolen.do(out)
    assert counts() == [True, False]
    stolen.do(let_back(stolen.case, Item.of_act(out).digest, make_id()))
    assert counts() == [True, True]


def test_nobody_lets_themselves_in_and_whom_an_equal_puts_out_stays(stolen: Stolen) -> None:
    session, colleague = stolen.session, stolen.colleague
    own = let_in(stolen.case, stolen.member, Rank.KEEPER, None, make_id())
    append(session, [Item.of_act(own)], colleague.origin)
    assert [isinstance(version, OpenedVersion) for version in judged(session, colleague.origin)] == [False]
    stolen.do(own)
    append(session, [Item.of_act(put_out(stolen.case, session.member, [], make_id()))], colleague.origin)
    assert all(isinstance(version, OpenedVersion) for version in judged(session))


def test_who_was_never_let_in_or_may_not_write_this_there_is_set_apart(stolen: Stolen) -> None:
    session, stranger = stolen.session, outsider(stolen.session)
    with session.work() as work:
        wrong_kind = write(work, stolen.case, "member")
    assert judged(session, start=wrong_kind) == [Quarantined(session.log.origin, wrong_kind, 0, "C5", True)]
    nobody = Quarantined(stranger.origin, stranger.write(stolen.case), 0, "C4", True)
    (row,) = (row for row in _versions(session, stolen.case) if row.origin == stranger.origin)
    nobody = replace(nobody, n=row.n)
    assert judged(session, stranger.origin) == [nobody]
    delete_version(session, row)
    assert judged(session, stranger.origin) == [nobody]


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
    found = judged(session, start=seq)
    assert found == [Quarantined(session.log.origin, seq, 0, "C7", False)]
    assert [row.is_pending for row in found if isinstance(row, Quarantined)] == [True]
    append(session, [Item.in_compartment(ItemKind.VERSION, stolen.case, parent)])
    assert isinstance(judged(session, start=seq)[0], OpenedVersion)


def test_a_row_that_no_list_has_is_no_version_to_replace(stolen: Stolen) -> None:
    """It stands at the place of another of the same record."""
    session, record = stolen.session, RecordId(make_id())
    first, _ = _note(session, stolen.case, record=record)
    false = VersionId(version_id(stolen.case, record, b"planted"))
    row = VersionRow(session.log.origin, first, 0, false, stolen.case, record, b"planted")
    with session.database.transaction() as rows:
        rows.add_versions([row])
    seq, _ = _note(session, stolen.case, false, record=record)
    assert judged(session, start=seq) == [Quarantined(session.log.origin, seq, 0, "C7", False)]


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
    assert judged(session, start=seq) == [Quarantined(origin, seq, 0, "fields", False)]


def test_who_erases_is_a_caseworker_or_a_supervisor_who_was_let_in(stolen: Stolen) -> None:
    erasing, origin = set(), stolen.session.log.origin
    written = [_note(stolen.session, stolen.case, record=RecordId(make_id())) for _ in Role]
    colleagues = [admit(stolen.session, role) for role in Role]
    for role, colleague, (seq, version) in zip(Role, colleagues, written, strict=True):
        theirs = replace(stolen, colleague=colleague)
        with Work(theirs.colleague.log) as work:
            work.erase(theirs.case, version)
            work.commit(Entry(act="erase"))
        delete_version(stolen.session, next(row for row in _versions(stolen.session, stolen.case) if row.seq == seq))
        for is_in in (False, True):
            if is_in:
                theirs.let_in()
            with counting(stolen.session) as validator:
                named = Item.in_compartment(ItemKind.VERSION, theirs.case, version)
                erased = {version} if validator.erased()(named, ()) else set()
                left = [row for row in judged_by(validator, origin, seq) if row.seq == seq]
            assert erased in (set(), {version})
            assert left == ([] if erased else [Quarantined(origin, seq, 0, "missing", False)])
            erasing |= {(role, is_in)} if erased else set()
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
        assert judged(session, start=seq) == [Quarantined(session.log.origin, seq, 0, "C5", True)]


def test_others_expect_what_an_entitled_author_listed_and_what_nobody_can_read(stolen: Stolen) -> None:
    session, colleague = stolen.session, stolen.colleague
    with counting(session) as validator:
        theirs = next(validator.rows.operations(colleague.origin, stolen.seq))
        ours = next(validator.rows.operations(session.log.origin, 2))
        n = stolen.row().n
        assert not validator.is_expected(theirs, n)
        assert validator.is_expected(theirs, 0), "of a compartment that is not ours"
        assert validator.is_expected(ours, 0)
        assert validator.is_expected(theirs, 1_000)
        assert validator.is_expected(theirs._replace(list=b"\1"), n)


# Where lists name things, where the first session of a log ends, and what proves nothing.
ORIGIN = Origin(b"o" * 32)


def test_a_false_row_before_the_true_one_hides_no_entry(filled: Filled, filled_session: Session) -> None:
    origin = filled_session.log.origin
    with filled_session.database.transaction() as rows:
        stored = rows.operation(origin, 1)
        assert stored is not None
        rows.add_operation(stored._replace(list=b"\1" * 49, digest=bytes(32)))
        authority = Authority(rows, filled_session.directory, lambda _origin, _seq: Proven(2))
        entry = authority.entry(origin, 1)
    assert entry is not None
    assert (entry.seat, entry.seq) == (filled_session.seat, 1)


def test_a_log_that_goes_on_has_entries_of_its_own_that_found_nothing_and_one_without_a_beginning_has_none(
    filled_session: Session,
) -> None:
    origin = filled_session.log.origin
    other = begin_beside(filled_session, goes_on=True)
    with Work(other) as work:
        work.commit(Entry(act="log.genesis"))
    with filled_session.database.transaction() as rows:
        first = rows.operation(other.origin, 0)
        assert first is not None
        rows.add_operation(first._replace(origin=ORIGIN))
        directory = of_session.directory_of(filled_session, rows)
        authority = Authority(rows, directory, lambda _origin, _seq: Proven(2))
        founding, later = authority.entry(origin, 0), authority.entry(other.origin, 0)
        assert authority.entry(ORIGIN, 0) is None
    assert founding is not None
    assert later is not None
    assert (founding.founds_vault, later.founds_vault) == (True, False)
    assert (later.origin, later.seat) == (other.origin, founding.seat)


OTHER = Origin(b"p" * 32)
A, B = bytes(32), b"b" * 32
GRANT_A, GRANT_A_ELSEWHERE = Item(ItemKind.GRANT, A, b"t" * 16), Item(ItemKind.GRANT, A, b"u" * 16)
EPOCH_B, VERSION_B = Item(ItemKind.EPOCH, B, b"v" * 16), Item(ItemKind.VERSION, B, b"w" * 16)


def _list(store: Database, origin: bytes, *items: Item) -> OperationRow:
    """Put an entry behind the others of a log, which begins with it where there is none."""
    with store.transaction() as rows:
        if rows.genesis(origin) is None:
            rows.add_genesis(origin, b"")
        row = OperationRow(origin, rows.size(origin), b"", encode_items(items), b"", bytes(32))
        rows.add_operation(row)
    return row


def _places(store: Database, listings: Listings, kind: ItemKind) -> dict[bytes, list[tuple[bytes, int]]]:
    with store.reading() as rows:
        return {digest: sorted(places) for digest, places in listings.of(rows, kind).items()}


@pytest.fixture
def four_lists(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        for origin, items in (
            (ORIGIN, [GRANT_A, VERSION_B]),
            (ORIGIN, [EPOCH_B]),
            (ORIGIN, []),
            (OTHER, [GRANT_A_ELSEWHERE]),
        ):
            _list(database, origin, *items)
        yield database


def test_each_place_where_a_list_names_a_thing_is_told_once_and_what_came_since_too(four_lists: Database) -> None:
    listings = Listings()
    for _ in range(2):
        assert _places(four_lists, listings, ItemKind.GRANT) == {A: [(ORIGIN, 0), (OTHER, 0)]}
        assert _places(four_lists, listings, ItemKind.EPOCH) == {B: [(ORIGIN, 1)]}
        assert _places(four_lists, listings, ItemKind.VERSION) == {B: [(ORIGIN, 0)]}
    assert _places(four_lists, listings, ItemKind.ERASED) == {}
    _list(four_lists, OTHER, GRANT_A)
    _list(four_lists, bytes(32), EPOCH_B)
    assert _places(four_lists, listings, ItemKind.GRANT) == {A: [(ORIGIN, 0), (OTHER, 0), (OTHER, 1)]}
    assert _places(four_lists, listings, ItemKind.EPOCH) == {B: [(bytes(32), 0), (ORIGIN, 1)]}


def test_under_which_tags_a_thing_is_listed_is_known_of_all_but_versions(four_lists: Database) -> None:
    with four_lists.reading() as rows:
        tagged = {kind: Listings().tagged(rows, kind) for kind in (ItemKind.GRANT, ItemKind.EPOCH, ItemKind.VERSION)}
    assert tagged == {
        ItemKind.GRANT: {A: {b"t" * 16, b"u" * 16}},
        ItemKind.EPOCH: {B: {b"v" * 16}},
        ItemKind.VERSION: {},
    }


def test_of_a_list_the_items_of_one_kind_are_told_and_of_what_is_no_list_none(four_lists: Database) -> None:
    row = _list(four_lists, ORIGIN, GRANT_A, VERSION_B)
    assert items_in(row, ItemKind.GRANT) == {(A, b"t" * 16)}
    assert digests_in(row, ItemKind.VERSION) == {B}
    assert digests_in(row, ItemKind.EPOCH) == set()
    assert digests_in(row._replace(list=row.list + b"\1"), ItemKind.VERSION) == set()
