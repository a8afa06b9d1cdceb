"""What an erasure of others would bring back: an earlier version that the one which goes had replaced (FORMAT.md 6).

An erasure takes whole records. Who lists the newest version of one alone would have a withdrawn note in use again, and
a fact confirmed that was corrected, in the name of the member who wrote it first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from vault.access.session import Session
from vault.ids import CompartmentId, VersionId
from vault.records.versions import OpenedVersion
from vault.services.projection.folder_row import WaitingErasure
from vault.services.projection.reading import read_valid_at

Records = dict[tuple[bytes, bytes], int | None]


def brought_back(session: Session, going: Iterable[WaitingErasure]) -> Records:
    """Return (compartment, record) where an earlier version would stand again if these went, and when it was written.

    The time, ms UTC, is of the newest such version. It is None where this member cannot open the place: there nothing
    of a record goes while another version of it stays.
    """
    of_record: dict[tuple[bytes, bytes], set[bytes]] = defaultdict(set)
    for each in going:
        of_record[each.compartment, each.record].add(each.id)
    found: Records = {}
    for (home, record), ids in of_record.items():
        with session.database.reading() as rows:
            placed = rows.placed(home, record)
        if ids.issuperset(version.id for version in placed):
            continue
        place = CompartmentId(home)
        if not session.holds(place):
            found[home, record] = None
            continue
        valid = read_valid_at(session, place, {(version.origin, version.seq) for version in placed})
        versions = [version for version in valid if version.record == record]
        left = [version for version in versions if version.id not in ids]
        new = _heads(left) - _heads(versions)
        if again := [version for version in left if version.id in new]:
            found[home, record] = max(version.content.clock[0] for version in again)
    return found


def _heads(versions: Sequence[OpenedVersion]) -> set[VersionId]:
    kinds = {version.id: version.content.kind for version in versions}
    replaced = {
        parent
        for version in versions
        for parent in version.content.parents
        if kinds.get(parent) == version.content.kind
    }
    return kinds.keys() - replaced
