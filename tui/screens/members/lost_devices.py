"""A device that is out of our hands: ended, or taken with what is on it; and whom to warn, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.gateway.unlocked_vault import telling
from tui.looks.tokens import Token
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.screens.frame.dialogs import ask_new_file
from tui.screens.frame.form_screen import FormScreen
from tui.screens.frame.long_work import LongWorkScreen
from tui.text.in_words import in_words, together
from tui.text.safe_content import safe_content
from tui.widgets.long_text import LongText
from tui.widgets.text_cells import Cell
from vault.acts.act import Act, Told
from vault.acts.device import REVOKE, write_list
from vault.progress import Progress, Stopped
from vault.services.members.warning import warn_rows
from vault.services.safety import seizure
from vault.services.safety.seizure import Seizure
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway
    from vault.services.members.devices import Device


class LostForm(ActForm):
    """Asks once more, ends the device, and shows whom to warn."""

    def __init__(self, device: Device) -> None:
        super().__init__(REVOKE, {"device": (device.seat.hex(),)}, device.called)
        self._device = device

    @override
    def sheets_left(self, act: Act[Any]) -> None:
        """Show whom to warn all the same: sheets that are not at hand must not hold that up."""
        show_taken(self, self._device)

    @override
    def done(self, told: Told) -> None:
        if "warn" in told.data:
            self.app.push_screen(WarnScreen(told), lambda _: self.end("ended"))
        else:
            super().done(told)


class WarnScreen(FormScreen):
    """Whom to warn, for as long as the screen is open."""

    NAME = Message("Whom to warn")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "write", Message("Write the list into a file, in clear"), "F4", Message("into a file")),
        Command("escape", "back", Message("Everybody is noted: close the list"), "Esc", Message("close")),
    )

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(Static(safe_content(together(self._told.lines))), id="warn")

    def on_mount(self) -> None:
        self.query_one("#warn").focus()

    def action_write(self) -> None:
        write_warn_list(self, self._told.lines)


def write_warn_list(screen: VaultScreen, warn: Sequence[Words]) -> None:
    """Ask over a screen where whom to warn goes, and write it there."""
    question = Message("A new file for the list. It is personal data in clear, for as long as it is there:")

    def write(out: Path) -> None:
        screen.ask(lambda _: write_list(warn, out), screen.say)

    ask_new_file(screen, question, "/media/stick/whom-to-warn", write)


# A computer was taken: whom to warn in which order, what to do, what is on it; on the screen, and where one says.
_NOTHING_WRITTEN: Final = Message("Nothing is written yet: names and numbers are only on this screen.")


class TakenScreen(VaultScreen):
    """What was found out of a device, for as long as the screen is open."""

    NAME = Message("A computer was taken")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "write", Message("Whom to warn into a file, in clear"), "F4", Message("list into a file")),
        Command("ctrl+p", "print", Message("Print the page that names nobody"), "Ctrl+P", Message("page")),
        Command("l", "lost", Message("It is gone: revoke this device"), "l", Message("revoke it"), rank=2),
        BACK,
    )

    def __init__(self, device: Device, found: Seizure) -> None:
        super().__init__()
        self._device, self._found = device, found

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield LongText(first=tuple(_cells(self._found)), id="taken")

    def on_mount(self) -> None:
        count = self._found.warn.count
        self.head(self._device.called, plural("{count} to warn", "{count} to warn", count=count))
        self.query_one("#taken").focus()
        self.say(_NOTHING_WRITTEN)

    def action_write(self) -> None:
        write_warn_list(self, [row.words for row in warn_rows(self._found.warn)])

    def action_print(self) -> None:
        question = Message("A new file for the page, such as a PDF. It names nobody, and it is not encrypted.")
        ask_new_file(self, question, "/media/stick/drill.pdf", self._print)

    def _print(self, out: Path) -> None:
        found, told = self._found, Message("The page is at {path}. It names nobody, and is not encrypted.", path=out)
        self.ask(lambda vault: vault.read(seizure.print_page, found, out, in_words), lambda _: self.say(told))

    def action_lost(self) -> None:
        self.app.push_screen(LostForm(self._device))


def show_taken(screen: LongWorkScreen, device: Device) -> None:
    """Look what is on a device, and show it over a screen."""

    def work(vault: Gateway, progress: Progress, stopped: Stopped) -> Seizure:
        return vault.read(seizure.look, device.seat, progress=telling(progress, stopped))

    def show(found: Seizure) -> None:
        screen.app.push_screen(TakenScreen(device, found))

    screen.work_long(Message("Looking whom to warn"), work, show, when_stopped=Message("Stopped. Nothing is written."))


def _cells(found: Seizure) -> Iterator[Cell]:
    yield Cell(Message("Whom to warn"), Token.ACC, bold=True)
    for row in warn_rows(found.warn):
        yield Cell(row.words, Token.ALARM if row.is_barred else Token.FG, bold=row.is_barred)
    yield Cell("")
    yield Cell(Message("What to do"), Token.ACC, bold=True)
    yield from map(Cell, seizure.step_lines())
    yield Cell("")
    yield Cell(Message("What is on it"), Token.ACC, bold=True)
    yield from map(Cell, seizure.found_lines(found))
