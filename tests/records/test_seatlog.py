"""One key for each session, an audit ratchet that only turns forward, and a new period each day and 4,096 entries."""

from __future__ import annotations

import os
import shutil
from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from tests.records.beside import begin_beside
from tests.services.bulk_notes import add_many
from tests.services.founded import Filled, Place
from tests.tables import refuses
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.durations import DAY_MS
from vault.errors import BrokenSealError, VerificationError
from vault.ids import ZERO_ID, CompartmentKind, Origin, SeatId, make_id
from vault.log.checkpoint import encode_note, key_name, note_body, parse_note
from vault.log.genesis import Genesis
from vault.log.items import Item, ItemKind, decode_items, encode_items
from vault.log.operation import Header
from vault.log.payload import commitment, encode_plaintext
from vault.records.epochs import read_notice
from vault.records.seatlog import SeatLog, decode_ratchet, renew_tiles, resume, stored_origin
from vault.records.work import Entry, Work
from vault.seal.envelope import VersionContext, open_sealed, seal
from vault.seal.keyring import derive_entry_key, derive_next_ratchet, make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, grant_digest, open_from, seal_to
from vault.seal.signing import is_signed_raw, public_key, sign_raw
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, GenesisRow, GrantRow, OperationRow
from vault.validity import audit_payloads
from vault.validity.audit_payloads import AuditEntry, Auditor, read_payloads


def headers(rows: Rows, origin: bytes) -> list[Header]:
    return [Header.decode(row.header) for row in rows.operations(origin)]


def resumed(session: Session) -> SeatLog:
    """Open the log again as the next unlock does, on the same database."""
    log = session.log
    with session.database.reading() as rows:
        return resume(
            rows,
            database=session.database,
            place=log.place,
            origin=log.origin,
            auditors=log.auditors,
            keyring=session.keyring,
        )


def epochs_listed(session: Session, seq: int) -> int:
    with session.database.reading() as rows:
        stored = rows.operation(session.log.origin, seq)
    assert stored is not None
    return sum(item.kind == ItemKind.EPOCH for item in decode_items(stored.list))


def test_each_session_signs_with_the_key_that_the_one_before_named(filled: Filled) -> None:
    for _ in range(3):
        with filled.open() as session:
            notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "in a session of its own"))
    with filled.open() as session, session.database.reading() as rows:
        genesis = rows.genesis(session.log.origin)
        assert genesis is not None
        named = [header.session_key for header in headers(rows, session.log.origin)]
        keys = [Genesis.decode(genesis).session_key, *(key for key in named if key is not None)]
        assert len(set(keys)) == len(keys) == session.log.session.number + 1
        for row in rows.checkpoints(session.log.origin):
            number = sum(key is not None for key in named[: row.size])
            assert parse_note(row.note).signed_by(keys[number - 1], is_signed_raw)


def test_a_crash_loses_the_running_key_and_keeps_the_next(founded: Place, tmp_path: Path) -> None:
    with founded.open() as session:
        running, following = session.log.session.seed, session.log.session.following_seed
        # What lies on the disk while the session runs is what a crash leaves.
        shutil.copytree(founded.path, tmp_path / "crashed")
        with session.database.reading() as rows:
            stored = rows.local(session.seat, Purpose.SESSION)
        assert stored is not None
        content = session.log.place.open_row(stored)
        assert following in content
        assert running not in content
        number = session.log.session.number
    with Place(tmp_path / "crashed", founded.state).open() as session:
        assert session.log.session.seed == following
        assert session.log.session.number == number + 1
        assert log_checking.verify(session).verified


def test_a_session_that_ends_without_an_entry_uses_up_no_key(founded: Place) -> None:
    with founded.open() as session:
        once, again = resumed(session), resumed(session)
        assert (once.session.number, once.session.seed) == (again.session.number, again.session.seed)
        assert once.session.following_seed != again.session.following_seed


