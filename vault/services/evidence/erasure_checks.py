"""Erasures by an own program: of more than ten records without a second person, or not of what that person approved.

What was erased is in no list: how many records it was, this device counted where it still had them. Who can read the
payload of the entry is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from vault.access.session import Session
from vault.log.approvals import APPROVE_ACT, Listing, Refusal, approved_digest
from vault.log.items import ItemKind
from vault.log.payload import Payload
from vault.services.projection.approval_checks import (
    ERASE,
    MOST_RECORDS_ALONE,
    Written,
    approval_faults,
    lists_approval,
    lists_one,
    needed_second,
    not_approved,
    takes_two,
)
from vault.services.projection.folder_row import stored
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.validity.authority import items_in
from vault.validity.named_rosters import NamedRosters
from vault.words.finding import Finding
from vault.words.message import Message

ARRIVED = "arrived"
Payloads = Mapping[Written, Payload]


def two_person_faults(
    session: Session,
    rows: Rows,
    refused: Iterable[tuple[Listing, Refusal]],
    payloads: Payloads,
    named: NamedRosters,
) -> Iterator[Finding]:
    """Yield what `approval_faults` does, then what is wrong with erasures."""
    yield from approval_faults(rows, refused, payloads, named)
    yield from _erasure_faults(session, rows, payloads, named)


def _erasure_faults(session: Session, rows: Rows, payloads: Payloads, named: NamedRosters) -> Iterator[Finding]:
    """Yield what is wrong with erasures whose payload this seat can read."""
    counted = {(origin, seq): records for origin, seq, records in stored(rows).counted}
    for (origin, seq, digest), payload in sorted(payloads.items(), key=lambda item: item[0]):
        for row in (row for row in rows.operations(origin, seq, seq + 1) if row.digest == digest):
            gone = _erased_by(row)
            if not gone:
                continue
            if lists_approval(row):
                if payload.act == ERASE and not _is_approved(session, rows, payloads, row):
                    yield not_approved(origin, seq, lists_one(Refusal.OTHER_THING))
                continue
            records = counted.get((origin, seq), 0)
            is_named = takes_two(payload) and payload.out.startswith("ok")
            if is_named or records <= MOST_RECORDS_ALONE or _goes_on(rows, payload, row):
                continue
            if payload.why == ARRIVED and _follows(session, rows, payloads, origin, gone):
                continue
            if needed_second(rows, row, ERASE, named.newest_at(origin, seq, digest)):
                message = Message(
                    "it erased {count} records that were here, without the approval of a second person", count=records
                )
                yield not_approved(origin, seq, message)


def _is_approved(session: Session, rows: Rows, payloads: Payloads, row: OperationRow) -> bool:
    """Say whether the versions that an entry erases, and those that go on with it, are what the approver put down.

    Where this seat cannot read what they put down, what the entry itself says of it is compared.
    """
    payload = payloads[row.origin, row.seq, row.digest]
    gone = set(_erased_by(row))
    for (origin, seq, digest), other in payloads.items():
        if origin == row.origin and other.cause in {row.seq, (row.origin, row.seq)}:
            entries = (each for each in rows.operations(origin, seq, seq + 1) if each.digest == digest)
            gone.update(*map(_erased_by, entries))
    listings = session.learned.listings
    contents = listings.of(rows, ItemKind.ATTACHMENT).keys() - listings.of(rows, ItemKind.VERSION).keys()
    done = approved_digest(ERASE, {"versions": sorted(gone - contents), "why": payload.why})
    places = {
        place for listed in _listed(row, ItemKind.APPROVAL) for place in listings.of(rows, ItemKind.APPROVAL)[listed]
    }
    asked = {
        other.dig
        for (origin, seq, _), other in payloads.items()
        if (origin, seq) in places and other.act == APPROVE_ACT
    }
    return done in (asked or {payload.dig})


def _listed(row: OperationRow, kind: ItemKind) -> set[bytes]:
    return {digest for digest, _ in items_in(row, kind)}


def _erased_by(row: OperationRow) -> set[bytes]:
    return _listed(row, ItemKind.ERASED)


def _goes_on(rows: Rows, payload: Payload, row: OperationRow) -> bool:
    """Say whether it goes on with an erasure of the same log that lists an approval: there all are compared."""
    if not isinstance(payload.cause, int):
        return False
    return any(
        lists_approval(first) and _erased_by(first)
        for first in rows.operations(row.origin, payload.cause, payload.cause + 1)
    )


def _follows(session: Session, rows: Rows, payloads: Payloads, origin: bytes, gone: Set[bytes]) -> bool:
    """Say whether others erased all of it, and did not say themselves that they follow: a device removed it, too."""
    places = session.learned.listings.of(rows, ItemKind.ERASED)
    following = {(log, seq) for (log, seq, _), payload in payloads.items() if payload.why == ARRIVED}
    return all(any(place[0] != origin and place not in following for place in places.get(each, ())) for each in gone)
