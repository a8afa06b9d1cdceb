"""Which records of a case stand in two versions that nobody settled."""

from __future__ import annotations

from tui.values.values import CaseShown, NoteShown, PersonShown
from tui.values.values_papers import PaperShown
from tui.values.values_records import RecordShown
from vault.casework.case import Case
from vault.casework.document import Document
from vault.casework.note import Note
from vault.casework.person import Person


def in_two(case: CaseShown) -> list[tuple[str, str]]:
    """Return record and kind of each; an empty record is the case's own."""
    shown: list[PersonShown | PaperShown | RecordShown | NoteShown] = [
        *case.notes,
        *case.persons,
        *case.papers,
        *case.story,
    ]
    own = [("", Case.KIND)] if case.heads > 1 else []
    return own + [(record.record, kind_of(record)) for record in shown if record.heads > 1]


def kind_of(shown: PersonShown | PaperShown | RecordShown | NoteShown) -> str:
    """Return the kind of a record."""
    if isinstance(shown, RecordShown):
        return shown.kind
    if isinstance(shown, PaperShown):
        return Document.KIND
    return Person.KIND if isinstance(shown, PersonShown) else Note.KIND
