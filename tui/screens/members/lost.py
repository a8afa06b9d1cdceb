"""A device that is out of our hands: it is ended, keys are replaced, and the list of whom to warn is there at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, VaultScreen, leave
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.dialogs import ask_new_file
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.members.changing import ChangingScreen
from tui.text.safe_content import safe_content
from tui.values.values_members import Changed, DeviceLine, LostShown
from vault.progress import Progress, Stopped
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway

_ABOUT: Final = Message(
    "The device is revoked, and every case that it and you can open gets a new key. Then you see whom to warn: "
    "the people of those cases, with the ways that are safe for them. The list can go into a file too: it is "
    "personal data in clear, for as long as that file is there."
)


_ON_SCREEN: Final = Message(
    "Personal data, on this screen alone: it is gone when you close it, and when the app locks."
)


class LostForm(FormScreen, ChangingScreen):
    """Asks once more, ends the device, and shows whom to warn.

    Args:
        device: which.
    """

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
        """Say which device it is."""
        self.head(self._device.called)
        self.query_one("#list").focus()

    def action_go_on(self) -> None:
        """Ask once more."""
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

        def act(vault: Gateway, _root: bool, progress: Progress, _stopped: Stopped) -> Changed:
            self._found = vault.devices.lost(seat, warn_list, progress)
            return self._found.changed

        # The list is what a person needs most: a signature that is missing must not hold it up.
        self.change(
            Message("Revoking the device, and making new keys"), act, self._show_list, when_left=self._show_list
        )

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
        """Show the list."""
        self.head(right=plural("{count} to warn", "{count} to warn", count=self._found.count))
        self.query_one("#warn").focus()
        self.say(self._found.kept or _ON_SCREEN)

    def action_write(self) -> None:
        """Write the list into a file."""
        write_warn_list(self, self._found.warn)


def write_warn_list(screen: VaultScreen, warn: tuple[str, ...]) -> None:
    """Ask over a screen where whom to warn goes, and write it there."""
    question = Message("A new file for the list. It is personal data in clear, for as long as it is there:")

    def write(out: Path) -> None:
        screen.ask(lambda vault: vault.devices.keep_list(warn, out), screen.say)

    ask_new_file(screen, question, "/media/stick/whom-to-warn", write)
