"""What a person asks about their own data: received today, and to be answered within the time that the rule gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from types import MappingProxyType
from typing import Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.form_fields import ChoiceField
from tui.screens.frame.record_form import NOT_SAID, RecordForm
from tui.values.cases_shown import RecordShown
from tui.values.code_words import choices
from tui.widgets.date_field import DateInput
from tui.widgets.fields import SafeInput
from vault.casework.form import FormField
from vault.casework.story.person_facts import SubjectRequest
from vault.deadlines.shipped import answer_by
from vault.display import here
from vault.errors import UsageError
from vault.words.message import Message, Words

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class RequestOfPerson(RecordForm):
    """Ends with the id of the record.

    Args:
        case, ref: of the case.
        people: who may ask: id and name.
        shown: the request that is changed; without it a new one is made.
        today_ms: when a new one is written down.
        begun: what else stands in a new one at first.
    """

    def __init__(
        self,
        case: str,
        ref: str,
        people: Sequence[tuple[str, Words]],
        shown: RecordShown | None = None,
        *,
        today_ms: int,
        begun: Mapping[str, str] = _NOTHING,
    ) -> None:
        today = here(today_ms).date()
        dates = {"received": today.isoformat(), "due": answer_by(today).isoformat()} if shown is None else {}
        super().__init__(case, ref, SubjectRequest.KIND, shown, people=people, begun={**begun, **dates})
        self._proposed = dates.get("due", "")

    @override
    def _widget(self, field: FormField) -> Widget:
        if field.name != "what" or self._record:
            return super()._widget(field)
        return ChoiceField([("", NOT_SAID), *choices(field.words or ())], id=field.name)

    @on(SafeInput.Changed, "#received")
    def _count_anew(self) -> None:
        """Propose the last day of the rule for another day of receipt, where nobody wrote a day of their own."""
        due = self.query_one("#due", DateInput)
        with suppress(UsageError):
            received = self.query_one("#received", DateInput).understood()
            if received and due.value == self._proposed:
                self._proposed = due.value = answer_by(date.fromisoformat(received)).isoformat()

    @override
    def action_finish(self) -> None:
        if self.word("what"):
            super().action_finish()
        else:
            self.refuse("what", Message("What do they ask for? Choose it first (left and right)."))