@pytest.mark.parametrize("what", ["no session key", "another key", "a cut tail", "no checkpoint"])
def test_a_log_is_not_gone_on_with(filled_session: Session, what: str) -> None:
    session = filled_session
    place = session.log.place
    with session.database.transaction() as rows:
        if what == "no session key":
            rows.delete_local(session.seat, Purpose.SESSION)
        elif what == "another key":
            secret = (session.log.origin, bytes(32), public_key(bytes(32)))
            content = msgspec.msgpack.encode(dict(zip(("origin", "seed", "signer"), secret, strict=True)))
            rows.put_local(place.seal_row(Purpose.SESSION, content, 9))
        elif what == "a cut tail":
            rows.connection.exec_driver_sql("DELETE FROM operation WHERE seq = ?", (session.log.size - 1,))
        else:
            rows.connection.exec_driver_sql("DELETE FROM checkpoint")
    words = {
        "no session key": "no session key on this device",
        "a cut tail": "does not end where its last session signed it",
    }
    refuses(VerificationError, words.get(what, "does not end in a checkpoint that its last session"), resumed, session)


def test_a_false_checkpoint_beside_the_true_one_hinders_nobody(filled_session: Session) -> None:
    session = filled_session
    with session.database.transaction() as rows:
        newest = rows.newest_checkpoint(session.log.origin)
        assert newest is not None
        rows.add_checkpoint(newest._replace(size=newest.size + 50, note=b"no note at all"))
        rows.add_checkpoint(newest._replace(size=newest.size + 60))
        rows.add_checkpoint(newest._replace(size=newest.size + 70, note=b"nor this"))
        seed, body = session.log.session.seed, note_body(bytes(32), newest.size, newest.root)
        of_another_log = encode_note(body, key_name(bytes(32)), public_key(seed), sign_raw(seed, body))
        rows.add_checkpoint(newest._replace(size=newest.size + 80, note=of_another_log))
    assert resumed(session).size == session.log.size


def write_up_to(log: SeatLog, size: int) -> None:
    while log.size < size:
        with Work(log) as work:
            work.commit(Entry(act="case.list"))


def test_false_hashes_in_the_cache_hinder_nobody_and_are_made_anew(filled_session: Session) -> None:
    session, origin = filled_session, filled_session.log.origin
    write_up_to(session.log, 260)
    assert not resumed(session).tiles_are_false
    with session.database.transaction() as rows:
        true = rows.tiles(origin)
        assert [(tile.level, tile.idx) for tile in true] == [(0, 0)]
        rows.put_tile(true[0]._replace(hashes=true[0].hashes[::-1]))
    log = resumed(session)
    assert (log.size, log.frontier.root(), log.tiles_are_false) == (260, session.log.frontier.root(), True)
    renew_tiles(log)
    assert not log.tiles_are_false
    with session.database.reading() as rows:
        assert rows.tiles(origin) == true
    assert not resumed(session).tiles_are_false


def test_the_stored_ratchet_opens_no_earlier_payload(filled: Filled, filled_session: Session) -> None:
    session = filled_session
    log = session.log
    with session.database.reading() as rows:
        stored = rows.local(session.seat, Purpose.RATCHET)
        assert stored is not None
        operations = list(rows.operations(log.origin))
    ratchet = decode_ratchet(log.place.open_row(stored))
    assert ratchet.step == len(operations)
    key = ratchet.key
    for _ in range(50):
        for row in operations:
            context = VersionContext(
                session.vault, ratchet.compartment, ZERO_ID, row.origin, row.seq, purpose=Purpose.AUDIT
            )
            with pytest.raises(BrokenSealError):
                open_sealed(derive_entry_key(key), row.sealed, context)
        key = derive_next_ratchet(key)
    # The audit epoch's key is not in the keyring either, or the seat could hash forward from it.
    assert session.keyring.epochs_of(ratchet.compartment) == ()


def periods_opened(session: Session, *times_ms: int) -> list[int]:
    """Return how many audit periods the first entry of a session at each of these times opens; a second opens none."""
    opened = []
    for now in times_ms:
        log = resumed(session)
        log.now_ms = lambda now=now: now  # type: ignore[misc]  # the default binds this turn
        for act in ("unlock.ok", "case.list"):
            with Work(log) as work:
                opened.append(epochs_listed(session, work.commit(Entry(act=act)).seq))
    assert not any(opened[1::2])
    return opened[::2]


def test_the_first_session_of_a_day_opens_a_new_audit_period_and_a_day_ends_at_midnight_of_utc(
    filled_session: Session,
) -> None:
    today = filled_session.log.now_ms()
    assert periods_opened(filled_session, *(today + days * DAY_MS for days in (0, 1, 1, 3))) == [0, 1, 0, 1]
    midnight = int(datetime(2031, 5, 4, tzinfo=UTC).timestamp()) * 1000
    assert periods_opened(filled_session, midnight, midnight + 1, midnight - 1) == [1, 0, 1]
    readable(filled_session)


