"""What an erasure takes: a record with all its versions, a person in every case of this member, a case, a slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.access import Section
from vault.casework.case import Case
from vault.casework.disclosure import Disclosure
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.papers.document import Document
from vault.casework.person import Person
from vault.casework.story.relation import Relation
from vault.errors import NotFoundError
from vault.ids import CompartmentId, CompartmentKind, RecordId, SeatId, VersionId
from vault.index.heads import heads_in
from vault.index.people import places_of, who_is
from vault.names.skeletons import skeletons_ever_of
from vault.policy.roles import ALLOWED, Action
from vault.records.codec import of_kind
from vault.records.versions import OpenedVersion, open_each
from vault.seal.named import derive_register_hash
from vault.services.cases.editing import Place, locate
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.places import name_of
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.reading import read_heads, stored_of_kind
from vault.services.projection.seats import members_of_logs
from vault.services.projection.short_ids import the_one_named, typed_id
from vault.store.rowtypes import PlacedVersion
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Going:
    """What goes, and what a person reads of it before it does.

    Attributes:
        versions: every version, those that others replaced too; last the ones in which a case says what it is.
        kinds: kind of record -> how many of it.
        cases: the cases that are touched, each with its reference.
        whole: the cases and sections that go as a whole.
        seats: the devices that could open it.
        contents: (compartment, digest) of the sealed contents of documents.
        packages: how many packages left these cases.
        names: how the people are called who go: to look for them in what stays.
    """

    versions: tuple[PlacedVersion, ...]
    kinds: Mapping[str, int]
    cases: Mapping[CompartmentId, str | Message]
    whole: tuple[CompartmentId, ...] = ()
    seats: frozenset[SeatId] = frozenset()
    contents: tuple[tuple[CompartmentId, bytes], ...] = ()
    packages: int = 0
    names: tuple[str, ...] = field(default=(), repr=False)

    @property
    def homes(self) -> tuple[CompartmentId, ...]:
        """The compartments that something goes from."""
        return tuple(dict.fromkeys(CompartmentId(version.compartment) for version in self.versions))

    @property
    def records(self) -> int:
        """How many records go."""
        return len({(version.compartment, version.record) for version in self.versions})


def what_goes(session: Session, text: str) -> Going:
    """Return what an erasure of the record with this id takes, of the case with this reference, or of this slip.

    Raises:
        NotFoundError: no such record, case or slip, or several begin so.
        RefusedError: this member may not erase there.
    """
    try:
        place = locate(session, text)
    except NotFoundError:
        slip = _slip(session, text)
        if slip is None:
            raise
        return slip
    if place.kind == Case.KIND:
        return _case(session, place.case)
    return _record(session, place)


def _record(session: Session, place: Place) -> Going:
    """Return what goes with one record: whatever hangs on it alone goes with it."""
    session.require(Action.CASE_ERASE, place.case)
    found = [place]
    if place.kind == Person.KIND:
        found = _everywhere(session, place)
        for where in found:
            session.require(Action.CASE_ERASE, where.case)
    beside = [each for where in found for each in _WITH.get(where.kind, _nothing)(session, where)]
    kinds = Counter({(where.case, where.record): where.kind for where in (*found, *beside)}.values())
    versions = _placed(session, ((where.case, where.record) for where in (*found, *beside)))
    names = _names(session, found) if place.kind == Person.KIND else ()
    entries = _register_entries(session, names)
    kinds.update({RegisterEntry.KIND: len(entries)} if entries else {})
    cases = {where.case: name_of(session, where.case) for where in found}
    return Going(
        versions=(*versions, *_placed(session, entries)),
        kinds=kinds,
        cases=cases,
        seats=_seats(session, cases),
        contents=tuple(_contents(session, found)),
        packages=sum(_packages(session, case) for case in cases),
        names=names,
    )


def _case(session: Session, case: CompartmentId) -> Going:
    """Return what goes with a case: all of it, its sections that this member holds, and its people's entries."""
    session.require(Action.CASE_ERASE, case)
    names = tuple(dict.fromkeys(name for found in _all_names(session, case).values() for name in found))
    whole = [case, *_sections(session, case)]
    kinds = Counter({head.record: head.kind for head in heads_in(up_to_date_index(session), case)}.values())
    kinds.update({Section.KIND: len(whole) - 1} if len(whole) > 1 else {})
    entries = _register_entries(session, names)
    kinds.update({RegisterEntry.KIND: len(entries)} if entries else {})
    with session.database.reading() as rows:
        versions = [version for home in whole for version in rows.placed(home)]
    beginnings = {_beginning(session, home) for home in whole}
    last = [version for version in versions if (version.origin, version.seq) in beginnings]
    first = [version for version in versions if (version.origin, version.seq) not in beginnings]
    return Going(
        versions=(*first, *_placed(session, entries), *last),
        kinds=kinds,
        cases={case: name_of(session, case)},
        whole=tuple(whole),
        seats=_seats(session, whole),
        contents=tuple(_all_contents(session, whole)),
        packages=_packages(session, case),
        names=names,
    )


def _slip(session: Session, text: str) -> Going | None:
    """Return what goes with a slip, open or not; None where this member takes no calls, or there is none."""
    if not session.roles & ALLOWED[Action.INTAKE_WRITE] or not typed_id(text):
        return None
    for home in held_of_kind(session, CompartmentKind.INTAKE):
        records = {head.record for head in heads_in(up_to_date_index(session), home, Slip.KIND)}
        record = the_one_named(typed_id(text), records)
        if record is not None:
            session.require(Action.INTAKE_WRITE)
            versions = tuple(_placed(session, [(home, RecordId(record))]))
            return Going(versions, {Slip.KIND: 1}, {}, seats=_seats(session, [home]))
    return None


