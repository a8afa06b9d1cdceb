"""One's own way in: what opens the seat, a keyfile or security key beside the passphrase, and how access comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.credentials.passphrase_forms import PassphraseForm, ProofForm
from tui.screens.credentials.recovery import RecoveryScreen
from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.screens.frame.form_fields import FormRow
from tui.values.access_shown import OwnFactors
from tui.widgets.fields import PassphraseInput, SafeInput
from vault.words.message import Message, Words

if TYPE_CHECKING:
    pass


# A keyfile or a security key beside the passphrase: needed from now on, or no longer.
KEYFILE: Final = "keyfile"
SECURITY_KEY: Final = "fido2"
NAMES: Final[Mapping[str, Message]] = {KEYFILE: Message("keyfile"), SECURITY_KEY: Message("security key")}


class KeyfileForm(ProofForm):
    """Makes a keyfile."""

    NAME = Message("Need a keyfile too")
    ABOUT = Message(
        "A new file of 64 bytes is written there, best on a stick that you carry. Keep a second copy apart from this "
        "computer: without the file only the recovery sheets help."
    )

    @override
    def fields(self) -> Iterable[Widget]:
        yield FormRow.of_text("file", Message("New file"), "/media/stick/holiday.bin")

    @override
    def action_go_on(self) -> None:
        path = Path(self.query_one("#file", SafeInput).value.strip()).expanduser()
        if not path.is_absolute():
            self.warn(Message("Type the whole path of the new file, from / or ~ on."))
            self.query_one("#file").focus()
            return
        self.change(
            lambda vault, proof, waiting: vault.own.add_keyfile(proof, path, waiting),
            lambda copies: Message(
                "From now on you need {file} too (F5 at unlock). {copies}", file=path, copies=copies
            ),
        )


class SecurityKeyForm(ProofForm):
    """Has a security key answer for this vault."""

    NAME = Message("Need a security key too")
    TOUCHES = True
    ABOUT = Message(
        "Plug the key in; touch it when it blinks, twice. If it is lost or emptied, only the recovery sheets help: "
        "prove them before."
    )

    @override
    def fields(self) -> Iterable[Widget]:
        yield FormRow(Message("Its PIN"), PassphraseInput(id="pin", compact=True))

    @override
    def action_go_on(self) -> None:
        field = self.query_one("#pin", PassphraseInput)
        if not field.value:
            self.warn(Message("Type the PIN of the key that is plugged in."))
            field.focus()
            return
        proof = self.take_proof()
        if proof is None:
            return
        pin = field.take().decode("utf-8", "replace")
        self.change_with(
            proof,
            lambda vault, proof, waiting: vault.own.add_security_key(proof, pin, waiting),
            lambda copies: Message("From now on you need this key too (F5 at unlock). {copies}", copies=copies),
        )


class RemoveForm(ProofForm):
    """Takes a factor away."""

    NAME = Message("No longer needed")
    ABOUT = Message("The file or the key itself is left as it is; it is no longer needed.")

    def __init__(self, needs: OwnFactors, kind: str) -> None:
        super().__init__(needs)
        self._kind = kind

    def on_mount(self) -> None:
        self.head(right=NAMES[self._kind])

    @override
    def action_go_on(self) -> None:
        self.confirm(
            Message("Unlock without the {factor} from now on?", factor=NAMES[self._kind]),
            Message("Then anybody who knows your passphrase can unlock as you."),
            self._confirmed,
            yes=Message("Unlock without it"),
            no=Message("Keep it"),
        )

    def _confirmed(self) -> None:
        self.change(
            lambda vault, proof, waiting: vault.own.remove(proof, self._kind, waiting),
            lambda copies: Message(
                "The {factor} is no longer needed. {copies}", factor=NAMES[self._kind], copies=copies
            ),
        )


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
        self._used = OwnFactors()

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

    def _show(self, used: OwnFactors) -> None:
        self._used = used
        lines: list[Words] = [
            Message("What you unlock with on this computer"),
            "",
            Message("  passphrase     always needed"),
            Message("  keyfile        {needed}", needed=_NEEDED[used.keyfile]),
            Message("  security key   {needed}", needed=_NEEDED[used.security_key]),
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
        used = self._used
        self.app.push_screen(RemoveForm(used, KEYFILE) if used.keyfile else KeyfileForm(used), self._refresh)

    def action_security_key(self) -> None:
        used = self._used
        form = RemoveForm(used, SECURITY_KEY) if used.security_key else SecurityKeyForm(used)
        self.app.push_screen(form, self._refresh)

    def action_recovery(self) -> None:
        self.app.push_screen(RecoveryScreen())
