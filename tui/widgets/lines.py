"""The lines that screens have: which keys do what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len
from textual import events
from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.looks.tokens import Token
from tui.text.in_words import in_words
from tui.widgets.cells import Cell, draw, look_of
from vault.words.message import Words

_BETWEEN: Final = 2
_MARGIN: Final = 1
_STAY: Final = frozenset({"F1", "F4", "Esc", "Ctrl+L"})
"""Help, going on, the way back and the lock: they never go."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A key as it is written on the keyboard, and a word for what it does.

    Args:
        key: the key.
        label: the word.
        rank: when it gets narrow, the highest goes first; of two alike the later one. 0, help, F4, Esc and lock stay.
        press: the key as Textual names it, for a click on the words.
    """

    key: str
    label: Words
    rank: int = 1
    press: str = ""

    @override
    def __str__(self) -> str:
        return f"{self.key} {in_words(self.label)}"


def fitting_hints(hints: Sequence[Hint], width: int) -> tuple[Hint, ...]:
    """Return the hints that fit whole into so many cells, in their order."""
    kept = list(enumerate(hints))
    while kept and _width(kept) > width:
        going = [(hint.rank, place) for place, hint in kept if hint.rank and hint.key not in _STAY] or [
            (0, place) for place, hint in kept[1:-1] or kept
        ]
        kept = [(place, hint) for place, hint in kept if place != max(going)[1]]
    return tuple(hint for _, hint in kept)


def _width(kept: Sequence[tuple[int, Hint]]) -> int:
    return sum(cell_len(str(hint)) for _, hint in kept) + _BETWEEN * (len(kept) - 1)


def _cells(hints: Sequence[Hint]) -> list[Cell]:
    cells: list[Cell] = []
    for hint in hints:
        cells += [Cell(" " * _BETWEEN)] if cells else []
        cells += of_hint(hint)
    return cells


def of_hint(hint: Hint) -> list[Cell]:
    """Return a key in the accent colour, with its word."""
    return [Cell(hint.key, Token.ACC, bold=True), Cell(" "), Cell(hint.label)]


class _Keys(Widget):
    """Keys in the accent colour, each with its word; a click on them presses the key."""

    on: Token = Token.RAISED
    margin = 0

    def __init__(self, hints: Sequence[Hint], *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self._hints = tuple(hints)

    @override
    def render_line(self, y: int) -> Line:
        shown = fitting_hints(self._hints, self.size.width - 2 * self.margin)
        return draw(look_of(self), [Cell(" " * self.margin), *_cells(shown)], self.size.width, self.on)

    def on_click(self, event: events.Click) -> None:
        """Press the key whose word was clicked."""
        left = self.margin
        app: Any = self.app
        for hint in fitting_hints(self._hints, self.size.width - 2 * self.margin):
            right = left + cell_len(str(hint))
            if left <= event.x < right and hint.press:
                app.simulate_key(hint.press)
            left = right + _BETWEEN


class KeyLine(_Keys):
    """The keys of a question, under it."""

    DEFAULT_CSS = """
    KeyLine { height: 1; }
    """

    def __init__(self, *hints: Hint) -> None:
        super().__init__(hints, classes="keys")


class KeyHints(_Keys):
    """The footer. It never cuts a word: what does not fit is left out whole, and F1 shows it.

    Args:
        hints: in the order in which they stand.
    """

    DEFAULT_CSS = """
    KeyHints { height: 1; dock: bottom; background: $band; }
    """
    on = Token.BAND
    margin = _MARGIN

    def __init__(self, hints: Sequence[Hint] = ()) -> None:
        super().__init__(hints)

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show other hints."""
        self._hints = tuple(hints)
        self.refresh()
