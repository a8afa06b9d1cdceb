"""Restricted sections of a case: where somebody is, how they are, who told us. Each is granted on its own.

A section is no part of the index: its records are judged and opened when they are asked for, and a member who does not
hold it cannot tell that it exists.
"""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_bytes

from vault.access.session import Session
from vault.casework.case import Section, SectionKind
from vault.casework.document import Document
from vault.casework.note import Note
from vault.casework.person import Person, PersonChange
from vault.casework.vocabulary import word_of
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId, CompartmentKind, MemberId, RecordId, VersionId, make_id
from vault.log.act_bytes import NONCE_SIZE, let_in
from vault.log.payload import covered_digest
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.services.cases.cases import checked_reason
from vault.services.cases.editing import Edited, Place, keep_one, write_next
from vault.services.grants.sharing import grant, holders_of
from vault.services.projection.places import held_of_kind, kind_of
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import seats_of
from vault.services.projection.short_ids import the_one_named, typed_id
from vault.services.projection.stored_records import Stored, read_valid_at, stored_of_kind
from vault.trust.trust_items import Rank
from vault.words.message import Message
from vault.words.next_step import NextStep

_CASE_FIRST = Message("a section is for members who hold its case")


@dataclass(frozen=True, slots=True)
class SectionView:
    """A restricted section as a holder sees it, under a view that is in the log."""

    section: CompartmentId
    head: Stored[Section]
    persons: tuple[Stored[Person], ...]
    notes: tuple[Stored[Note], ...]
    papers: tuple[Stored[Document], ...] = ()


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section in a list: its id, what it keeps apart, and its title."""

    section: CompartmentId
    what: SectionKind
    title: str = field(repr=False)
    holders: frozenset[MemberId]
    with_recovery: bool


def create(
    session: Session, case: CompartmentId, *, what: str, title: str, members: Sequence[MemberId] = ()
) -> CompartmentId:
    """Found a restricted section of a case, kept by this member, with the members chosen in it, and recovery.

    Nobody else who holds the case learns of it. What is kept there starts there: nothing moves by itself.
    """
    rule = _require_case(session, case, Action.SECTION_CREATE)
    session.require_sound_log(case)
    if not set(members) <= holders_of(session, case).members:
        raise UsageError(_CASE_FIRST, next_step=Message("Grant them the case first."))
    head = Section(case=case, what=word_of(SectionKind, what, "kind"), title=title, audit=make_id())
    holders = session.directory.holders(seats_of(session, {session.member, *members}))
    with session.work() as work:
        section = work.found_case(holders, keepers=(), with_recovery=True, within=case)
        for member in sorted({*members} - {session.member}):
            work.list_act(let_in(section, member, Rank.MEMBER, None, token_bytes(NONCE_SIZE)))
        work.keep(section, head)
        work.commit(Entry(act="section.create", obj=head.audit, covers={Section.KIND: 1}, pol=rule))
    return section


def list_of(session: Session, case: CompartmentId) -> list[SectionLine]:
    """Return the sections of a case that this member holds, and only those."""
    _require_case(session, case)
    lines = []
    for section in held_of_kind(session, CompartmentKind.SECTION):
        head = _head(records_of(session, section))
        if head is not None and head.value.case == case:
            held_by = holders_of(session, section)
            lines.append(
                SectionLine(section, head.value.what, head.value.title, held_by.members, held_by.with_recovery)
            )
    return sorted(lines, key=lambda line: (line.what, line.title))


def find(session: Session, text: str) -> CompartmentId:
    """Return the section with this id, or this beginning of one.

    Raises:
        NotFoundError: none, or several, that this member holds; nobody learns whether others hold it.
    """
    found = the_one_named(typed_id(text), held_of_kind(session, CompartmentKind.SECTION))
    if found is not None:
        return found
    raise NotFoundError(
        Message("you have no section with this id"),
        next_step=Message("{list_sections} shows yours.", list_sections=NextStep.LIST_SECTIONS),
    )


def find_in(session: Session, case: CompartmentId, text: str) -> CompartmentId:
    """Return the section with this id, of this case.

    Raises:
        NotFoundError: none that this member holds, or of another case.
    """
    section = find(session, text)
    if section not in {line.section for line in list_of(session, case)}:
        raise NotFoundError(Message("you have no such section in this case"))
    return section


def open_section(session: Session, section: CompartmentId, *, why: str = "casework") -> SectionView:
    """Open a section. The view is in the log before anything of it is returned, once for a reason and session.

    Raises:
        NotFoundError, RefusedError, UsageError: no such section, not granted, or an unknown reason.
    """
    rule = session.require(Action.CASE_READ, section)
    checked_reason(why)
    records, head = _of_own_case(session, section)
    if (section, why) not in session.viewed:
        entry = Entry(
            act="case.view",
            why=why,
            obj=head.value.audit,
            covers=Counts(record.content.kind for record in records),
            dig=covered_digest(frozenset(VersionId(record.id) for record in records)),
            pol=rule,
        )
        session.log_act(entry)
        session.viewed.add((section, why))
    return SectionView(
        section,
        head,
        tuple(stored_of_kind(records, Person)),
        tuple(stored_of_kind(records, Note)),
        tuple(stored_of_kind(records, Document)),
    )


def add_note(session: Session, section: CompartmentId, note: Note) -> RecordId:
    return _add(session, section, note, act="note.create")


def add_person(session: Session, section: CompartmentId, person: Person) -> RecordId:
    """Keep a checked person (`case_people.checked_person`) in a section and return the record's id."""
    return _add(session, section, person, act="person.create")


