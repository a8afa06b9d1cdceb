"""The devices of the organisation: whose they are, and what to do when one is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.list_rows import ListScreen
from tui.screens.members.lost_devices import LostForm, show_taken
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow
from vault.acts.act import Act
from vault.acts.device import GIVE, MOVE, NAME, WORDS
from vault.services.members import devices
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.services.members.devices import Device


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
        self.ask(lambda vault: vault.read(devices.list_all), self._show)

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
        self.do(Doing(WORDS, {}, lambda told: self.show_told(WORDS.title, told, lambda _: None)))

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
