"""What an erasure reaches: what goes, what stays, and why. Begin at `reach`, a pure function of values read once.

`what_goes` reads them. Preview, letter and erasure are made from the plan and work nothing out again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, NamedTuple

from vault.casework.case import Case
from vault.casework.document import Document
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.story.person_facts import Relation, SubjectRequest, Wanted
from vault.ids import CompartmentId, MemberId, Origin, RecordId, SeatId
from vault.records.versions import OpenedVersion, of_kind
from vault.services.cases.editing import Place
from vault.services.cases.register import Entered, accounted_for
from vault.services.projection.folder_row import ALL_RECORDS
from vault.services.projection.stored_records import stored_of_kind
from vault.store.rowtypes import PlacedVersion
from vault.validity.compartment_access import CompartmentState
from vault.words.message import Message

Spot = tuple[CompartmentId, RecordId]
Sealed = tuple[CompartmentId, bytes]
"""A sealed content, by its place and digest."""
Called = str | Message
BELONGS_TO: Mapping[str, Mapping[type[Any], Callable[[Any], Set[bytes]]]] = {
    Person.KIND: {
        Relation: lambda relation: {relation.from_person, relation.to_person},
        Wanted: lambda wanted: {wanted.person},
    },
    Note.KIND: {Note: lambda note: {note.amends}},
    Document.KIND: {Document: lambda paper: {paper.translation_of}},
}
"""Of which kinds are the records that belong to one of this kind, and to which records one of them says it belongs."""


class One(NamedTuple):
    """A record that is asked for; `here`: of a person, in this case and its sections alone."""

    place: Place
    here: bool = False


class Whole(NamedTuple):
    """A case with the sections that this member can open, or a section: all that stands in these places."""

    homes: tuple[CompartmentId, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be erased. `alone`: what hangs on a record stays, and so does a person in other cases."""

    asked: tuple[One | Whole, ...]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What holds a name: records with the whole of it, or perhaps, a word of it alone, in any case; titles; drafts.

    In `earlier` are the cases that had it in a title before. A draft stands under its own place, with the places that
    it goes with.
    """

    named: Mapping[Spot, str] = field(default_factory=dict)
    perhaps: Mapping[Spot, str] = field(default_factory=dict)
    titles: Mapping[CompartmentId, str] = field(default_factory=dict, repr=False)
    earlier: frozenset[CompartmentId] = frozenset()
    drafts: Mapping[Spot, frozenset[Spot]] = field(default_factory=dict)

    @property
    def only_perhaps(self) -> dict[Spot, str]:
        """What may name them and has no whole name."""
        return {spot: kind for spot, kind in self.perhaps.items() if spot not in self.named}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What this device has around what is asked for. It may hold more than goes: `reach` decides.

    Attributes:
        member: who asks.
        heads: the heads of places, of whatever kind.
        same: where each person who is asked for may stand.
        placed: the versions of records.
        valid: those of them that are valid now.
        papers: every version of papers that names a content in question.
        contents: every sealed content of the places that are asked for as a whole.
        authors: log -> whose it is.
        case_of: section -> its case.
        on_hold: the places on legal hold.
        called: case -> its reference.
        states: who holds a place, and held it.
        live: the devices in use. `now_ms` is the time, ms UTC.
        packages: case -> how many packages left it.
        exports: case -> how many records of exports in it list words.
        entries: entries of the register that may be of these people.
        namesakes: name -> the people of cases who have all its words, with all that they are called.
        naming: what holds a name of one of these people; nothing where nobody asks.
    """

    member: MemberId
    heads: Mapping[CompartmentId, list[OpenedVersion]]
    same: Mapping[Place, Collection[Place]]
    placed: Mapping[Spot, Sequence[PlacedVersion]]
    valid: Set[bytes]
    papers: Mapping[CompartmentId, Sequence[OpenedVersion]]
    contents: Sequence[Sealed]
    authors: Mapping[Origin, MemberId]
    case_of: Mapping[CompartmentId, CompartmentId]
    on_hold: Set[CompartmentId]
    called: Mapping[CompartmentId, Called]
    states: Mapping[CompartmentId, CompartmentState | None]
    live: Set[bytes]
    now_ms: int
    packages: Mapping[CompartmentId, int]
    exports: Mapping[CompartmentId, int]
    entries: Sequence[Entered]
    namesakes: Mapping[str, Mapping[Spot, Sequence[str]]]
    naming: Mapping[str, Left]

    def case(self, home: CompartmentId) -> CompartmentId:
        """Return the case of a section, and of another place itself."""
        return self.case_of.get(home, home)


