"""Any record with a form: its screen is made from the form; and how the dates of forms are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar, Final

from textual import events, on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import NEXT_FIELD, Command, VaultScreen, leave
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows, label_of
from tui.screens.frame.kept_form import SAME_AGAIN, KeptForm, SameAgain
from tui.screens.frame.screen_words import capital, named_problem, sentence
from tui.text.in_words import in_words, together
from tui.values.cases_shown import RecordShown
from tui.values.code_words import choices
from tui.values.forms_typed import FormPlace
from tui.widgets.date_field import DateField, DateInput, Read
from tui.widgets.fields import SafeInput
from vault.acts.act import CASE, IN_CASE, Act, Told
from vault.acts.records import ADD, EDIT
from vault.casework.dates import NO_SUCH_DAY
from vault.casework.form import NO, YES, Form, FormField, Shape
from vault.casework.story import STORY
from vault.casework.typed_dates import IN_FUTURE, Lean, typed_birth, typed_day, typed_moment
from vault.deadlines.working_days import working_days
from vault.errors import UsageError, VaultError
from vault.words.message import Message, Words

# Date fields of forms: how each is read, and what happens where a date is not clear.

_CALLED: Final = "date"
_LEANS: Final[Mapping[bool | None, Lean]] = {True: Lean.PAST, False: Lean.COMING, None: Lean.EITHER}
_WRONG: Final = frozenset({IN_FUTURE.template, NO_SUCH_DAY.template})
_MORE_WAYS: Final = Message("Or: yesterday, Monday, 17 May, +10 (in 10 days).")
_BIRTH_HINT: Final = Message("e.g. 14.3.1988")
_HINT: Final = Message("e.g. 26.11")


def birth_field(name: str, value: str = "") -> DateField:
    return DateField(value, read=lambda text, today: typed_birth(text, today, _CALLED), name=name, hint=_BIRTH_HINT)


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


_HINTS: Final[Mapping[Shape, Words]] = {Shape.LINES: Message("with ; between"), Shape.TEXT: ""}
RECORD: Final = "record"
_CONFIRMED: Final = "confirmed"
NOT_SAID: Final = Message("not said")
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class RecordForm(SameAgain, ActScreen, KeptForm):
    """Ends with the id of the record.

    Args:
        case, ref: of the case.
        kind: of the record.
        shown: the record that is changed; without it a new one is made.
        people, recipients: whom it may name: id and name.
        begun: what stands in a new one at first.
    """

    NAME = Message("Record")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Keep the record"), "F4", Message("keep")),
        NEXT_FIELD,
        SAME_AGAIN,
        leave(Message("Leave; nothing is kept")),
    )

    NOBODY: ClassVar[Words] = NOT_SAID
    """What stands where no other record is named."""

    def __init__(
        self,
        case: str,
        ref: str,
        kind: str,
        shown: RecordShown | None = None,
        *,
        people: Sequence[tuple[str, Words]] = (),
        recipients: Sequence[tuple[str, Words]] = (),
        begun: Mapping[str, str] = _NOTHING,
    ) -> None:
        super().__init__()
        self._case = case
        self._ref = ref
        self._kind = kind
        self.help_name = capital(in_words(self._form.title))
        self._record = "" if shown is None else shown.record
        self._named = {Shape.RECORD: dict(people), Shape.RECIPIENT: dict(recipients)}
        self._begun = begun
        self._before: Mapping[str, str] = begun if shown is None else shown.typed
        self._is_emptied = False
        self._wrong_line = ""

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(*self.rows())

    def rows(self) -> Iterable[FormRow]:
        return (FormRow(field.label, self._widget(field)) for field in self._form.fields)

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(RECORD, self._case, self._ref, self._record, about=self._kind)

    @override
    def filled_at_first(self) -> dict[str, str]:
        # Who was chosen by where the form was opened comes back with a draft as if somebody had chosen them.
        return {name: said for name, said in super().filled_at_first().items() if name not in self._begun}

    def on_mount(self) -> None:
        self.head(self._ref, name=self.help_name)
        self.query_one(f"#{self.first_field}").focus()

    @on(events.DescendantBlur)
    def _look_at_line(self, event: events.DescendantBlur) -> None:
        """Say what cannot be kept of a line as soon as it is left, and nothing of it once it can."""
        name = event.widget.id
        field = next((field for field in self._form.fields if field.name == name and field.is_written), None)
        label = label_of(event.widget)
        if field is None or label is None or not isinstance(event.widget, SafeInput):
            return
        was_wrong, self._wrong_line = self._wrong_line, ""
        try:
            field.from_typed(self._typed_in(field))
        except UsageError as error:
            if event.widget.value.strip():
                self.warn(named_problem(error, self.named(field), label))
                self._wrong_line = self.said
        if was_wrong and not self._wrong_line and self.said == was_wrong:
            self.say("")

    def action_finish(self) -> None:
        if not are_clear(self):
            return
        typed = self._typed()
        if not self._record:
            self.keep(typed)
            return
        changed = {name: text for name, text in typed.items() if text != self._before.get(name, "")}
        if not changed:
            self.end(self._record)
        elif not self._must_confirm(changed):
            if _CONFIRMED in typed:
                changed[_CONFIRMED] = typed[_CONFIRMED]  # what stands in the form is what is kept
            self.keep(changed)

    def keep(self, typed: Mapping[str, str]) -> None:
        """Add the record, or change what was typed of it."""
        act, said = self.act, {self.said_as(name): (text,) for name, text in typed.items()}
        if not self.is_working:
            self.say(act.doing)
            self.do(Doing(act, {**self.about(), **said}, self.kept, failed=self._refused))

    def about(self) -> dict[str, tuple[str, ...]]:
        """Return what the act is done to."""
        if self._record:
            return {RECORD: (self._record,), IN_CASE.name: (self._case,)}
        return {CASE.name: (self._case,)}

    @property
    def act(self) -> Act[Any]:
        return (EDIT if self._record else ADD)[self._kind]

    def said_as(self, field: str) -> str:
        """Return how the act calls a field of this form."""
        return field

    def kept(self, told: Told) -> None:
        self.end(str(told.data["record"]))

    def _must_confirm(self, changed: Mapping[str, str]) -> bool:
        """Empty by whom the record is confirmed where all else changed, once, and say so; say whether it was done."""
        if self._is_emptied or not self._before.get(_CONFIRMED) or _CONFIRMED in changed:
            return False
        self._is_emptied = True
        field = self.query_one(f"#{_CONFIRMED}", SafeInput)
        field.value = ""
        field.focus()
        self.say(
            Message(
                "The record changed, so nobody confirmed it: this field is empty now. Type it again if they still"
                " confirm it."
            )
        )
        return True

    @override
    def action_back(self) -> None:
        self.ask_to_leave(Message("Leave without keeping this record?"))

    @property
    def first_field(self) -> str:
        """The name of the field to begin with."""
        return self._form.fields[0].name

    @property
    def _form(self) -> Form:
        return STORY[self._kind].FORM

    def _widget(self, field: FormField) -> Widget:
        value = self._before.get(field.name, "")
        if field.shape in self._named:
            # Who is not there any more stays until somebody chooses.
            named = self._named[field.shape]
            others = {"": self.NOBODY} | ({} if value in {"", *named} else {value: value[:8]}) | named
            return ChoiceField(list(others.items()), value=value, id=field.name)
        if field.words is not None:
            first: list[tuple[str, Words]] = [] if field.is_required else [("", NOT_SAID)]
            return ChoiceField([*first, *choices(field.words)], value=value, id=field.name)
        if field.shape is Shape.YES_NO:
            return ChoiceField(choices((NO, YES)), value=value or NO, id=field.name)
        if field.shape is Shape.LINES:
            value = "; ".join(value.splitlines())
        if field.is_of_time:
            return date_field(field, value, is_past=self._form.is_past(field))
        return SafeInput(value, placeholder=_HINTS.get(field.shape, ""), id=field.name, compact=True)

    def _typed(self) -> dict[str, str]:
        typed = {}
        for field in self._form.fields:
            widget = self.query_one(f"#{field.name}")
            typed[field.name] = widget.value if isinstance(widget, ChoiceField) else self._typed_in(field)
        return typed

    def _typed_in(self, field: FormField) -> str:
        text = self.text(field.name)
        if field.shape is Shape.LINES:
            return "\n".join(part.strip() for part in text.split(";") if part.strip())
        return text

    def _refused(self, error: VaultError) -> None:
        said = str(error)
        wrong = next((field for field in self._form.fields if said.startswith(self.named(field))), None)
        if wrong is None:
            self.fail(error)
        else:
            self.fail_at(wrong.name, self.named(wrong), error)

    def named(self, field: FormField) -> str:
        """Return how an error calls a field."""
        return field.in_words
