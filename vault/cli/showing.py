"""How a case and its notes look as JSON and as lines; used by several nouns."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vault.casework.note import Note
    from vault.casework.person import Person
    from vault.services.cases import CaseView
    from vault.services.reading import Stored


def case_data(view: CaseView) -> dict[str, object]:
    """Return a case for `--json`."""
    head = view.head.value
    return {
        "case": view.case.hex(),
        "ref": head.ref,
        "title": head.title,
        "kind": head.kind,
        "stage": head.stage,
        "risk": head.risk,
        "opened": head.opened,
        "no_recovery_reason": head.no_recovery_reason,
        "persons": [_person_data(person) for person in view.persons],
        "notes": [note_data(note) for note in view.notes],
    }


def case_lines(view: CaseView) -> list[str]:
    """Return a case for people."""
    head = view.head.value
    lines = [f"CASE {head.ref}  {head.title}", f"{head.kind}, {head.stage}, risk {head.risk}, opened {head.opened}"]
    if head.no_recovery_reason is not None:
        lines.append(f"Recovery cannot open this case: {head.no_recovery_reason}")
    lines += ["", f"People ({len(view.persons)})"]
    for person in view.persons:
        value = person.value
        lines.append(f"  {value.role}: {' / '.join(name.text for name in value.names) or 'no name'}")
        lines += [f"    born {value.born}"] if value.born else []
        lines += [f"    {line}" for line in (*value.phones, *value.emails)]
        lines += [f"    {document.kind} {document.number}" for document in value.documents]
    lines += ["", f"Notes ({len(view.notes)})"]
    for note in view.notes:
        lines += [f"  {line}" for line in note_lines(note)]
    return lines


def note_data(note: Stored[Note]) -> dict[str, object]:
    """Return a note for `--json`."""
    value = note.value
    return {
        "note": note.record.hex(),
        "kind": value.kind,
        "text": value.text,
        "written": _day(note.written_ms),
        "occurred": value.occurred,
        "amends": None if value.amends is None else value.amends.hex(),
    }


def note_lines(note: Stored[Note], *, short: bool = False) -> list[str]:
    """Return a note for people; `short` is its first line only."""
    value = note.value
    amends = "" if value.amends is None else f", amends {value.amends.hex()[:8]}"
    head = f"{_day(note.written_ms)}  {value.kind}  {note.record.hex()}{amends}"
    text = value.text.splitlines() or [""]
    return [head, f"  {text[0]}"] if short else [head, *(f"  {line}" for line in text)]


def _person_data(person: Stored[Person]) -> dict[str, object]:
    value = person.value
    return {
        "person": person.record.hex(),
        "role": value.role,
        "names": [name.text for name in value.names],
        "born": value.born,
        "phones": list(value.phones),
        "emails": list(value.emails),
        "documents": [f"{document.kind}:{document.number}" for document in value.documents],
    }


def _day(ms: int) -> str:
    return datetime.datetime.fromtimestamp(ms / 1000, tz=datetime.UTC).strftime("%Y-%m-%d %H:%M")
