"""Numbered parts of a page below one another, in one pane that scrolls: words with meanings, broken to its width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip as Line
from typing_extensions import override

from tui.looks.signs import LINE
from tui.looks.tokens import Token
from tui.widgets.cells import Cell, draw, look_of
from vault.words.message import Words

_MARGIN: Final = 2
Lines: TypeAlias = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page.

    Args:
        number: the key that goes there.
        title: what it is called.
        lines: makes its lines for a width.
        fact: how much is in it, or empty.
    """

    number: int
    title: Words
    lines: Callable[[int], Lines]
    fact: Words = ""


class PartsPane(ScrollView, can_focus=True):
    """The parts, each under its heading. A raised pane has a ground of its own, or a line before it.

    Args:
        is_raised: whether it stands on a ground of its own.
    """

    DEFAULT_CSS = """
    PartsPane { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]

    def __init__(self, *, is_raised: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._is_raised = is_raised
        self._sections: tuple[Section, ...] = ()
        self._lines: list[Sequence[Cell]] = []
        self._first: dict[int, int] = {}

    def show(self, sections: Sequence[Section]) -> None:
        """Show these parts instead."""
        self._sections = tuple(sections)
        self._lay_out()

    def go_to(self, number: int) -> bool:
        """Bring the part of this number to the top; False where it is not here."""
        if number not in self._first:
            return False
        self.focus()
        self.scroll_to(y=self._first[number], animate=False)
        self.refresh()
        return True

    def on_resize(self) -> None:
        """Break the lines anew for another width."""
        self._lay_out()

    def _lay_out(self) -> None:
        room = max(self.size.width - 2 * _MARGIN, 1)
        self._lines, self._first = [], {}
        for section in self._sections:
            self._lines += [()] if self._lines else []
            self._first[section.number] = len(self._lines)
            self._lines.append(
                (
                    Cell(f"{section.number} ", Token.ACC, bold=True),
                    Cell(section.title, bold=True),
                    Cell("  "),
                    Cell(section.fact, Token.DIM),
                )
            )
            self._lines += section.lines(room)
        self.virtual_size = Size(self.size.width, len(self._lines))
        self.refresh()

    @override
    def render_line(self, y: int) -> Line:
        look, place = look_of(self), y + self.scroll_offset.y
        line = self._lines[place] if place < len(self._lines) else ()
        edge = f"{LINE} " if look.is_flat and self._is_raised else " " * _MARGIN
        ground = Token.RAISED if self._is_raised else Token.BG
        return draw(look, [Cell(edge, Token.MARK), *line], self.size.width, ground)
