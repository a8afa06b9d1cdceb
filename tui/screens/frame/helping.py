"""Help for a screen, and its commands by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from rich.cells import set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.screen_words import packed
from tui.text.in_words import in_words, together
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeInput
from tui.widgets.overlays import Sheet
from tui.widgets.screen_lines import Hint, KeyLine
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.data_files import ReadWhenAsked, read_table
from vault.words.message import Message, Words

_KEY_WIDTH: Final = 12
_WIDTH: Final = 70
_OTHER_WORDS: Mapping[str, str] = ReadWhenAsked(lambda: read_table("tui.text", "other_words.toml", dict[str, str]))
"""What else people call a command, by its action."""


class Help(Sheet[str]):
    """All keys of the screen below, and those that work everywhere."""

    DEFAULT_CSS = """
    Help > VerticalScroll { padding: 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1,enter", "leave", show=False)]

    def __init__(self, name: Words, commands: Sequence[Command], everywhere: Sequence[Command]) -> None:
        super().__init__()
        own = [_line(command, without_key="F2") for command in commands]
        common = packed((str(Hint(command.shown, command.brief)) for command in everywhere if command.shown), _WIDTH)
        head = Message("{screen}: what the keys do", screen=name)
        self._text = together([head, "", *own, "", Message("Everywhere"), *common, "", _IN_TEXT, _LETTERS])

    @override
    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(safe_content(self._text))


class CommandList(Sheet[str]):
    """The commands by name; the result is the action that was chosen, or empty."""

    DEFAULT_CSS = """
    CommandList { align: center top; }
    CommandList > Vertical { width: 84; margin-top: 2; }
    CommandList VirtualList { height: 12; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "leave", show=False),
        Binding("down", "to_list", show=False),
    ]

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        once = {command.action: command for command in reversed(commands)}  # the screen's own stand first
        self._commands = [
            command for command in commands if command is once[command.action] and command.action != "app.commands"
        ]

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield SafeInput(placeholder=Message("what do you want to do?"), id="wanted", compact=True)
            yield VirtualList((Column(""),), self._rows(""), id="found")
            yield Static("", id="none")
            yield KeyLine(
                Hint("Enter", Message("do it")), Hint("Down", Message("into the list")), Hint("Esc", Message("back"))
            )

    def action_to_list(self) -> None:
        self.query_one(VirtualList).focus()

    @on(SafeInput.Changed)
    def _typed(self, event: SafeInput.Changed) -> None:
        rows = self._rows(event.value)
        self.query_one(VirtualList).show_source(rows)
        self.query_one("#none", Static).update(safe_content("" if rows.count() else Message("Nothing has this name.")))

    @on(SafeInput.Submitted)
    def _take_first(self) -> None:
        self.query_one(VirtualList).action_open()

    @on(VirtualList.Opened)
    def _chosen(self, event: VirtualList.Opened) -> None:
        self.dismiss(event.row.key)

    def _rows(self, untrusted_words: str) -> FixedRows:
        words = untrusted_words.casefold().split()
        return FixedRows(
            [
                ListRow(command.action, (_line(command),))
                for command in self._commands
                if all(word in _called(command) for word in words)
            ]
        )


def _called(command: Command) -> str:
    return f"{in_words(command.words)} {_OTHER_WORDS.get(command.action, '')}".casefold()


def _line(command: Command, without_key: str = "") -> str:
    return f"{set_cell_size(command.shown or without_key, _KEY_WIDTH)}{in_words(command.words)}"


_IN_TEXT: Final = Message("While you type a text, letters and ! go into it; F2 finds all by name.")
_LETTERS: Final = Message("Keys of the Russian layout do the same.")
