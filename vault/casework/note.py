"""A note. Its writer may correct it on its day; later another note corrects it, or it is withdrawn with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import starmap
from operator import itemgetter
from typing import Any, ClassVar, Final

from vault.casework.dates import moment_text
from vault.casework.form import Form, FormedRecord, Shape, asked
from vault.casework.vocabulary import NoteKind
from vault.display import DAY, time_data
from vault.durations import DAY_MS
from vault.ids import short_id
from vault.words.message import Message, Words, filled, plural

TEXT: Final = "text"
AMENDS: Final = "amends"
WHEN: Final = "occurred"


@dataclass(frozen=True, slots=True)
class Note(FormedRecord):
    """One note. `occurred` is a partial date or a day with a time; `amends` is the record id of an earlier note.

    `withdrawn` says why it is not to be used any more: it stays readable in the vault and leaves in no export.
    """

    KIND: ClassVar[str] = "note"
    FORM: ClassVar[Form] = Form(
        Message("note"),
        headline=(TEXT,),
        dated_by="occurred",
    )

    kind: NoteKind = asked(Message("Kind"), Shape.WORD, NoteKind, is_required=True, shown=Message("{value}"))
    text: str = asked(Message("Text"), Shape.TEXT, is_required=True)
    occurred: str | None = asked(Message("When"), Shape.MOMENT, shown=Message("of {value}"))
    amends: bytes | None = asked(Message("Corrects"), Shape.RECORD, shown=Message("corrects {value}"))
    withdrawn: str | None = asked(Message("Withdrawn because"), shown=Message("WITHDRAWN: {value}"))

    def joined(self, beside: Sequence[Note]) -> Note:
        """Return this note, withdrawn where any of the versions beside it, oldest first, is."""
        found = (note.withdrawn for note in (self, *reversed(beside)) if note.withdrawn)
        return replace(self, withdrawn=next(found, None))


CHOSEN: Final = tuple(entry for entry in Note.FORM.fields if entry.name not in {TEXT, AMENDS, "withdrawn"})
"""What a person fills in beside the text."""


def note_of(typed: Mapping[str, str]) -> Note:
    """Return the note of what was typed, by field; where nothing is said, what is usual stands.

    Raises:
        UsageError: a field does not hold what it is for.
    """
    values: dict[str, Any] = Note.FORM.from_typed(typed_note(typed))
    return Note(**values)


def typed_note(said: Mapping[str, str]) -> dict[str, str]:
    """Return every field of a note as typed, of texts among which others may be."""
    return {entry.name: said.get(entry.name) or entry.usual for entry in Note.FORM.fields}


def note_head(note: Note, *, earlier: Words | None = None) -> list[Words]:
    """Return what the head of a note says, its kind first.

    Args:
        note: the note.
        earlier: what the note that it corrects is called; None for its id.
    """
    head: list[Words] = []
    for entry in Note.FORM.fields:
        value: Words = "" if entry.name == TEXT else entry.to_typed(getattr(note, entry.name))
        if value and entry.shape is Shape.RECORD:
            value = short_id(bytes.fromhex(str(value))) if earlier is None else earlier
        elif value and entry.is_of_time:
            value = moment_text(str(value))
        elif value and entry.words is not None:
            value = entry.said(str(value))
        if value:
            head.append(filled(entry.shown, label=entry.label, value=value))
    return head


def contact_day(note: Note, written_ms: int) -> str | None:
    """Return the day (YYYY-MM-DD) of a note about a contact, None for others.

    Of a month or a year that is not known better it is the first day: a silence is rather told too long.
    """
    if note.kind is not NoteKind.CONTACT or note.withdrawn:
        return None
    said = (note.occurred or "").replace("~", "")
    return f"{said[:10]}-01-01"[:10] if said else _day_of(written_ms // DAY_MS)


@lru_cache(maxsize=256)
def _day_of(number: int) -> str | None:
    """Return a day by how many were before it since 1970: the notes of a case, of an import too, share a few."""
    return time_data(number * DAY_MS, DAY)


def last_contact(notes: Iterable[tuple[Note, int]]) -> str | None:
    """Return the day of the last contact among notes, each with when it was written in ms UTC; None without any."""
    contacts = [(note, at) for note, at in notes if note.kind is NoteKind.CONTACT and not note.withdrawn]
    days = {contact_day(note, written_ms) for note, written_ms in contacts if note.occurred}
    # Of those that name no day the newest tells the latest one: not each is asked.
    newest_first = sorted((found for found in contacts if not found[0].occurred), key=itemgetter(1), reverse=True)
    days.add(next(filter(None, starmap(contact_day, newest_first)), None))
    return max(filter(None, days), default=None)


def days_since(day: str, today: str) -> int:
    """Return how many days ago a day was (both YYYY-MM-DD); 0 for one that is yet to come."""
    return max((date.fromisoformat(today) - date.fromisoformat(day)).days, 0)


def silence(last: str | None, today: str) -> Message:
    """Return how long there was no contact, in words."""
    if last is None:
        return Message("no contact is noted")
    days = days_since(last, today)
    return plural("no contact for {count} day", "no contact for {count} days", count=days) if days else _CONTACT_TODAY


_CONTACT_TODAY: Final = Message("last contact today")
