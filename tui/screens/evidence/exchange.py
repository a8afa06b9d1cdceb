"""Exchange with another member: make a bundle, look into one, take one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, NEXT_FIELD, Command
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow, FormRows
from tui.text.safe_content import safe_content
from tui.values.values_exchange import PeerShown, ResultText
from tui.widgets.fields import SafeInput
from vault.progress import Progress, Stopped
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.gateway import Gateway

IMPORT, _SHOW, MAKE = "take", "show", "make"
_ACTS: Final = (
    (IMPORT, Message("import a bundle that was made for me")),
    (_SHOW, Message("look into a bundle, and import nothing")),
    (MAKE, Message("make a bundle for another member")),
)
_DOING: Final = {
    IMPORT: Message("Importing the bundle"),
    _SHOW: Message("Opening the bundle"),
    MAKE: Message("Making the bundle"),
}
_DONE: Final = {IMPORT: Message("The bundle is imported."), MAKE: Message("The bundle is made.")}
_STOPPED: Final = {
    IMPORT: Message("Stopped. What did not arrive whole is not here; import the bundle again."),
    _SHOW: Message("Stopped. Nothing was imported."),
    MAKE: Message("Stopped. There is no bundle."),
}
_ABOUT: Final = Message(
    "A bundle is one sealed file, say on a stick. It opens on the devices of the member for whom it was made and "
    "nowhere else. Importing it twice changes nothing."
)


class ExchangeScreen(FormScreen):
    """Shows what came of it, and stays.

    Args:
        act: what was chosen already: then it begins with the file.
        member: for whom, where a bundle is made.
    """

    NAME = Message("Exchange")
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Do what is chosen"), "F4", Message("do it")),
        BROWSE,
        NEXT_FIELD,
        BACK,
    )

    def __init__(self, act: str = "", member: str = "") -> None:
        super().__init__()
        self._begins_with, self._member = act or IMPORT, member
        self._is_chosen = bool(act)

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow(Message("What"), ChoiceField(_ACTS, value=self._begins_with, id="act")),
            Vertical(id="member-place", classes="place"),
            FormRow(Message("File"), PlaceInput(placeholder="/media/stick/from-joel.bundle", id="file")),
            Static(safe_content(_ABOUT), classes="about"),
            Static("", id="result"),
        )

    def on_mount(self) -> None:
        """Ask who the others are."""
        self._show_act()
        self.query_one("#file" if self._is_chosen else "#act").focus()
        self.ask(lambda vault: vault.exchange.peers(), self._peers_found)

    def _peers_found(self, peers: tuple[PeerShown, ...]) -> None:
        self.call_later(self._show_peers, peers)

    async def _show_peers(self, peers: tuple[PeerShown, ...]) -> None:
        place = self.query_one("#member-place")
        if peers:
            words = [(peer.member, peer.name) for peer in peers]
            await place.mount(FormRow(Message("For"), ChoiceField(words, value=self._member, id="member")))
        else:
            alone = Message("No member has another device; members join from the list of members.")
            await place.mount(Static(safe_content(alone)))

    @on(ChoiceField.Changed, "#act")
    def _show_act(self) -> None:
        self.query_one("#member-place").display = self._act == MAKE
        self.query_one("#file", PlaceInput).new = "bundle" if self._act == MAKE else ""

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        """Do what is chosen."""
        act = self._act
        members = self.query("#member").results(ChoiceField)
        member = next((member.value for member in members), "")
        if act == MAKE and not member:
            self.warn(Message("There is nobody to make a bundle for."))
            return
        file = self.place("file")
        if file is None:
            return
        self.write("result", "")
        self.say("")

        def work(vault: Gateway, progress: Progress, stopped: Stopped) -> ResultText:
            if act == MAKE:
                return vault.exchange.make(member, file, progress, stopped)
            doing = vault.exchange.import_bundle if act == IMPORT else vault.exchange.show
            return doing(file, progress, stopped)

        self.work_long(_DOING[act], work, partial(self._done, act), when_stopped=_STOPPED[act])

    def _done(self, act: str, told: ResultText) -> None:
        self.write("result", *told.lines)
        if told.pending:
            self.warn(Message("Something waits for you or for another bundle: read on above."))
        else:
            self.say(_DONE.get(act, ""))

    @property
    def _act(self) -> str:
        return self.word("act")
