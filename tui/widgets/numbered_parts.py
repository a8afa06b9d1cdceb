"""The numbered parts of a screen: a heading, all of them in one line, or one below the other in a pane that scrolls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeAlias

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.looks.signs import LINE
from tui.looks.tokens import Token
from tui.text.in_words import in_words
from tui.widgets.text_cells import Cell, draw, look_of, width_of
from vault.words.message import Message, Words

# The heading of a numbered part of a screen: its number is the key that goes there.

_MARGIN: Final = 2


class SectionLine(Widget):
    """One line: the number, what the part is called, and how much is in it.

    Args:
        number: the key.
        title: what it is called.
        end: what stands at the right end, where there is room for all of it.
    """

    DEFAULT_CSS = """
    SectionLine { height: 1; }
    """

    def __init__(self, number: int, title: Words, *, id: str | None = None, end: Words = "") -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._number, self._title, self._end = number, title, end
        self._count = ""

    def say(self, count: Words) -> None:
        """Say how much is in it; the same words again cost no byte."""
        said = in_words(count)
        if said != self._count:
            self._count = said
            self.refresh()

    @override
    def render_line(self, y: int) -> Line:
        cells = [
            Cell(f"  {self._number} ", Token.ACC, bold=True),
            Cell(self._title, bold=True),
            Cell(f"  {self._count}", Token.DIM),
        ]
        end = Cell(self._end, Token.DIM)
        between = self.size.width - width_of(cells) - width_of((end,)) - _MARGIN
        if between >= _MARGIN:
            cells += [Cell(" " * between), end]
        return draw(look_of(self), cells, self.size.width)


# The parts of a screen in one line: the number that goes there, what it is called, and how much is in it.
_BETWEEN: Final = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a screen."""

    name: Words
    count: int


class PartTabs(Widget):
    """One line. Where names with counts do not fit, all counts go; names stay whole. A click presses the number."""

    DEFAULT_CSS = """
    PartTabs { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="tabs")
        self._parts: tuple[Part, ...] = ()
        self._here = 0
        self._right: Words = ""

    def show(self, parts: Sequence[Part], here: int, right: Words = "") -> None:
        """Show these, with one of them underlined, and words at the right end where there is room."""
        shown = (tuple(parts), here, right)
        if shown != (self._parts, self._here, self._right):
            self._parts, self._here, self._right = shown
            self.refresh()

    @override
    def render_line(self, y: int) -> Line:
        width = self.size.width
        cells = [cell for tab in self._tabs() for cell in tab]
        right = Cell(self._right, Token.DIM)
        between = width - width_of(cells) - width_of([right]) - _MARGIN
        if between >= _BETWEEN:
            cells += [Cell(" " * between), right]
        return draw(look_of(self), cells, width)

    def _tabs(self) -> list[list[Cell]]:
        whole = [self._tab(place, part, has_count=True) for place, part in enumerate(self._parts)]
        if sum(map(width_of, whole)) <= self.size.width - _MARGIN:
            return whole
        return [self._tab(place, part, has_count=False) for place, part in enumerate(self._parts)]

    def _tab(self, place: int, part: Part, *, has_count: bool) -> list[Cell]:
        is_here = place == self._here
        words = Message("{name} {count}", name=part.name, count=part.count) if has_count else part.name
        return [
            Cell(f"{' ' * _BETWEEN}{place + 1} ", Token.ACC, bold=True),
            Cell(words, Token.FG if is_here else Token.DIM, bold=is_here, underline=is_here),
        ]

    def on_click(self, event: events.Click) -> None:
        """Press the number of the part whose words were clicked."""
        right = 0
        app: Any = self.app
        for place, tab in enumerate(self._tabs()):
            left, right = right, right + width_of(tab)
            if left <= event.x < right:
                app.simulate_key(str(place + 1))


# Numbered parts of a page below one another, in one pane that scrolls: words with meanings, broken to its width.
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
    """The parts, each under its heading. A raised pane has a ground of its own, or a line before it."""

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
