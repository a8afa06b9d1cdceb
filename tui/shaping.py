"""From the words of casework to lines for the screens, and from drafts to bytes and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from tui.values import DraftShown, NoteShown, PersonShown
from vault.casework.note import Note
from vault.casework.person import Person, SafeContact

DRAFT_KIND = "note"


def person_shown(record: bytes, person: Person, heads: int) -> PersonShown:
    """Return a person with every field that is filled in, the safe contact first."""
    name = person.display_name() or "no name"
    lines = [" / ".join(one.text for one in person.names) or "no name", f"{person.role.value}"]
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


def note_shown(record: bytes, note: Note, written_ms: int, heads: int) -> NoteShown:
    """Return a note."""
    amends = None if note.amends is None else note.amends.hex()
    return NoteShown(record.hex(), note.kind.value, written_ms, note.text, note.occurred, amends, heads)


def draft_content(draft: DraftShown) -> str:
    """Return what the drafts file keeps of a draft. Halves of characters survive as escapes."""
    kept = asdict(draft)
    for elsewhere in ("case", "record", "saved_ms", "turn"):
        del kept[elsewhere]
    return json.dumps(kept)


def draft_shown(case: bytes, record: bytes, saved_ms: int, untrusted_content: str) -> DraftShown | None:
    """Return a draft of `draft_content`, or None for what another program kept.

    The text survives whatever else is missing.
    """
    try:
        kept = json.loads(untrusted_content)
    except ValueError:
        return None
    if not isinstance(kept, dict) or not isinstance(kept.get("text"), str):
        return None
    amends = kept.get("amends")
    return DraftShown(
        case=case.hex(),
        record=record.hex(),
        ref=str(kept.get("ref", "")),
        kind=str(kept.get("kind", "contact")),
        saved_ms=saved_ms,
        text=kept["text"],
        occurred=str(kept.get("occurred", "")),
        amends=amends if isinstance(amends, str) else None,
        cursor=_cursor(kept.get("cursor")),
    )


def _cursor(value: object) -> tuple[int, int]:
    match value:
        case [int(row), int(column)]:
            return row, column
        case _:
            return 0, 0
