"""The first thing for whoever founded a vault: a lost passphrase must not lose it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command, VaultScreen
from tui.screens.frame.form_row import FormRows
from tui.text.in_words import in_words, together
from tui.text.safe_content import safe_content
from vault.words.message import Message

_WHY: Final = Message(
    "Without them nobody can help a member who loses the passphrase, a keyfile or this computer: what only they could"
    " open is lost for good. There is no master key, and no service that could ask for one."
)
_LAST_STEPS: Final = (
    Message("Give each to another person, outside the organisation and the country."),
    Message("Drill: type two of them back. The secret then leaves this computer."),
)
_ALL_STEPS: Final = (
    Message("Make the sheets: 3 of them, any 2 open everything. Print or copy them."),
    Message("Type three words of each from the paper."),
    *_LAST_STEPS,
)
_NONE: Final = Message("This device knows of no recovery sheets of this vault.")
_MADE: Final = Message("Recovery sheets of this vault were made here, and no drill has proven them.")
_UNTIL_MADE: Final = Message("It takes ten minutes. Until then this is proposed once a day.")
_UNTIL_PROVEN: Final = Message("Until then this is proposed once a day. You cannot mix sheets of two sets.")


class SheetsGuide(VaultScreen):
    """Ends with the act to begin with: `sheets`, `drill`, or nothing.

    Args:
        are_made: there is a set already: what is left to do is to prove it.
    """

    NAME = Message("Before anything else: recovery sheets")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Make the sheets now"), "F4", Message("make them now")),
        Command(
            "d", "begin('drill')", Message("They are on paper: prove them"), "d", Message("they are on paper: prove")
        ),
        Command("escape", "back", Message("Later"), "Esc", Message("later")),
    )

    def __init__(self, *, are_made: bool = False) -> None:
        super().__init__()
        self._are_made = are_made

    @override
    def commands(self) -> tuple[Command, ...]:
        if not self._are_made:
            return self.ACTS
        return (Command("f4", "go_on", Message("Prove the sheets"), "F4", Message("prove them")), self.ACTS[-1])

    @override
    def compose_middle(self) -> Iterable[Widget]:
        steps = _LAST_STEPS if self._are_made else _ALL_STEPS
        numbered = "\n".join(f"{number}. {in_words(step)}" for number, step in enumerate(steps, 1))
        parts = (_MADE, _WHY, numbered, _UNTIL_PROVEN) if self._are_made else (_NONE, _WHY, numbered, _UNTIL_MADE)
        yield FormRows(Static(safe_content(together(parts, "\n\n"))))

    def action_go_on(self) -> None:
        """Do what comes next."""
        self.dismiss("drill" if self._are_made else "sheets")

    def action_begin(self, act: str) -> None:
        """Begin."""
        self.dismiss(act)
