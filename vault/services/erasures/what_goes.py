"""What an erasure would take, for a member: the values around what is asked for are read here, once, for `reach`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from itertools import chain

from vault.access.session import Session
from vault.casework.case import Case, Section
from vault.casework.disclosure import Approving, Disclosure
from vault.casework.document import Document
from vault.casework.intake import Slip
from vault.casework.person import Person
from vault.errors import NotFoundError
from vault.ids import CompartmentId, CompartmentKind, Origin, RecordId, VersionId
from vault.index import people_index
from vault.index.heads import heads_in
from vault.policy.roles import ALLOWED, Action
from vault.records.versions import OpenedVersion, of_kind, open_each
from vault.services.cases import register
from vault.services.cases.cases import find
from vault.services.cases.editing import Place, locate
from vault.services.cases.holds import is_held
from vault.services.cases.sections import is_section, opened_sections, records_of
from vault.services.erasures.mentions import namesakes, naming
from vault.services.erasures.reach import (
    BELONGS_TO,
    Ask,
    One,
    Plan,
    Snapshot,
    Spot,
    Whole,
    belonging,
    people_called,
    reach,
    said_to_be,
)
from vault.services.projection.places import held_of_kind, name_of
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.services.projection.short_ids import the_one_named, typed_id
from vault.services.projection.stored_records import read_heads, read_valid_at
from vault.store.rowtypes import PlacedVersion


def what_goes(session: Session, *texts: str, alone: bool = False) -> Plan:
    """Return what an erasure takes of the records with these ids, of the cases with these references, or of slips.

    CASE/ID names a record in that case, and a person in that case and its sections alone. `alone`: what hangs on a
    record stays, and so does a person in other cases.

    Raises:
        NotFoundError: no such record, case or slip, or several begin so.
        RefusedError: this member may not erase there.
    """
    reader = Reader(session)
    ask = Ask(tuple(reader.asked(text) for text in dict.fromkeys(texts)), alone)
    plan = reach(reader.snapshot(ask), ask)
    for home in plan.people_in:
        session.require(Action.CASE_ERASE, home)
    return plan


def heads(session: Session, home: CompartmentId, kind: str | None = None) -> list[OpenedVersion]:
    """Return the heads of the records of a case, a section or another place, or of those of a kind."""
    if is_section(session, home):
        return [head for head in records_of(session, home) if kind in {None, head.content.kind}]
    wanted = frozenset(VersionId(head.version) for head in heads_in(up_to_date_index(session), home, kind))
    return read_heads(session, home, wanted)


class Reader:
    """Reads for one question; each place and section once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._heads: dict[CompartmentId, list[OpenedVersion]] = {}

    @cached_property
    def _sections(self) -> list[tuple[CompartmentId, CompartmentId, list[OpenedVersion]]]:
        return list(opened_sections(self._session))

    def _heads_in(self, home: CompartmentId) -> list[OpenedVersion]:
        if home not in self._heads:
            self._heads[home] = heads(self._session, home)
        return self._heads[home]

    def asked(self, text: str) -> One | Whole:
        """Return what a text names, where this member may erase it."""
        case, _, record = text.rpartition("/")
        try:
            place = locate(self._session, record, case=find(self._session, case) if case else None)
        except NotFoundError:
            found = self._in_section(record, within=case) or self._slip(text)
            if found is None:
                raise
            return found
        if place.kind != Case.KIND:
            return self._one(place, here=bool(case))
        return self._whole(place.case, *(section for section, case, _ in self._sections if case == place.case))

    def _one(self, place: Place, *, here: bool) -> One:
        self._session.require(Action.CASE_ERASE, place.case)
        return One(place, here)

    def _whole(self, *homes: CompartmentId) -> Whole:
        for home in homes:
            self._session.require(Action.CASE_ERASE, home)
        return Whole(homes)

    def _in_section(self, text: str, *, within: str) -> One | Whole | None:
        """Return a restricted section, or a record in one; None where no section of this member has it.

        `within` is the id of the section that a record is looked for in; any, where it is empty.
        """
        typed, only = typed_id(text), typed_id(within)
        for section, _, records in self._sections if typed else ():
            if within and (not only or the_one_named(only, [section]) is None):
                continue
            if not within and the_one_named(typed, [section]) is not None:
                return self._whole(section)
            record = the_one_named(typed, {head.record for head in records})
            kind = next((head.content.kind for head in records if head.record == record), Section.KIND)
            if record is not None and kind != Section.KIND:
                return self._one(Place(section, record, kind), here=bool(within))
        return None

    def _slip(self, text: str) -> One | None:
        """Return a slip, open or not; None where this member takes no calls, or there is none."""
        if not self._session.roles & ALLOWED[Action.INTAKE_WRITE] or not typed_id(text):
            return None
        for home in held_of_kind(self._session, CompartmentKind.INTAKE):
            records = {head.record for head in heads_in(up_to_date_index(self._session), home, Slip.KIND)}
            record = the_one_named(typed_id(text), records)
            if record is not None:
                self._session.require(Action.INTAKE_WRITE)
                return One(Place(home, RecordId(record), Slip.KIND))
        return None

    def snapshot(self, ask: Ask) -> Snapshot:
        """Return all that may matter for what is asked: what hangs on it, by any version, and what names the people."""
        session = self._session
        ones = [each.place for each in ask.asked if isinstance(each, One)]
        whole = list(dict.fromkeys(home for each in ask.asked if isinstance(each, Whole) for home in each.homes))
        asked_for = [place for place in ones if place.kind == Person.KIND]
        same = {} if ask.alone else {place: self._may_be(place) for place in asked_for}
        persons = dict.fromkeys([*asked_for, *chain(*same.values())])
        spots = dict.fromkeys((place.case, place.record) for place in (*ones, *persons))
        for place in () if ask.alone else dict.fromkeys([*ones, *persons]):
            if place.kind in BELONGS_TO:
                goes, stays = belonging(self._heads_in(place.case), place)
                spots |= dict.fromkeys((each.case, each.record) for each in (*goes, *stays))
        papers = {
            home: self._papers(home, spots) for home in {each.case for each in ones if each.kind == Document.KIND}
        }
        spots |= dict.fromkeys((home, version.record) for home, some in papers.items() for version in some)
        homes = list(dict.fromkeys([*whole, *(home for home, _ in spots)]))
        names = self._names(whole, persons)
        placed = self._placed(whole, spots)
        logs = {Origin(version.origin) for some in placed.values() for version in some}
        authors = members_of_logs(session, logs)
        entries = register.entered(session) if names else []
        may_go = set(register.accounted_for(entries, names, {session.member, *authors.values()}, ()))
        placed |= self._placed((), may_go)
        case_of = {}
        if any(is_section(session, home) for home in homes):
            case_of = {section: case for section, case, _ in self._sections}
        cases = {case_of.get(home, home) for home in homes}
        with session.database.reading() as rows:
            contents = [(CompartmentId(row.compartment), row.digest) for row in rows.attachments()] if whole else []
        return Snapshot(
            member=session.member,
            heads=self._heads,
            same=same,
            placed=placed,
            valid=_valid(session, chain(*placed.values())),
            papers=papers,
            contents=contents,
            authors=authors,
            case_of=case_of,
            on_hold={home for home in homes if is_held(session, home)},
            called={case: name_of(session, case) for case in cases},
            states=session.states_of(homes),
            live=session.directory.certificates.keys(),
            now_ms=session.clock().trusted_ms,
            packages={case: len(self._records_of(case, Disclosure.KIND)) for case in cases},
            exports={case: self._exports_listing_words(case) for case in cases},
            entries=[entry for entry in entries if entry.spot in may_go],
            namesakes={name: namesakes(session, name) for name in names},
            naming={} if ask.alone else naming(session, names, self._sections if names else ()),
        )

    def _may_be(self, place: Place) -> set[Place]:
        """Return where a person may stand in this member's cases and sections: wherever a head says who they are."""
        index, found, asked = up_to_date_index(self._session), {place}, set[bytes]()
        while new := set[bytes]().union(*chain(*map(self._said_of, found))) - asked:
            asked |= new
            known = {
                Place(CompartmentId(case), RecordId(record), Person.KIND)
                for who in new
                for case, record in people_index.places_of(index, who)
            }
            known |= {
                Place(section, head.record, Person.KIND)
                for section, _, records in self._sections
                for head in records
                if head.content.kind == Person.KIND
            }
            found |= {where for where in known if not new.isdisjoint(chain(*self._said_of(where)))}
        return found

    def _said_of(self, place: Place) -> list[frozenset[bytes]]:
        return said_to_be(self._heads_in(place.case), place.record)

    def _names(self, whole: Iterable[CompartmentId], persons: Iterable[Place]) -> list[str]:
        """Return what all these people are called, and all people of these places."""
        called = {home: people_called(self._heads_in(home)) for home in {*whole, *(place.case for place in persons)}}
        of_places = [name for home in whole for some in called[home].values() for name in some]
        of_persons = [name for place in persons for name in called[place.case].get(place.record, ())]
        return list(dict.fromkeys([*of_persons, *of_places]))

    def _papers(self, home: CompartmentId, spots: Collection[Spot]) -> list[OpenedVersion]:
        """Return every version of papers of a place that names a content which one of these records names."""
        with self._session.database.reading() as rows:
            versions = rows.versions(home)
        opened, _ = open_each(versions, vault=self._session.vault, keyring=self._session.keyring)
        named = [(version, {body.digest for body in paper.bodies}) for version, paper in of_kind(opened, Document)]
        asked = {digest for version, digests in named if (home, version.record) in spots for digest in digests}
        return [version for version, digests in named if digests & asked]

    def _placed(self, whole: Iterable[CompartmentId], spots: Iterable[Spot]) -> dict[Spot, list[PlacedVersion]]:
        """Return every version of these records and places; those that no list names rightly are no versions."""
        found: dict[Spot, list[PlacedVersion]] = {}
        with self._session.database.reading() as rows:
            for home in whole:
                for version in rows.placed(home):
                    found.setdefault((home, RecordId(version.record)), []).append(version)
            for home, record in spots:
                if (home, record) not in found:
                    found[home, record] = rows.placed(home, record)
        return found

    def _records_of(self, case: CompartmentId, *kinds: str) -> set[RecordId]:
        index = up_to_date_index(self._session)
        return {RecordId(head.record) for kind in kinds for head in heads_in(index, case, kind)}

    def _exports_listing_words(self, case: CompartmentId) -> int:
        """Return how many records of exports of a case list words that were decided on, in any of their versions.

        They stay: by whom and where a package was made, and which codes its recipient has, goes by who wrote the
        record. A code may stand for a word as it was written, and not for a record (`form:`).
        """
        with self._session.database.reading() as rows:
            records = self._records_of(case, Disclosure.KIND, Approving.KIND)
            sealed = [version for record in records for version in rows.versions(case, record)]
        opened, _ = open_each(sealed, vault=self._session.vault, keyring=self._session.keyring)
        said: list[tuple[OpenedVersion, Disclosure | Approving]] = [*of_kind(opened, Disclosure)]
        said += of_kind(opened, Approving)
        return len(
            {
                version.record
                for version, export in said
                if export.decisions or any(each.entity.startswith(b"form:") for each in export.pseudonyms)
            }
        )


def _valid(session: Session, versions: Iterable[PlacedVersion]) -> frozenset[bytes]:
    """Return those of these versions that are valid now: not quarantined, and to be opened here."""
    places: dict[CompartmentId, list[tuple[bytes, int]]] = {}
    for version in versions:
        places.setdefault(CompartmentId(version.compartment), []).append((version.origin, version.seq))
    return frozenset(version.id for home, some in places.items() for version in read_valid_at(session, home, some))