@dataclass(frozen=True, slots=True)
class Held:
    """A case on legal hold, and how many of the records that were asked for stay in it and its sections."""

    case: CompartmentId
    name: Called
    records: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes, what stays, and why.

    Attributes:
        versions: every version, those that others replaced too; last the ones in which a case says what it is.
        found: the records, each with its kind.
        cases: the cases that are touched, each with its reference.
        whole: the cases and sections that go as a whole.
        seats: the devices that can open it.
        former: the devices that held one of these places once and may have what stood there still.
        contents: the sealed contents of documents.
        shared: how many contents stay because a paper that stays names them too, and which papers do.
        packages: how many packages left these cases.
        exports: how many records of exports stay in these cases and list words that were hidden or left.
        names: how the people are called who go.
        held: the cases on legal hold that were asked for. What lies outside them goes; if nothing does, what lies in
            them is listed here as what goes, and `erasing.erase` refuses it.
        elsewhere: the other cases of a person of whom one case alone was asked for, each with its reference.
        stays: the records that stay for one of these two reasons.
        claimed: the records that stay although one of their heads says that they belong to what goes, or are about it.
        quarantined: the versions that go and are valid for nobody. What a member writes who lost a case makes an
            erasure there no larger, and leaves the approval of it as it is.
        people_in: the places of the people who were asked for, held ones too: who erases must have the right there.
        left: what names these people and stays. Nobody has to agree anew because somebody wrote a name.
    """

    versions: tuple[PlacedVersion, ...]
    found: Mapping[Spot, str]
    cases: Mapping[CompartmentId, Called]
    whole: tuple[CompartmentId, ...] = ()
    seats: frozenset[SeatId] = frozenset()
    former: frozenset[SeatId] = frozenset()
    contents: tuple[Sealed, ...] = ()
    shared: tuple[int, tuple[Spot, ...]] = (0, ())
    packages: int = 0
    exports: int = 0
    names: tuple[str, ...] = field(default=(), repr=False)
    held: tuple[Held, ...] = ()
    elsewhere: Mapping[CompartmentId, Called] = field(default_factory=dict)
    stays: Mapping[Spot, str] = field(default_factory=dict)
    claimed: Mapping[Spot, str] = field(default_factory=dict)
    quarantined: frozenset[bytes] = frozenset()
    people_in: tuple[CompartmentId, ...] = ()
    left: Left = field(default_factory=Left, compare=False)

    @property
    def nothing_goes(self) -> bool:
        """Say whether all that was asked for lies in cases on legal hold."""
        return any(held.case in self.cases for held in self.held)

    @property
    def kinds(self) -> Counter[str]:
        """Kind of record -> how many of it."""
        return Counter(self.found.values())

    @property
    def homes(self) -> tuple[CompartmentId, ...]:
        """The compartments that something goes from."""
        return tuple(dict.fromkeys(CompartmentId(version.compartment) for version in self.versions))

    @property
    def records(self) -> int:
        """How many records go, those apart of which nothing is valid."""
        return len({(version.compartment, version.record) for version in self.shown})

    @property
    def shown(self) -> tuple[PlacedVersion, ...]:
        """The versions that are not quarantined: these are counted and approved."""
        return tuple(version for version in self.versions if version.id not in self.quarantined)

    def renamed(self, cases: Collection[CompartmentId]) -> Plan:
        """Return the plan as it stands once these cases have new titles: the old ones are in their history."""
        titles = {case: title for case, title in self.left.titles.items() if case not in cases}
        earlier = self.left.earlier | (self.left.titles.keys() - titles.keys())
        return replace(self, left=replace(self.left, titles=titles, earlier=earlier))


@dataclass(frozen=True, slots=True)
class _Part:
    """What one thing that is asked for comes to: `others` are of a person, in other cases than the one asked for."""

    goes: Mapping[Spot, str]
    whole: tuple[CompartmentId, ...] = ()
    others: Mapping[Spot, str] = field(default_factory=dict)
    claimed: Mapping[Spot, str] = field(default_factory=dict)
    is_of_people: bool = False

    def without(self, homes: Set[CompartmentId]) -> _Part:
        goes = {spot: kind for spot, kind in self.goes.items() if spot[0] not in homes}
        return replace(self, goes=goes, whole=tuple(home for home in self.whole if home not in homes))


def reach(seen: Snapshot, ask: Ask) -> Plan:
    """Return what an erasure takes of what is asked for, and what stays.

    Of each record every version goes: a note with its corrections, a paper with its translations and contents, a
    person wherever each head says that it is they, with who they are to others and by whom they are searched for. A
    case goes with its sections. Their entries in the register go too, where no namesake stays who accounts for them.

    What stays: what is on legal hold (`held`); of a person, what is not in the case asked for (`elsewhere`), what one
    head alone says belongs to them, and what they asked of the office about their data (`claimed`); contents that a
    paper needs which stays (`shared`); their papers, unless asked for by id; whatever else names them (`left`).
    """
    asked = [
        _all_in(seen, each.homes) if isinstance(each, Whole) else _record(seen, each, alone=ask.alone)
        for each in ask.asked
    ]
    wanted = {spot: kind for part in asked for spot, kind in part.goes.items()}
    others = {spot: kind for part in asked for spot, kind in part.others.items()}
    # What lies on legal hold stays. Where nothing else was asked for, it is told what would go.
    inside = seen.on_hold & {home for home, _ in wanted}
    outside = [part.without(inside) for part in asked]
    parts = outside if any(_versions(seen, part) for part in outside) else asked
    found = {spot: kind for part in parts for spot, kind in part.goes.items()}
    whole = tuple(dict.fromkeys(home for part in parts for home in part.whole))
    stays = {spot: kind for spot, kind in {**wanted, **others}.items() if spot not in found}
    cases = [seen.case(home) for (home, _), kind in found.items() if kind != Slip.KIND]
    cases = list(dict.fromkeys([*cases, *map(seen.case, whole)]))
    # Who the people are, what names them, and who can open it.
    names = _called(seen, [spot for part in parts if part.is_of_people for spot in part.goes])
    entries = _entries(seen, found, stays, names)
    versions = dict.fromkeys(version for part in parts for version in _versions(seen, part))
    states = [state for home in {each.compartment for each in versions} if (state := seen.states[CompartmentId(home)])]
    holders = frozenset[SeatId]().union(*(state.seats(seen.now_ms) for state in states))
    once = {member for state in states if state.case is not None for member in state.case.rank}
    of_seat = {seat: member for state in states for seat, member in state.directory.organisation.members.items()}
    former = frozenset(seat for seat, member in of_seat.items() if seat in seen.live and member in once) - holders
    # A content goes unless a paper needs it that stays.
    bodies = dict.fromkeys(body for part in parts for body in _contents(seen, part))
    shared, papers, with_them = _shared(seen, bodies, {version.id for version in versions})
    versions |= dict.fromkeys([*(version for entry in entries for version in seen.placed.get(entry, ())), *with_them])
    # What stands in a case goes before that which says what the case is.
    foundings = {
        (entry.origin, entry.seq) for home in whole if (state := seen.states[home]) for entry in state.beginnings
    }
    held = Counter(seen.case(home) for home, _ in wanted if home in inside)
    plan = Plan(
        versions=tuple(sorted(versions, key=lambda version: (version.origin, version.seq) in foundings)),
        found={**found, **dict.fromkeys(entries, RegisterEntry.KIND)},
        cases={case: seen.called[case] for case in cases},
        whole=whole,
        seats=holders & seen.live,
        former=former & seen.live,
        contents=tuple(body for body in bodies if body not in shared),
        shared=(len(shared), papers),
        packages=sum(seen.packages[case] for case in cases),
        exports=sum(seen.exports[case] for case in cases if case not in whole),
        names=names,
        held=tuple(Held(case, seen.called[case], count) for case, count in sorted(held.items())),
        elsewhere={case: seen.called[case] for case in dict.fromkeys(seen.case(home) for home, _ in others)},
        stays=stays,
        claimed={spot: kind for part in parts for spot, kind in part.claimed.items() if spot not in found},
        quarantined=frozenset(version.id for version in versions if version.id not in seen.valid),
        people_in=tuple(dict.fromkeys(home for (home, _), kind in wanted.items() if kind == Person.KIND)),
    )
    return replace(plan, left=_left(seen, plan))


def _all_in(seen: Snapshot, homes: tuple[CompartmentId, ...]) -> _Part:
    found = {(home, head.record): head.content.kind for home in homes for head in seen.heads[home]}
    return _Part(found, homes, is_of_people=True)


def _record(seen: Snapshot, one: One, *, alone: bool) -> _Part:
    """Return what goes with one record: whatever hangs on it alone goes with it."""
    place, others = one.place, list[Place]()
    found, claimed = [place], list[Place]()
    if place in seen.same:
        found, claimed = _same_person(seen, place)
    if one.here:
        others = [where for where in found if seen.case(where.case) != seen.case(place.case)]
        found = [where for where in found if where not in others]
        claimed = [where for where in claimed if seen.case(where.case) == seen.case(place.case)]
    for where in () if alone else tuple(found):
        goes, stays = belonging(seen.heads.get(where.case, []), where)
        found += goes
        claimed += stays
    return _Part(_spots(found), (), _spots(others), _spots(claimed), place.kind == Person.KIND)


def _spots(places: Iterable[Place]) -> dict[Spot, str]:
    return {(where.case, where.record): where.kind for where in places}


def _same_person(seen: Snapshot, place: Place) -> tuple[list[Place], list[Place]]:
    """Return where a person stands, and where one of several heads alone says so: who somebody is, `same` said."""
    said = {where: said_to_be(seen.heads[where.case], where.record) for where in seen.same[place]}
    agreed = {where: frozenset.intersection(*claims) if claims else frozenset() for where, claims in said.items()}
    found, known = {place}, agreed[place]
    while new := {where for where, who in agreed.items() if known & who} - found:
        found |= new
        known = known.union(*(agreed[where] for where in new))
    in_order = (sorted(some, key=lambda where: (where.case, where.record)) for some in (found, said.keys() - found))
    here, beside = in_order
    return here, beside


def said_to_be(heads: Iterable[OpenedVersion], record: RecordId) -> list[frozenset[bytes]]:
    """Return who each head of a record says that this is."""
    here = [head for head in heads if head.record == record]
    said = {head.id: frozenset({person.who}) for head, person in of_kind(here, Person) if person.who is not None}
    return [said.get(head.id, frozenset()) for head in here]


def belonging(here: Sequence[OpenedVersion], place: Place) -> tuple[list[Place], list[Place]]:
    """Return what goes with a record, contents apart, and what stays although one of the heads here says it belongs.

    What somebody asked of the office about their data stays: how it was answered is what the office accounts for. What
    a note says that it corrects stays, and what a paper translates: a colleague may say so of any. They may also say
    of any record, beside what others wrote there, that it belongs to this: so it goes only where each of its heads
    says so, of whatever kind.
    """
    if place.kind not in BELONGS_TO:
        return [], []
    kinds_of = BELONGS_TO[place.kind].items()
    said = {head.id: belongs_to(value) for kind, belongs_to in kinds_of for head, value in of_kind(here, kind)}
    kinds = {head.record: head.content.kind for head in here if head.id in said}
    claims: dict[RecordId, list[Set[bytes]]] = {}
    for head in here:
        claims.setdefault(head.record, []).append(said.get(head.id, frozenset()))
    found = {place.record}
    while new := {each for each in claims.keys() - found if all(found & claim for claim in claims[each])}:
        found |= new
    asked = {head.record: head.content.kind for head, value in of_kind(here, SubjectRequest) if value.person in found}
    kinds |= asked
    stays = {each for each in claims if any(found & claim for claim in claims[each])} | asked.keys()
    goes, claimed = (
        [Place(place.case, each, kinds[each]) for each in sorted(some)]
        for some in (found - {place.record}, stays - found)
    )
    return goes, claimed


def people_called(heads: list[OpenedVersion]) -> dict[RecordId, tuple[str, ...]]:
    """Return all that the people of a place are called, in every spelling: each of their heads has names."""
    return {each.record: tuple(name.text for name in each.value.names) for each in stored_of_kind(heads, Person)}


def _called(seen: Snapshot, spots: Collection[Spot]) -> tuple[str, ...]:
    called = {home: people_called(seen.heads.get(home, [])) for home in {home for home, _ in spots}}
    return tuple(dict.fromkeys(name for home, record in spots for name in called[home].get(record, ())))


def _versions(seen: Snapshot, part: _Part) -> list[PlacedVersion]:
    """Return every version that goes with a part; of a whole place also what is no record there."""
    if part.whole:
        return [
            version
            for home in part.whole
            for version in sorted(each for spot, some in seen.placed.items() if spot[0] == home for each in some)
        ]
    return [version for spot in part.goes for version in seen.placed.get(spot, ())]


def _entries(seen: Snapshot, found: Mapping[Spot, str], stays: Collection[Spot], names: Sequence[str]) -> list[Spot]:
    """Return the entries of the register that the names of these people alone account for, of who wrote them down.

    A person who stays and has all the words of one of these names goes on being asked for.
    """
    if not names:
        return []
    persons = [version for spot, kind in found.items() if kind == Person.KIND for version in seen.placed.get(spot, ())]
    logs = {Origin(version.origin) for version in persons}
    by = {seen.member, *(seen.authors[log] for log in logs if log in seen.authors)}
    others = [called for name in names for spot, called in seen.namesakes[name].items() if spot not in found]
    return accounted_for(seen.entries, names, by, [*chain(*others), *_called(seen, list(stays))])


def _contents(seen: Snapshot, part: _Part) -> list[Sealed]:
    """Return the contents of the papers that go, of each of their versions: the paper and the text read of it."""
    if part.whole:
        return [body for body in seen.contents if body[0] in part.whole]
    bodies: list[Sealed] = []
    for (home, record), kind in part.goes.items():
        if kind == Document.KIND:
            versions = [version for version in seen.papers.get(home, ()) if version.record == record]
            of_it = {body.digest for _, paper in of_kind(versions, Document) for body in paper.bodies}
            bodies += [(home, digest) for digest in sorted(of_it)]
    return bodies


def _shared(
    seen: Snapshot, bodies: Collection[Sealed], going: Set[bytes]
) -> tuple[set[Sealed], tuple[Spot, ...], list[PlacedVersion]]:
    """Return which of these contents papers that stay name too, those papers, and what has to go for the others to go.

    The last are quarantined versions that name a content as a valid version that goes does: nobody sees them to erase
    them. They go alone, and not their records: a member can write a version over the paper of any other.
    """
    shared, papers = set[Sealed](), set[Spot]()
    with_them: list[PlacedVersion] = []
    for home in dict.fromkeys(home for home, _ in bodies):
        digests = {digest for of, digest in bodies if of == home}
        naming = [
            (version, named)
            for version, paper in of_kind(seen.papers.get(home, ()), Document)
            if (named := digests & {body.digest for body in paper.bodies})
        ]
        own = {digest for each, named in naming if each.id in going and each.id in seen.valid for digest in named}
        for version, named in naming:
            if version.id in seen.valid and version.id not in going:
                shared |= {(home, digest) for digest in named}
                papers.add((home, version.record))
                own -= named
        alone = {each.id for each, named in naming if each.id not in seen.valid and named & own} - going
        spots = {(home, each.record) for each, _ in naming if each.id in alone}
        with_them += sorted(each for spot in spots for each in seen.placed.get(spot, ()) if each.id in alone)
    return shared, tuple(sorted(papers)), with_them


def _left(seen: Snapshot, plan: Plan) -> Left:
    """Return what stays and names the people who go: also what one head alone says belongs to them."""
    naming = [seen.naming[name] for name in plan.names if name in seen.naming]
    if not naming:
        return Left()
    gone = {*plan.found, *((home, ALL_RECORDS) for home in plan.whole)}
    known = {*plan.whole, *plan.elsewhere}

    def staying(*found: Mapping[Spot, str]) -> dict[Spot, str]:
        return {
            spot: kind
            for spot, kind in chain(*(each.items() for each in found))
            # What a case says of itself is told by its title.
            if spot not in gone and spot not in plan.stays and spot[0] not in plan.whole and kind != Case.KIND
        }

    drafts = chain(*(each.drafts.items() for each in naming))
    return Left(
        staying(plan.claimed, *(each.named for each in naming)),
        staying(*(each.perhaps for each in naming)),
        {case: title for each in naming for case, title in each.titles.items() if case not in known},
        frozenset().union(*(each.earlier for each in naming)) - known,
        {draft: places for draft, places in drafts if gone.isdisjoint(places)},
    )
