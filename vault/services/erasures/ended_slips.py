"""The words of slips that were moved or closed are erased; that there was a slip, and what became of it, stays."""

from __future__ import annotations

from collections.abc import Iterator

from vault.access.session import Session
from vault.casework.intake import Slip, SlipState
from vault.durations import MINUTE_MS
from vault.ids import CompartmentId, CompartmentKind, Origin, RecordId, VersionId
from vault.policy.roles import ALLOWED, Action
from vault.records.codec import of_kind
from vault.records.work import Entry
from vault.services.cases.undoing import UNDO_MINUTES
from vault.services.grants.intake_key import WEEKLY
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.projection import read_valid, reindex
from vault.store.rowtypes import PlacedVersion

_VERSIONS_AT_ONCE = 800


def erase_words(session: Session) -> int:
    """Erase what slips said that ended longer ago than anybody may undo, and return of how many.

    Nothing is done without a role that takes calls.
    """
    if not session.roles & ALLOWED[Action.INTAKE_WRITE]:
        return 0
    rule = session.require(Action.INTAKE_WRITE)
    done = 0
    for home in held_of_kind(session, CompartmentKind.INTAKE):
        gone = list(_words(session, home))[:_VERSIONS_AT_ONCE]
        if not gone:
            continue
        session.require_sound_log(home)
        records = {RecordId(version.record) for version in gone}
        with session.index().in_doubt():
            with session.work() as work:
                for version in gone:
                    work.erase(home, VersionId(version.id), (Origin(version.origin), version.seq, version.n))
                work.commit(Entry(act="intake.edit", covers={Slip.KIND: len(records)}, pol=rule))
            reindex(session, {(home, record) for record in records})
        done += len(records)
    return done


def _words(session: Session, home: CompartmentId) -> Iterator[PlacedVersion]:
    """Yield the replaced versions of slips of which every head has ended, and long enough ago."""
    latest = session.clock().trusted_ms - UNDO_MINUTES * MINUTE_MS
    heads: dict[RecordId, list[bool]] = {}
    kept: set[bytes] = set()
    for version, slip in of_kind(read_valid(session, home), Slip):
        has_ended = slip.state is not SlipState.OPEN and version.content.clock[0] <= latest
        heads.setdefault(version.record, []).append(has_ended)
        kept.add(version.id)
    ended = [record for record, found in heads.items() if record != WEEKLY and all(found)]
    with session.database.reading() as rows:
        for record in ended:
            yield from (version for version in rows.placed(home, record) if version.id not in kept)
