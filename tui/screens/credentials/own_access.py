"""One's own way in: what opens the seat, a keyfile or security key beside the passphrase, and how access comes back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.credentials.passphrase_forms import PassphraseForm, ProofForm
from tui.screens.credentials.recovery import RecoveryScreen
from tui.screens.frame.base import BACK, Command, VaultScreen
from vault.acts.device import ADD_FACTOR, FACTORS, KEYFILE, REMOVE_FACTOR, SECURITY_KEY
from vault.words.message import Message, Words

_NEEDED: Final = {True: Message("needed too"), False: Message("not used")}


class OwnAccessScreen(VaultScreen):
    """Shows what opens the seat, and leads to what changes it."""

    NAME = Message("Your access")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("p", "passphrase", Message("Change the passphrase"), "p", Message("passphrase")),
        Command("k", "keyfile", Message("Need a keyfile too, or no longer"), "k", Message("keyfile")),
        Command("y", "security_key", Message("Need a security key too, or no longer"), "y", Message("key")),
        Command("r", "recovery", Message("Recovery: sheets, drill"), "r", Message("recovery")),
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._used = frozenset[str]()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(Static("", id="used"), classes="form")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._refresh("")

    def _refresh(self, words: str | None) -> None:
        self.ask(lambda vault: vault.own.factors(), self._show)
        if words:
            self.say(words)

    def _show(self, used: frozenset[str]) -> None:
        self._used = used
        lines: list[Words] = [
            Message("What you unlock with on this computer"),
            "",
            Message("  passphrase     always needed"),
            Message("  keyfile        {needed}", needed=_NEEDED[KEYFILE in used]),
            Message("  security key   {needed}", needed=_NEEDED[SECURITY_KEY in used]),
            "",
            Message(
                "A keyfile or a security key keeps out a person who only saw you type. If you lose it, only recovery"
                " sheets help."
            ),
        ]
        self.write("used", *lines)

    def action_passphrase(self) -> None:
        self.app.push_screen(PassphraseForm(self._used), self._refresh)

    def action_keyfile(self) -> None:
        self._change(KEYFILE, self._used)

    def action_security_key(self) -> None:
        self._change(SECURITY_KEY, self._used | {SECURITY_KEY})

    def _change(self, kind: str, needs: frozenset[str]) -> None:
        act = REMOVE_FACTOR if kind in self._used else ADD_FACTOR
        self.app.push_screen(ProofForm(act, {"kind": (kind,)}, FACTORS[kind], needs), self._refresh)

    def action_recovery(self) -> None:
        self.app.push_screen(RecoveryScreen())
