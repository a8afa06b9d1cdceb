"""What is known of the row under the cursor: a strip below the list, or a pane beside it where there is room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Container
from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.looks.signs import RULE
from tui.looks.tokens import Token
from tui.text.in_words import in_words
from tui.text.safe_text import safe_line
from tui.widgets.text_cells import Cell, ListCell, broken, cells_of, draw, fit_cells, look_of, width_of
from vault.words.message import Words, plural

if TYPE_CHECKING:
    from textual.timer import Timer


# Numbers that must never be used, in the lines that there are: none is broken, and what is left out is counted.
_GAP: Final = "   "
_LONGEST_NUMBER: Final = 32


def numbers_first(lines: Sequence[str]) -> list[str]:
    """Return short lines, which are numbers, before long ones, which would take their place."""
    return sorted(lines, key=lambda line: len(line) > _LONGEST_NUMBER)


def never_cut(lines: Sequence[str], width: int, most: int) -> list[str]:
    """Return the lines whole, packed into at most so many rows; how many more there are ends the last of them."""
    ordered = numbers_first(lines)
    rows, shown = _packed(ordered, [width] * most)
    if shown < len(ordered):
        suffix = in_words(more_words(len(ordered)))
        rows, shown = _packed(ordered, [*[width] * (most - 1), width - cell_len(suffix) - len(_GAP)])
        more = in_words(more_words(len(ordered) - shown))
        rows = [*rows[:-1], f"{rows[-1]}{_GAP}{more}"] if len(rows) == most and rows[-1] else [*rows[: most - 1], more]
    return rows


def more_words(count: int) -> Words:
    return plural("and {count} more", "and {count} more", count=count)


def packed_whole(lines: Sequence[str], width: int) -> list[str]:
    """Return all of them in as many rows as that takes."""
    rows, _ = _packed(numbers_first(lines), [width] * (2 * len(lines) + sum(map(len, lines)) // max(width // 2, 1)))
    return rows


def _packed(lines: Sequence[str], widths: Sequence[int]) -> tuple[list[str], int]:
    """Return rows of at most these widths, and how many lines stand in them whole."""
    rows: list[str] = []
    for shown, line in enumerate(lines):
        text = safe_line(line)
        longer = f"{rows[-1]}{_GAP}{text}" if rows else text
        if rows and cell_len(longer) <= widths[len(rows) - 1]:
            rows[-1] = longer
            continue
        pieces = _pieces(text, widths[len(rows) :])
        if pieces is None:
            return rows, shown
        rows += pieces
    return rows, len(lines)


def _pieces(text: str, widths: Sequence[int]) -> list[str] | None:
    """Return the text in rows of these widths; None where it needs more of them."""
    pieces: list[str] = []
    for width in widths:
        if cell_len(text) <= width:
            return [*pieces, text]
        taken = 0
        room = width
        while taken < len(text) and (wide := cell_len(text[taken])) <= room:
            room -= wide
            taken += 1
        if not taken:
            return None
        pieces.append(text[:taken])
        text = text[taken:]
    return None


MOST_FACTS: Final = 7
LATE_SECONDS: Final = 0.15
"""How long the cursor rests before its row is shown here: a key that is held pays for two rows of the list alone."""
_MARGIN: Final = 2
_BETWEEN: Final = "   "
_LINES_BESIDE: Final = 3
"""Lines of a strip that stay for other facts beside those that are never cut."""
_LETTERS_A_CELL: Final = 4
"""More marks on a letter than any script has; what has more of them ends early."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of a row.

    Args:
        label: what it is; never cut.
        text: the fact; what somebody stored may be cut (`~`) where there is one line for it.
        token: what the label means: `Token.ALARM` for `DO NOT CALL`.
        more: further facts under the same label: a line each in a pane; in a strip those that fit whole.
        never_cut: what stands in place of a text, each whole: it gets its lines before any other fact, and what there
            is no room for is counted.
    """

    label: Words
    text: ListCell
    token: Token = Token.DIM
    more: tuple[ListCell, ...] = ()
    never_cut: tuple[str, ...] = ()

    def in_a_row(self, width: int) -> tuple[Cell, ...]:
        """Return the fact with as many of the further ones as fit whole into so many cells behind it."""
        row = shortened(cells_of(self.text), width)
        for text in self.more:
            behind = [Cell(_BETWEEN), *cells_of(text)]
            if width_of(row) + width_of(behind) > width:
                break
            row += behind
        return tuple(row)


class Strip(Widget):
    """Up to seven facts on a ground of their own: in a strip one line each, in a pane each under its label.

    Args:
        is_below: it stands below the list also where there is room beside it.
    """

    DEFAULT_CSS = """
    Strip { background: $raised; height: 7; }
    """

    def __init__(self, *, id: str | None = None, is_below: bool = False) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._is_below = is_below
        self._facts: tuple[Fact, ...] = ()
        self._broken_for: object = None
        self._broken: list[list[Cell]] = []
        self._timer: Timer | None = None
        self._wish: Callable[[], None] | None = None

    def show(self, facts: Sequence[Fact]) -> None:
        """Show these at once. The same ones again cost no byte."""
        self._forget_wish()
        shown = tuple(facts[:MOST_FACTS])
        if shown != self._facts:
            self._facts = shown
            self.refresh()

    def show_late(self, facts: Callable[[], Sequence[Fact]]) -> None:
        """Show what this returns, once nothing else was wished for `LATE_SECONDS`."""
        self.when_rested(lambda: self.show(facts()))

    def when_rested(self, wish: Callable[[], None]) -> None:
        """Call this once nothing else was wished for `LATE_SECONDS`: to ask a worker for what shall be shown."""
        self._forget_wish()
        self._wish = wish
        self._timer = self.set_timer(LATE_SECONDS, self.rest_now)

    def rest_now(self) -> None:
        """Do at once what waits for the cursor to rest."""
        wish = self._wish
        self._forget_wish()
        if wish is not None:
            wish()

    @property
    def is_waiting(self) -> bool:
        """Whether it will show something else in a moment."""
        return self._wish is not None

    def _forget_wish(self) -> None:
        self._wish = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    @override
    def render_line(self, y: int) -> Line:
        width, look = self.size.width, look_of(self)
        is_pane = self.screen.has_class("-wide") and not self._is_below
        lines = self._lines(look.is_flat, is_pane)
        line = lines[y] if y < len(lines) else []
        edge = Cell("│ " if look.is_flat and is_pane else "  ", Token.MARK)
        return draw(look, [edge, *line], width, Token.RAISED)

    def _lines(self, is_flat: bool, is_pane: bool) -> list[list[Cell]]:
        """Return all lines, which are broken once for all rows: a text of somebody else may be long."""
        asked = (self._facts, self.size, is_flat, is_pane)
        if asked != self._broken_for:
            room = self.size.width - 2 * _MARGIN
            rows = self.size.height - (1 if is_flat else 0)
            lines = pane_lines(self._facts, room, rows) if is_pane else strip_lines(self._facts, room, rows)
            if is_flat and not is_pane:  # a line parts what has no ground of its own
                lines = [[Cell(RULE * room, Token.MARK)], *lines]
            self._broken_for, self._broken = asked, lines
        return self._broken


def strip_lines(facts: Sequence[Fact], width: int, rows: int) -> list[list[Cell]]:
    """Return the facts in at most so many lines, labels in one column; what has no label begins where they do.

    What is never cut comes first, then rows to spare go to facts that are longer than a line, first to those with a
    label in colour. What is longer still ends in `~`; facts for which there is no line are left out from the end.
    """
    column = max((cell_len(in_words(fact.label)) for fact in facts), default=0) + 2
    rooms = [max(width - (column if in_words(fact.label) else 0), 1) for fact in facts]
    taken: dict[int, list[list[Cell]]] = {}
    left = rows
    for place, fact in enumerate(facts):
        if fact.never_cut:
            taken[place] = _whole(fact, rooms[place], max(left - _LINES_BESIDE, 1))
            left -= len(taken[place])
    others = [place for place in range(len(facts)) if place not in taken][: max(left, 0)]
    spare = left - len(others)
    for place in sorted(others, key=lambda place: facts[place].token is Token.DIM):
        fact, room = facts[place], rooms[place]
        taken[place] = _lines_of(fact.in_a_row(room) if fact.more else cells_of(fact.text), room, spare + 1)
        spare -= len(taken[place]) - 1
    lines: list[list[Cell]] = []
    for place, of_fact in sorted(taken.items()):
        fact = facts[place]
        label = fit_cells(_label(fact, fact.token), column) if in_words(fact.label) else []
        blank = [Cell(" " * column)] if label else []
        lines += [[*(blank if below else label), *line] for below, line in enumerate(of_fact)]
    return lines[:rows]


def _whole(fact: Fact, width: int, most: int) -> list[list[Cell]]:
    return [[Cell(line, bold=True)] for line in never_cut(fact.never_cut, width, most)]


def _lines_of(text: Sequence[Cell], width: int, most: int) -> list[list[Cell]]:
    lines = list(islice(broken(shortened(text, most * width), width), most + 1))
    if len(lines) <= most:
        return lines
    rest = [part for line in lines[most - 1 :] for part in (*line, Cell(" "))]
    return [*lines[: most - 1], fit_cells(tuple(rest), width)]


def shortened(text: Sequence[Cell], shown: int) -> list[Cell]:
    """Return words with meanings without what cannot be in so many terminal cells: nobody waits for it to be broken."""
    left = _LETTERS_A_CELL * (shown + 1)
    kept: list[Cell] = []
    for cell in text:
        said = in_words(cell.words)
        kept.append(cell if len(said) <= left else replace(cell, words=f"{said[:left]}~"))
        left -= len(said)
        if left < 0:
            break
    return kept


def pane_lines(facts: Sequence[Fact], width: int, rows: int) -> list[list[Cell]]:
    """Return each label over its fact in as many lines as that takes, with air between them, in at most so many."""
    lines: list[list[Cell]] = []
    for fact in facts:
        lines.append([])
        token = Token.ACC if fact.token is Token.DIM else fact.token
        said = in_words(fact.label)
        lines += [[_label(replace(fact, label=said[:1].upper() + said[1:]), token)]] if said else []
        left = rows - len(lines)
        if left <= 0:
            break
        if fact.never_cut:
            lines += _whole(fact, width, max(left // 2, 1))
        else:
            most = left if fact is facts[-1] else max(left // 2, 1)
            for text in (fact.text, *fact.more):
                lines += _lines_of(cells_of(text), width, most)
    return lines[:rows]


def _label(fact: Fact, token: Token) -> Cell:
    return Cell(fact.label, token, bold=token is not Token.DIM)


class ListAndStrip(Container):
    """A list and the strip of its cursor: one below the other, or side by side where there is room."""

    SCOPED_CSS = False
    DEFAULT_CSS: ClassVar[str] = """
    ListAndStrip { layout: vertical; height: 1fr; }
    ListAndStrip > #rows-of-strip { height: 1fr; }
    .-flat ListAndStrip > Strip { height: 8; }
    .-wide ListAndStrip { layout: horizontal; }
    .-wide ListAndStrip > Strip { width: 48; height: 1fr; padding: 0; }
    .-slim ListAndStrip > Strip, .-low ListAndStrip > Strip { display: none; }
    """

    def __init__(self, *rows: Widget, strip: Strip) -> None:
        super().__init__()
        self._rows = rows
        self._strip = strip

    @override
    def compose(self) -> ComposeResult:
        yield Container(*self._rows, id="rows-of-strip")
        yield self._strip
