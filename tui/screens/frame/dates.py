"""Date fields of forms: how each is read, and what happens where a date is not clear."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from tui.screens.frame.base import VaultScreen
from tui.screens.frame.form_row import label_of
from tui.screens.frame.wording import named_problem, sentence
from tui.text.in_words import together
from tui.widgets.date_field import DateField, DateInput, Read
from vault.casework.dates import NO_SUCH_DAY
from vault.casework.form import FormField, Shape
from vault.casework.typed_dates import IN_FUTURE, Lean, typed_birth, typed_day, typed_moment
from vault.deadlines.working_days import working_days
from vault.errors import UsageError
from vault.words.message import Message, Words

_CALLED: Final = "date"
_LEANS: Final[Mapping[bool | None, Lean]] = {True: Lean.PAST, False: Lean.COMING, None: Lean.EITHER}
_WRONG: Final = frozenset({IN_FUTURE.template, NO_SUCH_DAY.template})
_MORE_WAYS: Final = Message("Or: yesterday, Monday, 17 May, +10 (in 10 days).")
_BIRTH_HINT: Final = Message("e.g. 14.3.1988")
_HINT: Final = Message("e.g. 26.11")


def birth_field(name: str, value: str = "") -> DateField:
    """Return a field for a date of birth."""
    return DateField(value, read=_birth, name=name, hint=_BIRTH_HINT)


def date_field(
    field: FormField,
    value: str = "",
    *,
    is_past: bool | None = None,
    hint: Words = _HINT,
    helps: tuple[Words, ...] = (),
) -> DateField:
    """Return a field for a date of a form, of which `Form.is_past` says where it lies."""
    explain = explained if is_past is False else None
    return DateField(
        value,
        read=reading_of(is_day=field.shape is Shape.DAY, is_past=is_past),
        name=field.name,
        hint=hint,
        helps=helps,
        explain=explain,
    )


def reading_of(*, is_day: bool, is_past: bool | None) -> Read:
    """Return how a date of a form is read."""

    def read(text: str, today: date) -> str:
        counted = working_days(text, today, _CALLED) if is_past is False else None
        if counted is not None:
            return counted.day.isoformat()
        return (typed_day if is_day else typed_moment)(text, today, _CALLED, _LEANS[is_past])

    return read


def explained(text: str, today: date) -> Words:
    """Return how a date was counted in working days, and which holidays were left out; empty for another date."""
    found = working_days(text, today, _CALLED)
    return "" if found is None else found.told()


def are_clear(screen: VaultScreen) -> bool:
    """Say whether every date of a screen is clear; where one is not, say why, with the cursor there."""
    for field in screen.query(DateInput):
        explained = field.take_explained()
        if explained:  # which holidays were left out is seen before the date is kept
            screen.say(explained)
            field.focus()
            return False
        try:
            field.understood()
        except UsageError as error:
            label = label_of(field)
            problem = sentence(error) if label is None else named_problem(error, _CALLED, label)
            is_none = error.next_step == UsageError.usual_step and error.message.template not in _WRONG
            screen.warn(together((problem, _MORE_WAYS), " ") if is_none else problem)
            _unsay_when_clear(screen, field)
            field.focus()
            return False
    return True


def _unsay_when_clear(screen: VaultScreen, field: DateInput) -> None:
    """Take away what is said of a date once another one stands there."""
    said = screen.said

    def unsay() -> None:
        field.when_clear = None
        if screen.said == said:
            screen.say("")

    field.when_clear = unsay


def _birth(text: str, today: date) -> str:
    return typed_birth(text, today, _CALLED)
