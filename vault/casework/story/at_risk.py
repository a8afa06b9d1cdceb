"""What is agreed when an extradition was refused, asked in one form: where they are, check-ins, a plan, whom to tell.

It is no record of its own: what was typed becomes records of several kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.casework.note import Note
from vault.casework.story.check_in import CheckIn
from vault.casework.story.safety_plan import SafetyPlan
from vault.casework.story.task import Task
from vault.casework.vocabulary import NoteKind
from vault.words.message import Message

WARNING: Final = Message("Refused at risk: this is the most dangerous time. The risk is at least high now.")
SEALED: Final = Message("Where they are")
"""The title of a restricted section for it."""
_WHERE, _STEPS, _TELL = "where", "steps", "tell"
_CHECK_IN: Final = ("who", "at", "first", "second", "every")
FORM: Final = Form(
    Message("refused at risk"),
    (
        FormField(_WHERE, Message("Where they are (restricted)")),
        *(replace(field, is_required=False) for field in CheckIn.FORM.fields if field.name in _CHECK_IN),
        FormField(_STEPS, Message("Safety plan, step by step"), Shape.LINES),
        FormField(_TELL, Message("Whom to tell today"), Shape.LINES),
    ),
    headline=(),
)


def where_of(typed: Mapping[str, str]) -> Note | None:
    """Return what was typed of where they are; it belongs into a restricted section."""
    text = typed.get(_WHERE, "").strip()
    return Note(NoteKind.SAFETY, text) if text else None


def records_of(typed: Mapping[str, str], today: str) -> tuple[FormedRecord, ...]:
    """Return the records of what was typed: a check-in, a safety plan, and a task for each who is told.

    Raises:
        UsageError: a check-in that was begun lacks who, when, or one of the two who look for it.
    """
    found: list[FormedRecord] = []
    check_in = {name: typed[name] for name in _CHECK_IN if typed.get(name, "").strip()}
    if check_in:
        every: dict[str, Any] = CheckIn.FORM.from_typed(dict.fromkeys(_CHECK_IN, "") | check_in)
        found.append(CheckIn(**every))
    said: dict[str, Any] = FORM.from_typed({name: typed.get(name, "") for name in (_STEPS, _TELL)})
    if said[_STEPS]:
        found.append(SafetyPlan(str(Message("if they come after the refusal")), steps=said[_STEPS], agreed=today))
    found += [Task(str(Message("tell {name}: extradition refused, still at risk", name=who)), due=today)
              for who in said[_TELL]]  # fmt: skip
    return tuple(found)