def _everywhere(session: Session, place: Place) -> list[Place]:
    """Return where a person stands in this member's cases, by what `person same` said."""
    index = up_to_date_index(session)
    who = who_is(index, place.case, place.record)
    found = [] if who is None else places_of(index, who)
    everywhere = {Place(CompartmentId(case), RecordId(record), Person.KIND) for case, record in found}
    return sorted({place} | everywhere, key=lambda where: (where.case, where.record))


def _nothing(_: Session, __: Place) -> Iterable[Place]:
    return ()


def _relations(session: Session, place: Place) -> Iterator[Place]:
    """Yield the relations of a person: who they are to others is theirs too."""
    for stored in stored_of_kind(_heads(session, place.case, Relation.KIND), Relation):
        if place.record in {stored.value.from_person, stored.value.to_person}:
            yield Place(place.case, stored.record, Relation.KIND)


# What goes with a record of a kind; the contents of documents `_contents` adds.
_WITH: Mapping[str, Callable[[Session, Place], Iterable[Place]]] = {Person.KIND: _relations}


def _contents(session: Session, found: Iterable[Place]) -> Iterator[tuple[CompartmentId, bytes]]:
    """Yield the contents of documents, of each of their versions."""
    for place in found:
        if place.kind == Document.KIND:
            with session.database.reading() as rows:
                versions = rows.versions(place.case, place.record)
            opened, _ = open_each(versions, vault=session.vault, keyring=session.keyring)
            bodies = {body.digest for _, document in of_kind(opened, Document) for body in document.bodies}
            yield from ((place.case, digest) for digest in sorted(bodies))


def _all_contents(session: Session, whole: Collection[CompartmentId]) -> list[tuple[CompartmentId, bytes]]:
    with session.database.reading() as rows:
        return [(CompartmentId(row.compartment), row.digest) for row in rows.attachments() if row.compartment in whole]


def _names(session: Session, found: Iterable[Place]) -> tuple[str, ...]:
    names = (name for where in found for name in _all_names(session, where.case).get(where.record, ()))
    return tuple(dict.fromkeys(names))


def _all_names(session: Session, case: CompartmentId) -> dict[RecordId, tuple[str, ...]]:
    """Return all that the people of a case are called, in every spelling."""
    people = stored_of_kind(_heads(session, case, Person.KIND), Person)
    return {stored.record: tuple(name.text for name in stored.value.names) for stored in people}


def _register_entries(session: Session, names: Iterable[str]) -> list[tuple[CompartmentId, RecordId]]:
    """Return this member's entries of the register that these names alone account for, every hash of them.

    A colleague who entered somebody of the same name goes on being asked.
    """
    if not session.roles & ALLOWED[Action.REGISTER_WRITE]:
        return []
    skeletons, found, hashes = skeletons_ever_of(names), [], dict[bytes, frozenset[bytes]]()
    own = session.member
    for home in held_of_kind(session, CompartmentKind.REGISTER) if skeletons else ():
        entries = stored_of_kind(_heads(session, home, RegisterEntry.KIND), RegisterEntry)
        members = members_of_logs(session, {entry.origin for entry in entries if entry.origin is not None})
        for stored in (entry for entry in entries if entry.origin and members.get(entry.origin) == own):
            key = stored.value.key
            if key not in hashes:
                hashes[key] = frozenset(derive_register_hash(key, skeleton) for skeleton in skeletons)
            if stored.value.hashes and hashes[key].issuperset(stored.value.hashes):
                found.append((home, stored.record))
    return found


def _sections(session: Session, case: CompartmentId) -> list[CompartmentId]:
    """Return the sections of a case that this member holds; of others nobody is told."""
    found = []
    for section in held_of_kind(session, CompartmentKind.SECTION):
        with session.database.reading() as rows:
            opened, _ = open_each(rows.versions(section), vault=session.vault, keyring=session.keyring)
        if any(
            version.content.kind == Section.KIND and version.content.fields.get("case") == case for version in opened
        ):
            session.require(Action.CASE_ERASE, section)
            found.append(section)
    return found


def _packages(session: Session, case: CompartmentId) -> int:
    return len({head.record for head in heads_in(up_to_date_index(session), case, Disclosure.KIND)})


def _seats(session: Session, homes: Iterable[CompartmentId]) -> frozenset[SeatId]:
    live = session.directory.effective.certificates.keys()
    states = [state for home in homes if (state := session.state_of(home)) is not None]
    return frozenset(seat for state in states for seat in state.holders if seat in live)


def _beginning(session: Session, home: CompartmentId) -> tuple[bytes, int] | None:
    state = session.state_of(home)
    return None if state is None else (state.founding.origin, state.founding.seq)


def _heads(session: Session, home: CompartmentId, kind: str) -> list[OpenedVersion]:
    heads = frozenset(VersionId(head.version) for head in heads_in(up_to_date_index(session), home, kind))
    return read_heads(session, home, heads)


def _placed(session: Session, records: Iterable[tuple[CompartmentId, RecordId]]) -> list[PlacedVersion]:
    """Return every version of these records, each once; those that no list names rightly are no versions."""
    with session.database.reading() as rows:
        return [version for home, record in dict.fromkeys(records) for version in rows.placed(home, record)]
