"""A recipient: a name and their age key, kept once its words were compared by voice."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.text.safe_content import safe_content
from tui.values.values_forms import FormPlace
from tui.widgets.fields import SafeInput
from vault.words.message import Message

_ABOUT: Final = Message(
    "The recipient makes it with the program age and sends you the line that begins with age1. It is no secret: it "
    "only closes packages, and only the recipient can open them."
)
RECIPIENT: Final = "recipient"


class RecipientForm(KeptForm):
    """Ends with the name that was kept. Nobody can take a recipient back: nothing is kept before F4 says so twice."""

    NAME = Message("New recipient")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command(
            "f4", "finish", Message("Show the words of the key; compared: keep the recipient"), "F4", Message("go on")
        ),
        NEXT_FIELD,
        leave(Message("Leave; nobody is kept")),
    )

    def __init__(self) -> None:
        super().__init__()
        self._shows_words = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow.of_text("name", Message("Name")),
            FormRow.of_text("key", Message("Their key"), "age1..."),
            Static(safe_content(_ABOUT), classes="about"),
            Static("", id="result"),
        )

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(RECIPIENT)

    def action_finish(self) -> None:
        """Show the words of the key; the second time, keep the recipient."""
        name, key = self.text("name"), self.text("key")
        if not name:
            self.refuse("name", Message("Type their name."))
        elif self._shows_words:
            self.ask(lambda vault: vault.referral.add_recipient(name, key), lambda kept: self.end(kept.name))
        else:
            self.ask(lambda vault: vault.referral.words_of(key), partial(self._show, key))

    @on(SafeInput.Changed, "#key")
    def _key_changed(self) -> None:
        """Another key has other words."""
        self._shows_words = False
        self.write("result", "")

    def _show(self, key: str, words: str) -> None:
        if key != self.text("key"):
            return
        self._shows_words = True
        self.write(
            "result",
            Message(
                "Call them and compare these words of their key:\n\n{words}\n\nF4 keeps the recipient once they agree.",
                words=words,
            ),
        )
        self.say(Message("Nobody is kept yet."))
