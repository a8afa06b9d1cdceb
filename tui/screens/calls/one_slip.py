"""One open call slip, whole, and the three ways in which it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from textual.widget import Widget
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.calls.ending_slips import PickCase
from tui.screens.calls.slip_form import SlipForm
from tui.screens.erasing.erase import erase_form
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.screens.frame.wording import moment
from tui.text.in_words import in_words, together
from tui.text.safe_text import safe_line
from tui.values.shaping import do_not_call
from tui.values.values_calls import SlipLine
from tui.widgets.cells import Cell
from tui.widgets.long_text import LongText
from vault.acts.intake import CLOSE, MOVE
from vault.words.message import Message, Words

_LONGEST_TITLE: Final = 60


class OneSlip(ActScreen):
    """Ends with what became of the slip, or empty."""

    NAME = Message("Call")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("m", "move", Message("Move all its words into a case"), "m", Message("into a case")),
        Command("n", "new", Message("Make a case of it"), "n", Message("new case")),
        Command("e", "edit", Message("Correct it"), "e", Message("edit")),
        Command("x", "close", Message("Close it: it becomes no case"), "x", Message("close")),
        Command("", "erase", Message("Erase it for good, without a trace of its words"), ""),
        BACK,
    )

    def __init__(self, slip: SlipLine) -> None:
        super().__init__()
        self._slip = slip

    @override
    def compose_middle(self) -> Iterable[Widget]:
        never = tuple(Cell(do_not_call(number), Token.ALARM, bold=True) for number in self._slip.do_not_call)
        yield LongText(_whole(self._slip), first=(*never, Cell("")) if never else (), id="slip-words")

    def on_mount(self) -> None:
        """Say from when it is."""
        late = Message("OVERDUE: move it or close it") if self._slip.is_overdue else ""
        self.head(moment(self._slip.received_ms), late)
        self.query_one("#slip-words").focus()

    def action_move(self) -> None:
        """Choose the case that gets its words."""
        move(self, self._slip, self.end)

    def action_new(self) -> None:
        """Make a case of it."""
        make_case(self, self._slip, self.end)

    def action_edit(self) -> None:
        """Correct it."""
        correct(self, self._slip, self.end)

    def action_erase(self) -> None:
        """Show what goes, and erase it."""
        shown = erase_form([self._slip.slip], moment(self._slip.received_ms))
        self.unless_left(shown, self.end)

    def action_close(self) -> None:
        """Close it, after a question."""
        self.do(Doing(CLOSE, {"slip": (self._slip.slip,)}, lambda told: self.end(told.lines[0])))


def move(screen: ActScreen, slip: SlipLine, then: Callable[[str], None]) -> None:
    """Ask for the case, move the slip there, and go on with a sentence."""

    def chosen(case: str) -> None:
        screen.do(Doing(MOVE, {"slip": (slip.slip,), "to": (case,)}, lambda told: then(in_words(told.lines[0]))))

    screen.unless_left(PickCase(slip), chosen)


def make_case(screen: ActScreen, slip: SlipLine, then: Callable[[str], None]) -> None:
    """Ask what case it is, make it of the slip, open it, and go on with a sentence on the screen below."""
    first = {"title": safe_line(slip.name)[:_LONGEST_TITLE]}
    screen.unless_left(ActForm(MOVE, {"slip": (slip.slip,)}, "", first=first), then)


def correct(screen: VaultScreen, slip: SlipLine, then: Callable[[str], None]) -> None:
    """Show the slip in its fields, and go on with a sentence about what was corrected."""
    screen.unless_left(SlipForm(slip), then)


def caller(slip: SlipLine) -> str:
    """Return who called, as far as that was heard."""
    return slip.name or slip.number or "—"


def _whole(slip: SlipLine) -> str:
    lines: list[Words] = [
        Message("Number: {number}", number=slip.number or "—"),
        Message("Heard name: {name}", name=slip.name or "—"),
        Message("Language: {language}", language=slip.language or "—"),
        Message("Call back: {wish}", wish=slip.asked_back or "—"),
        "",
        slip.text or "—",
    ]
    return together(lines)
