"""Erasures that should not have been: without the second person, not of what was approved, or under a legal hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from vault.access.session import Session
from vault.casework.case import Hold
from vault.ids import CompartmentId, Origin
from vault.index.heads import heads_of_record
from vault.log.approval import APPROVE_ACT, Listing, Refusal, approved_digest
from vault.log.items import ItemKind, compartment_tag
from vault.log.payload import Payload
from vault.seal.named import hold_record
from vault.services.cases.holds import Said, SaidOfHold, said_of
from vault.services.cases.sections import opened_sections
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
from vault.services.projection.places import name_of
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Authority, Position
from vault.validity.proven import digests_in
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, plural

# Erasures by an own program: of more than ten records without a second person, or not of what that person approved.
# What was erased is in no list: how many records it was, this device counted where it still had them. Who can read
# the payload of the entry is told.

ARRIVED = "arrived"
Payloads = Mapping[Written, Payload]


def two_person_faults(
    session: Session, rows: Rows, refused: Iterable[tuple[Listing, Refusal]], payloads: Payloads
) -> Iterator[Finding]:
    """Yield what `approval_faults` does, then what is wrong with erasures."""
    yield from approval_faults(session, rows, refused, payloads)
    yield from _erasure_faults(session, rows, payloads)


def _erasure_faults(session: Session, rows: Rows, payloads: Payloads) -> Iterator[Finding]:
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
            if needed_second(session, row, ERASE):
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
        place for listed in digests_in(row, ItemKind.APPROVAL) for place in listings.of(rows, ItemKind.APPROVAL)[listed]
    }
    asked = {
        other.dig
        for (origin, seq, _), other in payloads.items()
        if (origin, seq) in places and other.act == APPROVE_ACT
    }
    return done in (asked or {payload.dig})


def _erased_by(row: OperationRow) -> set[bytes]:
    return digests_in(row, ItemKind.ERASED)


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


# Erasures from a case while it was on legal hold: named by `log verify`, whoever's program let them happen.
def hold_breaches(session: Session, rows: Rows) -> Iterator[Finding]:
    """Yield each entry that lists versions of a case or a section as erased behind a hold, and before its release.

    Whoever wrote it may not have heard of the hold. It stops nothing: what is gone is gone.
    """
    authority = session.authority(rows)
    cases = sorted(map(CompartmentId, heads_of_record(session.index(), hold_record(), Hold.KIND)))
    stops = {case: _Stops(said_of(session, case), authority) for case in cases}
    sections = [(section, case) for section, case, _ in opened_sections(session)] if cases else []
    for home, case in [*((case, case) for case in cases), *sections]:
        if case not in stops:
            continue
        for (origin, seq), count in _erased_from(session, rows, home).items():
            if stops[case].stop((origin, seq)):
                message = plural(
                    "it erases {count} saved change of {case}, which was on legal hold",
                    "it erases {count} saved changes of {case}, which was on legal hold",
                    count=count,
                    case=name_of(session, home),
                )
                yield Finding(Code.HOLD, message, Origin(origin), seq, severity=Severity.NEWS)


def _erased_from(session: Session, rows: Rows, case: CompartmentId) -> dict[Position, int]:
    """Return the entries that list versions of a case as erased, each with how many."""
    listings = session.learned.listings
    found: dict[Position, int] = {}
    for version, tags in listings.tagged(rows, ItemKind.ERASED).items():
        if compartment_tag(case, version) in tags:
            for place in dict.fromkeys(listings.of(rows, ItemKind.ERASED)[version]):
                found[place] = found.get(place, 0) + 1
    return found


class _Stops:
    """Which entries the valid holds on a case stop. What releases end is computed once for each group of releases."""

    def __init__(self, said: SaidOfHold, authority: Authority) -> None:
        self._said = said
        self._since = {each.version.id: {log.origin: log.size for log in each.hold.since} for each in said.valid}
        logs = {each.version.origin for each in said.valid}
        self._logs = {origin: _logs_before(authority, origin) for origin in logs}
        self._ended: dict[tuple[bytes, ...], set[bytes]] = {}

    def stop(self, place: Position) -> bool:
        """Say whether an entry is behind a hold, and not behind a release of it."""
        behind = [each for each in self._said.valid if self._is_behind(place, each)]
        releases = (each for each in behind if each.hold.released is not None and not self._is_own_before(place, each))
        releasing = tuple(each.version.id for each in releases)
        if releasing not in self._ended:
            self._ended[releasing] = self._said.before(releasing)
        ended = self._ended[releasing]
        return any(each.hold.released is None and each.version.id not in ended for each in behind)

    def _is_behind(self, place: Position, said: Said) -> bool:
        """Say whether an entry is behind what the author of this version had of its log."""
        origin, seq = place
        return seq >= self._since[said.version.id].get(origin, 0)

    def _is_own_before(self, place: Position, said: Said) -> bool:
        """Say whether an entry lies before this version in the logs of its own seat, whatever its author says."""
        origin, seq = place
        return origin in self._logs[said.version.origin] or (origin == said.version.origin and seq <= said.version.seq)


def _logs_before(authority: Authority, origin: bytes) -> frozenset[bytes]:
    """Return the logs of the same seat that a log goes on from; a name is a hash, so they end."""
    found, genesis = set[bytes](), authority.genesis(origin)
    while genesis is not None and not genesis.is_first:
        before = authority.genesis(genesis.predecessor)
        if before is None or before.seat != genesis.seat:
            break
        found.add(genesis.predecessor)
        genesis = before
    return frozenset(found)
