"""A record that names people of its case: each is chosen by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.record_form import RecordForm
from tui.values.values_records import RecordShown
from vault.casework.form import Form, FormField, Shape
from vault.words.message import Message, Words

NOT_SAID: Final[tuple[str, Words]] = ("", Message("not said"))
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class RecordOfPeople(RecordForm):
    """Ends with the id of the record.

    Args:
        case, ref: of the case.
        kind: of the record.
        people: who may be chosen: id and name.
        shown: the record that is changed; without it a new one is made.
        begun: what stands in a new one at first.
    """

    def __init__(
        self,
        case: str,
        ref: str,
        kind: str,
        people: Sequence[tuple[str, Words]],
        shown: RecordShown | None = None,
        *,
        begun: Mapping[str, str] = _NOTHING,
    ) -> None:
        super().__init__(case, ref, kind, shown)
        self._people: dict[str, Words] = dict(people)
        self._begun = begun
        self._before = self._before or begun

    @override
    def filled_at_first(self) -> dict[str, str]:
        # Who was chosen by where the form was opened comes back with a draft as if somebody had chosen them.
        return {name: said for name, said in super().filled_at_first().items() if name not in self._begun}

    @override
    def _widget(self, field: FormField) -> Widget:
        if field.shape is not Shape.RECORD:
            return super()._widget(field)
        value = self._before.get(field.name, "")
        words = [NOT_SAID, *self._people.items()]
        if value not in dict(words):
            words.append((value, value[:8]))  # who is not there any more stays until somebody chooses
        return ChoiceField(words, value=value, id=field.name)


def names_people(form: Form) -> bool:
    """Say whether a form asks for people of the case."""
    return any(field.shape is Shape.RECORD for field in form.fields)
