"""An open call slip, to be corrected: the fields of a call, with what they say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.widget import Widget
from typing_extensions import override

from tui.screens.calls.call_fields import CallFields
from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.wording import moment
from tui.text.in_words import in_words
from tui.values.values_calls import SlipLine, SlipTyped
from tui.values.values_forms import SLIP, FormPlace
from vault.errors import VaultError
from vault.words.message import Message, Words

_FIELD_OF_WORD: Final = {
    "number": "number", "name": "name", "language": "language", "text": "said", "time": "call-back"
}  # fmt: skip


class SlipForm(KeptForm):
    """Ends with a sentence about the slip.

    Args:
        slip: as it is.
        call_back: whether to call back and when, in words.
    """

    NAME = Message("Correct a call")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Keep the corrected slip"), "F4", Message("keep")),
        NEXT_FIELD,
        leave(Message("Leave; the slip stays as it was")),
    )

    def __init__(self, slip: SlipLine, call_back: Words) -> None:
        super().__init__()
        self._slip = slip
        self._call_back = call_back

    @override
    def compose_middle(self) -> Iterable[Widget]:
        slip = self._slip
        said = (slip.number, slip.name, slip.language, slip.text, in_words(self._call_back))
        yield CallFields(SlipTyped(slip.slip, slip.received_ms, *said))

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(SLIP, about=self._slip.slip)

    def on_mount(self) -> None:
        """Begin where most is written."""
        self.head(moment(self._slip.received_ms))
        area = self.query_one(CallFields).area
        area.cursor_location = area.document.end
        area.focus()

    def action_finish(self) -> None:
        """Keep it, as a new version."""
        typed = self.query_one(CallFields).typed(SlipTyped(self._slip.slip, self._slip.received_ms))
        self.ask(lambda vault: vault.intake.correct(typed), self._corrected, failed=self._refused)

    def _corrected(self, is_different: bool) -> None:
        self.end(Message("The slip is corrected.") if is_different else Message("Nothing is different."))

    def _refused(self, error: VaultError) -> None:
        self.fail(error)
        wrong = next((field for word, field in _FIELD_OF_WORD.items() if str(error).startswith(word)), None)
        if wrong is not None:
            self.query_one(f"#{wrong}").focus()
