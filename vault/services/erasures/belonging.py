"""What belongs to a record that is erased: where else a person stands, what hangs on it, register entries.

Restricted sections are no part of the index: they are opened here as a member opens them, with their case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

from vault.access.session import Session
from vault.casework.access import Section
from vault.casework.approving import Approving
from vault.casework.disclosure import Disclosure, PseudonymGiven
from vault.casework.intake import RegisterEntry
from vault.casework.note import Note
from vault.casework.papers.document import Document
from vault.casework.person import Person
from vault.casework.story.relation import Relation
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, CompartmentKind, MemberId, Origin, RecordId, VersionId
from vault.index import people
from vault.index.heads import heads_in
from vault.index.search import search
from vault.names.skeletons import skeletons_ever_of
from vault.policy.roles import ALLOWED, Action
from vault.records.codec import of_kind
from vault.records.versions import OpenedVersion, open_each
from vault.seal.named import derive_register_hash
from vault.services.cases import section_people, sections
from vault.services.cases.editing import Place
from vault.services.erasures.contents import naming_the_same
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.reading import read_heads, stored_of_kind
from vault.services.projection.seats import members_of_logs
from vault.store.rowtypes import PlacedVersion

_MOST_NAMESAKES = 200


def heads(session: Session, home: CompartmentId, kind: str | None = None) -> list[OpenedVersion]:
    """Return the heads of the records of a case, a section or another place, or of those of a kind."""
    if sections.is_section(session, home):
        return [head for head in sections.records_of(session, home) if kind in {None, head.content.kind}]
    wanted = frozenset(VersionId(head.version) for head in heads_in(up_to_date_index(session), home, kind))
    return read_heads(session, home, wanted)


def opened_sections(session: Session) -> Iterator[tuple[CompartmentId, CompartmentId, list[OpenedVersion]]]:
    """Yield the sections that this member may open: each with its case and the heads of its records."""
    for section in held_of_kind(session, CompartmentKind.SECTION):
        with suppress(NotFoundError, RefusedError):
            records = sections.opened_to_read(session, section)
            (head,) = stored_of_kind(records, Section)
            yield section, CompartmentId(head.value.case), records


def everywhere(session: Session, place: Place) -> list[Place]:
    """Return where a person stands in this member's cases and sections, by what `person same` said in any head."""
    index, found, asked = up_to_date_index(session), {place}, set[bytes]()
    while new := {who for where in found for who in _said_to_be(session, where)} - asked:
        asked |= new
        for who in new:
            cases = people.places_of(index, who)
            found |= {Place(CompartmentId(case), RecordId(record), Person.KIND) for case, record in cases}
            found |= {where for where, _, _ in section_people.places_of(session, who)}
    return sorted(found, key=lambda where: (where.case, where.record))


def _said_to_be(session: Session, place: Place) -> set[bytes]:
    found = of_kind(heads(session, place.case, Person.KIND), Person)
    return {said.who for head, said in found if head.record == place.record and said.who is not None}


def going_with(session: Session, place: Place) -> Iterator[Place]:
    """Yield what goes with a record, the contents of documents apart.

    Who a person is to others is theirs too. A note goes with its corrections, a document with its translations, which
    hold the same words. What it says that it corrects or translates stays: a colleague may say so of any note. Of
    several heads of a record one that says so is enough. Records that are all quarantined and name the content of the
    document go too: nobody sees them to erase them.
    """
    match place.kind:
        case Person.KIND:
            for head, relation in of_kind(heads(session, place.case, Relation.KIND), Relation):
                if place.record in {relation.from_person, relation.to_person}:
                    yield Place(place.case, head.record, Relation.KIND)
        case Note.KIND:
            notes = of_kind(heads(session, place.case, Note.KIND), Note)
            corrected = [(note.amends, head.record) for head, note in notes if note.amends is not None]
            for record in _reached(place.record, corrected):
                yield Place(place.case, RecordId(record), Note.KIND)
        case Document.KIND:
            papers = of_kind(heads(session, place.case, Document.KIND), Document)
            made_of = [(paper.translation_of, head.record) for head, paper in papers if paper.translation_of]
            shown = {head.record for head in heads(session, place.case)}
            for record in _reached(place.record, made_of) | (naming_the_same(session, place) - shown):
                yield Place(place.case, RecordId(record), Document.KIND)
        case _:
            return


