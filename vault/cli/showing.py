"""How a case and its notes look as JSON and as lines; used by several nouns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault.display import MINUTE_UTC, counted, local_time, time_data
from vault.ids import short_id
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vault.casework.note import Note
    from vault.casework.person import Person
    from vault.ids import RecordId
    from vault.services.cases.cases import CaseView
    from vault.services.grants.sharing import ChangeCost
    from vault.services.projection.reading import Stored


def case_data(view: CaseView, by: Mapping[RecordId, str]) -> dict[str, object]:
    """Return a case for `--json`; `by` says who wrote each note."""
    from vault.services.cases.notes import corrections

    head, corrected = view.head.value, corrections(view.notes)
    return {
        "case": view.case.hex(),
        "ref": head.ref,
        "title": head.title,
        "kind": head.kind,
        "stage": head.stage,
        "risk": head.risk,
        "opened": head.opened,
        "only_you": view.only_you is not None,
        "namesakes": view.namesakes is not None,
        "no_recovery_reason": head.no_recovery_reason,
        "persons": [person_data(person) for person in view.persons],
        "notes": [note_data(note, by, corrected) for note in view.notes],
    }


def case_lines(view: CaseView, by: Mapping[RecordId, str]) -> list[Words]:
    """Return a case for people; `by` says who wrote each note."""
    from vault.services.cases.notes import corrections

    head, corrected = view.head.value, corrections(view.notes)
    lines: list[Words] = [
        f"CASE {head.ref}  {head.title}",
        f"{head.kind}, {head.stage}, risk {head.risk}, opened {head.opened}",
    ]
    lines += [Message("WARNING: {namesakes}", namesakes=view.namesakes)] if view.namesakes else []
    lines += [view.only_you] if view.only_you else []
    lines += [f"(because: {head.alone_reason})"] if view.only_you and head.alone_reason else []
    if head.no_recovery_reason is not None:
        lines.append(f"Recovery cannot open this case: {head.no_recovery_reason}")
    lines += ["", f"People ({len(view.persons)})"]
    for person in view.persons:
        lines += [f"  {line}" for line in person_lines(person)]
    lines += ["", f"Notes ({len(view.notes)})"]
    for note in view.notes:
        lines += [f"  {line}" for line in note_lines(note, by, corrected)]
    return lines


def person_lines(person: Stored[Person]) -> list[str]:
    """Return a person for people."""
    value = person.value
    lines = [f"{value.role}: {' / '.join(name.text for name in value.names) or 'no name'}"]
    lines += [f"  born {value.born}"] if value.born else []
    lines += [f"  {line}" for line in (*value.phones, *value.emails)]
    return lines + [f"  {document.kind} {document.number}" for document in value.documents]


def note_data(
    note: Stored[Note], by: Mapping[RecordId, str], corrected: Mapping[RecordId, RecordId]
) -> dict[str, object]:
    """Return a note for `--json`; `by` says who wrote it, `corrected` which note corrects it."""
    value, later = note.value, corrected.get(note.record)
    return {
        "note": note.record.hex(),
        "kind": value.kind,
        "text": value.text,
        "written": time_data(note.written_ms, MINUTE_UTC),
        "by": by.get(note.record),
        "occurred": value.occurred,
        "amends": None if value.amends is None else value.amends.hex(),
        "corrected_by": None if later is None else later.hex(),
    }


def note_lines(
    note: Stored[Note], by: Mapping[RecordId, str], corrected: Mapping[RecordId, RecordId], *, short: bool = False
) -> list[str]:
    """Return a note for people, as `note_data` has it; `short` is its first line only."""
    value, later = note.value, corrected.get(note.record)
    marks = "" if value.amends is None else f", corrects {short_id(value.amends)}"
    marks += "" if later is None else f", CORRECTED by {short_id(later)}"
    what = f"{local_time(note.written_ms)}  {value.kind}  {short_id(note.record)}{marks}"
    head = f"{what}  {by.get(note.record, '')}".rstrip()
    text = value.text.splitlines() or [""]
    return [head, f"  {text[0]}"] if short else [head, *(f"  {line}" for line in text)]


def cost_words(cost: ChangeCost) -> str:
    """Return what a new key of a case costs."""
    sheets = " and the recovery sheets" if cost.with_recovery else ""
    return f"{counted(cost.versions, 'version')} wrapped anew, sealed to {counted(cost.seats, 'device')}{sheets}"


def person_data(person: Stored[Person]) -> dict[str, object]:
    """Return a person for `--json`."""
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