def test_a_session_that_runs_past_midnight_goes_on_in_its_audit_period(filled_session: Session) -> None:
    log = filled_session.log
    tomorrow = log.now_ms() + DAY_MS
    log.now_ms = lambda: tomorrow
    with Work(log) as work:
        assert epochs_listed(filled_session, work.commit(Entry(act="case.list")).seq) == 0


def test_a_full_audit_period_is_followed_by_a_new_one(filled: Filled, filled_session: Session) -> None:
    session = filled_session
    log = session.log
    assert log.ratchet is not None
    epoch = log.ratchet.epoch
    # 4,096 entries are a matter of minutes; the count is what decides, so the test turns the count.
    log.ratchet = replace(log.ratchet, step=4_096 - 1)
    size = log.size
    add_many(session, filled.cases[0], [Note(kind=NoteKind.CONTACT, text="one more")])
    assert (log.size, log.ratchet.epoch) == (size + 1, epoch)
    add_many(session, filled.cases[0], [Note(kind=NoteKind.CONTACT, text="one more")])
    assert log.size == size + 3
    assert epochs_listed(session, size + 1) == 1
    assert (log.ratchet.step, log.ratchet.epoch != epoch) == (2, True)
    readable(session)


def test_a_period_that_others_must_read_from_here_is_over_at_once(filled_session: Session) -> None:
    log = filled_session.log
    assert not log.period_must_end()
    log.period_is_over = True
    assert log.period_must_end()
    assert log.period_is_due()
    log.ratchet = None
    assert not log.period_must_end()


def test_without_its_ratchet_row_a_log_goes_on_in_a_new_period_and_without_its_session_key_not_at_all(
    filled_session: Session,
) -> None:
    place = filled_session.log.place
    with filled_session.database.transaction() as rows:
        rows.delete_local(filled_session.seat, Purpose.RATCHET)
    log = resumed(filled_session)
    assert (log.ratchet, log.period_is_due()) == (None, True)
    with filled_session.database.transaction() as rows:
        assert stored_origin(rows, place) == filled_session.log.origin
        rows.delete_local(filled_session.seat, Purpose.SESSION)
        assert stored_origin(rows, place) is None


def test_the_first_session_of_a_log_has_number_1(filled_session: Session) -> None:
    assert begin_beside(filled_session).session.number == 1


def readable(session: Session) -> None:
    """Check that every payload opens for the auditor and that the log verifies."""
    with session.database.reading() as rows:
        faults = {entry.fault for entry in read_payloads(rows, session.auditor(), session.log.origin)}
    assert faults == {None}
    with session.database.reading() as rows:
        sizes = [checkpoint.size for checkpoint in rows.checkpoints(session.log.origin)]
    assert all(size < other for size, other in pairwise(sizes))


def test_a_local_row_opens_for_its_own_purpose_and_number_only(session: Session) -> None:
    place = session.log.place
    row = place.seal_row(Purpose.RATCHET, b"content", 4)
    assert place.open_row(row) == b"content"
    for other in (row._replace(number=5), row._replace(purpose=Purpose.SESSION), row._replace(blob=row.blob[:-1])):
        refuses(BrokenSealError, "seal does not hold", place.open_row, other)
    with pytest.raises(BrokenSealError, match="seal does not hold"):
        replace(place, seat=b"another seat 16b").open_row(row)  # type: ignore[arg-type]  # any 16 bytes


def test_a_local_row_that_a_seat_has_once_has_number_0(filled_session: Session) -> None:
    session = filled_session
    with session.database.reading() as rows:
        stored = [rows.local(session.seat, purpose) for purpose in (Purpose.RATCHET, Purpose.KEYRING)]
    assert [None if row is None else row.number for row in stored] == [0, 0]


def test_hybrid_time_never_runs_back_and_begins_behind_zero(session: Session) -> None:
    fresh = resumed(session)
    fresh.now_ms = lambda: 0
    assert [fresh.tick(), fresh.tick()] == [(0, 1), (0, 2)]
    log, walls = session.log, iter([1000, 1000, 400, 1001])
    log.last_clock, log.now_ms = (0, 0), lambda: next(walls)
    assert [log.tick() for _ in range(4)] == [(1000, 0), (1000, 1), (1000, 2), (1001, 0)]


