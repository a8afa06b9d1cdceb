"""Erasures from a case while it was on legal hold: named by `log verify`, whoever's program let them happen."""

from __future__ import annotations

from collections.abc import Iterator

from vault.access.session import Session
from vault.casework.case import Hold
from vault.ids import CompartmentId, Origin
from vault.index.heads import heads_of_record
from vault.log.items import ItemKind, compartment_tag
from vault.seal.named import hold_record
from vault.services.cases.holds import Said, SaidOfHold, said_of
from vault.services.cases.sections import opened_sections
from vault.services.projection.places import name_of
from vault.store.rows import Rows
from vault.validity.authority import Authority, Place
from vault.words.finding import Code, Finding, Severity
from vault.words.message import plural


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


def _erased_from(session: Session, rows: Rows, case: CompartmentId) -> dict[Place, int]:
    """Return the entries that list versions of a case as erased, each with how many."""
    listings = session.learned.listings
    found: dict[Place, int] = {}
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

    def stop(self, place: Place) -> bool:
        """Say whether an entry is behind a hold, and not behind a release of it."""
        behind = [each for each in self._said.valid if self._is_behind(place, each)]
        releases = (each for each in behind if each.hold.released is not None and not self._is_own_before(place, each))
        releasing = tuple(each.version.id for each in releases)
        if releasing not in self._ended:
            self._ended[releasing] = self._said.before(releasing)
        ended = self._ended[releasing]
        return any(each.hold.released is None and each.version.id not in ended for each in behind)

    def _is_behind(self, place: Place, said: Said) -> bool:
        """Say whether an entry is behind what the author of this version had of its log."""
        origin, seq = place
        return seq >= self._since[said.version.id].get(origin, 0)

    def _is_own_before(self, place: Place, said: Said) -> bool:
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
