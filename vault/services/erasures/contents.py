"""The sealed contents of papers: one goes with the last paper here that names it, whatever lists it as erased.

A record can name the content of any paper of its place. So neither junk that names it, nor who lists it alone, takes
away what another paper needs (FORMAT.md 6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from vault.access.session import Session
from vault.casework.papers.document import Document
from vault.ids import CompartmentId, RecordId, VersionId
from vault.records.codec import of_kind
from vault.records.versions import OpenedVersion, open_each
from vault.services.cases.editing import Place
from vault.services.projection.reading import read_valid_at
from vault.store.rowtypes import PlacedVersion


def contents(session: Session, found: Iterable[Place]) -> list[tuple[CompartmentId, bytes]]:
    """Return the sealed contents of documents, of each of their versions: the paper and the text that was read of it.

    What a paper that stays names too is among them: see `staying`.
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


def staying(
    session: Session, bodies: Collection[tuple[CompartmentId, bytes]], going: Collection[bytes]
) -> tuple[set[tuple[CompartmentId, bytes]], tuple[tuple[CompartmentId, RecordId], ...], list[PlacedVersion]]:
    """Return which of these contents papers that stay name too, those papers, and what has to go for the others to go.

    The last are quarantined versions that name a content as a valid version that goes does: nobody sees them to erase
    them. They go alone, and not their records: a member can write a version over the paper of any other.

    Args:
        session: who erases.
        bodies: (compartment, digest) of the contents that papers that go name.
        going: the versions that go.
    """
    shared = set[tuple[CompartmentId, bytes]]()
    papers = set[tuple[CompartmentId, RecordId]]()
    with_them: list[PlacedVersion] = []
    for home in dict.fromkeys(home for home, _ in bodies):
        digests = {digest for of, digest in bodies if of == home}
        with session.database.reading() as rows:
            versions, placed = rows.versions(home), rows.placed(home)
        opened, _ = open_each(versions, vault=session.vault, keyring=session.keyring)
        naming = [
            (version, named)
            for version, document in of_kind(opened, Document)
            if (named := digests & {body.digest for body in document.bodies})
        ]
        if all(version.id in going for version, _ in naming):
            continue
        valid = _valid_of(session, home, [version for version, _ in naming])
        own = {digest for version, named in naming if version.id in going and version.id in valid for digest in named}
        for version, named in naming:
            if version.id in valid and version.id not in going:
                shared |= {(home, digest) for digest in named}
                papers.add((home, version.record))
                own -= named
        alone = {version.id for version, named in naming if version.id not in valid and named & own} - set(going)
        with_them += [version for version in placed if version.id in alone]
    return shared, tuple(sorted(papers)), with_them


def quarantined_among(session: Session, versions: Iterable[PlacedVersion]) -> frozenset[bytes]:
    """Return those of these versions that are not valid now: quarantined, or not to be opened here."""
    places: dict[CompartmentId, list[PlacedVersion]] = defaultdict(list)
    for version in versions:
        places[CompartmentId(version.compartment)].append(version)
    return frozenset(
        version.id
        for home, here in places.items()
        for valid in [_valid_of(session, home, here)]
        for version in here
        if version.id not in valid
    )


def _valid_of(
    session: Session, home: CompartmentId, versions: Iterable[PlacedVersion | OpenedVersion]
) -> set[VersionId]:
    places = [(version.origin, version.seq) for version in versions]
    return {version.id for version in read_valid_at(session, home, places)}
