"""Exchange with another member: make a bundle, look into one, take one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow
from tui.screens.frame.long_work import Progress, Stopped
from tui.text.safe_content import safe_content
from tui.values.values_exchange import PeerShown, ResultText
from tui.widgets.fields import SafeInput

if TYPE_CHECKING:
    from tui.gateway import Gateway

_IMPORT, _SHOW, _MAKE = "take", "show", "make"
_ACTS: Final = (
    (_IMPORT, "import a bundle that was made for me"),
    (_SHOW, "look into one, and import nothing"),
    (_MAKE, "make one for another member"),
)
_DOING: Final = {_IMPORT: "Taking the bundle", _SHOW: "Opening the bundle", _MAKE: "Making the bundle"}
_STOPPED: Final = {
    _IMPORT: "Stopped. What had not come whole is not here; import it again.",
    _SHOW: "Stopped. Nothing was imported.",
    _MAKE: "Stopped. There is no bundle.",
}
_ABOUT: Final = (
    "A bundle is one sealed file, say on a stick. It opens on the devices of the member for whom it was made and "
    "nowhere else. Taking one twice changes nothing."
)


class ExchangeScreen(FormScreen):
    """Shows what came of it, and stays."""

    NAME = "EXCHANGE"
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", "Do what is chosen", "F4", "do it"),
        BROWSE,
        Command("tab", "app.focus_next", "Next field", "Tab", "next field"),
        Command("escape", "back", "Back", "Esc", "back"),
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            FormRow("What", ChoiceField(_ACTS, id="act")),
            Vertical(id="member-place", classes="place"),
            FormRow("File", PlaceInput(placeholder="/media/stick/from-joel.bundle", id="file")),
            Static(safe_content(_ABOUT), classes="about"),
            Static("", id="result"),
            classes="form",
            can_focus=False,
        )

    def on_mount(self) -> None:
        """Ask who the others are."""
        self.query_one("#member-place").display = False
        self.query_one("#act").focus()
        self.ask(lambda vault: vault.exchange.peers(), self._peers_found)

    def _peers_found(self, peers: tuple[PeerShown, ...]) -> None:
        self.call_later(self._show_peers, peers)

    async def _show_peers(self, peers: tuple[PeerShown, ...]) -> None:
        place = self.query_one("#member-place")
        if peers:
            words = [(peer.member, peer.name) for peer in peers]
            await place.mount(FormRow("For", ChoiceField(words, id="member")))
        else:
            await place.mount(Static("No member has another device; members join from the list of members."))

    @on(ChoiceField.Changed, "#act")
    def _show_act(self) -> None:
        self.query_one("#member-place").display = self._act == _MAKE
        self.query_one("#file", PlaceInput).new = "bundle" if self._act == _MAKE else ""

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        """Do what is chosen."""
        act = self._act
        members = self.query("#member").results(ChoiceField)
        member = next((member.value for member in members), "")
        if act == _MAKE and not member:
            self.say("! There is nobody to make a bundle for.")
            return
        file = self.place("file")
        if file is None:
            return
        self.query_one("#result", Static).update("")
        self.say("")

        def work(vault: Gateway, progress: Progress, stopped: Stopped) -> ResultText | None:
            if act == _MAKE:
                return vault.exchange.make(member, file, progress, stopped)
            doing = vault.exchange.import_bundle if act == _IMPORT else vault.exchange.show
            return doing(file, progress, stopped)

        self.work_long(_DOING[act], work, partial(self._done, act), when_stopped=_STOPPED[act])

    def _done(self, act: str, told: ResultText) -> None:
        self.query_one("#result", Static).update(safe_content("\n".join(told.lines)))
        pending = "! Something waits for you or for another bundle: read on above." if told.pending else ""
        self.say(pending or {_IMPORT: "The bundle is imported.", _MAKE: "The bundle is made."}.get(act, ""))

    @property
    def _act(self) -> str:
        return self.word("act")
