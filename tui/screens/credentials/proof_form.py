"""Forms of acts that want to see again what opens one's seat now: who finds a session open does not take it over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.gateway.credentials import Waiting
from tui.screens.frame.base import Command, VaultScreen, leave
from tui.screens.frame.form_row import FormRow, FormRows
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.values.messages import Answer
from tui.values.values_own import OwnFactors, Proof
from tui.widgets.fields import PassphraseInput, SafeInput
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway
    from vault.errors import VaultError

T = TypeVar("T")
_TOUCH: Final = Message("Touch the security key when it blinks.")


class ProofForm(VaultScreen):
    """Fields of its own over those for passphrase, keyfile and PIN. It ends with the words of what was done.

    Args:
        needs: what opens the seat beside the passphrase.
    """

    HOLDS_TYPING = True
    ABOUT: ClassVar[Words] = ""
    TOUCHES: ClassVar[bool] = False
    """Whether the act itself asks a security key."""
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Do it"), "F4", Message("do it")),
        # First: a passphrase typed ahead must not come into the field before, where it can be read.
        Command(
            "tab,enter", "app.focus_next", Message("Next field (also Enter)"), "Tab", Message("next field"), first=True
        ),
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(self, needs: OwnFactors) -> None:
        super().__init__()
        self._needs = needs
        self._is_busy = False

    def fields(self) -> Iterable[Widget]:
        """Return the fields of this act."""
        return ()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        needs = self._needs
        proof: list[Widget] = [FormRow(Message("Passphrase"), PassphraseInput(id="now", compact=True))]
        if needs.keyfile:
            proof.append(FormRow.of_text("now-keyfile", Message("Keyfile"), Message("where it is now")))
        if needs.security_key:
            proof.append(FormRow(Message("PIN"), PassphraseInput(id="now-pin", compact=True)))
        yield FormRows(
            *self.fields(),
            Static(safe_content(Message("What you unlock with now")), classes="label"),
            Vertical(*proof, id="proof", classes="place"),
            Static(safe_content(self.ABOUT), classes="about"),
        )

    def action_go_on(self) -> None:
        """Do it."""
        raise NotImplementedError

    def take_proof(self) -> Proof | None:
        """Return what was typed as proof, and empty the fields; None, and say so, where some of it is missing."""
        for field in self.query_one("#proof").query(SafeInput):
            if not field.value.strip():
                self.warn(Message("Type all that you unlock with now."))
                field.focus()
                return None
        keyfile = self.query_one("#now-keyfile", SafeInput).value.strip() if self._needs.keyfile else ""
        pin = self.query_one("#now-pin", PassphraseInput).take() if self._needs.security_key else bytearray()
        return Proof(self.query_one("#now", PassphraseInput).take(), keyfile, pin.decode("utf-8", "replace"))

    def stretch(self, work: Callable[[Gateway, Waiting], T], then: Callable[[T], None]) -> None:
        """Do this in a worker, once at a time, with words for the wait: passphrases are made slow to guess."""
        if self._is_busy:
            return
        self._is_busy = True
        touch = [_TOUCH] if self._needs.security_key or self.TOUCHES else []
        self.say(together([*touch, Message("One moment: guessing is made slow on purpose.")], " "))

        def waiting(left: int) -> None:
            self.post_message(Answer(partial(self._must_wait, left)))

        def finished(found: T) -> None:
            self._is_busy = False
            then(found)

        self.ask(lambda vault: work(vault, waiting), finished, failed=self._refused)

    def _must_wait(self, left: int) -> None:
        if left:
            self.say(Message("There were wrong attempts: this one waits {seconds} s.", seconds=left))

    def _refused(self, error: VaultError) -> None:
        self._is_busy = False
        self.fail(error)
        self.query_one("#now").focus()
