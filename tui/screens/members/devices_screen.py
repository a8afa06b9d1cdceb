"""The devices of the organisation: whose they are, and what to do when one is gone."""

from __future__ import annotations

from typing import ClassVar, Final

from typing_extensions import override

from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.dialogs import AskLine, ResultDialog
from tui.screens.frame.list_rows import ListScreen
from tui.screens.members.lost_devices import LostForm, show_taken
from tui.screens.members.member_changes import ChangingScreen
from tui.values.access_shown import DeviceLine
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow
from vault.words.message import Message, Words, plural

_MOVED: Final = Message(
    "Do it only once everything of it is on this device: what was written there and not brought here is lost."
    " It opens nothing new."
)


class DevicesScreen(ListScreen, ChangingScreen):
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
        self._devices: tuple[DeviceLine, ...] = ()

    def on_screen_resume(self) -> None:
        if self._is_read:
            self.say("")

    @override
    def action_refresh(self) -> None:
        self.ask(lambda vault: vault.devices.list_all(), self._show)

    def action_lost(self) -> None:
        device = self._here()
        if device is None:
            return
        if device.is_this:
            self.warn(Message("You work on this device. Revoke it from another device of yours, or ask an admin."))
            return
        self.app.push_screen(LostForm(device))

    def action_drill(self) -> None:
        device = self._here()
        if device is not None:
            show_taken(self, device)

    def action_name(self) -> None:
        device = self._here()
        if device is None:
            return

        def answered(text: str) -> None:
            self.ask(lambda vault: vault.devices.name(device.seat, text), lambda _: self._named())

        question = Message(
            "What is this device of {owner} called? Say `old laptop`, never where it is kept.", owner=device.owner
        )
        self.unless_left(AskLine(question, value=device.name), answered)

    def action_invite(self) -> None:
        head = Message("A further device of yours")
        self.ask(
            lambda vault: vault.members.how_to_join(own=True),
            lambda told: self.app.push_screen(ResultDialog(head, told.lines)),
        )

    def action_give(self) -> None:
        device = self._here()
        if device is None:
            return
        if device.is_this or not device.is_yours:
            self.warn(Message("Choose another device of yours. To other members you give cases one by one."))
            return

        def give() -> None:
            self.work_long(
                Message("Giving your cases"),
                lambda vault, progress, stopped: vault.devices.give_cases(device.seat, progress, stopped),
                self.tell_done,
                when_stopped=Message("Stopped. What was given stays given; do it again for the rest."),
                alone=True,
            )

        self.confirm(
            Message("Give all your cases to {called}?", called=device.called),
            Message("Everything that you can open here can be opened there, with its passphrase."),
            give,
            yes=Message("Give them"),
            no=Message("Keep them here"),
        )

    def action_end_moved(self) -> None:
        device = self._here()
        if device is None:
            return
        if device.is_this or not device.is_yours:
            self.warn(Message("Choose an old device of yours. l revokes a device of others, or a lost device."))
            return

        def end() -> None:
            self.change(
                Message("Revoking the old device"),
                lambda vault, _progress, _stopped: vault.devices.end_moved(device.seat),
                self.action_refresh,
            )

        self.confirm(
            Message("Revoke {called}?", called=device.called),
            _MOVED,
            end,
            yes=Message("Revoke it"),
            no=Message("Keep it"),
        )

    def _named(self) -> None:
        self.say(Message("The device has this name now."))
        self.action_refresh()

    def _show(self, devices: tuple[DeviceLine, ...]) -> None:
        self._devices = devices
        self._is_read = True
        self.show_rows((ListRow(device.seat, _cells(device)) for device in devices), self._list.cursor)
        self.head(plural("{count} device", "{count} devices", count=len(devices)))

    def _here(self) -> DeviceLine | None:
        return self.at_cursor({device.seat: device for device in self._devices})


def _cells(device: DeviceLine) -> tuple[Words, ...]:
    return (device.seat[:8], device.owner, device.name, Message("this one") if device.is_this else "")
