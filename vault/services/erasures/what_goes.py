"""What an erasure takes: a record with all its versions, a person in every case of this member, a case, a slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from vault.access.session import Session
from vault.casework.access import Section
from vault.casework.case import Case
from vault.casework.disclosure import Disclosure
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.person import Person
from vault.errors import NotFoundError
from vault.ids import CompartmentId, CompartmentKind, RecordId, SeatId
from vault.index.heads import heads_in
from vault.policy.roles import ALLOWED, Action
from vault.services.cases import register
from vault.services.cases.cases import find
from vault.services.cases.editing import Place, locate
from vault.services.cases.holds import is_held
from vault.services.cases.sections import is_section, opened_sections
from vault.services.erasures.belonging import (
    all_names,
    authors_of,
    everywhere,
    exports_listing_words,
    going_with,
    heads,
    names_of,
    namesakes,
)
from vault.services.erasures.contents import all_contents, contents, quarantined_among, staying
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.places import name_of
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.short_ids import the_one_named, typed_id
from vault.store.rowtypes import PlacedVersion
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Held:
    """A case on legal hold, and how many of the records that were asked for stay in it and its sections."""

    case: CompartmentId
    name: str | Message
    records: int


@dataclass(frozen=True, slots=True)
class Going:
    """What goes, and what a person reads of it before it does.

    Attributes:
        versions: every version, those that others replaced too; last the ones in which a case says what it is.
        quarantined: those of them that are valid for nobody. What a member writes who lost a case makes an erasure
            there no larger, and leaves the approval of it as it is.
        found: the records, each with its kind.
        cases: the cases that are touched, each with its reference.
        whole: the cases and sections that go as a whole.
        seats: the devices that can open it.
        former: the devices that held one of these places once and may have what stood there still.
        contents: (compartment, digest) of the sealed contents of documents.
        shared: how many contents stay because a paper that stays names them too, and which papers do.
        packages: how many packages left these cases.
        exports: how many records of exports stay in these cases and list words that were hidden or left.
        names: how the people are called who go: to look for them in what stays.
        held: the cases on legal hold that were asked for. What lies outside them goes; if nothing does, what lies in
            them is listed here as what goes, and `erasing.erase` refuses it.
        elsewhere: the other cases of a person of whom one case alone was asked for, each with its reference.
        stays: the records that stay for one of these two reasons.
        claimed: the records that stay although one of their heads says that they belong to what goes, or are about it.
    """

    versions: tuple[PlacedVersion, ...]
    found: Mapping[tuple[CompartmentId, RecordId], str]
    cases: Mapping[CompartmentId, str | Message]
    whole: tuple[CompartmentId, ...] = ()
    seats: frozenset[SeatId] = frozenset()
    former: frozenset[SeatId] = frozenset()
    contents: tuple[tuple[CompartmentId, bytes], ...] = ()
    shared: tuple[int, tuple[tuple[CompartmentId, RecordId], ...]] = (0, ())
    packages: int = 0
    exports: int = 0
    names: tuple[str, ...] = field(default=(), repr=False)
    held: tuple[Held, ...] = ()
    elsewhere: Mapping[CompartmentId, str | Message] = field(default_factory=dict)
    stays: Mapping[tuple[CompartmentId, RecordId], str] = field(default_factory=dict)
    claimed: Mapping[tuple[CompartmentId, RecordId], str] = field(default_factory=dict)
    quarantined: frozenset[bytes] = frozenset()

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


def what_goes(session: Session, *texts: str, alone: bool = False) -> Going:
    """Return what an erasure takes of the records with these ids, of the cases with these references, or of slips.

    CASE/ID names a record in that case, and a person in that case and its sections alone. What lies in a case on legal
    hold stays. `alone`: what hangs on a record stays, and so does a person in other cases.

    Raises:
        NotFoundError: no such record, case or slip, or several begin so.
        RefusedError: this member may not erase there.
    """
    asked = [_one(session, text, alone=alone) for text in dict.fromkeys(texts)]
    held, inside = _held(session, asked)
    nothing = all(home in inside for part in asked for home in part.homes)
    parts = asked if nothing else [_outside(session, part, inside) for part in asked]
    whole = tuple(dict.fromkeys(home for part in parts for home in part.whole))
    beginnings = {_beginning(session, home) for home in whole}
    versions = dict.fromkeys(version for part in parts for version in part.versions)
    cases = {case: name for part in parts for case, name in part.cases.items()}
    names = tuple(dict.fromkeys(name for part in parts for name in part.names))
    found = {each: kind for part in parts for each, kind in part.found.items()}
    by = {session.member, *authors_of(session, (version for version in versions if _is_person(found, version)))}
    stays = {each: kind for part in asked for each, kind in {**part.found, **part.stays}.items() if each not in found}
    kept = (*namesakes(session, names, found), *names_of(session, _places(stays))) if names else ()
    entries = dict.fromkeys(register.entries_of(session, names, by, kept), RegisterEntry.KIND)
    bodies = dict.fromkeys(content for part in parts for content in part.contents)
    shared, papers, with_them = staying(session, bodies, {version.id for version in versions})
    versions |= dict.fromkeys([*_placed(session, entries), *with_them])
    seats, former = _seats(session, {CompartmentId(version.compartment) for part in parts for version in part.versions})
    return Going(
        # What stands in a case goes before that which says what the case is.
        versions=(
            *(version for version in versions if (version.origin, version.seq) not in beginnings),
            *(version for version in versions if (version.origin, version.seq) in beginnings),
        ),
        found={**found, **entries},
        cases=cases,
        whole=whole,
        seats=seats,
        former=former,
        contents=tuple(body for body in bodies if body not in shared),
        shared=(len(shared), papers),
        packages=sum(_packages(session, case) for case in cases),
        exports=sum(exports_listing_words(session, case) for case in cases if case not in whole),
        names=names,
        held=held,
        elsewhere={case: name for part in asked for case, name in part.elsewhere.items()},
        stays=stays,
        claimed={each: kind for part in parts for each, kind in part.claimed.items() if each not in found},
        quarantined=quarantined_among(session, versions),
    )


def _held(session: Session, asked: Iterable[Going]) -> tuple[tuple[Held, ...], set[CompartmentId]]:
    """Return the cases on legal hold, and the places that this keeps: they and their sections."""
    found = {each for part in asked for each in part.found}
    inside = {home for home in {home for home, _ in found} if is_held(session, home)}
    case_of = {section: case for section, case, _ in opened_sections(session)} if inside else {}
    counts = Counter(case_of.get(home, home) for home, _ in found if home in inside)
    return tuple(Held(case, name_of(session, case), count) for case, count in sorted(counts.items())), inside


def _outside(session: Session, part: Going, inside: set[CompartmentId]) -> Going:
    """Return a part without what stands in these places."""
    if inside.isdisjoint(part.homes):
        return part
    found = {(home, record): kind for (home, record), kind in part.found.items() if home not in inside}
    return replace(
        part,
        versions=tuple(version for version in part.versions if version.compartment not in inside),
        found=found,
        cases={case: name for case, name in part.cases.items() if case not in inside},
        whole=tuple(home for home in part.whole if home not in inside),
        contents=tuple(content for content in part.contents if content[0] not in inside),
        names=names_of(session, _places(found)) if part.names else (),
    )


def _places(found: Mapping[tuple[CompartmentId, RecordId], str]) -> list[Place]:
    return [Place(home, record, kind) for (home, record), kind in found.items()]


def _is_person(found: Mapping[tuple[CompartmentId, RecordId], str], version: PlacedVersion) -> bool:
    return found.get((CompartmentId(version.compartment), RecordId(version.record))) == Person.KIND


def _one(session: Session, text: str, *, alone: bool) -> Going:
    case, _, record = text.rpartition("/")
    try:
        place = locate(session, record, case=find(session, case)) if case else locate(session, text)
    except NotFoundError:
        found = _in_section(session, record, within=case, alone=alone) or _slip(session, text)
        if found is None:
            raise
        return found
    if place.kind == Case.KIND:
        sections = [section for section, case, _ in opened_sections(session) if case == place.case]
        return _whole(session, place.case, [place.case, *sections])
    return _record(session, place, alone=alone, here=bool(case))


def _in_section(session: Session, text: str, *, within: str, alone: bool) -> Going | None:
    """Return what goes with a restricted section, or a record in one; None where no section of this member has it.

    `within` is the id of the section that a record is looked for in; any, where it is empty.
    """
    typed, only = typed_id(text), typed_id(within)
    for section, case, records in opened_sections(session) if typed else ():
        if within and (not only or the_one_named(only, [section]) is None):
            continue
        if not within and the_one_named(typed, [section]) is not None:
            return _whole(session, case, [section])
        record = the_one_named(typed, {head.record for head in records})
        kind = next((head.content.kind for head in records if head.record == record), Section.KIND)
        if record is not None and kind != Section.KIND:
            return _record(session, Place(section, record, kind), alone=alone, here=bool(within))
    return None


def _record(session: Session, place: Place, *, alone: bool = False, here: bool = False) -> Going:
    """Return what goes with one record: whatever hangs on it alone goes with it. `here`: of a person, in this case."""
    session.require(Action.CASE_ERASE, place.case)
    found, others, beside = [place], list[Place](), list[Place]()
    if place.kind == Person.KIND and not alone:
        found, beside = everywhere(session, place)
    homes = {where.case for where in (*found, *beside)}
    case_of = {section: case for section, case, _ in opened_sections(session)} if _any_section(session, homes) else {}
    if here:
        case = case_of.get(place.case, place.case)
        others = [where for where in found if case_of.get(where.case, where.case) != case]
        found = [where for where in found if where not in others]
        beside = [where for where in beside if case_of.get(where.case, where.case) == case]
    for where in found:
        session.require(Action.CASE_ERASE, where.case)
    if not alone:
        hanging = [going_with(session, where) for where in found]
        found = list(dict.fromkeys([*found, *(each for goes, _ in hanging for each in goes)]))
        beside += [each for _, stays in hanging for each in stays]
    elsewhere = dict.fromkeys(case_of.get(where.case, where.case) for where in others)
    cases = dict.fromkeys(case_of.get(where.case, where.case) for where in found)
    return Going(
        versions=tuple(_placed(session, ((where.case, where.record) for where in found))),
        found={(where.case, where.record): where.kind for where in found},
        cases={case: name_of(session, case) for case in cases},
        contents=tuple(contents(session, found)),
        names=names_of(session, found) if place.kind == Person.KIND else (),
        elsewhere={case: name_of(session, case) for case in elsewhere},
        stays={(where.case, where.record): where.kind for where in others},
        claimed={(where.case, where.record): where.kind for where in beside},
    )


def _whole(session: Session, case: CompartmentId, homes: Collection[CompartmentId]) -> Going:
    """Return what goes with a case and its sections that this member may open, or with a section: all of it."""
    for home in homes:
        session.require(Action.CASE_ERASE, home)
    found = {(home, head.record): head.content.kind for home in homes for head in heads(session, home)}
    with session.database.reading() as rows:
        versions = tuple(version for home in homes for version in rows.placed(home))
    return Going(
        versions=versions,
        found=found,
        cases={case: name_of(session, case)},
        whole=tuple(homes),
        contents=tuple(all_contents(session, homes)),
        names=tuple(name for home in homes for called in all_names(session, home).values() for name in called),
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
            return Going(versions, {(home, RecordId(record)): Slip.KIND}, {})
    return None


def _any_section(session: Session, homes: Iterable[CompartmentId]) -> bool:
    return any(is_section(session, home) for home in homes)


def _packages(session: Session, case: CompartmentId) -> int:
    return len({head.record for head in heads_in(up_to_date_index(session), case, Disclosure.KIND)})


def _seats(session: Session, homes: Iterable[CompartmentId]) -> tuple[frozenset[SeatId], frozenset[SeatId]]:
    """Return the devices in use that hold one of these places, and those beside them that held one."""
    live = session.directory.effective.certificates.keys()
    states = [state for state in session.states_of(homes).values() if state is not None]
    holders = {seat for state in states for seat in state.holders}
    ever = {seat for state in states for epoch in state.epochs.values() for seat in epoch.granted}
    return frozenset(holders & live), frozenset((ever - holders) & live)


def _beginning(session: Session, home: CompartmentId) -> tuple[bytes, int] | None:
    state = session.state_of(home)
    return None if state is None else (state.founding.origin, state.founding.seq)


def _placed(session: Session, records: Iterable[tuple[CompartmentId, RecordId]]) -> list[PlacedVersion]:
    """Return every version of these records, each once; those that no list names rightly are no versions."""
    with session.database.reading() as rows:
        return [version for home, record in dict.fromkeys(records) for version in rows.placed(home, record)]