# What an auditor reads of a log: where it is in bad hands, a hole in the place of a payload, and never another.
ACTS = ["log.genesis", "unlock.ok", "case.create", "note.create", "note.create"]


@dataclass
class Shown:
    """The rows of a log as somebody shows them; stands for `Rows`."""

    entries: list[OperationRow]
    notices: dict[bytes, EpochRow]
    grants: dict[bytes, list[GrantRow]]

    def operations(self, _origin: bytes, start: int = 0) -> list[OperationRow]:
        return [row for row in self.entries if row.seq >= start]

    def epoch(self, digest: bytes) -> EpochRow | None:
        return self.notices.get(digest)

    def grants_of(self, epoch: bytes) -> list[GrantRow]:
        return self.grants.get(epoch, [])

    def geneses(self) -> list[GenesisRow]:
        return []  # no other log lists a grant


@dataclass
class Log:
    """A founder's log of five entries, and who reads it."""

    auditor: Auditor
    origin: Origin
    rows: Shown

    def read(self, rejected: Container[tuple[int, bytes]] = frozenset()) -> list[AuditEntry]:
        return list(read_payloads(cast("Rows", self.rows), self.auditor, self.origin, rejected))

    def told(self) -> list[str]:
        """Return the act of each entry, or why it is not there."""
        return [str(entry.fault) if entry.payload is None else entry.payload.act for entry in self.read()]

    def at(self, seq: int) -> int:
        return next(place for place, row in enumerate(self.rows.entries) if row.seq == seq)

    def change(self, seq: int, **fields: Any) -> None:
        row = self.rows.entries[self.at(seq)]
        self.rows.entries[self.at(seq)] = row._replace(**fields)

    def epoch(self) -> tuple[bytes, bytes]:
        """Return (compartment, epoch) of the audit key that entry 0 opens."""
        notices = (read_notice(self.rows.notices[item.digest]) for item in self.listed(ItemKind.EPOCH))
        audit = next(notice for notice in notices if notice is not None and notice.kind is CompartmentKind.AUDIT)
        return audit.compartment, audit.epoch

    def listed(self, kind: ItemKind) -> list[Item]:
        return [item for item in decode_items(self.rows.entries[0].list) if item.kind == kind]

    def context(self, giver: bytes) -> GrantContext:
        compartment, epoch = self.epoch()
        return GrantContext(Purpose.GRANT, self.auditor.vault, compartment, epoch, giver, self.auditor.seat)

    def grant(self) -> GrantRow:
        return next(row for row in self.rows.grants[self.epoch()[1]] if row.seat == self.auditor.seat)

    def audit_key(self) -> bytes:
        return open_from(self.auditor.kem, self.grant().sealed, self.context(self.grant().giver))

    def sealed_at(self, seq: int, plaintext: bytes) -> bytes:
        """Seal anything as the payload of an entry, as its own author could."""
        key = self.audit_key()
        for _ in range(seq):
            key = derive_next_ratchet(key)
        context = VersionContext(self.auditor.vault, self.epoch()[0], ZERO_ID, self.origin, seq, purpose=Purpose.AUDIT)
        return seal(derive_entry_key(key), plaintext, context)


@pytest.fixture
def log(session: Session) -> Log:
    case = cases.create(session, title="A case", kind="other").case
    for number in range(2):
        notes.add(session, case, Note(NoteKind.CONTACT, f"note {number}"))
    with session.database.reading() as rows:
        epochs = rows.epochs()
        notices = [read_notice(row) for row in epochs]
        shown = Shown(
            list(rows.operations(session.log.origin)),
            {row.digest: row for row in epochs},
            {notice.epoch: rows.grants_of(notice.epoch) for notice in notices if notice is not None},
        )
    return Log(session.auditor(), session.log.origin, shown)


def test_every_entry_is_read_in_order(log: Log) -> None:
    assert log.told() == ACTS
    assert [(entry.origin, entry.seq, entry.fault) for entry in log.read()] == [(log.origin, n, None) for n in range(5)]


def test_from_an_entry_on_the_same_is_read_as_from_the_first(log: Log) -> None:
    rows, whole = cast("Rows", log.rows), log.read()
    for start in range(7):
        assert list(read_payloads(rows, log.auditor, log.origin, start=start)) == whole[start:]


