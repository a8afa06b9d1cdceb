"""What makes a new vault safe and useful: four things in any order, ticked as they are done, gone when all are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Final, NamedTuple

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as Event
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.signs import DONE, TO_DO
from tui.looks.tokens import Token
from tui.text.safe_content import safe_content
from tui.widgets.text_cells import Cell, Column
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.words.message import Message, Words


class _Thing(NamedTuple):
    name: Message
    how: Message
    why: Message
    place: str


_THINGS: Final = (
    _Thing(
        Message("Recovery sheets"),
        Message("on paper, about 10 minutes"),
        Message("Without them a lost passphrase is the end of the vault."),
        "app.go('own_access')",
    ),
    _Thing(
        Message("First backup"),
        Message("a USB stick, 1 minute"),
        Message("It is read again at once, so you know that it works."),
        "app.go('back_up')",
    ),
    _Thing(
        Message("A second member"),
        Message("with 13 words read aloud"),
        Message("One person alone can lose everything in one evening."),
        "app.go('members')",
    ),
    _Thing(
        Message("The first case"),
        Message("n, then a name"),
        Message("Or search first: a colleague may have it already."),
        "",
    ),
)
_FOR_WHY: Final = (76, 18)
"""The cells and rows that it takes to say why each is good."""
_COLUMNS: Final = (Column("", 1), Column("", 20, runs_on=True), Column("", runs_on=True))


class NewVault(Vertical):
    """The four things, as large as the screen: while nothing is in the vault, there is nothing else to see."""

    SCOPED_CSS = False
    DEFAULT_CSS: ClassVar[str] = """
    NewVault { height: 1fr; padding-top: 1; }
    NewVault > Static { height: auto; padding: 0 4; }
    NewVault > VirtualList { height: auto; min-height: 4; max-height: 12; margin: 1 2; }
    .-slim NewVault > Static { padding: 0 2; }
    .-slim NewVault > VirtualList { margin: 1 0; }
    """

    class Begun(Event):
        """One of them was chosen; `place` is the action that goes there, empty for a new case."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._done: tuple[bool, ...] = ()

    @override
    def compose(self) -> Iterable[Widget]:
        yield Static("", id="nothing-yet")
        yield VirtualList(_COLUMNS, id="things", has_states=True, is_part=True)
        yield Static("", id="phone")

    def on_mount(self) -> None:
        nothing = safe_content(Message("Nothing is in this vault yet."), "bold")
        order = safe_content(Message("Four things make it safe and useful, in any order."), "$dim")
        begun_content = Content("\n").join((nothing, order))
        self.query_one("#nothing-yet", Static).update(begun_content)
        phone = safe_content(Message("Somebody is on the phone right now?"), "bold")
        call = safe_content(Message("takes a call without any case; nothing else has to be done first."))
        key = Content.styled("F9", "bold $acc")
        phone_content = Content("\n").join((phone, Content(" ").join((key, call))))
        self.query_one("#phone", Static).update(phone_content)

    @property
    def is_whole(self) -> bool:
        return bool(self._done)

    def show(self, done: Sequence[bool]) -> None:
        """Show which are done; nothing where none are asked."""
        self._done = tuple(done)
        self.display = self.is_whole
        self._lay()

    def on_resize(self) -> None:
        """Leave out why each is good where there is no room for it."""
        self._lay()

    def _lay(self) -> None:
        has_room = self.size.width >= _FOR_WHY[0] and self.size.height >= _FOR_WHY[1]
        rows = [row for number, done in enumerate(self._done) for row in _rows(number, is_done=done, whole=has_room)]
        place = self._list.cursor
        self._list.show_source(FixedRows(rows))
        self._list.styles.height = max(len(rows), 1)
        self._list.cursor = place

    def stand(self) -> None:
        """Put the cursor here."""
        self._list.focus()

    def begin(self, number: int) -> None:
        if number <= len(_THINGS):
            self.post_message(self.Begun(_THINGS[number - 1].place))

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        event.stop()
        self.begin(int(event.row.key))

    @property
    def _list(self) -> VirtualList:
        return self.query_one("#things", VirtualList)


def ticked(done: Sequence[bool], *, is_whole: bool) -> list[tuple[str, Words, Words]]:
    """Return the four things, each with the sign of whether it is done; where there is little room, those to do."""
    return [
        (DONE if is_done else TO_DO, thing.name, "")
        for is_done, thing in zip(done, _THINGS, strict=False)
        if is_whole or not is_done
    ]


def _rows(number: int, *, is_done: bool, whole: bool) -> Iterator[ListRow]:
    thing = _THINGS[number]
    state = Cell(DONE, Token.OK) if is_done else Cell(TO_DO, Token.DIM)
    key = str(number + 1)
    yield ListRow(key, (Cell(key, Token.ACC, bold=True), Cell(thing.name, bold=True), thing.how), state)
    if whole:
        yield ListRow(key, ("", Cell(thing.why, Token.DIM), ""), is_passed=True)
        if number + 1 < len(_THINGS):
            yield ListRow(key, ("", "", ""), is_passed=True)
