"""What stands on the terminal, so that only what differs is sent: a slow line pays for each byte.

Of a row that has letters of other widths than one, or that a terminal may draw in another order, all that was drawn
anew is sent: where such letters end up, the terminal decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from rich.cells import cell_len
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip
from typing_extensions import override

if TYPE_CHECKING:
    from rich.color import ColorSystem
    from rich.console import Console


class _Ink(NamedTuple):
    """How a cell is drawn, in the codes of a terminal: attributes such as bold, colour, and colour behind."""

    attributes: str
    colour: str
    behind: str


_Cell: TypeAlias = tuple[str, _Ink, _Ink | None]
"""A letter, with the marks on it, its ink, and that of a blank there; None where something is drawn on blanks too.

The second half of a wide letter has no letter.
"""

# Latin, Greek, Cyrillic; marks between words, arrows, rules and blocks: each one cell wide everywhere.
_PLAIN: Final = re.compile(
    r"[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f"
    r"\u2010-\u2027\u2030-\u205e\u20ac\u2190-\u21ff\u221a\u2500-\u25ff]*"
)
_NO_STYLE: Final = Style()
_NO_INK: Final = _Ink("", "", "")
_NEAR: Final = 8
"""So many cells cost no more to draw again than to pass over."""


class Painted:
    """The cells that the app drew, row by row."""

    def __init__(self) -> None:
        self._rows: dict[int, list[_Cell | None]] = {}

    def forget(self) -> None:
        """Send the next paint whole: somebody else may have drawn."""
        self._rows.clear()

    def only_new(self, update: CompositorUpdate) -> CompositorUpdate:
        """Return an update that sends what differs, and is taken for drawn once it was made into bytes."""
        return _OnlyNew(self, update) if isinstance(update, LayoutUpdate | ChopsUpdate) else update

    def differing(self, update: LayoutUpdate | ChopsUpdate, colours: ColorSystem) -> str:
        """Return what to send of an update, and take it for drawn."""
        pen = _Pen()
        rows: dict[int, list[tuple[int, list[_Cell]]]] = {}
        for y, x, strip in _pieces(update):
            if cells := _cells(strip, colours):
                rows.setdefault(y, []).append((x, cells))
        for y, pieces in rows.items():
            row = self._rows.setdefault(y, [])
            is_plain = _is_plain(row) and all(_is_plain(cells) for _, cells in pieces)
            before = list(row)
            for x, cells in pieces:
                row += [None] * (x + len(cells) - len(row))
                row[x : x + len(cells)] = cells
            if row != before:
                for x, cells in pieces:
                    runs = _runs(before[x : x + len(cells)], cells) if is_plain else [(0, len(cells))]
                    for start, end in runs:
                        pen.draw(x + start, y, cells[start:end])
        return pen.sent()


class _OnlyNew(CompositorUpdate):
    def __init__(self, painted: Painted, update: LayoutUpdate | ChopsUpdate) -> None:
        self._painted = painted
        self._update = update

    @override
    def render_segments(self, console: Console) -> str:
        return self._painted.differing(self._update, console._color_system)  # type: ignore[arg-type]  # noqa: SLF001 - as Textual's own updates do


def _pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Yield row, column and what is drawn there, as Textual would send it."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield y, x, strip
                x += strip.cell_length
        return
    for y, first, last in update.spans:
        for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if chop is not None and x <= last and end > first:
                yield y, x, chop if first <= x and end <= last else chop.crop(0, min(end, last) - x)


def _cells(strip: Strip, colours: ColorSystem) -> list[_Cell]:
    cells: list[_Cell] = []
    for text, style, control in strip:
        if control:
            continue
        ink, ground = _inks(style or _NO_STYLE, colours)
        blank = (" ", ground or ink, ground)
        if _PLAIN.fullmatch(text):
            cells += [blank if letter == " " else (letter, ink, ground) for letter in text]
            continue
        for letter in text:
            width = cell_len(letter)
            if width:
                cells += [(letter, ink, ground), *[("", ink, ground)] * (width - 1)]
            elif cells:
                cells[-1] = (cells[-1][0] + letter, *cells[-1][1:])
    return cells


@lru_cache(maxsize=4_096)
def _inks(style: Style, colours: ColorSystem) -> tuple[_Ink, _Ink | None]:
    whole = Strip.render_ansi(style, colours)
    colour = Strip.render_ansi(Style(color=style.color), colours)
    behind = Strip.render_ansi(Style(bgcolor=style.bgcolor), colours)
    ink = _Ink(whole.removesuffix(behind).removesuffix(";").removesuffix(colour).removesuffix(";"), colour, behind)
    is_seen = style.reverse or style.underline or style.underline2 or style.strike or style.overline
    return ink, None if is_seen else _Ink("", "", behind)


def _is_plain(cells: list[_Cell] | list[_Cell | None]) -> bool:
    return _PLAIN.fullmatch("".join(cell[0] or "\0" for cell in cells if cell is not None)) is not None


def _runs(before: list[_Cell | None], cells: list[_Cell]) -> Iterator[tuple[int, int]]:
    """Yield from where to where cells differ from those before; what lies between two close ones is drawn again."""
    start = end = -1
    old = [*before, *[None] * (len(cells) - len(before))]
    for at, (was, cell) in enumerate(zip(old, cells, strict=True)):
        if was == cell:
            continue
        if start >= 0 and at - end > _NEAR:
            yield start, end
            start = at
        start, end = at if start < 0 else start, at + 1
    if start >= 0:
        yield start, end


class _Pen:
    """Draws runs of cells, and changes of its ink only what changes."""

    def __init__(self) -> None:
        self._sent: list[str] = []
        self._ink = _NO_INK

    def draw(self, x: int, y: int, cells: list[_Cell]) -> None:
        """Draw these cells there; a blank takes the ink of its neighbours where that shows nothing else."""
        self._sent.append(f"\x1b[{y + 1};{x + 1}H")
        letters: list[str] = []
        _, ink, ground = cells[0]
        for letter, wanted, behind in cells:
            is_on_same = behind is not None and behind == ground
            if is_on_same and ink == ground:  # only blanks so far
                ink = wanted
            elif wanted != ink and not (is_on_same and letter == " "):
                self._write(letters, ink)
                letters, ink, ground = [], wanted, behind
            letters.append(letter)
        self._write(letters, ink)

    def sent(self) -> str:
        """Return all of it; the ink is that of the terminal again."""
        return "".join([*self._sent, *([] if self._ink == _NO_INK else ["\x1b[0m"])])

    def _write(self, letters: list[str], ink: _Ink) -> None:
        if ink != self._ink:
            self._sent.append(_change(self._ink, ink))
            self._ink = ink
        self._sent += letters


@lru_cache(maxsize=4_096)
def _change(before: _Ink, after: _Ink) -> str:
    """Return what turns one ink into another: a part that is gone takes all with it."""
    if before.attributes != after.attributes or any(was and not now for was, now in zip(before, after, strict=True)):
        return f"\x1b[{';'.join(filter(None, ('0' if any(before) else '', *after))) or 0}m"
    return f"\x1b[{';'.join(now for was, now in zip(before, after, strict=True) if now != was)}m"
