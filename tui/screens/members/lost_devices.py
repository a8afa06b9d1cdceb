"""A device that is out of our hands: ended, or taken with what is on it; and whom to warn, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.frame.base import BACK, NEXT_FIELD, Command, VaultScreen, leave
from tui.screens.frame.dialogs import ask_new_file
from tui.screens.frame.form_fields import FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, FormScreen, PlaceInput
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.members.member_changes import ChangingScreen
from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.values.access_shown import Changed, DeviceLine, LostShown
from tui.values.exchange_shown import TakenShown
from tui.widgets.long_text import LongText
from tui.widgets.text_cells import Cell
from vault.progress import Progress, Stopped
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway


# A device that is out of our hands: it is ended, and the list of whom to warn is there at once.
_ABOUT: Final = Message(
    "The device is revoked: nothing new is written for it. Then you see whom to warn: the people of the cases that "
    "it and you can open, with the ways that are safe for them. The list can go into a file too: it is personal data "
    "in clear, for as long as that file is there."
)


_ON_SCREEN: Final = Message(
    "Personal data, on this screen alone: it is gone when you close it, and when the app locks."
)


class LostForm(FormScreen, ChangingScreen):
    """Asks once more, ends the device, and shows whom to warn."""

    NAME = Message("Lost device")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Revoke the device"), "F4", Message("end the device")),
        BROWSE,
        NEXT_FIELD,
        leave(Message("Leave")),
    )

    def __init__(self, device: DeviceLine) -> None:
        super().__init__()
        self._device = device
        self._found: LostShown | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow(
                Message("List into"),
                PlaceInput(new="whom-to-warn", placeholder=Message("nothing: on the screen alone"), id="list"),
            ),
            Static(safe_content(_ABOUT), classes="about"),
        )

    def on_mount(self) -> None:
        self.head(self._device.called)
        self.query_one("#list").focus()

    def action_go_on(self) -> None:
        warn_list = self.place("list") if self.text("list") else None
        if self.text("list") and warn_list is None:
            return
        self.confirm(
            Message("Revoke {called}?", called=self._device.called),
            Message(
                "It cannot be undone: if the device is found, it has to join again. What was written there and has not"
                " come here is no longer accepted. What it could open until now may be copied."
            ),
            lambda: self._end_device(warn_list),
            yes=Message("Revoke it"),
            no=Message("Keep it"),
        )

    def _end_device(self, warn_list: Path | None) -> None:
        seat = self._device.seat

        def act(vault: Gateway, _progress: Progress, _stopped: Stopped) -> Changed:
            self._found = vault.devices.lost(seat, warn_list)
            return self._found.changed

        # The list is what a person needs most: sheets that are not at hand must not hold it up.
        self.change(Message("Revoking the device"), act, self._show_list, when_left=self._show_list)

    def _show_list(self) -> None:
        if self._found is not None:
            self.app.push_screen(WarnScreen(self._found), lambda _: self.end("ended"))


class WarnScreen(FormScreen):
    """Whom to warn, for as long as the screen is open."""

    NAME = Message("Whom to warn")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "write", Message("Write the list into a file, in clear"), "F4", Message("into a file")),
        Command("escape", "back", Message("Everybody is noted: close the list"), "Esc", Message("close")),
    )

    def __init__(self, found: LostShown) -> None:
        super().__init__()
        self._found = found

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(Static(safe_content("\n".join(self._found.warn))), id="warn")

    def on_mount(self) -> None:
        self.head(right=plural("{count} to warn", "{count} to warn", count=self._found.count))
        self.query_one("#warn").focus()
        self.say(self._found.kept or _ON_SCREEN)

    def action_write(self) -> None:
        write_warn_list(self, self._found.warn)


def write_warn_list(screen: VaultScreen, warn: tuple[str, ...]) -> None:
    """Ask over a screen where whom to warn goes, and write it there."""
    question = Message("A new file for the list. It is personal data in clear, for as long as it is there:")

    def write(out: Path) -> None:
        screen.ask(lambda vault: vault.devices.keep_list(warn, out), screen.say)

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

    def __init__(self, device: DeviceLine, shown: TakenShown) -> None:
        super().__init__()
        self._device, self._shown = device, shown

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield LongText(first=tuple(_cells(self._shown)), id="taken")

    def on_mount(self) -> None:
        count = self._shown.count
        self.head(self._device.called, plural("{count} to warn", "{count} to warn", count=count))
        self.query_one("#taken").focus()
        self.say(_NOTHING_WRITTEN)

    def action_write(self) -> None:
        write_warn_list(self, tuple(in_words(words) for words, _ in self._shown.warn))

    def action_print(self) -> None:
        question = Message("A new file for the page, such as a PDF. It names nobody, and it is not encrypted.")
        ask_new_file(self, question, "/media/stick/drill.pdf", self._print)

    def _print(self, out: Path) -> None:
        shown = self._shown
        self.ask(lambda vault: vault.safety.print_taken(shown, out), self.say)

    def action_lost(self) -> None:
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
