"""The restricted sections of a case that this member holds: where somebody is, how they are, who told us."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.cases.new_section import NewSection
from tui.screens.cases.section import SectionScreen
from tui.screens.frame.base import READ_AGAIN, Command
from tui.screens.frame.one_list import ListScreen
from tui.screens.frame.rows import FixedRows
from tui.text.safe_content import safe_content
from tui.values.codes import word_of
from tui.values.values_access import HolderLine, SectionLine
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList
from vault.words.message import Message, Words, plural

_COLUMNS: Final = (Column(Message("kind"), 9), Column(Message("title")), Column(Message("opened by"), 24))
_ABOUT: Final = Message("A member who holds the case but not a section cannot see that the section exists.")


class SectionsScreen(ListScreen):
    """A list of those that one holds.

    Args:
        case: its id.
        ref: its reference.
        why: the reason for which the case was opened.
    """

    NAME = Message("Restricted sections")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "open", Message("Open the section"), "Enter", Message("open")),
        Command("n", "new", Message("Make a new section"), "n", Message("new")),
        READ_AGAIN,
        Command("escape", "back", Message("Back to the case"), "Esc", Message("back")),
    )

    def __init__(self, case: str, ref: str, why: str) -> None:
        super().__init__()
        self._case = case
        self._ref = ref
        self._why = why

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static(safe_content(_ABOUT), classes="above")
        yield ListHeader(_COLUMNS)
        yield VirtualList(_COLUMNS, FixedRows(), id="sections")

    def on_mount(self) -> None:
        """Say of which case."""
        self.head(self._ref)

    @override
    def action_refresh(self) -> None:
        """Read which there are."""
        case = self._case
        self.ask(lambda vault: vault.sections.list_of(case), self._show)

    def action_open(self) -> None:
        """Open the section under the cursor."""
        self._list.action_open()

    def action_new(self) -> None:
        """Make a section."""
        case = self._case
        self.ask(lambda vault: (vault.sections.kinds, vault.sections.others(case)), self._begin)

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        self._enter(event.row.key)

    def _begin(self, found: tuple[tuple[str, ...], tuple[HolderLine, ...]]) -> None:
        kinds, others = found
        form = NewSection(self._case, self._ref, kinds, others)
        self.unless_left(form, self._enter)

    def _enter(self, section: str) -> None:
        self.app.push_screen(SectionScreen(self._case, self._ref, section, self._why))

    def _show(self, sections: tuple[SectionLine, ...]) -> None:
        self._is_read = True
        self.show_rows((ListRow(section.section, _cells(section)) for section in sections), self._list.cursor)
        self.head(self._ref, plural("{count} section", "{count} sections", count=len(sections)))
        self.say("" if sections else Message("You hold no section of this case; n makes one."))


def _cells(section: SectionLine) -> tuple[Words, ...]:
    holders = plural("only you", "{count} members", count=section.holders)
    if section.with_recovery:
        holders = plural("only you, sheets", "{count} members, sheets", count=section.holders)
    return word_of(section.what), section.title, holders
