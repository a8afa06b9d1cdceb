"""The devices of the organisation: whose they are, and what to do when one is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, READ_AGAIN, Command, VaultScreen
from tui.screens.frame.dialogs import ResultDialog, ask_new_file
from tui.screens.frame.form_screen import FormScreen
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.long_work import LongWorkScreen
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.values.exchange_shown import TakenShown
from tui.widgets.long_text import LongText
from tui.widgets.text_cells import Cell, Column
from tui.widgets.virtual_list import ListRow
from vault.acts.act import Act, Told
from vault.acts.device import GIVE, MOVE, NAME, REVOKE, write_list
from vault.progress import Progress, Stopped
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Device
if TYPE_CHECKING:
    from tui.gateway import Device, Gateway

# A device that is out of our hands: ended, or taken with what is on it; and whom to warn, in which order.


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

    def __init__(self, device: Device, shown: TakenShown) -> None:
        super().__init__()
        self._device, self._shown = device, shown

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield LongText(first=tuple(_cells_of_taken(self._shown)), id="taken")

    def on_mount(self) -> None:
        count = self._shown.count
        self.head(self._device.called, plural("{count} to warn", "{count} to warn", count=count))
        self.query_one("#taken").focus()
        self.say(_NOTHING_WRITTEN)

    def action_write(self) -> None:
        write_warn_list(self, [words for words, _ in self._shown.warn])

    def action_print(self) -> None:
        question = Message("A new file for the page, such as a PDF. It names nobody, and it is not encrypted.")
        ask_new_file(self, question, "/media/stick/drill.pdf", self._print)

    def _print(self, out: Path) -> None:
        shown = self._shown
        self.ask(lambda vault: vault.safety.print_taken(shown, out), self.say)

    def action_lost(self) -> None:
        self.app.push_screen(LostForm(self._device))


def show_taken(screen: LongWorkScreen, device: Device) -> None:
    """Look what is on a device, and show it over a screen."""

    def work(vault: Gateway, progress: Progress, stopped: Stopped) -> TakenShown:
        return vault.safety.taken(device.seat.hex(), progress, stopped)

    def show(shown: TakenShown) -> None:
        screen.app.push_screen(TakenScreen(device, shown))

    screen.work_long(Message("Looking whom to warn"), work, show, when_stopped=Message("Stopped. Nothing is written."))


def _cells_of_taken(shown: TakenShown) -> Iterator[Cell]:
    yield Cell(Message("Whom to warn"), Token.ACC, bold=True)
    for words, is_barred in shown.warn:
        yield Cell(words, Token.ALARM if is_barred else Token.FG, bold=is_barred)
    yield Cell("")
    yield Cell(Message("What to do"), Token.ACC, bold=True)
    yield from map(Cell, shown.todo)
    yield Cell("")
    yield Cell(Message("What is on it"), Token.ACC, bold=True)
    yield from map(Cell, shown.there)


class DevicesScreen(ListScreen, ActScreen):
    """A list of all that are in."""

    NAME = Message("Devices")
    COLUMNS = (
        Column(Message("id"), 8, rank=1),
        Column(Message("whose"), 24),
        Column(Message("name")),
        Column("", 8),
    )
    LIST = "devices"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("l", "lost", Message("Lost, stolen or seized: revoke it, see whom to warn"), "l", Message("lost")),
        Command(
            "d", "drill", Message("Drill: what would be found on it, what to do, whom to warn"), "d", Message("drill")
        ),
        Command("n", "name", Message("Call it something"), "n", Message("name")),
        Command(
            "i", "invite", Message("How a further device of yours joins: two times 13 words"), "i", Message("join")
        ),
        Command("g", "give", Message("Give all your cases to this device of yours"), "g", Message("give")),
        Command("e", "end_moved", Message("Revoke your old device: you moved to the one in use"), "e"),
        READ_AGAIN,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._devices: list[Device] = []

    @override
    def action_refresh(self) -> None:
        self.ask(lambda vault: vault.devices.list_all(), self._show)

    def action_lost(self) -> None:
        device = self._here()
        if device is not None:
            self.app.push_screen(LostForm(device))

    def action_drill(self) -> None:
        device = self._here()
        if device is not None:
            show_taken(self, device)

    def action_name(self) -> None:
        device = self._here()
        if device is not None:
            self.unless_left(ActForm(NAME, {"device": (device.seat.hex(),)}, device.called), self._done)

    def action_invite(self) -> None:
        head = Message("A further device of yours")
        self.ask(
            lambda vault: vault.members.how_to_join(own=True),
            lambda told: self.app.push_screen(ResultDialog(head, told.lines)),
        )

    def action_give(self) -> None:
        self._do(GIVE, "device")

    def action_end_moved(self) -> None:
        self._do(MOVE, "ended")

    def _do(self, act: Act[Any], field: str) -> None:
        device = self._here()
        if device is not None:
            said = {field: (device.seat.hex(),)}
            self.do(Doing(act, said, lambda told: self.show_told(act.title, told, self._done)))

    def _done(self, words: Words) -> None:
        self.say(words)
        self.action_refresh()

    def _show(self, devices: list[Device]) -> None:
        self._devices = devices
        self._is_read = True
        self.show_rows((ListRow(device.seat.hex(), _cells(device)) for device in devices), self._list.cursor)
        self.head(plural("{count} device", "{count} devices", count=len(devices)))

    def _here(self) -> Device | None:
        return self.at_cursor({device.seat.hex(): device for device in self._devices})


def _cells(device: Device) -> tuple[Words, ...]:
    return (device.seat.hex()[:8], device.member_name, device.name, Message("this one") if device.is_this else "")
