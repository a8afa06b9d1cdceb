"""Audit keys, opened to be given on and kept by nobody: a seat has none of its own (FORMAT.md 5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.access.trust.keyrings import grants_between
from vault.ids import CompartmentId, CompartmentKind, EpochId, SeatId
from vault.records.epochs import read_notice
from vault.records.seatlog import Holder
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry
from vault.validity.grants import GrantReader


@dataclass(frozen=True, slots=True)
class AuditKey:
    """The first ratchet key of one audit epoch."""

    compartment: CompartmentId
    epoch: EpochId
    key: bytes = field(repr=False)


def open_audit_keys(reader: GrantReader, *, seat: SeatId, granted_to: Collection[SeatId]) -> list[AuditKey]:
    """Return the audit keys that were granted to one of these seats, as far as `seat`, who reads, opens them."""
    rows = reader.rows
    wanted = {epoch for seat in granted_to for epoch in rows.epochs_granted_to(seat)}
    found: list[AuditKey] = []
    for row in rows.epochs():
        notice = read_notice(row)
        if notice is not None and notice.kind is CompartmentKind.AUDIT and notice.epoch in wanted:
            keys = (reader.open(notice.compartment, grant) for grant in grants_between(rows, notice.epoch, seat))
            key = next((key for key in keys if key is not None), None)
            if key is not None:
                found.append(AuditKey(CompartmentId(notice.compartment), EpochId(notice.epoch), key))
    return found


def hand_on_audit(session: Session) -> int:
    """Give recovery's present key the audit epochs that this auditor reads; return how many."""
    with session.database.reading() as rows:
        reader = GrantReader(rows, session.learned.listings, session.vault, session.kem_private)
        keys = open_audit_keys(reader, seat=session.seat, granted_to=[session.seat])
    recovery = [Holder(RECOVERY, session.directory.effective.head.recovery)]
    for start in range(0, len(keys), ITEMS_IN_ONE_ENTRY):
        chunk = keys[start : start + ITEMS_IN_ONE_ENTRY]
        try:
            with session.work() as work:
                for key in chunk:
                    session.log.keyring.add(key.compartment, key.epoch, key.key)
                    work.grant(key.compartment, key.epoch, recovery)
                work.commit(Entry(act="grant.add", out="ok:recovery"))
        finally:
            for key in chunk:
                session.log.keyring.drop(key.epoch)
    return len(keys)
