"""A keyfile or a security key beside the passphrase: needed from now on, or no longer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.widget import Widget
from typing_extensions import override

from tui.gateway.credentials import Waiting
from tui.screens.credentials.proof_form import ProofForm
from tui.screens.frame.form_row import FormRow
from tui.values.values_own import OwnFactors
from tui.widgets.fields import PassphraseInput, SafeInput
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway

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
        proof = self.take_proof()
        if proof is None:
            return

        def work(vault: Gateway, waiting: Waiting) -> Words:
            vault.own.add_keyfile(proof, path, waiting)
            return vault.own.old_copies

        self.stretch(
            work,
            lambda copies: self.end(
                Message("From now on you need {file} too (F5 at unlock). {copies}", file=path, copies=copies)
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

        def work(vault: Gateway, waiting: Waiting) -> Words:
            vault.own.add_security_key(proof, pin, waiting)
            return vault.own.old_copies

        self.stretch(
            work,
            lambda copies: self.end(
                Message("From now on you need this key too (F5 at unlock). {copies}", copies=copies)
            ),
        )


class RemoveForm(ProofForm):
    """Takes a factor away.

    Args:
        needs: what opens the seat beside the passphrase.
        kind: which goes.
    """

    NAME = Message("No longer needed")
    ABOUT = Message("The file or the key itself is left as it is; it is no longer needed.")

    def __init__(self, needs: OwnFactors, kind: str) -> None:
        super().__init__(needs)
        self._kind = kind

    def on_mount(self) -> None:
        """Say which."""
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
        proof = self.take_proof()
        if proof is None:
            return

        def work(vault: Gateway, waiting: Waiting) -> Words:
            vault.own.remove(proof, self._kind, waiting)
            return vault.own.old_copies

        self.stretch(
            work,
            lambda copies: self.end(
                Message("The {factor} is no longer needed. {copies}", factor=NAMES[self._kind], copies=copies)
            ),
        )
