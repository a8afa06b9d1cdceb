"""A made passphrase, shown until it is on paper, and typed back from there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command, VaultScreen, leave
from tui.screens.frame.form_row import FormRows
from tui.widgets.fields import PassphraseInput, SafeInput
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.gateway import GeneratedPassphrase


class PassphrasePaper(VaultScreen):
    """Ends with a word once it was typed back. Its words leave the screen before they are asked for.

    Args:
        made: the passphrase.
    """

    NAME = Message("Your new passphrase")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("It is on paper: type it from there"), "F4", Message("it is on paper")),
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(self, made: GeneratedPassphrase) -> None:
        super().__init__()
        self._made = made

    @override
    def commands(self) -> tuple[Command, ...]:
        is_typing = self.is_mounted and self._field.display
        return (
            (Command("f4", "go_on", Message("Compare what you typed"), "F4", Message("compare")), *self.ACTS[1:])
            if is_typing
            else self.ACTS
        )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(Static("", id="words"), PassphraseInput(id="typed"))

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def action_go_on(self) -> None:
        """Hide the words and ask for them; then compare."""
        field = self._field
        if not field.display:
            self.write("words", Message("Type it from your paper, then F4."))
            field.display = True
            field.focus()
            self.show_keys()
            self.say("")
            return
        typed = field.take()
        self.ask(lambda vault: vault.own.is_same(self._made, typed), self._compared)

    @on(SafeInput.Submitted)
    def _typed(self) -> None:
        self.action_go_on()

    def _compared(self, is_same: bool) -> None:
        if is_same:
            self.dismiss("typed")
            return
        self._show()
        self.warn(Message("That is not what was shown. Here it is once more."))

    def _show(self) -> None:
        self._field.display = False
        self.show_keys()
        words = "\n".join(f"  {number}. {word}" for number, word in enumerate(self._made.words, 1))
        self.write(
            "words",
            Message(
                "{words}\n\nOne space between two. Capital letters, extra spaces and the keyboard's layout do not "
                "matter.\nWorth {bits} bits: nobody guesses it, as long as nobody reads it.\n\n"
                "Write it on paper. You type it back from there.",
                words=words,
                bits=int(self._made.bits),
            ),
        )

    @property
    def _field(self) -> PassphraseInput:
        return self.query_one("#typed", PassphraseInput)
