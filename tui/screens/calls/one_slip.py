"""One open call slip, whole, and the three ways in which it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.calls.ending_slips import MakeCase, PickCase
from tui.screens.calls.slip_form import SlipForm
from tui.screens.erasing.erase import erase_form
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.screens.frame.known_already import make_unless_known
from tui.screens.frame.wording import moment
from tui.text.in_words import together
from tui.values.messages import OpenCase
from tui.values.shaping import do_not_call
from tui.values.values_calls import SlipLine
from tui.widgets.cells import Cell
from tui.widgets.confirm import Confirm
from tui.widgets.long_text import LongText
from vault.acts.intake import CLOSE
from vault.words.message import Message, Words


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


def move(screen: VaultScreen, slip: SlipLine, then: Callable[[str], None]) -> None:
    """Ask for the case, move the slip there, and go on with a sentence."""

    def chosen(case: str) -> None:
        _move_there(screen, slip, case, then)

    screen.unless_left(PickCase(slip), chosen)


def _move_there(
    screen: VaultScreen,
    slip: SlipLine,
    case: str,
    then: Callable[[str], None],
    *,
    same: str = "",
    is_second: bool = False,
) -> None:
    """Move the slip; where people of the case are called like who called, ask of each whether it is them."""

    def whose(people: Sequence[tuple[str, str]]) -> None:
        if not people:
            _move_there(screen, slip, case, then, is_second=True)
            return
        (record, name), *others = people

        def answered(is_same: bool | None) -> None:
            if is_same:
                _move_there(screen, slip, case, then, same=record)
            elif is_same is not None:
                whose(others)

        question = Confirm(
            Message("Is this {name}?", name=name),
            Message("Then no second person is made, and the spelling is added to this person."),
            yes=Message("The same person"),
            no=Message("Somebody else"),
            may_leave=True,
        )
        screen.app.push_screen(question, answered)

    make_unless_known(
        screen,
        lambda vault, anyway: vault.intake.move(slip.slip, case, same=same, is_second=is_second, anyway=anyway),
        lambda ref: then(_moved(ref)),
        here=whose,
    )


def make_case(screen: VaultScreen, slip: SlipLine, then: Callable[[str], None]) -> None:
    """Ask what case it is, make it of the slip, open it, and go on with a sentence on the screen below."""

    def made(case: str) -> None:
        case, _, ref = case.partition(" ")
        then(_moved(ref))
        screen.app.post_message(OpenCase(case, said=_moved(ref)))

    screen.unless_left(MakeCase(slip), made)


def correct(screen: VaultScreen, slip: SlipLine, then: Callable[[str], None]) -> None:
    """Show the slip in its fields, and go on with a sentence about what was corrected."""
    screen.unless_left(SlipForm(slip), then)


def caller(slip: SlipLine) -> str:
    """Return who called, as far as that was heard."""
    return slip.name or slip.number or "—"


def _moved(ref: str) -> str:
    return together([Message("Every word of the slip is in case {ref} now, and the slip is closed.", ref=ref)])


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
