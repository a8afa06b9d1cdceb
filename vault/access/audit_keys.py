"""Audit keys, opened to be given on and kept by nobody: a seat has none of its own (FORMAT.md 5)."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

from vault.access.directory import RECOVERY
from vault.access.keyrings import grants_between
from vault.access.session import Session
from vault.errors import VerificationError
from vault.ids import CompartmentId, EpochId, SeatId
from vault.log.epochs import CompartmentKind
from vault.records.epochs import notices_of
from vault.records.seatlog import Holder
from vault.records.work import Entry
from vault.seal.keys import epoch_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from
from vault.store.rows import Rows

_GRANTS_IN_ONE_ENTRY = 800


@dataclass(frozen=True, slots=True)
class AuditKey:
    """The first ratchet key of one audit epoch."""

    compartment: CompartmentId
    epoch: EpochId
    key: bytes = field(repr=False)


def open_audit_keys(
    rows: Rows, *, vault: bytes, reader: SeatId, private: KemPrivate, granted_to: Collection[SeatId]
) -> list[AuditKey]:
    """Return the audit keys that were granted to one of these seats, as far as `reader` opens them."""
    wanted = {epoch for seat in granted_to for epoch in rows.epochs_granted_to(seat)}
    found = []
    for compartment in sorted({row.compartment for row in rows.epochs()}):
        for notice in notices_of(rows, compartment):
            if notice.kind is CompartmentKind.AUDIT and notice.epoch in wanted:
                key = _opened(rows, vault, reader, private, compartment, notice.epoch)
                found += [] if key is None else [AuditKey(CompartmentId(compartment), EpochId(notice.epoch), key)]
    return found


def hand_on_audit(session: Session) -> int:
    """Give recovery's present key the audit epochs that this auditor reads; return how many."""
    with session.database.reading() as rows:
        keys = open_audit_keys(
            rows, vault=session.vault, reader=session.seat, private=session.kem_private, granted_to=[session.seat]
        )
    recovery = [Holder(RECOVERY, session.directory.standing.head.recovery)]
    for start in range(0, len(keys), _GRANTS_IN_ONE_ENTRY):
        chunk = keys[start : start + _GRANTS_IN_ONE_ENTRY]
        try:
            with session.work() as work:
                for one in chunk:
                    session.log.keyring.add(one.compartment, one.epoch, one.key)
                    work.grant(one.compartment, one.epoch, recovery)
                work.commit(Entry(act="grant.add", out="ok:recovery"))
        finally:
            for one in chunk:
                session.log.keyring.drop(one.epoch)
    return len(keys)


def _opened(rows: Rows, vault: bytes, reader: SeatId, private: KemPrivate, *place: bytes) -> bytes | None:
    compartment, epoch = place
    for grant in grants_between(rows, epoch, reader):
        context = GrantContext(Purpose.GRANT, vault, compartment, epoch, grant.giver, reader)
        with suppress(VerificationError):
            key = open_from(private, grant.sealed, context)
            if epoch_id(vault, compartment, key) == epoch:
                return key
    return None
