"""Another passphrase: made of words and written on paper, or one's own and not too easy to guess."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from typing_extensions import override

from tui.gateway.credentials import Waiting
from tui.screens.credentials.passphrase_paper import PassphrasePaper
from tui.screens.credentials.proof_form import ProofForm
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form_row import FormRow
from tui.text.in_words import together
from tui.values.values_own import OwnFactors, Proof
from tui.widgets.fields import PassphraseInput
from vault.errors import RefusedError
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway, GeneratedPassphrase
    from vault.errors import VaultError

OWN: Final = "own"
KINDS: Final = (
    ("en", Message("made for me, of English words")),
    ("fr", Message("made for me, of French words")),
    ("ru", Message("made for me, of Russian words")),
    (OWN, Message("my own")),
)
NOT_THE_SAME: Final = Message("The two are not the same. Type both again.")
NOTHING_CHANGED: Final = Message("Nothing was changed.")
_ON_PAPER: Final = Message("Nothing was changed; F4 tries the words on your paper again.")


class PassphraseForm(ProofForm):
    """Changes the passphrase."""

    NAME = Message("Change the passphrase")
    ABOUT = Message(
        "Nobody can guess a passphrase that is made for you. Capital letters, extra spaces and the keyboard's"
        " layout do not matter in it. F4 shows it: write it on paper. Nothing is changed before you have typed"
        " it back."
    )

    def __init__(self, needs: OwnFactors) -> None:
        super().__init__(needs)
        self._made: GeneratedPassphrase | None = None
        """On paper already; kept for a second try."""
        self._proof: Proof | None = None
        """It was right, and is kept while somebody writes."""

    @override
    def fields(self) -> Iterable[Widget]:
        yield FormRow(Message("The new one"), ChoiceField(KINDS, id="kind"))
        yield Vertical(
            FormRow(Message("New"), PassphraseInput(id="new", compact=True)),
            FormRow(Message("Again"), PassphraseInput(id="again", compact=True)),
            id="own",
        )

    def on_mount(self) -> None:
        """Begin with the choice."""
        self._show_kind()
        self.query_one("#kind").focus()

    @on(ChoiceField.Changed)
    def _show_kind(self) -> None:
        self._made = None
        own = self.query_one("#own")
        own.display = self._kind == OWN
        for field in own.query(PassphraseInput):
            field.value = ""

    @override
    def action_go_on(self) -> None:
        if self._kind == OWN:
            self._take_own()
        elif self._made is None:
            self._make()
        else:
            self._change(bytearray(" ".join(self._made.words).encode()))

    def _take_own(self) -> None:
        new, again = (self.query_one(name, PassphraseInput) for name in ("#new", "#again"))
        if new.value and new.value == again.value:
            again.value = ""
            self._change_to_own(new.take())
            return
        self.warn(NOT_THE_SAME if new.value else Message("Type the new one."))
        new.value = again.value = ""
        new.focus()

    def _change_to_own(self, new: bytearray) -> None:
        """Change it, unless it is weak: then another is typed at once, and what lets somebody in now stands there."""

        def weak(error: VaultError) -> None:
            new[:] = bytes(len(new))
            if isinstance(error, RefusedError):
                self.warn(Message("This passphrase is too easy to guess. Type another one, or have one made for you."))
            else:
                self.fail(error)
            self.query_one("#new").focus()

        self.ask(lambda vault: vault.own.refuse_weak(new), lambda _: self._change(new), failed=weak)

    def _make(self) -> None:
        """Show a new one, but only to whom the old one is known: nobody shall write in vain."""
        proof, kind = self.take_proof(), self._kind
        if proof is None:
            return

        def work(vault: Gateway, waiting: Waiting) -> GeneratedPassphrase:
            vault.own.check(proof, waiting)
            return vault.own.propose(kind)

        def typed_back(made: GeneratedPassphrase, word: str | None) -> None:
            if word:
                self._made = made
                self._change(bytearray(" ".join(made.words).encode()))
            else:
                self._forget_proof()
                self.say(NOTHING_CHANGED)

        def show(made: GeneratedPassphrase) -> None:
            self._proof = proof
            self.say("")
            self.app.push_screen(PassphrasePaper(made), partial(typed_back, made))

        self.stretch(work, show)

    @override
    def _refused(self, error: VaultError) -> None:
        super()._refused(error)
        if self._made is not None:
            self.say(together((self.said, _ON_PAPER), " "))

    def on_unmount(self) -> None:
        """Leave nothing behind."""
        self._forget_proof()

    def _forget_proof(self) -> None:
        if self._proof is not None:
            self._proof.passphrase[:] = bytes(len(self._proof.passphrase))
            self._proof = None

    def _change(self, new: bytearray) -> None:
        proof, self._proof = self._proof or self.take_proof(), None
        if proof is None:
            return

        def work(vault: Gateway, waiting: Waiting) -> Words:
            vault.own.change_passphrase(proof, new, waiting)
            return vault.own.old_copies

        self.stretch(work, lambda copies: self.end(Message("The passphrase is changed. {copies}", copies=copies)))

    @property
    def _kind(self) -> str:
        return self.query_one("#kind", ChoiceField).value
