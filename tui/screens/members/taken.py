"""A computer was taken: whom to warn in which order, what to do, what is on it; on the screen, and where one says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.widget import Widget
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.screens.frame.dialogs import ask_new_file
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.members.lost import LostForm, write_warn_list
from tui.text.in_words import in_words
from tui.values.values_members import DeviceLine
from tui.values.values_safety import TakenShown
from tui.widgets.cells import Cell
from tui.widgets.long_text import LongText
from vault.progress import Progress, Stopped
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway

_ON_SCREEN: Final = Message("Nothing is written yet: names and numbers are only on this screen.")


class TakenScreen(VaultScreen):
    """What was found out of a device, for as long as the screen is open.

    Args:
        device: which.
        shown: what was found.
    """

    NAME = Message("A computer was taken")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "write", Message("Whom to warn into a file, in clear"), "F4", Message("list into a file")),
        Command("ctrl+p", "print", Message("Print the page that names nobody"), "Ctrl+P", Message("page")),
        Command(
            "l", "lost", Message("It is gone: revoke this device, with new keys"), "l", Message("revoke it"), rank=2
        ),
        BACK,
    )

    def __init__(self, device: DeviceLine, shown: TakenShown) -> None:
        super().__init__()
        self._device, self._shown = device, shown

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield LongText(first=tuple(_cells(self._shown)), id="taken")

    def on_mount(self) -> None:
        """Say which it is, and how many to warn."""
        count = self._shown.count
        self.head(self._device.called, plural("{count} to warn", "{count} to warn", count=count))
        self.query_one("#taken").focus()
        self.say(_ON_SCREEN)

    def action_write(self) -> None:
        """Write whom to warn into a file."""
        write_warn_list(self, tuple(in_words(words) for words, _ in self._shown.warn))

    def action_print(self) -> None:
        """Ask where the page goes."""
        question = Message("A new file for the page, such as a PDF. It names nobody, and it is not encrypted.")
        ask_new_file(self, question, "/media/stick/drill.pdf", self._print)

    def _print(self, out: Path) -> None:
        shown = self._shown
        self.ask(lambda vault: vault.safety.print_taken(shown, out), self.say)

    def action_lost(self) -> None:
        """End the device."""
        if self._device.is_this:
            self.warn(Message("You work on this device. Revoke it from another device of yours, or ask an admin."))
            return
        self.app.push_screen(LostForm(self._device))


def show_taken(screen: LongWorkScreen, device: DeviceLine) -> None:
    """Look what is on a device, and show it over a screen."""

    def work(vault: Gateway, progress: Progress, stopped: Stopped) -> TakenShown:
        return vault.safety.taken(device.seat, progress, stopped)

    def show(shown: TakenShown) -> None:
        screen.app.push_screen(TakenScreen(device, shown))

    screen.work_long(Message("Looking whom to warn"), work, show, when_stopped=Message("Stopped. Nothing is written."))


def _cells(shown: TakenShown) -> Iterator[Cell]:
    yield Cell(Message("Whom to warn"), Token.ACC, bold=True)
    for words, is_barred in shown.warn:
        yield Cell(words, Token.ALARM if is_barred else Token.FG, bold=is_barred)
    yield Cell("")
    yield Cell(Message("What to do"), Token.ACC, bold=True)
    yield from map(Cell, shown.todo)
    yield Cell("")
    yield Cell(Message("What is on it"), Token.ACC, bold=True)
    yield from map(Cell, shown.there)
