"""From the words of casework to lines for the screens."""

from __future__ import annotations

from collections.abc import Iterable

from tui.values.values import NoteShown, PersonShown, QuestionShown
from vault.casework.note import Note
from vault.casework.person import Person, SafeContact
from vault.redaction.questions import Question


def person_shown(record: bytes, person: Person, heads: int) -> PersonShown:
    """Return a person with every field that is filled in, the safe contact first."""
    name = person.display_name() or "no name"
    lines = [" / ".join(name.text for name in person.names) or "no name", f"{person.role.value}"]
    if person.safe_contact is not None:
        lines += ["", f"SAFE CONTACT {contact_line(person.safe_contact)}"]
    lines += ["", f"Born      {person.born}"] if person.born else [""]
    lines += [f"Phone     {phone}" for phone in person.phones]
    lines += [f"E-mail    {email}" for email in person.emails]
    lines += [f"Document  {document.kind.value} {document.number}" for document in person.documents]
    return PersonShown(record.hex(), person.role.value, name, tuple(lines), heads)


def safe_contacts(persons: Iterable[Person]) -> tuple[str, ...]:
    """Return one line for each person with a safe contact: the first thing that a case says."""
    return tuple(
        f"{person.display_name() or person.role.value}: {contact_line(person.safe_contact)}"
        for person in persons
        if person.safe_contact is not None
    )


def contact_line(contact: SafeContact) -> str:
    """Return a safe contact in one line."""
    parts = [f"{contact.channel.value} {contact.address}".strip(), contact.hours]
    parts += [f"say: {contact.code_phrase}"] if contact.code_phrase else []
    parts += [f"may tell: {contact.may_tell}"] if contact.may_tell else []
    parts += [f"NEVER USE {', '.join(contact.never_use)}"] if contact.never_use else []
    return "; ".join(part for part in parts if part)


def note_shown(record: bytes, note: Note, written_ms: int, heads: int, by: str) -> NoteShown:
    """Return a note; `by` is the name of who wrote it."""
    amends = None if note.amends is None else note.amends.hex()
    return NoteShown(record.hex(), note.kind.value, written_ms, note.text, note.occurred, amends, heads, by)


def questions_shown(questions: Iterable[Question]) -> tuple[QuestionShown, ...]:
    """Return forms that a person has to decide."""
    return tuple(
        QuestionShown(
            q.form,
            q.count,
            tuple(kind.value for kind in q.kinds),
            q.proposal.value,
            q.context,
            q.conflict,
            "" if q.before is None else q.before.value,
        )
        for q in questions
    )
