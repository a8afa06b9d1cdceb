"""Recovery sheets come back from paper, row by row: a slip costs one row, and nothing typed stays on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command, VaultScreen, leave
from tui.screens.frame.form_fields import FormRows
from tui.text.safe_content import safe_content
from tui.values.access_shown import TypingPlace
from tui.widgets.fields import SafeInput
from vault.errors import VaultError
from vault.words.message import Message, Words

_ABOUT: Final = Message(
    "The first four letters of each word are enough. Sheets of one set begin with the same two words."
)


class SheetTyping(VaultScreen):
    """Ends with a word when enough sheets were typed; the gateway has them then.

    Args:
        title: what they are typed for.
    """

    NAME = Message("Sheets from paper")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "take", Message("Take this row"), "Enter", Message("take the row")),
        leave(Message("Leave; what was typed is forgotten")),
    )

    def __init__(self, title: Words) -> None:
        super().__init__()
        self._title = title
        self._sheet = 1

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            Static("", id="place", classes="label"),
            SafeInput(placeholder=Message("three words, and the number beside them"), id="row"),
            Static(safe_content(_ABOUT), classes="about"),
        )

    def on_mount(self) -> None:
        self.query_one("#row").focus()
        self.ask(lambda vault: vault.recovery.begin_typing(), self._show)

    @on(SafeInput.Submitted)
    def action_take(self) -> None:
        field = self.query_one("#row", SafeInput)
        typed, field.value = field.value, ""
        if typed.strip():
            self.ask(lambda vault: vault.recovery.take_row(typed), self._taken, failed=self._refused)

    @override
    def action_back(self) -> None:
        self.ask(lambda vault: vault.recovery.forget(), lambda _: self.end(""))

    def _taken(self, place: TypingPlace) -> None:
        if place.is_enough:
            self.dismiss("typed")
            return
        self._show(place)
        self.say(Message("That sheet is whole. Now the next one.") if place.sheet > self._sheet else "")
        self._sheet = place.sheet

    def _refused(self, error: VaultError) -> None:
        """Say what is wrong, and where to go on: with this row, or with a sheet that did not fit from its first."""
        self.fail(error)
        self.ask(lambda vault: vault.recovery.place(), self._show)

    def _show(self, place: TypingPlace) -> None:
        sheet = Message("sheet {number}", number=place.sheet)
        if place.needed is not None:
            sheet = Message("sheet {number} of the {needed} that are needed", number=place.sheet, needed=place.needed)
        self.head(name=self._title, right=sheet)
        self.write("place", Message("{sheet}, row {row} of 11", sheet=place.name.capitalize(), row=place.row))
