"""Audit keys given on: to recovery's new key, each epoch once, and kept by nobody on the way."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.services.founded import Filled
from vault.access import recovery_session
from vault.access.membership.new_root import change_root
from vault.access.recovery_session import AuditKey, hand_on_audit, open_audit_keys
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.ids import SeatId, make_id
from vault.records.work import Entry
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed
from vault.services.evidence import logbook
from vault.store.rowtypes import EpochRow
from vault.validity.authority import Listings
from vault.validity.epoch_validity import GrantReader

PERIODS = 5


def audit_keys_for(
    session: Session, private: KemPrivate, *, seat: SeatId, granted_to: Collection[SeatId] | None = None
) -> list[AuditKey]:
    with session.database.reading() as rows:
        reader = GrantReader(rows, Listings(), session.vault, private)
        return open_audit_keys(reader, seat=seat, granted_to=[session.seat] if granted_to is None else granted_to)


def begin_periods(session: Session) -> None:
    """Write entries under as many audit epochs as the tests ask for."""
    for _ in range(PERIODS):
        session.log.period_is_over = True
        with session.work() as work:
            work.commit(Entry(act="log.read"))


def new_recovery(session: Session) -> KemPrivate:
    """Change the root; return recovery's present key."""
    return KemPrivate.from_seed(derive_recovery_seed(change_root(session, kept_secret(session) or b"")))


def test_recovery_s_new_key_opens_every_audit_epoch_that_the_auditor_reads(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery_session, "ITEMS_IN_ONE_ENTRY", 2)
    with filled.open() as session:
        begin_periods(session)
        private = new_recovery(session)
        before = audit_keys_for(session, session.kem_private, seat=session.seat)
        assert audit_keys_for(session, private, seat=RECOVERY) == []
        assert hand_on_audit(session) == len(before) > PERIODS
        now = audit_keys_for(session, session.kem_private, seat=session.seat)
        assert audit_keys_for(session, private, seat=RECOVERY) == now
        told = [line.payload.out for line in logbook.newest(session, act="grant.add").lines if line.payload]
        assert told == ["ok:recovery"] * -(-len(before) // 2)


def test_an_audit_key_that_was_given_on_is_kept_by_nobody(filled: Filled) -> None:
    with filled.open() as session:
        held = session.keyring.encode()
        hand_on_audit(session)
        assert session.keyring.encode() == held


def test_an_audit_epoch_that_was_granted_twice_is_given_on_once(filled: Filled) -> None:
    with filled.open() as session:
        private = new_recovery(session)
        hand_on_audit(session)
        once = audit_keys_for(session, private, seat=RECOVERY)
        hand_on_audit(session)
        assert audit_keys_for(session, private, seat=RECOVERY) == once


def test_what_was_not_granted_or_does_not_open_is_no_audit_key(filled: Filled) -> None:
    with filled.open() as session:
        private, stranger = session.kem_private, KemPrivate.from_seed(derive_recovery_seed(bytes(32)))
        assert audit_keys_for(session, private, seat=session.seat)
        assert audit_keys_for(session, private, seat=session.seat, granted_to=[]) == []
        assert audit_keys_for(session, private, seat=SeatId(make_id())) == []
        assert audit_keys_for(session, stranger, seat=session.seat) == []


def test_a_notice_that_is_none_hides_no_audit_key(filled: Filled) -> None:
    with filled.open() as session:
        before = audit_keys_for(session, session.kem_private, seat=session.seat)
        with session.database.transaction() as rows:
            rows.add_epochs([EpochRow(bytes(32), bytes(16), b"no notice")])
        assert audit_keys_for(session, session.kem_private, seat=session.seat) == before
