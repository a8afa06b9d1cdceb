"""What an erased record leaves beside its rows, and how it goes: contents of papers, index, drafts, waiting bundles.

The rows went with the commit that lists them. What backups, packages and other devices keep, nothing here reaches.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from vault.access.session import Session
from vault.ids import CompartmentId, RecordId
from vault.index.apply import apply
from vault.index.entries import RemovedCompartment
from vault.records.attachments import forget
from vault.services.erasures.folder_row import ALL_RECORDS, erased_records, keep_erased_records
from vault.services.grants.sharing import forget_indexes_of_others
from vault.services.projection.projection import reindex
from vault.store.blobs import Blobs
from vault.store.rowtypes import PlacedVersion
from vault.sync.staging import discard, staged_in


@dataclass(frozen=True, slots=True)
class Removed:
    """What went beside the rows: unfinished texts of this member, and bundles that waited to be imported again."""

    drafts: int
    bundles: int


def remove_traces(
    session: Session,
    versions: Collection[PlacedVersion],
    whole: Collection[CompartmentId] = (),
    contents: Collection[tuple[CompartmentId, bytes]] = (),
) -> Removed:
    """Remove what is left of versions whose rows are gone: nobody finds a word of them in this folder.

    Other members of this folder have an index and drafts under keys of their own: their indexes go, to be made anew;
    their drafts of these records go when they unlock.
    """
    for home in {home for home, _ in contents}:
        digests = [digest for where, digest in contents if where == home]
        forget(session.database, Blobs(session.folder.blobs_dir), home, digests)
    records = {(CompartmentId(version.compartment), RecordId(version.record)) for version in versions}
    index = session.index()
    apply(index, [RemovedCompartment(home) for home in whole], {})
    reindex(session, [(home, record) for home, record in sorted(records) if home not in whole])
    index.optimize()
    forget_indexes_of_others(session)
    keep_erased_records(session, {*records, *((home, ALL_RECORDS) for home in whole)})
    for home in whole:
        session.audits.pop(home, None)
    bundles = staged_in(session.folder.staging_dir)
    for path in bundles:
        discard(path)
    return Removed(forget_drafts(session), len(bundles))


def forget_drafts(session: Session) -> int:
    """Remove this member's drafts of records that were erased in this folder; return how many."""
    gone = erased_records(session)
    if not gone or not session.own_drafts.found().exists():
        return 0
    drafts = session.drafts()
    found = [
        draft
        for draft in drafts.list()
        if not gone.isdisjoint({(draft.compartment, draft.record), (draft.compartment, ALL_RECORDS)})
    ]
    for draft in found:
        drafts.delete(draft.compartment, draft.record)
    return len(found)
