"""How the people of a case look as JSON and as lines: their names, and which of their numbers must not be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault.casework.contact import is_never_used
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vault.casework.person import Person, PersonName, SafeContact
    from vault.services.projection.reading import Stored


def contact_lines(persons: Iterable[Stored[Person]]) -> list[Words]:
    """Return the safe contacts of a case: its first lines."""
    return [
        Message(
            "SAFE CONTACT  {name}: {contact}",
            name=person.value.display_name() or word_of(person.value.role),
            contact=_contact(person.value.safe_contact),
        )
        for person in persons
        if person.value.safe_contact is not None
    ]


def person_lines(person: Stored[Person], never_use: Sequence[str]) -> list[Words]:
    """Return a person for people; `never_use` is what must never be used in their case."""
    value = person.value
    names = " / ".join(name.text for name in value.current_names()) or value.display_name() or Message("no name")
    role, short = word_of(value.role), short_id(person.record)
    head = Message("{role}: {names}  id {id}", role=role, names=names, id=short)
    lines: list[Words] = [joined([head, *in_versions(person.heads)], "  ") or ""]
    lines += [_name(name) for name in value.names if name not in value.current_names()]
    return lines + _details(value, never_use)


def whole_person_lines(person: Stored[Person], never_use: Sequence[str]) -> list[Words]:
    """Return all that is known of a person: the safe contact first, then each name with its source and script."""
    value = person.value
    lines = [*contact_lines([person]), Message("{role}  id {id}", role=word_of(value.role), id=short_id(person.record))]
    lines += [_name(name) for name in value.names] or [Message("  no name")]
    return lines + _details(value, never_use)


def _details(value: Person, never_use: Sequence[str]) -> list[Words]:
    lines: list[Words] = [Message("  born {born}", born=value.born)] if value.born else []
    lines += [Message("  sex {sex}", sex=word_of(value.sex))] if value.sex else []
    lines += [Message("  nationality {codes}", codes=", ".join(value.nationalities))] if value.nationalities else []
    lines += [Message("  left out of the register")] if value.unregistered else []
    lines += [Message("  {way}", way=marked(way, never_use)) for way in (*value.phones, *value.emails)]
    lines += [Message("  {kind} {number}", kind=word_of(paper.kind), number=paper.number) for paper in value.documents]
    return lines


def in_versions(heads: int) -> list[Words]:
    """Return the mark of a record that has several versions beside one another."""
    return [Message("{heads} VERSIONS", heads=heads)] if heads > 1 else []


def marked(way: str, never_use: Sequence[str]) -> Words:
    """Return a number or address as it is shown: one that must never be used says so before it."""
    return Message("DO NOT CALL  {number}", number=way) if is_never_used(way, never_use) else way


def person_data(person: Stored[Person], never_use: Sequence[str]) -> dict[str, object]:
    """Return a person for `--json`."""
    value, contact = person.value, person.value.safe_contact
    ways = (*value.phones, *value.emails, *((contact.address,) if contact is not None else ()))
    return {
        "person": person.record.hex(),
        "role": value.role,
        "versions": person.heads,
        "names": [name.text for name in value.names],
        "spellings": [{"text": name.text, "script": name.script, "kind": name.kind} for name in value.names],
        "born": value.born,
        "sex": value.sex,
        "nationalities": list(value.nationalities),
        "registered": not value.unregistered,
        "phones": list(value.phones),
        "emails": list(value.emails),
        "documents": [f"{document.kind}:{document.number}" for document in value.documents],
        "safe_contact": None if contact is None else _contact_data(contact),
        "do_not_call": [way for way in dict.fromkeys(ways) if is_never_used(way, never_use)],
    }


def _contact_data(contact: SafeContact) -> dict[str, object]:
    return {
        "channel": contact.channel,
        "address": contact.address,
        "hours": contact.hours,
        "code_phrase": contact.code_phrase,
        "may_tell": contact.may_tell,
        "never_use": list(contact.never_use),
    }


def _name(name: PersonName) -> Words:
    return Message("  {name}  ({kind}, {script})", name=name.text, kind=word_of(name.kind), script=name.script)


def _contact(contact: SafeContact) -> Words:
    way: list[Words] = [word_of(contact.channel), contact.address]
    parts: list[Words] = [joined([part for part in way if part]) or "", contact.hours]
    parts += [Message("say: {phrase}", phrase=contact.code_phrase)] if contact.code_phrase else []
    parts += [Message("may tell: {person}", person=contact.may_tell)] if contact.may_tell else []
    parts += [Message("DO NOT CALL  {number}", number=number) for number in contact.never_use]
    return joined([part for part in parts if part], "; ") or ""
