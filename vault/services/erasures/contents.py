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
    session: Session, home: CompartmentId, digests: Collection[bytes] | None = None
) -> dict[bytes, set[RecordId]]:
    """Return which papers name these contents of a place, or all of it, in any valid version, replaced ones too."""
    with session.database.reading() as rows:
        versions = rows.versions(home)
    opened, _ = open_each(versions, vault=session.vault, keyring=session.keyring)
    places = [
        (version.origin, version.seq)
        for version, document in of_kind(opened, Document)
        if any(digests is None or body.digest in digests for body in document.bodies)
    ]
    found: dict[bytes, set[RecordId]] = defaultdict(set)
    for version, document in of_kind(list(read_valid_at(session, home, places)), Document):
        for body in document.bodies:
            found[body.digest].add(version.record)
    return found
