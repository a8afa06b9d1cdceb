"""Erasures from a case while it was on legal hold: named by `log verify`, whoever's program let them happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vault.access.session import Session
from vault.casework.hold import Hold
from vault.ids import CompartmentId, Origin
from vault.log.items import ItemKind, compartment_tag
from vault.services.cases.holds import Said, said_of
from vault.services.erasures.belonging import opened_sections
from vault.services.erasures.noted_holds import cases_with_hold
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
    cases = sorted(cases_with_hold(session, session.index()))
    sections = [(section, case) for section, case, _ in opened_sections(session)] if cases else []
    for home, case in [*((case, case) for case in cases), *sections]:
        said = said_of(session, case) if case in cases else []
        logs = {each.version.origin: _logs_before(authority, each.version.origin) for each in said}
        for (origin, seq), count in _erased_from(session, rows, home).items():
            if _is_stopped((origin, seq), said, logs):
                message = plural(
                    "it erases {count} version of {case}, which was on legal hold",
                    "it erases {count} versions of {case}, which was on legal hold",
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


def _is_stopped(place: Place, said: list[Said], logs: Mapping[Origin, frozenset[bytes]]) -> bool:
    behind = [each for each in said if _is_behind(place, each.hold)]
    releases = (each for each in behind if each.hold.released is not None and not _is_own_before(place, each, logs))
    ended = {version for each in releases for version in each.follows}
    return any(each.hold.released is None and each.version.id not in ended for each in behind)


def _is_own_before(place: Place, said: Said, logs: Mapping[Origin, frozenset[bytes]]) -> bool:
    """Say whether an entry lies before this version in the logs of its own seat, whatever its author says of them."""
    origin, seq = place
    return origin in logs[said.version.origin] or (origin == said.version.origin and seq <= said.version.seq)


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


def _is_behind(place: Place, hold: Hold) -> bool:
    """Say whether an entry is behind what the author of this version had of its log."""
    origin, seq = place
    return seq >= next((log.size for log in hold.since if log.origin == origin), 0)
