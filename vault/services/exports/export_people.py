"""Of whom an export tells: its client, third persons, whom redaction knows, and names of other cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from vault.access.session import Session
from vault.casework.person import Person
from vault.casework.vocabulary import PersonRole
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId
from vault.index.full_text import named_elsewhere
from vault.index.search_text import words_of
from vault.names.normal import normal
from vault.names.written_forms import FEWEST_LETTERS, may_be_form_of
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, of_kind
from vault.records.work import Entry
from vault.redaction.profile import Profile
from vault.redaction.registry import RegisteredPerson, registered_people
from vault.redaction.source import DossierSource, words_of_texts
from vault.services.cases import sections
from vault.services.cases.cases import view
from vault.services.members.members import members
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.stored_records import Stored, stored_of_kind
from vault.words.message import Message
from vault.words.next_step import NextStep

# An export can tell of a single client: of whom it is. Every other client of the case is a third person in it.


def clients(session: Session, case: CompartmentId, *, why: str) -> list[Stored[Person]]:
    """Return of whom such an export can be; opening the case is in the log before."""
    session.require(Action.CASE_EXPORT, case)
    return clients_of(as_one(stored_of_kind(view(session, case, why=why), Person)))


def as_one(persons: Sequence[Stored[Person]], *, first: RecordId | None = None) -> list[Stored[Person]]:
    """Return the people of a case, those who stand there twice and are said to be one person as one, with all names.

    So are two of one role, and somebody beside the same one as a third person, as who called is by default. Other roles
    stay apart: what leaves goes by the role. `persons` come oldest first; of two rows `first` stands for both.
    """
    groups: dict[bytes, list[Stored[Person]]] = {}
    for person in persons:
        groups.setdefault(person.value.who or person.record, []).append(person)
    found = {row.record: row for group in groups.values() for row in _joined(group, first)}
    return [found[person.record] for person in persons if person.record in found]


def same_people(rows: Sequence[Stored[Person]], one: Sequence[Stored[Person]]) -> dict[bytes, bytes]:
    """Return the record that stands for each of those that `as_one` joined with another."""
    stands = {person.record for person in one}
    by_who = {person.value.who: person.record for person in one}
    return {row.record: by_who[row.value.who] for row in rows if row.record not in stands and row.value.who in by_who}


def _joined(group: list[Stored[Person]], first: RecordId | None) -> list[Stored[Person]]:
    roles = {person.value.role for person in group} - {PersonRole.THIRD}
    if len(group) == 1 or len(roles) > 1:
        return group
    own = [person for person in group if not roles or person.value.role in roles]
    one = next((person for person in own if person.record == first), own[0])
    beside = [person.value for person in group if person is not one]
    value, heads = one.value.joined(beside), max(person.heads for person in group)
    return [msgspec.structs.replace(one, value=value, heads=heads)]


def clients_of(persons: Iterable[Stored[Person]]) -> list[Stored[Person]]:
    return [person for person in persons if person.value.role is PersonRole.CLIENT]


def one_client(persons: Iterable[Stored[Person]], chosen: RecordId | None) -> Stored[Person] | None:
    """Return the client who was chosen, or the only one of the case; None where it has no client.

    Raises:
        UsageError: there are several and none was chosen, or it was nobody of them.
    """
    found = clients_of(persons)
    if chosen is None and len(found) > 1:
        raise UsageError(
            Message("this case has {count} clients, and this is about one client only", count=len(found)),
            next_step=Message("Say which client it is about; {show_case} shows the ids.", show_case=NextStep.SHOW_CASE),
        )
    if chosen is None:
        return found[0] if found else None
    for client in found:
        if client.record == chosen:
            return client
    raise UsageError(
        Message("the chosen person is not a client of this case"),
        next_step=Message("{show_case} shows the ids.", show_case=NextStep.SHOW_CASE),
    )


def others_as_third(persons: list[Stored[Person]], chosen: RecordId | None) -> list[Stored[Person]]:
    """Return the people of a case as an export of one client has them: the other clients are third persons.

    Raises:
        UsageError: as `one_client`.
    """
    own = one_client(persons, chosen)
    return [
        msgspec.structs.replace(person, value=replace(person.value, role=PersonRole.THIRD))
        if person.value.role is PersonRole.CLIENT and person is not own
        else person
        for person in persons
    ]


def require_one_role(versions: list[OpenedVersion]) -> None:
    """Raise where a person has one role in one version and another in the other: what leaves goes by the role.

    Raises:
        UsageError: two versions of a person say different roles.
    """
    roles: dict[RecordId, PersonRole] = {}
    for version, person in of_kind(versions, Person):
        if roles.setdefault(version.record, person.role) is not person.role:
            raise UsageError(
                Message("the two versions of a person of this case give two different roles"),
                next_step=Message("Say which role is right, then export: change the person, or compare the versions."),
            )


# Whom redaction knows in what is to leave: the people of the case and of its restricted sections, and the members.
_OF_A_SECTION = b"section"


def known_people(
    session: Session, case: CompartmentId, persons: Sequence[Stored[Person]], *, why: str
) -> tuple[RegisteredPerson, ...]:
    """Return the people of a case, those of its sections that this member may open, and the members as workers.

    Whoever stands in a section alone has no role in what leaves: they get no code, under which a report or a record of
    it would show that somebody is kept apart. A name that somebody of the case has too is that of the case. That each
    section was opened is in the log.
    """
    apart = sections.people_of_case(session, case, why=why)
    known = [*((person.record, person.value) for person in persons), *members(session)]
    told = {normal(name.text) for _, person in known for name in person.names}
    alone = [(_OF_A_SECTION + person.record, _without(person.value, told)) for person in apart]
    return (*registered_people(known), *(replace(person, role=None) for person in registered_people(alone)))


def _without(person: Person, told: set[str]) -> Person:
    return replace(person, names=tuple(name for name in person.names if normal(name.text) not in told))


# Names of people of other cases in what is to leave: another client's name in this note is the worst leak.
_MOST_PSEUDONYMS = 64


def names_elsewhere(
    session: Session, case: CompartmentId, source: DossierSource, profile: Profile, *, why: str
) -> frozenset[str]:
    """Return the plain words of a case's texts that are part of a name, in any of its cases, of a person elsewhere.

    Elsewhere is in another case of this member. A word of another language counts in the name's own form alone.

    One entry of a search names the cases that were hit; where none was, nothing is logged.
    """
    rule = session.require(Action.CASE_SEARCH)
    words = {word for written in words_of_texts(source, profile) for word in words_of(written)}
    told: dict[str, set[str]] = {}
    for word in words:
        for name in (word, *may_be_form_of(word)) if len(word) >= FEWEST_LETTERS else ():
            told.setdefault(name, set()).add(word)
    hits = named_elsewhere(up_to_date_index(session), told, case)
    found = {word for name in hits for word in told[name]}
    if found:
        cases = sorted(frozenset[bytes]().union(*hits.values()))
        named = tuple(audit_of(session, CompartmentId(case)) for case in cases[:_MOST_PSEUDONYMS])
        counts = {"hit": len(found), "case": len(cases)}
        session.log_act(Entry(act="case.search", why=why, objs=named, covers=counts, pol=rule))
    return frozenset(normal(word) for word in found)