def test_whoever_was_not_granted_the_key_is_told_of_each_entry_that_there_is_one(log: Log) -> None:
    log.auditor = replace(log.auditor, seat=SeatId(make_id()))
    assert log.read() == [AuditEntry(log.origin, seq, None, "not granted") for seq in range(5)]


def test_what_stands_behind_a_hole_is_still_read(log: Log) -> None:
    entries = log.rows.entries
    for gone in ({1}, {3}, {1, 2}, {1, 2, 3}):
        log.rows.entries = [row for row in entries if row.seq not in gone]
        assert log.told() == [act for seq, act in enumerate(ACTS) if seq not in gone]


def test_without_the_entry_that_opens_the_key_the_rest_is_not_granted(log: Log) -> None:
    del log.rows.entries[:2]
    assert log.told() == ["not granted"] * 3


def test_a_hole_longer_than_a_period_leads_into_a_key_that_nobody_listed(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    del log.rows.entries[1:4]
    for period, told in ((3, ACTS[4]), (2, "not granted")):
        monkeypatch.setattr(audit_payloads, "ENTRIES_PER_PERIOD", period)
        assert log.told() == [ACTS[0], told]


def test_a_payload_that_is_not_what_its_header_commits_to_is_broken_and_the_next_one_opens(log: Log) -> None:
    row, nothing_known = log.rows.entries[2], log.sealed_at(2, encode_plaintext(bytes(32), b"\x80"))
    header = replace(Header.decode(row.header), commitment=commitment(bytes(32), b"\x80")).encode()
    for change in ({"sealed": bytes(300)}, {"sealed": nothing_known}, {"sealed": nothing_known, "header": header}):
        log.change(2, **{"header": row.header} | change)
        assert log.read()[2] == AuditEntry(log.origin, 2, None, "broken")
        assert log.told() == [*ACTS[:2], "broken", *ACTS[3:]]


def test_a_rejected_row_beside_the_true_one_is_passed_over(log: Log) -> None:
    false = log.rows.entries[2]._replace(digest=bytes(32), sealed=bytes(300))
    log.rows.entries.insert(2, false)
    assert [entry.payload.act if entry.payload else entry.fault for entry in log.read({(2, false.digest)})] == ACTS


def test_a_false_grant_before_the_true_one_is_passed_over_and_alone_opens_nothing(log: Log) -> None:
    true, epoch = log.grant(), log.epoch()[1]
    sealed = seal_to(log.auditor.kem.public, make_key(), log.context(true.giver))
    for false in (
        true._replace(sealed=os.urandom(len(true.sealed))),
        true._replace(seat=make_id()),
        true._replace(sealed=sealed, digest=grant_digest(epoch, log.auditor.seat, sealed)),
    ):
        log.rows.grants[epoch] = [false, true]
        assert log.told() == ACTS
        log.rows.grants[epoch] = [false]
        assert log.told() == ["not granted"] * 5


def test_a_list_that_is_none_opens_no_key(log: Log) -> None:
    log.change(0, list=b"\x01")
    assert log.told() == ["not granted"] * 5


def test_what_else_an_entry_lists_and_notices_that_are_none_or_not_here_come_before_its_key(log: Log) -> None:
    junk = Item.in_compartment(ItemKind.EPOCH, make_id(), b"j" * 32)
    log.rows.notices[junk.digest] = EpochRow(junk.digest, junk.tag, b"no notice at all")
    elsewhere = Item.in_compartment(ItemKind.EPOCH, make_id(), bytes(32))
    version = Item.in_compartment(ItemKind.VERSION, make_id(), log.listed(ItemKind.EPOCH)[0].digest)
    items = decode_items(log.rows.entries[0].list)
    log.change(0, list=encode_items((version, elsewhere, junk, *items)))
    assert log.told() == ACTS


def test_the_key_of_an_audit_epoch_is_named_by_an_item_of_that_kind_alone(log: Log) -> None:
    items = [item._replace(kind=ItemKind.GRANT) if item.kind == ItemKind.EPOCH else item for item in
             decode_items(log.rows.entries[0].list)]  # fmt: skip
    log.change(0, list=encode_items(tuple(items)))
    assert log.told() == ["not granted"] * 5
