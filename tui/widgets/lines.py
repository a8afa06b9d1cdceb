"""The line that every screen has: which keys do what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.text.safe_text import safe_line
from vault.words.message import Words

_BETWEEN = "  "
_NEEDED = frozenset({"F1", "Esc"})


@dataclass(frozen=True, slots=True)
class Hint:
    """A key as it is written on the keyboard, and a word for what it does."""

    key: str
    label: Words

    @override
    def __str__(self) -> str:
        return f"{self.key} {in_words(self.label)}"


class KeyLine(Static):
    """The keys of a question, under it."""

    def __init__(self, *hints: Hint) -> None:
        super().__init__(safe_content("   ".join(map(str, hints))), classes="keys")


def fitting_hints(hints: Sequence[Hint], width: int) -> tuple[Hint, ...]:
    """Return the hints that fit whole into so many cells: help and the way back, then the first of the others.

    A screen's hints all have to fit at 80.
    """
    by_need = sorted(range(len(hints)), key=lambda place: (hints[place].key not in _NEEDED, place))
    kept: list[int] = []
    used = 0
    for place in by_need:
        used += cell_len(str(hints[place])) + (len(_BETWEEN) if kept else 0)
        if used > width:
            break
        kept.append(place)
    return tuple(hints[place] for place in sorted(kept))


class KeyHints(Widget):
    """The footer. It never cuts a word: what does not fit is left out whole, and F1 shows it.

    Args:
        hints: the most important first.
    """

    DEFAULT_CSS = """
    KeyHints { height: 1; dock: bottom; background: $panel; }
    """

    def __init__(self, hints: Sequence[Hint] = ()) -> None:
        super().__init__()
        self._hints = tuple(hints)

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show other hints."""
        self._hints = tuple(hints)
        self.refresh()

    @override
    def render(self) -> Content:
        return Content(safe_line(_BETWEEN.join(map(str, fitting_hints(self._hints, self.size.width)))))
