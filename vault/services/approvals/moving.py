"""Move a note, a person or a paper of a case into a restricted section: kept there, erased in the case with its key.

Who could read it before may have kept it: a move takes nothing back from a copy. Cut off between its steps, the record
stands in both places, and is moved again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from vault.access.session import Session
from vault.casework.document import Document
from vault.casework.note import Note
from vault.casework.person import Person
from vault.display import DAY, time_data
from vault.errors import RefusedError, UsageError
from vault.ids import CompartmentId, MemberId, RecordId, VersionId
from vault.index.heads import heads_of
from vault.policy.roles import Action
from vault.services import case_papers
from vault.services.approvals.erasing import MOVED, erase, needs_second
from vault.services.cases import sections
from vault.services.cases.editing import Place
from vault.services.cases.holds import require_none
from vault.services.erasures.reach import Plan
from vault.services.erasures.what_goes import what_goes
from vault.services.grants import sharing
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.folder_row import keep_offered
from vault.services.projection.stored_records import Stored, read_versions, stored_of_kind
from vault.words.message import Message

Movable = Stored[Note] | Stored[Person] | Stored[Document]
MOVED_KINDS: Final = frozenset({Note.KIND, Person.KIND, Document.KIND})


@dataclass(frozen=True, slots=True)
class Moving:
    """What would move, and whom it is taken from: members who can open the case and not the section, by name."""

    going: Plan
    place: Place
    section: CompartmentId
    taken_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """The records in the section, the one that was named first."""

    records: tuple[RecordId, ...]


def ask(session: Session, place: Place, section: CompartmentId) -> Moving:
    """Return what a move would do; a note takes along its corrections, a paper its translations.

    A person goes from this case alone.

    Raises:
        RefusedError: this member may not erase there or give keys, or the case is on legal hold.
        UsageError: it is no note, person or document, or the section is one of another case.
        NotFoundError: no such record or section.
    """
    session.require(Action.CASE_ERASE, place.case)
    session.require(Action.CASE_SHARE, place.case)
    if place.kind not in MOVED_KINDS:
        raise UsageError(Message("only notes, people and documents can be moved into a section"))
    if section not in {line.section for line in sections.list_of(session, place.case)}:
        raise UsageError(Message("this section is not one of the case"))
    going = what_goes(session, f"{place.case.hex()}/{place.record.hex()}", alone=place.kind == Person.KIND)
    require_none(session, going.cases)
    if needs_second(going):
        raise RefusedError(Message("too many records belong to it: they cannot be moved at once"))
    gone = sharing.holders_of(session, place.case).members - sharing.holders_of(session, section).members
    names = names_of_members(session)
    taken_from = tuple(sorted(name_in(names, MemberId(member)) for member in gone))
    return Moving(going, place, section, taken_from)


def move(session: Session, moving: Moving) -> Moved:
    """Do what `ask` returned. When this returns, no byte of it lies in the case in this folder.

    Raises:
        UsageError: a record stands in two versions. Nothing was written.
        NotFoundError: the content of a paper is not on this device. Nothing was erased.
        VerificationError: the log is in doubt, or something of the case is not here.
    """
    session.require(Action.CASE_ERASE, moving.place.case)
    session.require_sound_log(moving.place.case)
    values = _beginnings_first([_value(session, moving.place, record) for record in _in_order(moving)])
    made: dict[RecordId, RecordId] = {}
    for stored in values:
        value = stored.value
        if isinstance(value, Person):
            made[stored.record] = sections.add_person(session, moving.section, value)
        elif isinstance(value, Document):
            original = None if value.translation_of is None else made.get(value.translation_of)
            moved = replace(value, translation_of=original)
            made[stored.record] = case_papers.keep_again(session, moved, moving.section)
        else:
            amends = None if value.amends is None else made.get(RecordId(value.amends), value.amends)
            # It is written anew there today: a note that names no day keeps the one on which it was written.
            day = value.occurred or time_data(stored.written_ms, DAY)
            moved_note = replace(value, amends=amends, occurred=day)
            made[stored.record] = sections.add_note(session, moving.section, moved_note)
    # Before anything goes: what stands in the section is the only copy from then on, and `undo` takes none back.
    keep_offered(session, {session.log.origin: session.log.size})
    erase(session, moving.going, why=MOVED)
    return Moved(tuple(made.values()))


def _in_order(moving: Moving) -> Sequence[RecordId]:
    """Return the records of the case that move, the one that was named first."""
    here = [record for home, record in moving.going.found if home == moving.place.case]
    return sorted(here, key=lambda record: record != moving.place.record)


def _beginnings_first(values: Sequence[Movable]) -> Iterator[Movable]:
    """Yield what a record corrects or translates before it, so that it can name it in the section."""
    left = list(values)
    while left:
        waiting = {stored.record for stored in left}
        ready = [stored for stored in left if _beginning(stored.value) not in waiting] or left
        yield from ready
        left = [stored for stored in left if stored not in ready]


def _beginning(value: Note | Person | Document) -> bytes | None:
    match value:
        case Note():
            return value.amends
        case Document():
            return value.translation_of
        case _:
            return None


def _value(session: Session, place: Place, record: RecordId) -> Movable:
    heads = frozenset(map(VersionId, heads_of(session.index(), place.case, record, place.kind)))
    versions = read_versions(session, place.case, record, heads)
    notes, persons = stored_of_kind(versions, Note), stored_of_kind(versions, Person)
    papers = stored_of_kind(versions, Document)
    found: list[Movable] = [*notes, *persons, *papers]
    if len(found) != 1 or len(heads) > 1:
        raise UsageError(Message("it has two versions"), next_step=Message("Say which version is right, then move it."))
    return found[0]