def _reached(first: bytes, steps: Collection[tuple[bytes, bytes]]) -> set[bytes]:
    """Return where these steps lead from a record, itself left out."""
    found, new = set[bytes](), {first}
    while new:
        found |= new
        new = {to for start, to in steps if start in new} - found
    return found - {first}


def exports_listing_words(session: Session, case: CompartmentId) -> int:
    """Return how many records of exports of a case list words that were decided on, in any of their versions.

    They stay: by whom and where a package was made, and which codes its recipient has, goes by who wrote the record.
    """
    index, kinds = up_to_date_index(session), (Disclosure.KIND, Approving.KIND)
    records = {RecordId(head.record) for kind in kinds for head in heads_in(index, case, kind)}
    with session.database.reading() as rows:
        sealed = [version for record in records for version in rows.versions(case, record)]
    opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
    said: list[tuple[OpenedVersion, Disclosure | Approving]] = [*of_kind(opened, Disclosure)]
    said += of_kind(opened, Approving)
    return len({version.record for version, export in said if export.decisions or _has_forms(export.pseudonyms)})


def _has_forms(given: Iterable[PseudonymGiven]) -> bool:
    """Say whether a code stands for a word as it was written, and not for a record."""
    return any(each.entity.startswith(b"form:") for each in given)


def names_of(session: Session, found: Iterable[Place]) -> tuple[str, ...]:
    """Return what these people are called, in every spelling, each once."""
    names = (name for where in found for name in all_names(session, where.case).get(where.record, ()))
    return tuple(dict.fromkeys(names))


def all_names(session: Session, home: CompartmentId) -> dict[RecordId, tuple[str, ...]]:
    """Return all that the people of a case or section are called, in every spelling."""
    found: dict[RecordId, tuple[str, ...]] = {}
    for stored in stored_of_kind(heads(session, home, Person.KIND), Person):
        names = (name.text for name in stored.value.names)
        found[stored.record] = (*found.get(stored.record, ()), *names)  # each of its heads has names
    return found


def authors_of(session: Session, versions: Iterable[PlacedVersion]) -> set[MemberId]:
    """Return the members in whose logs these versions stand."""
    return set(members_of_logs(session, {Origin(version.origin) for version in versions}).values())


def namesakes(
    session: Session, names: Iterable[str], going: Collection[tuple[CompartmentId, RecordId]]
) -> tuple[str, ...]:
    """Return what people of this member's cases are called who stay and have all the words of one of these names."""
    index, found = up_to_date_index(session), set[Place]()
    for name in names:
        for hit in search(index, name, limit=_MOST_NAMESAKES).hits:
            place = Place(CompartmentId(hit.compartment), RecordId(hit.record), hit.kind)
            if hit.kind == Person.KIND and (place.case, place.record) not in going:
                found.add(place)
    return names_of(session, found)


def register_entries(
    session: Session, names: Iterable[str], by: Collection[MemberId], kept: Iterable[str]
) -> list[tuple[CompartmentId, RecordId]]:
    """Return the entries of the register that these names alone account for, every hash of them.

    Those of members who wrote the people down; a colleague who entered somebody else of the same name goes on being
    asked, and so is whoever holds somebody else of a name that is `kept`.
    """
    if not session.roles & ALLOWED[Action.REGISTER_WRITE]:
        return []
    skeletons, found, hashes = skeletons_ever_of(names), [], dict[bytes, frozenset[bytes]]()
    stays = skeletons_ever_of(kept)
    for home in held_of_kind(session, CompartmentKind.REGISTER) if skeletons else ():
        entries = stored_of_kind(heads(session, home, RegisterEntry.KIND), RegisterEntry)
        members = members_of_logs(session, {entry.origin for entry in entries if entry.origin is not None})
        for stored in (entry for entry in entries if entry.origin and members.get(entry.origin) in by):
            key = stored.value.key
            if key not in hashes:
                hashes[key] = frozenset(derive_register_hash(key, skeleton) for skeleton in skeletons - stays)
            if stored.value.hashes and hashes[key].issuperset(stored.value.hashes):
                found.append((home, stored.record))
    return found
