"""In an emergency: a computer was taken, or somebody disappeared or was arrested."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.calls.ending_slips import PickCase
from tui.screens.emergency.pack_facts import PackFacts
from tui.screens.frame.base import BACK, NEXT_FIELD, Command, VaultScreen, leave
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import FormScreen
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.members.taken import show_taken
from tui.text.safe_content import safe_content
from tui.values.values_members import DeviceLine
from tui.values.values_safety import PackShown
from vault.words.message import Message, Words

_TAKEN, _GONE = "taken", "gone"
_ACTS: Final = (
    (_TAKEN, Message("a computer was taken")),
    (_GONE, Message("somebody disappeared or was arrested")),
)
_OPEN, _OTHER = "open", "other"
_OPEN_HERE: Final = (_OPEN, Message("of the case that is open"))
_CHOSEN: Final = (_OTHER, Message("of another case: choose it in a list"))
_AT_THE_DOOR: Final = Message("They are at the door: Ctrl+\\ closes CaseVault now and asks nothing.")
_ABOUT: Final = {
    _TAKEN: Message(
        "You see whom to warn, in which order, by which safe way, and what must not be used; then what to do. Nothing"
        " is written before you name a file."
    ),
    _GONE: Message(
        "You see which facts are confirmed, which are not, and what a reader would miss. Nothing leaves before"
        " you go on from there."
    ),
}


class WhichCase(PickCase):
    """Ends with the case that was chosen, or empty."""

    NAME = Message("Whose case?")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "take", Message("Take the case under the cursor"), "F4", Message("this case")),
        Command("down", "to_list", Message("From the words to the cases"), "Down", Message("cases")),
        leave(Message("Leave; nothing is read")),
    )


class EmergencyScreen(FormScreen):
    """Asks what happened and to whom, shows what follows, and stays."""

    NAME = Message("In an emergency")
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Show what to do"), "F4", Message("show")),
        NEXT_FIELD,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._devices: tuple[DeviceLine, ...] = ()
        self._case = ""

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            Static(safe_content(_AT_THE_DOOR), id="at-the-door"),
            FormRow(Message("What"), ChoiceField(_ACTS, id="act")),
            Vertical(id="device-place", classes="place"),
            Vertical(id="case-place", classes="place"),
            Static("", id="about", classes="about"),
        )

    async def on_mount(self) -> None:
        """Begin at what happened; whose computers there are follows."""
        self._case = self._open_case()
        cases = [_OPEN_HERE, _CHOSEN] if self._case else [_CHOSEN]
        await self.query_one("#case-place").mount(FormRow(Message("Whose pack"), ChoiceField(cases, id="case")))
        self._show_act()
        self.query_one("#act").focus()
        self.ask(lambda vault: vault.devices.list_all(), self._show_devices)

    def _open_case(self) -> str:
        below = (screen for screen in reversed(self.app.screen_stack) if isinstance(screen, VaultScreen))
        return next((spot.case for screen in below if (spot := screen.spot()) is not None and spot.case), "")

    def _show_devices(self, found: tuple[DeviceLine, ...]) -> None:
        self._devices = found
        words: list[tuple[str, Words]] = [(device.seat, _device_words(device)) for device in found]
        self.query_one("#device-place").mount(FormRow(Message("Which computer"), ChoiceField(words, id="device")))

    @on(ChoiceField.Changed, "#act")
    def _show_act(self) -> None:
        act = self.word("act")
        self.query_one("#device-place").display = act == _TAKEN
        self.query_one("#case-place").display = act == _GONE
        self.write("about", _ABOUT[act])

    def action_go_on(self) -> None:
        """Show what follows from what happened."""
        self.say("")
        if self.word("act") == _TAKEN:
            device = next((row for row in self._devices if row.seat == self.word("device")), None)
            if device is not None:
                show_taken(self, device)
        elif self.word("case") == _OPEN:
            self._read(self._case)
        else:
            self.app.push_screen(WhichCase(), self._read)

    def _read(self, case: str | None) -> None:
        if case:
            self.ask(lambda vault: vault.safety.facts(case), self._show_facts)

    def _show_facts(self, shown: PackShown) -> None:
        self.app.push_screen(PackFacts(shown))


def _device_words(device: DeviceLine) -> Words:
    called = Message("{owner}, {name}", owner=device.owner, name=device.name or device.seat[:8])
    return Message("{device}, this one", device=called) if device.is_this else called
