"""The lines that every screen has: its head, and which keys do what, in every layout of the keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.looks.tokens import Token
from tui.text.in_words import in_words
from tui.text.safe_text import safe_line
from tui.widgets.text_cells import Cell, draw, fit, look_of
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
    """The footer. It never cuts a word: what does not fit is left out whole, and F1 shows it."""

    DEFAULT_CSS = """
    KeyHints { height: 1; dock: bottom; background: $band; }
    """
    on = Token.BAND
    margin = _MARGIN

    def __init__(self, hints: Sequence[Hint] = ()) -> None:
        super().__init__(hints)

    def show_hints(self, hints: Sequence[Hint]) -> None:
        self._hints = tuple(hints)
        self.refresh()


_GAP = 2


def head_texts(chip: Words, subject: Words, fact: Words, width: int) -> tuple[str, str, str]:
    """Return chip, subject and fact as they fit into so many cells.

    The chip is whole. The subject is cut (`~`) when it is longer than half of the rest: so long is only what somebody
    stored. A fact that has no room beside it goes whole.
    """
    chip, subject, fact = (safe_line(in_words(words)) for words in (chip, subject, fact))
    room = max(width - cell_len(chip) - (2 if chip else 1) * _GAP, 0)
    beside = max(room - cell_len(fact) - _GAP, 0) if fact else room
    if cell_len(subject) > beside:
        if fact and beside < room // 2:
            fact, beside = "", room
        subject = fit(subject, min(beside, cell_len(subject)))
    return chip, subject, fact


class Head(Widget):
    """The first line.

    Args:
        chip: the name of the screen; empty for a head without a ground, as before unlock.
        subject: what it is about.
        fact: one thing worth knowing, at the right end.
    """

    DEFAULT_CSS = """
    Head { height: 1; dock: top; background: $band; }
    """

    def __init__(self, chip: Words, subject: Words = "", fact: Words = "") -> None:
        super().__init__()
        self._said = (in_words(chip), in_words(subject), in_words(fact))

    def say(self, chip: Words, subject: Words = "", fact: Words = "") -> None:
        """Show these instead."""
        before, self._said = self._said, (in_words(chip), in_words(subject), in_words(fact))
        if before != self._said:
            self.refresh()

    @override
    def render_line(self, y: int) -> Line:
        width, look = self.size.width, look_of(self)
        chip, subject, fact = head_texts(*self._said, width)
        on = Token.BAND if chip else Token.BG
        name = [Segment(f" {chip} ", look.chip())] if chip else []
        before = cell_len(chip) + _GAP if chip else 0
        room = width - before
        between = room - cell_len(subject) - cell_len(fact) - _GAP
        cells = (Cell(" "), Cell(subject, bold=True), Cell(" " * max(between, 0)), Cell(fact, Token.DIM), Cell(" "))
        rest = draw(look, cells, max(room, 0), on, underline=look.is_flat and bool(chip))
        return Line([*name, *rest]).adjust_cell_length(width)


# Keys that mean the same in every keyboard layout of this program.
_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_RUSSIAN: Final = "йцукенгшщзхъфывапролджэячсмитьбюё"

RUSSIAN_OF_LATIN: Final = dict(zip(_LATIN, _RUSSIAN + _RUSSIAN.upper(), strict=True))
"""What the key of a QWERTY letter or mark sends in the Russian layout (JCUKEN), for all 33 letters, both cases."""


def with_layouts(keys: str) -> str:
    """Return the keys of a binding together with what the same keys send in the Russian layout.

    Args:
        keys: as Textual takes them, separated by commas: `n`, `N`, `ctrl+l`, `f3,slash`. Keys that send no
            letter in that layout stay as they are.
    """
    every: list[str] = []
    for key in keys.split(","):
        every.append(key)
        modifiers, plus, last = key.rpartition("+")
        twin = RUSSIAN_OF_LATIN.get(last)
        if twin is not None:
            every.append(f"{modifiers}{plus}{twin}")
    return ",".join(every)
