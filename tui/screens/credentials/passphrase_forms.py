"""Forms that want to see again what opens one's seat; another passphrase, made or one's own; a made one on paper."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import Doing
from tui.screens.frame.base import Command, VaultScreen, leave
from tui.screens.frame.desk import Answer
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, PlaceInput
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.values.access_shown import ProofTyped
from tui.widgets.fields import PassphraseInput, SafeInput
from vault.acts.act import Act, Plan, Said
from vault.acts.device import CHANGE_PASSPHRASE, KEYFILE, SECURITY_KEY
from vault.errors import RefusedError, UsageError
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway, GeneratedPassphrase
    from vault.errors import VaultError


class PassphrasePaper(VaultScreen):
    """Ends with a word once it was typed back. Its words leave the screen before they are asked for."""

    NAME = Message("Your new passphrase")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("It is on paper: type it from there"), "F4", Message("it is on paper")),
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(self, made: GeneratedPassphrase) -> None:
        super().__init__()
        self._made = made

    @override
    def commands(self) -> tuple[Command, ...]:
        is_typing = self.is_mounted and self._field.display
        return (
            (Command("f4", "go_on", Message("Compare what you typed"), "F4", Message("compare")), *self.ACTS[1:])
            if is_typing
            else self.ACTS
        )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(Static("", id="words"), PassphraseInput(id="typed"))

    def on_mount(self) -> None:
        self._show()

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        field = self._field
        if not field.display:
            self.write("words", Message("Type it from your paper, then F4."))
            field.display = True
            field.focus()
            self.show_keys()
            self.say("")
            return
        typed = field.take()
        self.ask(lambda vault: vault.own.is_same(self._made, typed), self._compared)

    def _compared(self, is_same: bool) -> None:
        if is_same:
            self.dismiss("typed")
            return
        self._show()
        self.warn(Message("That is not what was shown. Here it is once more."))

    def _show(self) -> None:
        self._field.display = False
        self.show_keys()
        words = "\n".join(f"  {number}. {word}" for number, word in enumerate(self._made.words, 1))
        self.write(
            "words",
            Message(
                "{words}\n\nOne space between two. Capital letters, extra spaces and the keyboard's layout do not "
                "matter.\nWorth {bits} bits: nobody guesses it, as long as nobody reads it.\n\n"
                "Write it on paper. You type it back from there.",
                words=words,
                bits=int(self._made.bits),
            ),
        )

    @property
    def _field(self) -> PassphraseInput:
        return self.query_one("#typed", PassphraseInput)


# Forms of acts that want to see again what opens one's seat now: who finds a session open does not take it over.
_TOUCH: Final = Message("Touch the security key when it blinks.")


class ProofForm(ActForm):
    """The form of such an act.

    Args:
        needs: what is typed beside the passphrase.
    """

    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Do it"), "F4", Message("do it")),
        # First: a passphrase typed ahead must not come into the field before, where it can be read.
        Command(
            "tab,enter", "app.focus_next", Message("Next field (also Enter)"), "Tab", Message("next field"), first=True
        ),
        BROWSE,
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(self, act: Act[Any], said: Said, about: Words, needs: AbstractSet[str]) -> None:
        super().__init__(act, said, about)
        self._needs = needs

    @override
    def more_rows(self) -> Iterable[Widget]:
        proof: list[Widget] = [FormRow(Message("Passphrase"), PassphraseInput(id="now", compact=True))]
        if KEYFILE in self._needs:
            field = PlaceInput(placeholder=Message("where it is now"), id="now-keyfile")
            proof.append(FormRow(Message("Keyfile"), field))
        if SECURITY_KEY in self._needs:
            proof.append(FormRow(Message("PIN of the key"), PassphraseInput(id="now-pin", compact=True)))
        yield Static(safe_content(Message("What you unlock with")), classes="label")
        yield Vertical(*proof, id="proof", classes="place")

    def take_proof(self) -> ProofTyped | None:
        """Return what was typed as proof, and empty the fields; None, and say so, where some of it is missing."""
        for field in self.query_one("#proof").query(SafeInput):
            if not field.value.strip():
                self.warn(Message("Type all that is asked here."))
                field.focus()
                return None
        keyfile = self.query_one("#now-keyfile", SafeInput).value.strip() if KEYFILE in self._needs else ""
        pin = self.query_one("#now-pin", PassphraseInput).take() if SECURITY_KEY in self._needs else bytearray()
        return ProofTyped(self.query_one("#now", PassphraseInput).take(), keyfile, pin.decode("utf-8", "replace"))

    @override
    def carry_out(self, doing: Doing, plan: Plan[Any]) -> None:
        typed = self.take_proof()
        if typed is not None:
            self.say_wait()
            super().carry_out(replace(doing, proof=lambda vault: vault.own.proof(typed, self.waiting)), plan)

    def say_wait(self) -> None:
        """Say what the wait is for: passphrases are made slow to guess."""
        touch = [_TOUCH] if SECURITY_KEY in self._needs else []
        self.say(together([*touch, Message("One moment: guessing is made slow on purpose.")], " "))

    def waiting(self, left: int) -> None:
        """Show how long an attempt waits; for worker threads."""
        self.post_message(Answer(partial(self._must_wait, left)))

    def _must_wait(self, left: int) -> None:
        if left:
            self.say(Message("There were wrong attempts: this one waits {seconds} s.", seconds=left))

    @override
    def _failed(self, error: VaultError) -> None:
        super()._failed(error)
        if not self.query_one("#now", PassphraseInput).value and not isinstance(error, UsageError):
            self.query_one("#now").focus()


# Another passphrase: made of words and written on paper, or one's own and not too easy to guess.
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

    def __init__(self, needs: AbstractSet[str]) -> None:
        super().__init__(CHANGE_PASSPHRASE, {}, "", needs)
        self._made: GeneratedPassphrase | None = None
        """On paper already; kept for a second try."""
        self._proof: ProofTyped | None = None
        """It was right, and is kept while somebody writes."""
        self._new = bytearray()

    @override
    def more_rows(self) -> Iterable[Widget]:
        yield FormRow(Message("The new one"), ChoiceField(KINDS, id="kind"))
        yield Vertical(
            FormRow(Message("New"), PassphraseInput(id="new", compact=True)),
            FormRow(Message("Again"), PassphraseInput(id="again", compact=True)),
            id="own",
        )
        yield from super().more_rows()

    @override
    def on_mount(self) -> None:
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
    def action_finish(self, *, by_sheets: bool = False) -> None:
        if self.is_working:
            return
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
        proof, kind = super().take_proof(), self._kind
        if proof is None:
            return

        def work(vault: Gateway) -> GeneratedPassphrase:
            vault.own.check(proof, self.waiting)
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

        self.say_wait()
        self.work(work, show, Doing(CHANGE_PASSPHRASE, {}, self.done, failed=self._failed))

    @override
    def _failed(self, error: VaultError) -> None:
        super()._failed(error)
        if self._made is not None:
            self.say(together((self.said, _ON_PAPER), " "))

    def on_unmount(self) -> None:
        self._forget_proof()

    def _forget_proof(self) -> None:
        if self._proof is not None:
            self._proof.passphrase[:] = bytes(len(self._proof.passphrase))
            self._proof = None

    def _change(self, new: bytearray) -> None:
        self._new = new
        super().action_finish()

    @override
    def take_proof(self) -> ProofTyped | None:
        kept, self._proof = self._proof, None
        typed, new, self._new = kept or super().take_proof(), self._new, bytearray()
        if typed is None:
            new[:] = bytes(len(new))
            return None
        return replace(typed, new=new)

    @property
    def _kind(self) -> str:
        return self.query_one("#kind", ChoiceField).value
