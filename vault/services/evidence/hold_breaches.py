"""Erasures from a case while it was on legal hold: named by `log verify`, whoever's program let them happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vault.access.session import Session
from vault.casework.hold import Hold
from vault.ids import CompartmentId, Origin
from vault.index.heads import heads_of_record
from vault.log.items import ItemKind, compartment_tag
from vault.records.codec import of_kind
from vault.records.versions import OpenedVersion, open_each
from vault.seal.named import hold_record
from vault.services.projection.places import name_of
from vault.store.rows import Rows
from vault.validity.authority import Place
from vault.words.finding import Code, Finding, Severity
from vault.words.message import plural


def hold_breaches(session: Session, rows: Rows) -> Iterator[Finding]:
    """Yield each entry that lists versions of a case as erased behind a hold on it, and before its release.

    Whoever wrote it may not have heard of the hold. It stops nothing: what is gone is gone.
    """
    for case in map(CompartmentId, heads_of_record(session.index(), hold_record(), Hold.KIND)):
        opened, _ = open_each(rows.versions(case, hold_record()), vault=session.vault, keyring=session.keyring)
        said = list(of_kind(opened, Hold))
        for (origin, seq), count in _erased_from(session, rows, case).items():
            if _is_stopped((origin, seq), said):
                message = plural(
                    "it erases {count} version of {case}, which was on legal hold",
                    "it erases {count} versions of {case}, which was on legal hold",
                    count=count,
                    case=name_of(session, case),
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


def _is_stopped(place: Place, said: list[tuple[OpenedVersion, Hold]]) -> bool:
    parents = {bytes(version.id): version.content.parents for version, _ in said}
    for version, hold in said:
        if hold.released is None and _is_behind(place, hold):
            ends = [end for later, end in said if end.released and version.id in _all_before(later.id, parents)]
            if not any(_is_behind(place, end) for end in ends):
                return True
    return False


def _is_behind(place: Place, hold: Hold) -> bool:
    """Say whether an entry is behind what the author of this version had of its log."""
    origin, seq = place
    return seq >= next((log.size for log in hold.since if log.origin == origin), 0)


def _all_before(version: bytes, parents: Mapping[bytes, tuple[bytes, ...]]) -> set[bytes]:
    found: set[bytes] = set()
    left = [version]
    while left:
        for parent in parents.get(left.pop(), ()):
            if parent not in found:
                found.add(parent)
                left.append(parent)
    return found
