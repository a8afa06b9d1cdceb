"""The first screen: member, then passphrase. What is typed stays in the field, and leaves it once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import EVERYWHERE, Command, VaultScreen, hints
from tui.screens.frame.desk import Unlocked
from tui.screens.frame.screen_words import moment
from tui.text.in_words import together, warning
from tui.text.safe_content import safe_content
from tui.widgets.fields import HiddenInput, PassphraseInput, SafeInput
from tui.widgets.screen_lines import Hint
from vault.casework.script import Script, script_of
from vault.errors import WrongPassphraseError
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.gateway import Gateway
    from vault.errors import VaultError


_LOST: Final = Message(
    "Do you also need a keyfile or a security key? F5. Is the passphrase lost for good? F9: recovery sheets"
    " open this vault or a backup."
)


_LOOK_SECONDS: Final = 30


class UnlockScreen(VaultScreen):
    """Asks who is there and for the passphrase, and says in which script it is typed."""

    NAME = Message("CaseVault is locked")
    HAS_CHIP = False
    AUTO_FOCUS = ""  # never the first field, which can be read: what is typed next may be a passphrase
    ACTS: ClassVar[tuple[Command, ...]] = (
        # First: a passphrase typed ahead must not come into the field above, where it can be read.
        Command(
            "f4,enter",
            "next",
            Message("Go on (also Enter); after the passphrase: open"),
            "F4",
            Message("open"),
            first=True,
        ),
        Command(
            "f5", "show_more", Message("A keyfile or a security key beside the passphrase"), "F5", Message("keyfile")
        ),
        Command("f7", "show_length", Message("Show how many characters are typed"), "F7", Message("length")),
        Command(
            "f9",
            "come_back",
            Message("Back in with recovery sheets: the passphrase is lost, or all but a backup"),
            "F9",
            Message("sheets"),
        ),
        Command("ctrl+q", "app.quit", Message("Quit"), "Ctrl+Q", Message("quit"), rank=0),
    )

    def __init__(
        self, vault_name: str, member: str | None, *, comes_back: bool = False, due: tuple[int, ...] = ()
    ) -> None:
        super().__init__()
        self._comes_back = comes_back
        self._vault_name = vault_name
        self._member = member or ""
        self._shows_length = False
        self._opening: Timer | None = None
        self._seconds = 0
        self._waits = 0
        self._is_typing = False
        self._due = due

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Vertical(
            Static(safe_content(Message("Member")), classes="label"),
            SafeInput(self._member, id="member"),
            Static(safe_content(Message("Passphrase")), classes="label"),
            HiddenInput(id="passphrase"),
            Static("", id="script"),
            Vertical(
                Static(safe_content(Message("Keyfile: where it is, if you have one")), classes="label"),
                SafeInput(id="keyfile"),
                Static(safe_content(Message("PIN of your security key, if you have one")), classes="label"),
                PassphraseInput(id="pin"),
                id="more",
            ),
            Static("", id="before"),
            Static(safe_content(_LOST), id="lost"),
            id="unlock",
        )

    @override
    def footer(self) -> list[Hint]:
        return hints([EVERYWHERE[0], *self.commands()])

    def on_mount(self) -> None:
        """Put the cursor where something is missing."""
        self.head(right=self._vault_name)
        self.query_one("#passphrase" if self._member else "#member").focus()
        self._show_script("")
        self.query_one("#more").display = False
        self._look_whether_closed()
        self._look_before()
        if self._due:
            self._say_what_is_due()
            self.set_interval(_LOOK_SECONDS, self._say_what_is_due)
        if self._comes_back:
            self.call_after_refresh(self.action_come_back)

    def _say_what_is_due(self) -> None:
        """Say that a time has come at which something is due: only the unlocked vault knows what."""
        if self._opening is None and any(time * 1000 <= self.desk.now_ms() for time in self._due):
            self._due = ()
            self.say(Message("Something is due. Unlock to see what."))

    def action_come_back(self) -> None:
        """Lead in those whom no passphrase lets in."""
        from tui.screens.credentials.come_back import ComeBack  # noqa: PLC0415 - not needed for the first paint

        def came(member: str | None) -> None:
            if member:
                self.query_one("#member", SafeInput).value = member
                self._passphrase.focus()
                self.say(Message("Access is restored. Now the new passphrase opens the vault."))

        if not self.is_opening:
            self.app.push_screen(ComeBack(self.query_one("#member", SafeInput).value.strip()), came)

    def action_show_more(self) -> None:
        """Show the fields of keyfile and security key, or take them away together with what was typed there."""
        more = self.query_one("#more")
        more.display = not more.display
        for field in more.query(SafeInput):
            field.value = ""
        self.query_one("#keyfile" if more.display else "#passphrase").focus()

    def action_show_length(self) -> None:
        """Show or hide how long the passphrase is; never a character of it."""
        self._shows_length = not self._shows_length
        self._show_script(self._passphrase.value)

    def action_next(self) -> None:
        field = self.focused
        if field is self.query_one("#member"):
            self.set_focus(self._passphrase)
        elif field is not None:
            field.call_later(self._unlock)  # behind the letters that the field has not seen yet

    def _unlock(self) -> None:
        member = self.query_one("#member", SafeInput).value.strip()
        if self.is_opening:
            return
        if not member:
            self.warn(Message("Type the member's name first."))
            self.query_one("#member").focus()
            return
        passphrase = self._passphrase.take()
        self._form.disabled = True  # no field takes what is typed on: the name above can be read
        self._seconds = 0
        self.say(Message("Opening. Guessing is made slow on purpose, so this takes a moment."))
        self._opening = self.set_interval(1, self._say_how_long)
        # The bytes are wiped by who gets them; the field's own text is gone from it, not from Python's memory.
        self._waits = 0
        keyfile = self.query_one("#keyfile", SafeInput).value.strip()
        pin = self.query_one("#pin", PassphraseInput).take().decode("utf-8", "replace")

        def opening(vault: Gateway) -> None:
            vault.keyfile, vault.pin = keyfile, pin
            try:
                vault.unlock(member, passphrase, self._told_to_wait)
            finally:
                vault.pin = ""

        self.ask(opening, lambda _: self._unlocked(), failed=self._refused)

    @on(SafeInput.Changed, "#passphrase")
    def _passphrase_typed(self, event: SafeInput.Changed) -> None:
        self._show_script(event.value)
        if event.value and not self._is_typing:  # hours may lie between the painting of this screen and now
            self._look_whether_closed()
        self._is_typing = bool(event.value)

    def _look_whether_closed(self) -> None:
        """Say before somebody types that the vault is open in another window."""
        self.ask(lambda vault: vault.require_closed(), lambda _: None)

    def _look_before(self) -> None:
        """Tell when the vault was opened last, and of tries that failed since: who sits here knows whether it was they.

        There may be no vault yet: then nothing is told.
        """
        self.ask(lambda vault: vault.before(), self._show_before, failed=lambda _: None)

    def _show_before(self, found: tuple[int | None, int]) -> None:
        opened_ms, tries = found
        never = Message("Never opened by this account on this computer")
        last = never if opened_ms is None else Message("Last opened here {moment}", moment=moment(opened_ms))
        failed = plural("{count} try failed since", "{count} tries failed since", count=tries)
        self.write("before", *([last, warning(failed)] if tries else [last]))

    def _say_how_long(self) -> None:
        if self._waits:
            self.say(
                Message("There were wrong attempts: this one waits {n} s. Ctrl+Q ends the waiting.", n=self._waits)
            )
            return
        self._seconds += 1
        self.say(Message("Opening, {seconds} s so far. Guessing is made slow on purpose.", seconds=self._seconds))

    def _told_to_wait(self, seconds_left: int) -> None:
        # From the worker; the timer shows it.
        self._waits = seconds_left

    def _unlocked(self) -> None:
        self._stop_waiting()
        self.post_message(Unlocked())

    def _refused(self, error: VaultError) -> None:
        self._stop_waiting()
        self._form.disabled = False
        self._passphrase.focus()
        self._look_before()
        self.set_class(isinstance(error, WrongPassphraseError), "-refused")
        self.fail(error)

    def _stop_waiting(self) -> None:
        if self._opening is not None:
            self._opening.stop()
            self._opening = None

    def _show_script(self, typed: str) -> None:
        said = [Message("Letters typed: {script}", script=script_words(typed))]
        if self._shows_length:
            said.append(plural("{count} character", "{count} characters", count=len(typed)))
        self.write("script", together(said, ", "))

    @property
    def is_opening(self) -> bool:
        """Whether the vault opens, or is open already."""
        return self._form.disabled

    @property
    def _form(self) -> Vertical:
        return self.query_one("#unlock", Vertical)

    @property
    def _passphrase(self) -> PassphraseInput:
        return self.query_one("#passphrase", PassphraseInput)


def script_words(typed: str) -> Message:
    """Return in which script the letters are, or that two are mixed."""
    scripts = dict.fromkeys(script_of(letter) for letter in typed if letter.isalpha())
    scripts.pop(Script.COMMON, None)
    if len(scripts) > 1:
        return Message("mixed ({scripts})", scripts=together((_WORDS[script] for script in scripts), ", "))
    return next((_WORDS[script] for script in scripts), Message("none yet"))


_WORDS = {
    Script.LATIN: Message("Latin"),
    Script.CYRILLIC: Message("Cyrillic"),
    Script.ARABIC: Message("Arabic"),
    Script.COMMON: Message("other"),
}
