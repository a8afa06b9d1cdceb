"""The sealed contents of papers: one goes with the last paper here that names it, whatever lists it as erased.

A record can name the content of any paper of its place. So neither junk that names it, nor who lists it alone, takes
away what another paper needs (FORMAT.md 6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from vault.access.session import Session
from vault.casework.papers.document import Document
from vault.ids import CompartmentId, RecordId
from vault.records.codec import of_kind
from vault.records.versions import open_each
from vault.services.cases.editing import Place
from vault.services.projection.reading import read_valid_at


def contents(session: Session, found: Iterable[Place]) -> list[tuple[CompartmentId, bytes]]:
    """Return the sealed contents of documents, of each of their versions: the paper and the text that was read of it.

    What a paper that stays names too is among them: see `named_by`.
    """
    bodies = []
    for place in found:
        if place.kind == Document.KIND:
            with session.database.reading() as rows:
                versions = rows.versions(place.case, place.record)
            opened, _ = open_each(versions, vault=session.vault, keyring=session.keyring)
            of_it = {body.digest for _, document in of_kind(opened, Document) for body in document.bodies}
            bodies += [(place.case, digest) for digest in sorted(of_it)]
    return bodies


def all_contents(session: Session, whole: Collection[CompartmentId]) -> list[tuple[CompartmentId, bytes]]:
    """Return the sealed contents of all documents of these places."""
    with session.database.reading() as rows:
        return [(CompartmentId(row.compartment), row.digest) for row in rows.attachments() if row.compartment in whole]


def named_by(
    session: Session, home: CompartmentId, digests: Collection[bytes] | None = None, *, only_valid: bool = False
) -> dict[bytes, set[RecordId]]:
    """Return which papers name these contents of a place, or all of it, in any version, replaced ones too.

    Quarantined ones too, unless asked otherwise: they become valid once somebody lets their author in again, and who
    cuts off an author must not take the content of their papers from others.
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


def naming_the_same(session: Session, place: Place) -> set[RecordId]:
    """Return the records of a place that name a content of this paper too."""
    digests = {digest for _, digest in contents(session, [place])}
    found = named_by(session, place.case, digests) if digests else {}
    return {record for digest in digests for record in found.get(digest, ())}
