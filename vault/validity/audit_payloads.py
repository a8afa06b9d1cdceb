"""The audit payloads of a log, for a seat that was granted its audit epochs (FORMAT.md 5)."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Final

from vault.errors import MalformedError, VerificationError
from vault.ids import ZERO_ID, CompartmentKind, Origin, SeatId, VaultId
from vault.log.epoch_notice import EpochNotice
from vault.log.items import ItemKind, compartment_tag, decode_items, kinds_in
from vault.log.operation import Header
from vault.log.payload import Payload, decode_plaintext
from vault.records.epochs import read_notice
from vault.records.seatlog import ENTRIES_PER_PERIOD
from vault.seal.envelope import VersionContext, open_sealed
from vault.seal.keyring import derive_entry_key, derive_next_ratchet
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Listings
from vault.validity.given_keys import GrantReader
from vault.validity.proven import Proven

NOT_GRANTED: Final = "not granted"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of a log: its place and, where this seat may read it, its payload.

    `fault` says why there is no payload: `NOT_GRANTED`, or `broken` when it should open and does not. `kinds` are those
    of the items in its list, `digest` is that of its row: in a log that forked two entries have one place.
    """

    origin: Origin
    seq: int
    payload: Payload | None
    fault: str | None = None
    kinds: frozenset[int] = field(default=frozenset(), compare=False)
    digest: bytes = field(default=b"", compare=False)


@dataclass(frozen=True, slots=True)
class Auditor:
    """A seat that reads payloads: its id, its private KEM key, and what it knows of where things are listed."""

    vault: VaultId
    seat: SeatId
    kem: KemPrivate
    listings: Listings


def read_histories(rows: Rows, auditor: Auditor, origin: Origin, known: Proven, start: int = 0) -> Iterator[AuditEntry]:
    """Yield what `read_payloads` does, of each signed history of a log: the ratchet steps in each as if it stood alone.

    What lies before the place where they part comes once.
    """
    yield from read_payloads(rows, auditor, origin, known.beside, start)
    if known.parting is not None:
        at, other = known.parting.at, known.parting.other
        told_of = {(row.seq, row.digest) for row in rows.operations(origin, at)} - other
        yield from read_payloads(rows, auditor, origin, known.rejected | told_of, max(start, at))


def read_payloads(
    rows: Rows, auditor: Auditor, origin: Origin, rejected: Container[tuple[int, bytes]] = frozenset(), start: int = 0
) -> Iterator[AuditEntry]:
    """Yield the entries of a log from one on, in order, hashing the audit ratchet forward from each epoch listed.

    `rejected` are (seq, digest) of rows that stand beside true ones and are passed over. The entry that lists the audit
    epoch of `start` is at most a period before it.
    """
    compartment: bytes = ZERO_ID
    key: bytes | None = None
    following = first = max(0, start - ENTRIES_PER_PERIOD)
    for row in rows.operations(origin, first):
        if (row.seq, row.digest) in rejected:
            continue
        key = _past_gap(key, row.seq - following)
        following = row.seq + 1
        opened = _epoch_listed_by(rows, auditor, row, compartment)
        if opened is not None:
            compartment, key = opened
        if key is None or row.seq < start:
            if row.seq >= start:
                yield AuditEntry(origin, row.seq, None, NOT_GRANTED, digest=row.digest)
            key = None if key is None else derive_next_ratchet(key)
            continue
        try:
            payload = _open(auditor.vault, compartment, key, row)
        except VerificationError:
            yield AuditEntry(origin, row.seq, None, "broken", digest=row.digest)
        else:
            yield AuditEntry(origin, row.seq, payload, kinds=kinds_in(row.list), digest=row.digest)
        key = derive_next_ratchet(key)


def _past_gap(key: bytes | None, missing: int) -> bytes | None:
    """Hash the ratchet past entries that are not here; a gap longer than a period leads into another epoch."""
    if missing > ENTRIES_PER_PERIOD:
        return None
    for _ in range(missing):
        key = None if key is None else derive_next_ratchet(key)
    return key


def _open(vault: VaultId, compartment: bytes, key: bytes, row: OperationRow) -> Payload:
    context = VersionContext(vault, compartment, ZERO_ID, row.origin, row.seq, purpose=Purpose.AUDIT)
    plaintext = open_sealed(derive_entry_key(key), row.sealed, context)
    _, payload = decode_plaintext(plaintext, Header.decode(row.header).commitment)
    return Payload.decode(payload)


def _epoch_listed_by(
    rows: Rows, auditor: Auditor, row: OperationRow, compartment: bytes
) -> tuple[bytes, bytes | None] | None:
    """Return the compartment of the audit epoch that an entry opens and its key, or None where it opens none.

    One whose row is not here is known by the tag of `compartment`, which the entries before are under: the key before
    opens nothing from there on.
    """
    try:
        items = decode_items(row.list)
    except MalformedError:
        return None
    for item in items:
        if item.kind != ItemKind.EPOCH:
            continue
        stored = rows.epoch(item.digest)
        notice = None if stored is None else read_notice(stored)
        if notice is None and item.tag == compartment_tag(compartment, item.digest):
            return compartment, None
        if notice is not None and notice.kind is CompartmentKind.AUDIT:
            return notice.compartment, _epoch_key(rows, auditor, notice)
    return None


def _epoch_key(rows: Rows, auditor: Auditor, notice: EpochNotice) -> bytes | None:
    reader = GrantReader(rows, auditor.listings, auditor.vault, auditor.kem)
    grants = (grant for grant in rows.grants_of(notice.epoch) if grant.seat == auditor.seat)
    keys = (reader.open(notice, grant) for grant in grants)
    return next((key for key in keys if key is not None), None)
