"""The first line of every screen: where one is, what it is about, and one fact."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.looks.tokens import Token
from tui.text.in_words import in_words
from tui.text.safe_text import safe_line
from tui.widgets.cells import Cell, draw, look_of
from tui.widgets.columns import fit
from vault.words.message import Words

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
        cells = (
            Cell(" "),
            Cell(subject, bold=True),
            Cell(" " * max(between, 0)),
            Cell(fact, Token.DIM),
            Cell(" "),
        )
        rest = draw(look, cells, max(room, 0), on, underline=look.is_flat and bool(chip))
        return Line([*name, *rest]).adjust_cell_length(width)
