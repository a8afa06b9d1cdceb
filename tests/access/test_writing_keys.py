"""Under which key a device writes, and to whom it gives keys: a key that somebody else has is written under no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.colleague import Colleague, admit
from tests.services.founded import Filled
from vault.access.session import Session
from vault.access.trust import writing_keys
from vault.access.trust.writing_keys import audit_is_stale, settle_keys
from vault.errors import RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, RecordId, SeatId, make_id
from vault.log.act_bytes import let_in
from vault.log.epoch_notice import EpochNotice
from vault.log.items import Item
from vault.log.payload import Payload
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry
from vault.seal.envelope import SUITE
from vault.services.evidence import logbook
from vault.services.grants import sharing
from vault.store.rowtypes import EpochRow, GrantRow
from vault.trust.trust_items import Rank

OTHER = SeatId(b"\x03" * 16)


@pytest.fixture
def opened(filled: Filled) -> Iterator[tuple[Session, CompartmentId, Colleague]]:
    """The vault with two cases, one of them, and a caseworker who is in neither."""
    with filled.open() as session:
        yield session, filled.cases[0], admit(session, roles={Role.CASEWORKER})


def write(session: Session, case: CompartmentId) -> bytes:
    """Write a note, and return the key under which it lies."""
    with session.work(case) as work:
        work.write(case, RecordId(make_id()), "note", {})
        seq = work.commit(Entry(act="note.create")).seq
    with session.database.reading() as rows:
        (epoch,) = {row.epoch for row in rows.versions(case) if (row.origin, row.seq) == (session.log.origin, seq)}
    return epoch


def had_by(session: Session, epoch: bytes) -> set[bytes]:
    with session.database.reading() as rows:
        return {row.seat for row in rows.grants_of(epoch)}


def payloads(session: Session, act: str) -> list[Payload]:
    lines = logbook.newest(session, act=act).lines
    return [line.payload for line in lines if line.payload is not None and line.payload.out == "ok:joined"]


def test_one_key_serves_until_somebody_who_has_it_reads_no_more_and_who_is_back_is_given_the_next(
    opened: tuple[Session, CompartmentId, Colleague],
) -> None:
    session, case, ada = opened
    first = write(session, case)
    sharing.grant(session, case, [ada.member])
    assert write(session, case) == first
    assert ada.seat in had_by(session, first)
    sharing.revoke(session, case, [ada.member])
    second = write(session, case)
    assert ada.seat not in had_by(session, second)
    assert second != first
    sharing.grant(session, case, [ada.member])
    assert write(session, case) == second
    assert ada.seat in had_by(session, second)


def test_past_the_day_of_a_reader_nothing_is_written_under_a_key_that_they_have(
    opened: tuple[Session, CompartmentId, Colleague],
) -> None:
    session, case, ada = opened
    now = session.clock().trusted_ms
    with session.work() as work:
        work.list_act(let_in(case, ada.member, Rank.MEMBER, now - 1, bytes(16)))
        work.grant(case, EpochId(session.keyring.epochs_of(case)[-1]), session.directory.holders([ada.seat]))
        work.commit(Entry(act="grant.add"))
    assert ada.seat not in had_by(session, write(session, case))


def test_a_key_that_a_reader_gave_to_somebody_outside_is_written_under_no_more(filled: Filled) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        ada = admit(session, roles={Role.CASEWORKER})
        bo = admit(session, name="Bo Linden", passphrase=b"three grey kites", roles={Role.CASEWORKER})
        sharing.grant(session, case, [ada.member])
        first = EpochId(write(session, case))
    with ada.open(filled.place) as session, session.work() as work:
        work.grant(case, first, session.directory.holders([bo.seat], with_recovery=False))
        work.commit(Entry(act="grant.add"))
    for opening in (filled.open, lambda: ada.open(filled.place)):
        with opening() as session:
            under = write(session, case)
            assert bo.seat not in had_by(session, under)
    with bo.open(filled.place) as session:
        assert not session.holds(case)


def test_nobody_who_has_no_key_keeps_it_from_others_by_listing_that_they_gave_it(filled: Filled) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        ada = admit(session, roles={Role.CASEWORKER})
        bo = admit(session, name="Bo Linden", passphrase=b"three grey kites", roles={Role.CASEWORKER})
        keys = session.keyring.epochs_of(case)
    with bo.open(filled.place) as session, session.work() as work:
        work._items += [Item.of_given(case, EpochId(key), ada.seat) for key in keys]  # as no program of ours would
        work.commit(Entry(act="grant.add"))
    with filled.open() as session:
        sharing.grant(session, case, [ada.member])
    with ada.open(filled.place) as session:
        assert {*keys} <= {*session.keyring.epochs_of(case)}


def test_a_row_beside_the_true_one_of_a_key_changes_nothing(
    opened: tuple[Session, CompartmentId, Colleague],
) -> None:
    session, case, _ = opened
    first = write(session, case)
    for origin, kind in ((bytes(32), CompartmentKind.CASE), (session.log.origin, CompartmentKind.AUDIT)):
        false = EpochNotice(SUITE, session.vault, case, kind, origin, first)
        with session.database.transaction() as rows:
            rows.add_epochs([EpochRow(false.digest(), case, false.encode())])
        session.learned.judge_anew()
        assert write(session, case) == first


def test_who_lacks_a_key_is_given_it_once_and_the_log_says_to_how_many(
    opened: tuple[Session, CompartmentId, Colleague],
) -> None:
    session, case, ada = opened
    sharing.grant(session, case, [ada.member])
    with session.work() as work:
        new = work.add_key(case, CompartmentKind.CASE, session.directory.holders([session.seat], with_recovery=False))
        work.commit(Entry(act="key.rotate"))
    size = session.log.size
    for _ in range(2):
        assert settle_keys(session, case) == []
        assert session.log.size == size + 1
    assert {ada.seat, session.directory.recovery_seat} <= had_by(session, new)
    assert payloads(session, "grant.add")[0].covers == {"seat": 2}


def test_however_little_one_entry_lists_all_keys_are_made_and_given(
    filled: Filled, opened: tuple[Session, CompartmentId, Colleague], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_keys, "ITEMS_IN_ONE_ENTRY", 3)
    session, _, ada = opened
    with session.work() as work:
        for case in filled.cases:
            work.list_act(let_in(case, ada.member, Rank.MEMBER, None, bytes(16)))
        work.commit(Entry(act="grant.add"))
    with session.work() as work:
        for case in [*filled.cases] * 3:
            work.add_key(case, CompartmentKind.CASE, session.directory.holders([session.seat], with_recovery=False))
        work.commit(Entry(act="key.rotate"))
    settle_keys(session, *filled.cases)
    lacking = {
        epoch
        for case in filled.cases
        for epoch in session.keyring.epochs_of(case)
        if not {ada.seat, session.directory.recovery_seat} <= had_by(session, epoch)
    }
    assert lacking == set()


def test_who_was_put_out_writes_nothing_there_any_more(filled: Filled) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        ada = admit(session, roles={Role.CASEWORKER})
        sharing.grant(session, case, [ada.member])
    with ada.open(filled.place) as session:
        write(session, case)
    with filled.open() as session:
        sharing.revoke(session, case, [ada.member])
    with ada.open(filled.place) as session, pytest.raises(RefusedError, match="not granted to this device"):
        write(session, case)


def test_an_audit_key_is_stale_when_this_seat_did_not_give_it_to_exactly_those_who_read(session: Session) -> None:
    log, readers = session.log, session.log.auditors
    assert log.ratchet is not None
    by_another = GrantRow(b"d" * 32, log.ratchet.epoch, OTHER, OTHER, bytes(1168))

    def is_stale() -> bool:
        with session.database.reading() as rows:
            return audit_is_stale(rows, log)

    found = []
    for log.auditors in (readers, readers[:1], [*readers, Holder(OTHER, OTHER * 76)]):
        found.append(is_stale())
    with session.database.transaction() as rows:
        rows.add_grants([by_another])
    assert [*found, is_stale()] == [False, True, True, True]
    log.auditors = readers
    assert not is_stale()