def give(session: Session, section: CompartmentId, members: Sequence[MemberId]) -> None:
    """Grant a section to members who hold its case.

    Raises:
        UsageError: one of them does not.
    """
    session.require(Action.CASE_SHARE, section)
    _, head = _of_own_case(session, section)
    if not set(members) <= holders_of(session, CompartmentId(head.value.case)).members:
        raise UsageError(_CASE_FIRST, next_step=Message("Grant them the case first."))
    grant(session, section, members)


def _add(session: Session, section: CompartmentId, value: Note | Person, *, act: str) -> RecordId:
    rule = session.require(Action.CASE_WRITE, section)
    audit = opened_to_write(session, section)
    return keep_one(session, section, value, lambda: Entry(act=act, obj=audit, covers={value.KIND: 1}, pol=rule))


def opened_to_read(session: Session, section: CompartmentId) -> list[OpenedVersion]:
    """Return the heads of a section's records; whoever shows something of them says so in the log before.

    Raises:
        NotFoundError, RefusedError: no such section, or it or its case is not granted.
    """
    session.require(Action.CASE_READ, section)
    return _of_own_case(session, section)[0]


def opened_to_write(session: Session, section: CompartmentId) -> bytes:
    """Return the pseudonym under which the log names a section in which something is written.

    Raises:
        NotFoundError, RefusedError: no such section, or its case is not granted.
    """
    session.require(Action.CASE_WRITE, section)
    _, head = _of_own_case(session, section)
    return head.value.audit


def opened_sections(session: Session) -> Iterator[tuple[CompartmentId, CompartmentId, list[OpenedVersion]]]:
    """Yield the sections that this member may open: each with its case and the heads of its records.

    Say so in the log before you show something of them.
    """
    for section in held_of_kind(session, CompartmentKind.SECTION):
        if not session.allows(Action.CASE_READ, section).allowed:
            continue
        with suppress(NotFoundError, RefusedError):
            records = opened_to_read(session, section)
            (head,) = stored_of_kind(records, Section)
            yield section, CompartmentId(head.value.case), records


def is_section(session: Session, home: CompartmentId) -> bool:
    return kind_of(session, home) is CompartmentKind.SECTION


def head_of(session: Session, section: CompartmentId) -> Section:
    """Return what a section says of itself; see `opened_to_read`."""
    (head,) = stored_of_kind(opened_to_read(session, section), Section)
    return head.value


def _require_case(session: Session, case: CompartmentId, action: Action = Action.CASE_READ) -> str:
    """Let a section open only with its case: whoever was withdrawn from the case, or is past a date, reads neither."""
    up_to_date_index(session)  # the dates stand in the case
    return session.require(action, case)


