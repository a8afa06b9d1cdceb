"""What an erased record leaves beside its rows, and how it goes: contents of papers, index, drafts, waiting bundles.

The rows went with the commit that lists them. What backups, packages and other devices keep, nothing here reaches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vault.access.session import Session
from vault.errors import VerificationError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.apply import apply
from vault.index.entries import RemovedCompartment
from vault.log.items import ItemKind
from vault.records.attachments import forget
from vault.records.work import Entry
from vault.services.cases.holds import is_held
from vault.services.erasures.contents import named_by
from vault.services.erasures.drafts import forget_drafts
from vault.services.grants.sharing import forget_indexes_of_others
from vault.services.projection.folder_row import (
    ALL_RECORDS,
    WaitingErasure,
    add_begun,
    end_begun,
    stored,
)
from vault.services.projection.projection import reindex
from vault.store.blobs import Blobs
from vault.store.rows import Rows
from vault.store.rowtypes import PlacedVersion
from vault.sync.staging import discard, staged_in
from vault.validity.version_validity import VersionValidator

_ITEMS_IN_ONE_ENTRY = 800


@dataclass(frozen=True, slots=True)
class Removed:
    """What went beside the rows: unfinished texts of this member, and bundles that waited to be imported again."""

    drafts: int
    bundles: int


def validator_of(session: Session, rows: Rows) -> VersionValidator:
    """Return the judge of erasures, over one moment of the rows."""
    return VersionValidator(
        rows, session.vault, session.keyring, session.authority(rows), session.learned, session.seat
    )


def begin(session: Session, versions: Iterable[PlacedVersion]) -> None:
    """Remember what is about to be erased in this folder: a crash from here on leaves nothing of it for good."""
    begun = [WaitingErasure(*version, b"", 0, None) for version in versions]
    with session.database.transaction() as rows:
        add_begun(rows, begun)


def finish(session: Session) -> Removed:
    """Remove what is left in this folder of what was begun and whose rows are gone: nobody finds a word of it.

    Other members of this folder have an index and drafts under keys of their own: their indexes go, to be made anew;
    their drafts of these records go when they unlock. Doing it twice is as once.
    """
    with session.database.reading() as rows:
        begun = stored(rows).begun
        listed = session.learned.listings.of(rows, ItemKind.ERASED) if begun else {}
        here = set(rows.keys_named([each.id for each in begun if each.record]))
        gone = [each for each in begun if each.id in listed and each[:4] not in here]
        homes = sorted({CompartmentId(each.compartment) for each in gone if each.record})
        validator = validator_of(session, rows) if gone else None
        whole = [home for home in homes if validator and not rows.placed(home) and validator.went_whole(home)]
    if not begun:
        return Removed(0, 0)
    forget_contents(session)
    records = {(CompartmentId(each.compartment), RecordId(each.record)) for each in gone if each.record}
    index = session.index()
    apply(index, [RemovedCompartment(home) for home in whole], {})
    reindex(session, [(home, record) for home, record in sorted(records) if home not in whole])
    index.optimize()
    if gone:
        forget_indexes_of_others(session)
    for home in whole:
        session.audits.pop(home, None)
    bundles = staged_in(session.folder.staging_dir) if gone else []
    for path in bundles:
        discard(path)
    _confirm(session, [each for each in gone if each.by_origin])
    end_begun(session, {*records, *((home, ALL_RECORDS) for home in whole)})
    return Removed(forget_drafts(session), len(bundles))


def forget_contents(session: Session) -> None:
    """Remove the contents that count as erased and that no paper here names.

    To be called when versions went or contents came: what names them is read of the rows, the whole place of each.
    Where papers are left that this member cannot open, nobody here can tell which they name: then all of them stay.
    """
    with session.database.reading() as rows:
        listed = session.learned.listings.of(rows, ItemKind.ERASED)
        found = [row for row in rows.attachments() if row.digest in listed]
        validator = validator_of(session, rows) if found else None
        erased: dict[CompartmentId, set[bytes]] = defaultdict(set)
        for row in found:
            home = CompartmentId(row.compartment)
            if validator and validator.erased_by(VersionId(row.digest), home) is not None:
                erased[home].add(row.digest)
        left = {home for home in erased if rows.placed(home)}
        tags = session.learned.listings.tagged(rows, ItemKind.ATTACHMENT)
    for home, digests in erased.items():
        gone = digests
        if home in left:
            if not session.holds(home) or is_held(session, home) or not _is_sound(session, home):
                continue
            gone = digests - named_by(session, home, digests).keys()
        forget(session.database, Blobs(session.folder.blobs_dir), home, gone, tags)


def _is_sound(session: Session, home: CompartmentId) -> bool:
    """Say whether nothing is missing there: what is missing may name a content."""
    try:
        session.require_sound_log(home)
    except VerificationError:
        return False
    return True


def _confirm(session: Session, gone: Sequence[WaitingErasure]) -> None:
    """List in this device's own log what a colleague erased and this device removed: so who erased it sees that."""
    with session.database.reading() as rows:
        places = session.learned.listings.of(rows, ItemKind.ERASED)
    owed = [each for each in gone if all(origin != session.log.origin for origin, _ in places.get(each.id, ()))]
    for at in range(0, len(owed), _ITEMS_IN_ONE_ENTRY):
        with session.work() as work:
            for each in owed[at : at + _ITEMS_IN_ONE_ENTRY]:
                work.erase(CompartmentId(each.compartment), VersionId(each.id))
            work.commit(Entry(act="erase", why="arrived", cause=(owed[at].by_origin, owed[at].by_seq)))
