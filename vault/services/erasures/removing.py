"""What an erased record leaves beside its rows, and how it goes: contents of papers, index, drafts, waiting bundles.

The rows went with the commit that lists them. What backups, packages and other devices keep, nothing here reaches.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vault.access.session import Session
from vault.access.trust.case_lines import access_of
from vault.casework.document import Document
from vault.casework.note import AMENDS
from vault.errors import VerificationError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.entries import RemovedCompartment
from vault.index.indexing import apply
from vault.log.items import ItemKind
from vault.records.attachment_bodies import forget
from vault.records.versions import of_kind, open_each
from vault.records.work import Entry
from vault.services.cases.holds import is_held
from vault.services.grants.sharing import forget_indexes_of_others
from vault.services.projection.folder_row import (
    ALL_RECORDS,
    WaitingErasure,
    add_begun,
    end_begun,
    erased_records,
    stored,
)
from vault.services.projection.projection import reindex
from vault.services.projection.stored_records import read_valid_at
from vault.store.blobs import Blobs
from vault.store.rows import Rows
from vault.store.rowtypes import PlacedVersion
from vault.sync.staging import discard, staged_in
from vault.validity.version_validity import VersionValidator

if TYPE_CHECKING:  # a command that never opens drafts does not wait for their database
    from vault.store.draft_files import Draft

_ITEMS_IN_ONE_ENTRY = 800
_SECTION = "section"


@dataclass(frozen=True, slots=True)
class Removed:
    """What went beside the rows: unfinished texts of this member, and bundles that waited to be imported again."""

    drafts: int
    bundles: int


def validator_of(session: Session, rows: Rows) -> VersionValidator:
    """Return the judge of erasures, over one moment of the rows."""
    return VersionValidator(
        rows, session.vault, session.keyring, access_of(session, rows), session.learned, session.seat
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


def named_by(
    session: Session, home: CompartmentId, digests: Collection[bytes] | None = None, *, only_valid: bool = False
) -> dict[bytes, set[RecordId]]:
    """Return which papers name these contents of a place, or all of it, in any version, replaced ones too.

    A record can name the content of any paper of its place. So neither junk that names it, nor who lists it alone,
    takes away what another paper needs (FORMAT.md 6). Quarantined ones too, unless asked otherwise: they become valid
    once somebody lets their author in again, and who cuts off an author must not take their papers from others.
    """
    with session.database.reading() as rows:
        versions = rows.versions(home)
    opened, _ = open_each(versions, vault=session.vault, keyring=session.keyring)
    naming = [
        version
        for version, document in of_kind(opened, Document)
        if any(digests is None or body.digest in digests for body in document.bodies)
    ]
    if only_valid:
        naming = list(read_valid_at(session, home, [(version.origin, version.seq) for version in naming]))
    found: dict[bytes, set[RecordId]] = defaultdict(set)
    for version, document in of_kind(naming, Document):
        for body in document.bodies:
            found[body.digest].add(version.record)
    return found


def all_contents(session: Session, whole: Collection[CompartmentId]) -> list[tuple[CompartmentId, bytes]]:
    """Return the sealed contents of all documents of these places."""
    with session.database.reading() as rows:
        return [(CompartmentId(row.compartment), row.digest) for row in rows.attachments() if row.compartment in whole]


def forget_drafts(session: Session) -> int:
    """Remove this member's drafts of records that were erased in this folder; return how many.

    Drafts of others are sealed under keys of their own: theirs go when they unlock. A draft that corrects a note begins
    with its words: it goes with the note. So does one for a section with that.
    """
    gone = erased_records(session)
    if not gone or not session.own_drafts.path.exists():
        return 0
    drafts = session.drafts()
    found = [draft for draft in drafts.list() if not gone.isdisjoint(places_of(draft))]
    for draft in found:
        drafts.delete(draft.compartment, draft.record)
    return len(found)


def places_of(draft: Draft) -> Iterator[tuple[bytes, bytes]]:
    """Yield the records and the whole places with which a draft goes."""
    kept = content_of(draft)
    corrects, section = (_id(kept.get(name)) for name in (AMENDS, _SECTION))
    for home in {draft.compartment, section or draft.compartment}:
        yield home, ALL_RECORDS
        yield home, draft.record
        if corrects:
            yield home, corrects


def content_of(draft: Draft) -> dict[str, object]:
    """Return what was typed, by field."""
    try:
        kept = json.loads(draft.text)
    except ValueError:
        return {"text": draft.text}  # what another program kept
    return kept if isinstance(kept, dict) else {"text": draft.text}


def _id(text: object) -> bytes:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return b""