def _of_own_case(session: Session, section: CompartmentId) -> tuple[list[OpenedVersion], Stored[Section]]:
    """Return a section's records, and what it is, where its case is granted too."""
    records = records_of(session, section)
    head = _head(records)
    if head is None:
        raise NotFoundError(Message("you have no section with this id"))
    _require_case(session, CompartmentId(head.value.case))
    return records, head


def _head(records: list[OpenedVersion]) -> Stored[Section] | None:
    return next(iter(stored_of_kind(records, Section)), None)


def records_of(session: Session, section: CompartmentId) -> list[OpenedVersion]:
    """Return the heads of a section's records that are valid, judged now: the index knows nothing of them."""
    with session.database.reading() as rows:
        places = rows.places_in([section])
    counted = {version.id: version for version in read_valid_at(session, section, places)}
    replaced = {
        (version.record, version.content.kind, parent)
        for version in counted.values()
        for parent in version.content.parents
    }
    return sorted(
        (
            version
            for identity, version in counted.items()
            if (version.record, version.content.kind, identity) not in replaced
        ),
        key=lambda row: (row.content.clock, row.origin, row.seq, row.n),
    )


# The people of restricted sections: found, changed, and known again in other places.
# The index knows nothing of a section: its people are judged and opened when they are asked for.
def locate_person(session: Session, section: CompartmentId, text: str) -> Place:
    """Return the person of a section with this id, or this beginning of one.

    Raises:
        NotFoundError: none, or several.
    """
    persons = stored_of_kind(opened_to_read(session, section), Person)
    found = the_one_named(typed_id(text), [person.record for person in persons])
    if found is None:
        raise NotFoundError(Message("there is no such person in this section"))
    return Place(section, RecordId(found), Person.KIND)


def case_of_person(session: Session, place: Place) -> CompartmentId:
    """Return the case of the section in which a person stands."""
    return CompartmentId(head_of(session, place.case).case)


def change_person(session: Session, place: Place, wanted: PersonChange) -> Edited:
    """Change what is known of a person of a section; see `case_people.change`.

    Raises:
        UsageError: nothing to change, a name or number that the person has not, or a value of another shape.
    """
    session.require(Action.CASE_WRITE, place.case)
    if wanted == PersonChange():
        raise UsageError(Message("there is nothing to change"))
    return edit_person(session, place, wanted.of)


def edit_person(session: Session, place: Place, changed: Callable[[Person], Person]) -> Edited:
    """Write what `changed` makes of a person of a section as their next version; see `editing.edit`."""
    rule = session.require(Action.CASE_WRITE, place.case)
    audit = opened_to_write(session, place.case)
    return write_next(
        session, place, Person, _versions(session, place), changed, act="person.edit", obj=audit, pol=rule
    )


def person_at(session: Session, place: Place) -> Person | None:
    """Return the person who stands at a place of a section."""
    return next((found.value for found in stored_of_kind(_versions(session, place), Person)), None)


def who_is(session: Session, place: Place) -> bytes | None:
    """Return who a person of a section is written to be."""
    person = person_at(session, place)
    return None if person is None else person.who


def places_of_person(session: Session, who: bytes) -> Iterator[tuple[Place, CompartmentId, Person]]:
    """Yield where somebody is written to be this person, in the sections that this member may open, with the case."""
    for section, case, records in opened_sections(session):
        for person in stored_of_kind(records, Person):
            if person.value.who == who:
                yield Place(section, person.record, Person.KIND), case, person.value


def people_of_case(session: Session, case: CompartmentId, *, why: str) -> list[Stored[Person]]:
    """Return the people of the sections of a case that this member may open; see `sections.open_section`."""
    session.require(Action.CASE_READ, case)
    persons: list[Stored[Person]] = []
    for section, its_case, _ in opened_sections(session):
        if its_case == case:
            persons += open_section(session, section, why=why).persons
    return persons


def _versions(session: Session, place: Place) -> list[OpenedVersion]:
    return [
        version
        for version in opened_to_read(session, place.case)
        if (version.record, version.content.kind) == (place.record, Person.KIND)
    ]
