"""`python -I -m tui.shell.second PARENT`: the second person at this keyboard, on a screen of their own.

The process opens no vault: what it shows it makes of the question itself. The passphrase never reaches the first one.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import EVERYWHERE, VaultScreen, bindings, hints
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.helping import Help
from tui.screens.referral.shown_whole import YOU_SAID_NO, QuestionScreen
from tui.shell.looking import looks_of_account
from tui.shell.quiet_process import keep_terminal_for_driver
from tui.shell.safe import SafeApp
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.widgets.fields import HiddenInput
from tui.widgets.overlays import Sheet
from tui.widgets.screen_lines import Hint, KeyLine
from vault.acts.approval import words_to_compare
from vault.clock import monotonic_ms
from vault.errors import RefusedError
from vault.platform import NobodyTypedError
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.gateway import Beside, PipeAnswer, PipeQuestion

_LOOK_SECONDS: Final = 1
_NOTHING_SIGNED: Final = Message("You signed nothing, and nothing was done.")


class _Passphrase(Sheet[bytearray]):
    """Asks for the passphrase, after the words to compare; empty for somebody who leaves."""

    def __init__(self, asked: PipeQuestion) -> None:
        super().__init__()
        self._asked = asked

    @override
    def compose(self) -> ComposeResult:
        words = words_to_compare(self._asked.wanted)
        with Vertical():
            yield Static(safe_content(together((*words, "")))) if words else Static("")
            yield Static(safe_content(Message("Passphrase of {name}", name=self._asked.name)), classes="label")
            yield HiddenInput(id="passphrase")
            yield KeyLine(Hint("Enter", Message("approve")), Hint("Esc", Message("back")))

    @on(HiddenInput.Submitted)
    def _typed(self) -> None:
        self.dismiss(self.query_one(HiddenInput).take())


class _Question(QuestionScreen):
    """Ends the app with what the person said."""

    def __init__(self, asked: PipeQuestion, pages: tuple[Beside, ...], answer: Callable[..., None]) -> None:
        super().__init__(asked.name, asked.wanted, pages)
        self._asked, self._answer = asked, answer

    @override
    def footer(self) -> list[Hint]:
        return hints([EVERYWHERE[0], *self.commands()])

    @override
    def approved(self, reason: str) -> None:
        def typed(passphrase: bytearray | None) -> None:
            if passphrase:
                self._answer(reason=reason, passphrase=passphrase)

        self.app.push_screen(_Passphrase(self._asked), typed)

    @override
    def declined(self, why: str) -> None:
        # The reason stays on this screen: who asks sits beside it, and an error holds no words of a person.
        lines = (_NOTHING_SIGNED, Message("Tell who asked you: I do not approve it. {why}", why=why))
        self.app.push_screen(ResultDialog(YOU_SAID_NO, lines), lambda _: self._answer())

    @override
    def action_back(self) -> None:
        self._answer()


class SecondApp(SafeApp):
    """One question, until it is answered."""

    CSS_PATH = Path(__file__).with_name("app.tcss")
    BINDINGS: ClassVar[list[BindingType]] = bindings(EVERYWHERE[:1])

    def __init__(self, asked: PipeQuestion, pages: tuple[Beside, ...], **looks: Any) -> None:
        super().__init__(**looks)
        self._asked, self._pages = asked, pages
        self._touched_ms = monotonic_ms()
        self.reason, self.passphrase = "", bytearray()
        self.is_left_at_once = self.has_waited = False

    def on_mount(self) -> None:
        self.push_screen(_Question(self._asked, self._pages, self.answer))
        self.set_interval(_LOOK_SECONDS, self._look_whether_idle)

    def action_help(self) -> None:
        if isinstance(screen := self.screen, VaultScreen):
            self.push_screen(Help(screen.help_name, screen.commands(), EVERYWHERE[-1:]))

    def answer(self, *, reason: str = "", passphrase: bytearray | None = None) -> None:
        """Take what the person said; without a reason they said no."""
        self.reason, self.passphrase = reason, passphrase or bytearray()
        self.blank()
        self.exit()

    @override
    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste):
            self._touched_ms = monotonic_ms()
        await super().on_event(event)

    def _look_whether_idle(self) -> None:
        longest_ms = self._asked.longest_wait_s * 1000
        if longest_ms and monotonic_ms() - self._touched_ms > longest_ms:
            self.has_waited = True
            self.answer()

    @override
    def end(self, code: int) -> None:
        """Leave at once: what the first person typed is kept there."""
        self.is_left_at_once = True
        self.answer()

    @override
    def action_help_quit(self) -> None:
        self.answer()


def ask(asked: PipeQuestion) -> PipeAnswer:
    """Show the question on the terminal of this process, and answer it.

    Raises:
        VaultError: what is shown is not what would be approved; or as `answer_of`.
    """
    from tui.gateway import side_by_side  # noqa: PLC0415 - the whole library

    asked.wanted.require_true()
    app = SecondApp(asked, side_by_side(asked.wanted), **looks_of_account())
    app.run(mouse=app.settings.has_mouse)
    if app.is_left_at_once:
        os.kill(os.getppid(), signal.SIGQUIT)
    return answer_of(app, asked)


def answer_of(app: SecondApp, asked: PipeQuestion) -> PipeAnswer:
    """Return the approval that the person gave there.

    Raises:
        RefusedError: they said no.
        NobodyTypedError: nobody said anything.
        VaultError: as `approved`.
    """
    from tui.gateway import NEXT_STEP, NOT_APPROVED, approved  # noqa: PLC0415 - the whole library

    if app.has_waited:
        raise NobodyTypedError
    if not app.reason:
        raise RefusedError(NOT_APPROVED, next_step=NEXT_STEP)
    return approved(asked, app.reason, app.passphrase)


def _on_terminal(asked: PipeQuestion) -> PipeAnswer:
    terminal, answers = os.open("/dev/tty", os.O_RDWR), os.dup(1)
    for descriptor in (0, 2):
        os.dup2(terminal, descriptor)
    os.close(terminal)
    keep_terminal_for_driver()
    try:
        return ask(asked)
    finally:
        os.dup2(answers, 1)


def main() -> int:
    """Answer on a screen."""
    from tui.gateway import serve  # noqa: PLC0415 - the whole library

    return serve(_on_terminal)


if __name__ == "__main__":
    sys.exit(main())
