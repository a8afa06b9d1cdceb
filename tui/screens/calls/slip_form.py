"""An open call slip, to be corrected: the fields of a call, with what they say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget
from typing_extensions import override

from tui.screens.calls.call_fields import CallFields, heard
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.wording import moment
from tui.text.in_words import in_words
from tui.values.values_calls import SlipLine, SlipTyped
from tui.values.values_forms import SLIP, FormPlace
from vault.acts.intake import EDIT
from vault.errors import VaultError
from vault.words.message import Message


class SlipForm(ActScreen, KeptForm):
    """Ends with a sentence about the slip, which is given as it is."""

    NAME = Message("Correct a call")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Keep the corrected slip"), "F4", Message("keep")),
        NEXT_FIELD,
        leave(Message("Leave; the slip stays as it was")),
    )

    def __init__(self, slip: SlipLine) -> None:
        super().__init__()
        self._slip = slip

    @override
    def compose_middle(self) -> Iterable[Widget]:
        slip = self._slip
        said = (slip.number, slip.name, slip.language, slip.text, in_words(slip.asked_back))
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
        said = {"slip": (self._slip.slip,), **heard(typed)}
        self.do(Doing(EDIT, said, lambda told: self.end(told.lines[0]), failed=self._refused))

    def _refused(self, error: VaultError) -> None:
        self.fail(error)
        self.query_one(CallFields).go_to_wrong(error)
