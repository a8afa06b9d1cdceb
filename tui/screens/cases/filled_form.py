"""A form of the organisation's own is filled in, or answers of one that was filled in are changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import VaultScreen
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form_row import FormRow
from tui.screens.frame.record_form import NOT_SAID, RECORD, RecordForm
from tui.screens.people.request_of_person import RequestOfPerson
from tui.text.in_words import in_words
from tui.text.safe_text import safe_text
from tui.values.codes import word_of
from tui.values.values_forms import FormPlace
from tui.values.values_records import FormToFill, RecordShown
from tui.widgets.fields import SafeTextArea
from vault.acts.act import Act, answer_to
from vault.acts.records import FILL, FORM, REFILL
from vault.casework.form import Form, FormField, Shape
from vault.casework.questionnaires import Filled
from vault.casework.story import STORY
from vault.casework.story.person_facts import SubjectRequest
from vault.words.message import Message, Words

_OURS: Final = "asked_"
"""Before the names of questions, which are data: a widget of the screen may have the name of one."""


class FilledForm(RecordForm):
    """Ends with the id of the record, or with nothing.

    Args:
        case, ref: of the case.
        asked: the form.
        shown: the record that is changed; without it a new one is made.
    """

    NAME = Message("Form")

    def __init__(self, case: str, ref: str, asked: FormToFill, shown: RecordShown | None = None) -> None:
        self._to_fill = asked
        super().__init__(case, ref, Filled.KIND, shown, people=asked.people)
        self._before = {f"{_OURS}{name}": text for name, text in self._before.items()}

    @override
    def form_place(self) -> FormPlace:
        about = f"{Filled.KIND}:{self._to_fill.code}"
        return FormPlace(RECORD, self._case, self._ref, self._record, about=about)

    @override
    def about(self) -> dict[str, tuple[str, ...]]:
        return {**super().about(), FORM.name: (self._to_fill.code,)}

    @property
    @override
    def act(self) -> Act[Any]:
        return REFILL if self._record else FILL

    @override
    def said_as(self, field: str) -> str:
        return answer_to(field.removeprefix(_OURS))

    @property
    @override
    def _form(self) -> Form:
        form = self._to_fill.form
        return replace(form, fields=tuple(replace(field, name=f"{_OURS}{field.name}") for field in form.fields))

    @override
    def rows(self) -> Iterable[FormRow]:
        for field in self._form.fields:
            row = FormRow(field.label, self._widget(field))
            row.set_class(field.shape is Shape.TEXT, "long-row")
            yield row

    @override
    def text(self, field: str) -> str:
        place = self.query_one(f"#{field}")
        return place.text.strip() if isinstance(place, SafeTextArea) else super().text(field)

    @override
    def _widget(self, field: FormField) -> Widget:
        value = self._before.get(field.name, "")
        if field.shape is Shape.TEXT:
            return SafeTextArea(safe_text(value), id=field.name, soft_wrap=True)
        if field.words is not None:  # no answer stands there before somebody gave it, also of what must be answered
            words = [(word.value, field.at_length.get(word.value, word_of(word.value))) for word in field.words]
            if field.at_length:
                words.sort(key=lambda word: in_words(word[1]))
            first: list[tuple[str, Words]] = [("", NOT_SAID)]
            return ChoiceField([*first, *words], value=value, id=field.name)
        return super()._widget(field)

    @override
    def named(self, field: FormField) -> str:
        return replace(field, name=field.name.removeprefix(_OURS)).in_words


def open_form(
    screen: VaultScreen,
    where: tuple[str, str],
    kind: str,
    shown: RecordShown | None,
    then: Callable[[str | None], None],
) -> None:
    """Open the form of a record, new or kept; what a form of the organisation asks is read first, and who is there.

    Args:
        screen: over which it lies.
        where: id and reference of the case.
        kind: of the record; `filled` with the code of a form behind a `:` for a new one of that form.
        shown: the record that is changed.
        then: gets the id of the record.
    """
    case, ref = where
    name, _, code = kind.partition(":")

    def show(people: tuple[tuple[str, str], ...]) -> None:
        form = RecordForm(case, ref, kind, shown, people=people)
        if kind == SubjectRequest.KIND:
            form = RequestOfPerson(case, ref, people, shown, today_ms=screen.desk.now_ms())
        screen.app.push_screen(form, then)

    if name != Filled.KIND and any(field.shape is Shape.RECORD for field in STORY[kind].FORM.fields):
        screen.ask(lambda vault: vault.story.people_of(case), show)
        return
    if name != Filled.KIND:
        show(())
        return
    code = shown.form if shown is not None else code

    def fill(asked: FormToFill) -> None:
        screen.app.push_screen(FilledForm(case, ref, asked, shown), then)

    screen.ask(lambda vault: vault.story.form_to_fill(case, code), fill)
