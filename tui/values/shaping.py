"""From the words of casework to lines for the screens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from tui.looks.signs import HIDDEN
from tui.values.cases_shown import NoteShown, PersonShown
from tui.values.code_words import SCRIPTS, word_of
from vault.acts.person import as_said
from vault.casework.contact import is_never_used
from vault.casework.note import Note
from vault.casework.person import Person, PersonName, SafeContact
from vault.casework.vocabulary import NameKind
from vault.words.message import Message, Words, joined

T = TypeVar("T")

_NAMES: Final = ("client", "title", "name")
_WORDS: Final = "text"
_MANY_NAMES: Final = ("clients", "others")
_CONTACTS: Final = "contacts"
NOTHING: Final = Message("nothing")
_NO_NAME: Final = Message("no name")


def person_shown(record: bytes, person: Person, heads: int, never_use: Sequence[str] = ()) -> PersonShown:
    """Return a person with every field that is filled in: what must never be used and the safe contact first.

    `never_use` is what must never be used to reach somebody of their case: such a number says so.
    """
    names: list[Words] = [_name_line(name) for name in person.names]
    lines: list[Words] = []
    contact = person.safe_contact
    if contact is not None:
        lines += [do_not_call("   ".join(contact.never_use))] if contact.never_use else []
        lines.append(Message("SAFE CONTACT {contact}", contact=contact_line(replace(contact, never_use=()))))
    lines += [Message("Phone     {number}", number=_marked(phone, never_use)) for phone in person.phones]
    lines += [*(names or [_NO_NAME]), word_of(person.role)]
    lines += [Message("Born      {date}", date=person.born)] if person.born else []
    lines += [Message("Sex       {sex}", sex=word_of(person.sex))] if person.sex else []
    lines += [Message("Nation    {codes}", codes=", ".join(person.nationalities))] if person.nationalities else []
    lines += [Message("Register  left out")] if person.unregistered else []
    lines += [Message("E-mail    {address}", address=_marked(email, never_use)) for email in person.emails]
    lines += [
        Message("Document  {kind} {number}", kind=word_of(document.kind), number=document.number)
        for document in person.documents
    ]
    name, typed = person.display_name() or _NO_NAME, as_said(person)
    return PersonShown(record.hex(), person.role.value, name, tuple(lines), heads, typed)


def first_letters(text: str) -> str:
    """Return the first letter of each word, as a name is shown where somebody may look over a shoulder."""
    return " ".join(f"{word[0]}{HIDDEN}" for word in text.split())


def names_hidden(row: T) -> T:
    """Return a row of a list, or what stands beside it, with the first letters of names and titles alone."""
    found: Any = row
    changed: dict[str, Any] = {name: first_letters(getattr(found, name)) for name in _NAMES if hasattr(found, name)}
    for name in filter(partial(hasattr, found), _MANY_NAMES):
        changed[name] = tuple(map(first_letters, getattr(found, name)))
    if hasattr(found, _CONTACTS):
        changed[_CONTACTS] = tuple((first_letters(name), contact) for name, contact in getattr(found, _CONTACTS))
    if hasattr(found, _WORDS):
        changed[_WORDS] = ""
    hidden: T = replace(found, **changed)
    return hidden


def do_not_call(number: str) -> Words:
    """Return a number that must never be used, as it is shown and as a warning."""
    return Message("DO NOT CALL  {number}", number=number)


def _marked(way: str, never_use: Sequence[str]) -> Words:
    return do_not_call(way) if is_never_used(way, never_use) else way


def _name_line(name: PersonName) -> Words:
    script = SCRIPTS.get(name.script.value, Message("no letters"))
    if name.kind is NameKind.LEGAL:
        return Message("{name}  ({script})", name=name.text, script=script)
    return Message("{name}  ({kind}, {script})", name=name.text, kind=word_of(name.kind), script=script)


def safe_contacts(persons: Iterable[Person]) -> tuple[Words, ...]:
    """Return one line for each person with a safe contact: the first thing that a case says.

    What must never be used stands apart, in one list for all of the case (`never_use_of`).
    """
    return tuple(
        Message(
            "{name}: {contact}",
            name=person.display_name() or word_of(person.role),
            contact=contact_line(replace(person.safe_contact, never_use=())),
        )
        for person in persons
        if person.safe_contact is not None
    )


def contact_line(contact: SafeContact) -> Words:
    way = [word_of(contact.channel), *([contact.address] if contact.address else [])]
    parts: list[Words] = [joined(way) or "", contact.hours]
    parts += [Message("say: {phrase}", phrase=contact.code_phrase)] if contact.code_phrase else []
    parts += [Message("may tell: {person}", person=contact.may_tell)] if contact.may_tell else []
    parts += [do_not_call(number) for number in contact.never_use]
    return joined([part for part in parts if part], "; ") or ""


def note_shown(record: bytes, note: Note, written_ms: int, heads: int, by: str) -> NoteShown:
    """Return a note; `by` is the name of who wrote it."""
    return NoteShown(record.hex(), note, written_ms, heads, by)


def piece_told(value: object) -> Words:
    """Return a value of a version: a code as its word."""
    return word_of(value) if isinstance(value, str) else told(value)


def states_told(states: Iterable[tuple[str, str]]) -> Words:
    """Return the stage and the risk of each version of a case."""
    said = [Message("{stage}, risk {risk}", stage=word_of(stage), risk=word_of(risk)) for stage, risk in states]
    return joined(said, " / ") or ""


def told(value: object) -> Words:
    """Return what stands in a field of a record, in one line."""
    match value:
        case None | "" | [] | ():
            return NOTHING
        case bytes():
            return value.hex()
        case dict():
            said = value | ({"script": str(SCRIPTS.get(value["script"], ""))} if "script" in value else {})
            return ", ".join(str(told(part)) for part in said.values() if part)
        case list() | tuple():
            return "; ".join(str(told(part)) for part in value)
        case _:
            return word_of(str(value))
