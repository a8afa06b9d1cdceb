"""A record that two devices wrote without seeing each other: both versions, and the one that shall stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.differences import Piece, compare
from vault.casework.document import Document
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.story.incident import Incident
from vault.errors import MalformedError, NotFoundError, UsageError
from vault.ids import CompartmentId, RecordId, SeatId, VersionId
from vault.index.case_pages import row_of, states_of
from vault.index.heads import conflicts, heads_of
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, from_fields, to_fields
from vault.records.work import Entry
from vault.seal.bodies import ContentHash
from vault.services.cases.cases import CaseView, log_view
from vault.services.cases.editing import KINDS, Place, heads_at
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.seats import members_of_logs, seat_of_log
from vault.services.projection.stored_records import Stored
from vault.words.message import Message

_ONLY_ONE: Final = Message("this record has only one version")
ACTS_OF: Final = {Case.KIND: "case.edit", Person.KIND: "person.edit", Note.KIND: "note.correct"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the versions: who wrote it when, on which device (`seat`), and its fields. `is_here`: on this computer."""

    version: VersionId
    written_ms: int
    by: str
    seat: SeatId | None
    is_here: bool
    fields: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TwoVersions:
    """The two newest versions beside one another, the one of this computer first."""

    place: Place
    left: Side
    right: Side

    @property
    def pieces(self) -> list[Piece]:
        return compare(self.left.fields, self.right.fields)


@dataclass(frozen=True, slots=True)
class InTwo:
    """A record that has two versions. `ref` is that of its case; of a case `states` is what each says it is in.

    A state is a stage and a risk, the newest last.
    """

    place: Place
    ref: str
    states: tuple[tuple[str, str], ...] = ()

    @property
    def is_case(self) -> bool:
        return self.place.kind == Case.KIND


def in_two(session: Session) -> list[InTwo]:
    """Return the records with two versions in the cases of this member, those of a case together, its own first."""
    session.require(Action.CASE_LIST)
    index, found = up_to_date_index(session), list[InTwo]()
    for home, record, kind in conflicts(index):
        row = row_of(index, home) if kind in KINDS else None
        if row is not None:
            states = tuple(states_of(index, home)) if kind == Case.KIND else ()
            found.append(InTwo(Place(CompartmentId(home), RecordId(record), kind), row.ref, states))
    return sorted(found, key=lambda each: (each.ref, not each.is_case, each.place.kind, each.place.record))


def both(session: Session, place: Place, *, why: str = "casework") -> TwoVersions:
    """Return the two newest versions of a record beside one another; opening them opens the case, in the log before.

    Raises:
        NotFoundError: there is one version alone, or only one that can be read here.
    """
    session.require(Action.CASE_READ, place.case)
    if len(heads_of(up_to_date_index(session), place.case, place.record, place.kind)) < 2:
        raise NotFoundError(_ONLY_ONE)
    log_view(session, place.case, why=why)
    versions = [version for version in _heads(session, place) if _is_readable(version)]
    if len(versions) < 2:
        raise NotFoundError(_ONLY_ONE)
    sides = [_side(session, version) for version in versions[-2:]]
    sides.sort(key=lambda side: (not side.is_here, -side.written_ms, side.version))
    return TwoVersions(place, sides[0], sides[1])


def in_view(session: Session, view: CaseView, *, why: str = "casework") -> list[TwoVersions]:
    """Return both versions of each record of a case that has two, what the case says of itself first."""
    session.require(Action.CASE_READ, view.case)
    found: list[TwoVersions] = []
    every: list[Stored[Any]] = [view.head, *view.persons, *view.notes, *view.papers, *view.story]
    for stored in every:
        if stored.heads > 1:
            with suppress(NotFoundError):  # only one of them can be read here
                found.append(both(session, Place(view.case, stored.record, stored.value.KIND), why=why))
    return found


