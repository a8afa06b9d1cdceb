"""What belongs to a record that is erased: where else a person stands, what hangs on it, register entries.

Restricted sections are no part of the index: they are opened here as a member opens them, with their case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Set
from typing import Any

from vault.access.session import Session
from vault.casework.approving import Approving
from vault.casework.disclosure import Disclosure, PseudonymGiven
from vault.casework.note import Note
from vault.casework.papers.document import Document
from vault.casework.person import Person
from vault.casework.story.relation import Relation
from vault.casework.story.subject_request import SubjectRequest
from vault.casework.story.wanted import Wanted
from vault.ids import CompartmentId, MemberId, Origin, RecordId, VersionId
from vault.index import people
from vault.index.heads import heads_in
from vault.index.search import search
from vault.records.codec import of_kind
from vault.records.versions import OpenedVersion, open_each
from vault.services.cases import section_people, sections
from vault.services.cases.editing import Place
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.reading import read_heads, read_versions, stored_of_kind
from vault.services.projection.seats import members_of_logs
from vault.store.rowtypes import PlacedVersion

_MOST_NAMESAKES = 200
_BELONGS_TO: Mapping[str, Mapping[type[Any], Callable[[Any], Set[bytes]]]] = {
    Person.KIND: {
        Relation: lambda relation: {relation.from_person, relation.to_person},
        Wanted: lambda wanted: {wanted.person},
    },
    Note.KIND: {Note: lambda note: {note.amends}},
    Document.KIND: {Document: lambda paper: {paper.translation_of}},
}
"""Of which kinds are the records that belong to one of this kind, and to which records one of them says it belongs."""


def heads(session: Session, home: CompartmentId, kind: str | None = None) -> list[OpenedVersion]:
    """Return the heads of the records of a case, a section or another place, or of those of a kind."""
    if sections.is_section(session, home):
        return [head for head in sections.records_of(session, home) if kind in {None, head.content.kind}]
    wanted = frozenset(VersionId(head.version) for head in heads_in(up_to_date_index(session), home, kind))
    return read_heads(session, home, wanted)


def everywhere(session: Session, place: Place) -> tuple[list[Place], list[Place]]:
    """Return where a person stands in this member's cases and sections, and where one of several heads alone says so.

    Who somebody is, `person same` said.
    """
    index, said, asked = up_to_date_index(session), {place: _said_to_be(session, place)}, set[bytes]()
    while new := {who for claims in said.values() for claim in claims for who in claim} - asked:
        asked |= new
        for who in new:
            cases = people.places_of(index, who)
            places = {Place(CompartmentId(case), RecordId(record), Person.KIND) for case, record in cases}
            for where in places.union(where for where, _, _ in section_people.places_of(session, who)):
                claims = _said_to_be(session, where)
                if any(who in claim for claim in claims):
                    said[where] = claims
    found, known = {place}, _as_all_say(said[place])
    while new_places := {each for each, claims in said.items() if known & _as_all_say(claims)} - found:
        found |= new_places
        known = known.union(*(_as_all_say(said[each]) for each in new_places))
    return _in_order(found), _in_order(said.keys() - found)


def _in_order(places: Iterable[Place]) -> list[Place]:
    return sorted(places, key=lambda where: (where.case, where.record))


def _said_to_be(session: Session, place: Place) -> list[frozenset[bytes]]:
    """Return who each head of a record says that this is."""
    here = _heads_of(session, place)
    said = {head.id: frozenset({person.who}) for head, person in of_kind(here, Person) if person.who is not None}
    return [said.get(head.id, frozenset()) for head in here]


def _as_all_say(claims: list[frozenset[bytes]]) -> frozenset[bytes]:
    return frozenset.intersection(*claims) if claims else frozenset()


def _heads_of(session: Session, place: Place) -> list[OpenedVersion]:
    """Return the heads of one record, of whatever kind."""
    if sections.is_section(session, place.case):
        return [head for head in sections.records_of(session, place.case) if head.record == place.record]
    here = (head for head in heads_in(up_to_date_index(session), place.case) if head.record == place.record)
    return read_versions(session, place.case, place.record, frozenset(VersionId(head.version) for head in here))


def going_with(session: Session, place: Place) -> tuple[list[Place], list[Place]]:
    """Return what goes with a record, the contents of documents apart, and what stays although a head says it belongs.

    Who a person is to others, and by whom they are searched for, is theirs too; what they asked of the office about
    their data stays: how it was answered is what the office accounts for. A note goes with its corrections, a document
    with its translations, which hold the same words. What it says that it corrects or translates stays: a colleague
    may say so of any note. They may also say of any record, beside what others wrote there, that it belongs to this:
    so it goes only where each of its heads says so, of whatever kind.
    """
    if place.kind not in _BELONGS_TO:
        return [], []
    here, belonging = heads(session, place.case), _BELONGS_TO[place.kind].items()
    said = {head.id: belongs_to(value) for kind, belongs_to in belonging for head, value in of_kind(here, kind)}
    kinds = {head.record: head.content.kind for head in here if head.id in said}
    claims: dict[RecordId, list[Set[bytes]]] = {}
    for head in here:
        claims.setdefault(head.record, []).append(said.get(head.id, frozenset()))
    found = {place.record}
    while new := {each for each in claims.keys() - found if all(found & claim for claim in claims[each])}:
        found |= new
    stays = {each for each in claims.keys() - found if any(found & claim for claim in claims[each])}
    asked = [(head.record, head.content.kind) for head, value in of_kind(here, SubjectRequest) if value.person in found]
    kinds |= dict(asked)
    stays |= {record for record, _ in asked} - found
    places = (
        [Place(place.case, each, kinds[each]) for each in sorted(some)] for some in (found - {place.record}, stays)
    )
    with_it, beside = places
    return with_it, beside


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
