"""The first thing for whoever founded a vault: a lost passphrase must not lose it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command, VaultScreen
from tui.text.safe_content import safe_content

_WHY: Final = (
    "Without them nobody can help whoever loses the passphrase, a keyfile or this computer: what only they could open "
    "is lost for good. There is no master key, and no service that could ask for one.\n\n"
)
_NONE: Final = (
    "This device knows of no recovery sheets of this vault.\n\n"
    f"{_WHY}"
    "1. Make the sheets: 3 of them, any 2 open everything. Print or copy them.\n"
    "2. Type three words of each from the paper.\n"
    "3. Give each to another person, outside the organisation and the country.\n"
    "4. Drill: type two of them back. The secret then leaves this computer.\n\n"
    "It takes ten minutes. Until then this is proposed once a day."
)


_MADE: Final = (
    "Recovery sheets of this vault were made here, and no drill has proven them.\n\n"
    f"{_WHY}"
    "1. Give each to another person, outside the organisation and the country.\n"
    "2. Drill: type two of them back. The secret then leaves this computer.\n\n"
    "Until then this is proposed once a day. Sheets of another set cannot be mixed with those that there are."
)


class SheetsGuide(VaultScreen):
    """Ends with the act to begin with: `sheets`, `drill`, or nothing.

    Args:
        are_made: there is a set already: what is left to do is to prove it.
    """

    NAME = "BEFORE ANYTHING ELSE: RECOVERY SHEETS"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", "Make the sheets now", "F4", "make them now"),
        Command("d", "begin('drill')", "They are on paper: prove them", "d", "they are on paper: prove"),
        Command("escape", "back", "Later", "Esc", "later"),
    )

    def __init__(self, *, are_made: bool = False) -> None:
        super().__init__()
        self._are_made = are_made

    @override
    def commands(self) -> tuple[Command, ...]:
        if not self._are_made:
            return self.ACTS
        return (Command("f4", "go_on", "Prove the sheets", "F4", "prove them"), self.ACTS[-1])

    @override
    def compose_middle(self) -> Iterable[Widget]:
        words = _MADE if self._are_made else _NONE
        yield VerticalScroll(Static(safe_content(words)), classes="form", can_focus=False)

    def action_go_on(self) -> None:
        """Do what comes next."""
        self.dismiss("drill" if self._are_made else "sheets")

    def action_begin(self, act: str) -> None:
        """Begin."""
        self.dismiss(act)