def settle(
    session: Session,
    place: Place,
    sides: tuple[VersionId, VersionId],
    fields: Mapping[str, object],
    *,
    typed: Collection[str] = (),
) -> bool:
    """Write what shall stand as the version that follows both; both stay in the history.

    Return whether one of them said by whom it is confirmed, and the new one does not: what was confirmed is one of the
    two as it stands, and not what comes of both.

    `typed` are the fields that somebody wrote anew: `confirmed` stays where it is one of them, or where what stands is
    one of the versions as it was. The content of a paper is that of one of the two.

    Raises:
        UsageError: one of them is no longer beside the other, or the fields make no such record.
    """
    rule = session.require(Action.NOTE_WRITE if place.kind in _BY_ALL else Action.CASE_WRITE, place.case)
    versions = [version for version in _heads(session, place) if version.id in set(sides)]
    if len(versions) != len(set(sides)):
        raise UsageError(
            Message("somebody wrote a newer version of it"), next_step=Message("Look at the two versions again.")
        )
    try:
        before = [from_fields(KINDS[place.kind], version.content.fields) for version in versions]
        chosen = _with_members(session, _with_content(fields, before), before)
        value = from_fields(KINDS[place.kind], chosen)
    except MalformedError:
        said = Message("your choices do not fit together")
        raise UsageError(said, next_step=Message("Choose one side.")) from None
    was_confirmed = any(getattr(each, _CONFIRMED, None) for each in before)
    if getattr(value, _CONFIRMED, None) and _CONFIRMED not in typed and value not in before:
        value = replace(value, **{_CONFIRMED: None})
    known = {name: part for version in versions for name, part in version.content.fields.items()}
    with session.work(place.case) as work:
        made = to_fields(value, known=known)
        work.write(place.case, place.record, place.kind, made, [version.id for version in versions])
        act = ACTS_OF.get(place.kind, "case.edit")
        work.commit(Entry(act=act, obj=audit_of(session, place.case), covers={place.kind: 1}, pol=rule))
    return was_confirmed and not getattr(value, _CONFIRMED, None)


def _told(session: Session, value: Any) -> dict[str, object]:
    """Return the fields of a version, with members by name; of a paper, what is sealed apart is told in words."""
    fields = to_fields(value)
    if isinstance(value, Case):
        fields |= _members(session, value)
    if isinstance(value, Document):
        fields = {name: part for name, part in fields.items() if name not in _OF_CONTENT}
        fields[_CONTENT] = _content(value)
    return fields


def _content(document: Document) -> str:
    """Return what stands for all that is sealed apart: alike only where all of it is, whatever a colleague claims."""
    fields, hashed = to_fields(document), ContentHash()
    sealed = msgspec.msgpack.encode({name: fields.get(name) for name in _OF_CONTENT}, order="sorted")
    for _ in hashed.passing([sealed]):
        pass
    return ", ".join(filter(None, (document.name, document.media, document.read_by, hashed.digest().hex()[:32])))


def _with_content(fields: Mapping[str, object], before: Sequence[Any]) -> Mapping[str, object]:
    """Put the content of the paper that was chosen, and the text that was read of it, in the place of what was told."""
    papers = [each for each in before if isinstance(each, Document) and _content(each) == fields.get(_CONTENT)]
    if not papers:
        return fields
    kept = {name: part for name, part in to_fields(papers[0]).items() if name in _OF_CONTENT}
    return {name: part for name, part in fields.items() if name != _CONTENT} | kept


def _members(session: Session, case: Case) -> dict[str, str]:
    """Return the names of the members whom a case names."""
    named = {name: getattr(case, name) for name in _OF_MEMBERS}
    return {name: name_in(names_of_members(session), member) for name, member in named.items() if member is not None}


def _with_members(session: Session, fields: Mapping[str, object], before: Sequence[Any]) -> Mapping[str, object]:
    """Put the member whom one of the two names in the place of the name that was told."""
    told = dict(fields)
    for case in before:
        if isinstance(case, Case):
            names = _members(session, case).items()
            told |= {name: getattr(case, name) for name, called in names if fields.get(name) == called}
    return told


_OF_MEMBERS: Final = ("owner", "deputy")
_CONFIRMED: Final = "confirmed"
_CONTENT: Final = "content"
_OF_CONTENT: Final = frozenset({"name", "media", "content_hash", "body", "extracted", "read_by"})
_BY_ALL: Final = frozenset({Note.KIND, Incident.KIND})


def _heads(session: Session, place: Place) -> list[OpenedVersion]:
    up_to_date_index(session)
    return heads_at(session, place)


def _is_readable(version: OpenedVersion) -> bool:
    try:
        from_fields(KINDS[version.content.kind], version.content.fields)
    except MalformedError:
        return False
    return True


def _side(session: Session, version: OpenedVersion) -> Side:
    member = members_of_logs(session, {version.origin}).get(version.origin)
    seat = seat_of_log(session, version.origin)
    value = from_fields(KINDS[version.content.kind], version.content.fields)
    return Side(
        version=version.id,
        written_ms=version.content.clock[0],
        by=name_in(names_of_members(session), member),
        seat=seat,
        is_here=seat == session.seat,
        fields=_told(session, value),
    )
