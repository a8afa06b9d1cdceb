"""A made passphrase, shown until it is on paper, and typed back from there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command, VaultScreen
from tui.text.safe_content import safe_content
from tui.values.values_own import MadePassphrase
from tui.widgets.fields import PassphraseInput, SafeInput
from tui.widgets.lines import KeyHints


class PassphrasePaper(VaultScreen):
    """Ends with a word once it was typed back. Its words leave the screen before they are asked for.

    Args:
        made: the passphrase.
    """

    NAME = "YOUR NEW PASSPHRASE"
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", "It is on paper: type it from there", "F4", "it is on paper"),
        Command("escape", "back", "Leave; nothing is changed", "Esc", "leave"),
    )

    def __init__(self, made: MadePassphrase) -> None:
        super().__init__()
        self._made = made

    @override
    def commands(self) -> tuple[Command, ...]:
        is_typing = self.is_mounted and self._field.display
        return (
            (Command("f4", "go_on", "Compare what you typed", "F4", "compare"), *self.ACTS[1:])
            if is_typing
            else self.ACTS
        )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(Static("", id="words"), PassphraseInput(id="typed"), classes="form", can_focus=False)

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def action_go_on(self) -> None:
        """Hide the words and ask for them; then compare."""
        field = self._field
        if not field.display:
            self.query_one("#words", Static).update("Type it from your paper, then F4.")
            field.display = True
            field.focus()
            self.query_one(KeyHints).show_hints(self.footer())
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
        self.say("! That is not what was shown. Here it is once more.")

    def _show(self) -> None:
        self._field.display = False
        self.query_one(KeyHints).show_hints(self.footer())
        words = "\n".join(f"  {number}. {word}" for number, word in enumerate(self._made.words, 1))
        self.query_one("#words", Static).update(
            safe_content(
                f"{words}\n\nOne space between two. Capital letters, extra spaces and the keyboard's layout do not "
                f"matter.\nWorth {self._made.bits} bits: nobody guesses it, as long as nobody reads it.\n\n"
                "Write it on paper. You type it back from there."
            )
        )

    @property
    def _field(self) -> PassphraseInput:
        return self.query_one("#typed", PassphraseInput)
