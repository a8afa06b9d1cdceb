"""One's own way in: what opens the seat, and how access comes back when it is lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.credentials.factor_forms import KEYFILE, SECURITY_KEY, KeyfileForm, RemoveForm, SecurityKeyForm
from tui.screens.credentials.passphrase_form import PassphraseForm
from tui.screens.credentials.recovery import RecoveryScreen
from tui.screens.frame.base import Command, VaultScreen
from tui.text.safe_content import safe_content
from tui.values.values_own import OwnFactors


class OwnAccessScreen(VaultScreen):
    """Shows what opens the seat, and leads to what changes it."""

    NAME = "YOUR ACCESS"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("p", "passphrase", "Change the passphrase", "p", "passphrase"),
        Command("k", "keyfile", "Need a keyfile too, or no more", "k", "keyfile"),
        Command("y", "security_key", "Need a security key too, or no more", "y", "key"),
        Command("r", "recovery", "Recovery: sheets, drill", "r", "recovery"),
        Command("escape", "back", "Back", "Esc", "back"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._used = OwnFactors()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(Static("", id="used"), classes="form")

    def on_mount(self) -> None:
        """Ask what is in use."""
        self.query_one(VerticalScroll).focus()
        self._refresh("")

    def _refresh(self, words: str | None) -> None:
        self.ask(lambda vault: vault.own.factors(), self._show)
        if words:
            self.say(words)

    def _show(self, used: OwnFactors) -> None:
        self._used = used
        lines = [
            "What lets you in on this computer",
            "",
            "  passphrase     always needed",
            f"  keyfile        {'needed too' if used.keyfile else 'not used'}",
            f"  security key   {'needed too' if used.security_key else 'not used'}",
            "",
            "A keyfile or a security key keeps out who only saw you type. Once one of them is "
            "lost, only recovery sheets help.",
        ]
        self.query_one("#used", Static).update(safe_content("\n".join(lines)))

    def action_passphrase(self) -> None:
        """Change the passphrase."""
        self.app.push_screen(PassphraseForm(self._used), self._refresh)

    def action_keyfile(self) -> None:
        """Add a keyfile, or need it no more."""
        used = self._used
        self.app.push_screen(RemoveForm(used, KEYFILE) if used.keyfile else KeyfileForm(used), self._refresh)

    def action_security_key(self) -> None:
        """Add a security key, or need it no more."""
        used = self._used
        form = RemoveForm(used, SECURITY_KEY) if used.security_key else SecurityKeyForm(used)
        self.app.push_screen(form, self._refresh)

    def action_recovery(self) -> None:
        """Go to the sheets."""
        self.app.push_screen(RecoveryScreen())
