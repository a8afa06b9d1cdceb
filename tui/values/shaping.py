"""From the words of casework to lines for the screens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tui.values.codes import word_of
from tui.values.values import NoteShown, PersonShown
from vault.casework.note import Note
from vault.casework.person import Person, SafeContact
from vault.words.message import Message, Words, joined

_NO_NAME: Final = Message("no name")


def person_shown(record: bytes, person: Person, heads: int) -> PersonShown:
    """Return a person with every field that is filled in, the safe contact first."""
    lines: list[Words] = [" / ".join(name.text for name in person.names) or _NO_NAME, word_of(person.role), ""]
    if person.safe_contact is not None:
        lines += [Message("SAFE CONTACT {contact}", contact=contact_line(person.safe_contact)), ""]
    lines += [Message("Born      {date}", date=person.born)] if person.born else []
    lines += [Message("Phone     {number}", number=phone) for phone in person.phones]
    lines += [Message("E-mail    {address}", address=email) for email in person.emails]
    lines += [
        Message("Document  {kind} {number}", kind=word_of(document.kind), number=document.number)
        for document in person.documents
    ]
    return PersonShown(record.hex(), person.role.value, person.display_name() or _NO_NAME, tuple(lines), heads)


def safe_contacts(persons: Iterable[Person]) -> tuple[Words, ...]:
    """Return one line for each person with a safe contact: the first thing that a case says."""
    return tuple(
        Message(
            "{name}: {contact}",
            name=person.display_name() or word_of(person.role),
            contact=contact_line(person.safe_contact),
        )
        for person in persons
        if person.safe_contact is not None
    )


def contact_line(contact: SafeContact) -> Words:
    """Return a safe contact in one line."""
    way = [word_of(contact.channel), *([contact.address] if contact.address else [])]
    parts: list[Words] = [joined(way) or "", contact.hours]
    parts += [Message("say: {phrase}", phrase=contact.code_phrase)] if contact.code_phrase else []
    parts += [Message("may tell: {person}", person=contact.may_tell)] if contact.may_tell else []
    parts += [Message("NEVER USE {ways}", ways=", ".join(contact.never_use))] if contact.never_use else []
    return joined([part for part in parts if part], "; ") or ""


def note_shown(record: bytes, note: Note, written_ms: int, heads: int, by: str) -> NoteShown:
    """Return a note; `by` is the name of who wrote it."""
    return NoteShown(record.hex(), note, written_ms, heads, by)
