"""The first thing for whoever founded a vault: a lost passphrase must not lose it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.safe_content import safe_content
from tui.screens.base import Command, VaultScreen

_WORDS = (
    "No drill has proven recovery sheets of this vault.\n\n"
    "Without them nobody can help whoever loses the passphrase, a keyfile or this computer: what only they could open "
    "is lost for good. There is no master key, and no service that could ask for one.\n\n"
    "1. Make the sheets: 3 of them, any 2 open everything. Print or copy them.\n"
    "2. Type three words of each from the paper.\n"
    "3. Give each to another person, outside the organisation and the country.\n"
    "4. Drill: type two of them back. The secret then leaves this computer.\n\n"
    "It takes ten minutes. Until then this is proposed once a day."
)


class SheetsGuide(VaultScreen):
    """Ends with the act to begin with: `sheets`, `drill`, or nothing."""

    NAME = "BEFORE ANYTHING ELSE: RECOVERY SHEETS"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "begin('sheets')", "Make the sheets now", "F4", "make them now"),
        Command("d", "begin('drill')", "They are on paper: prove them", "d", "they are on paper: prove"),
        Command("escape", "back", "Later", "Esc", "later"),
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(Static(safe_content(_WORDS)), classes="form", can_focus=False)

    def action_begin(self, act: str) -> None:
        """Begin."""
        self.dismiss(act)
