"""What stands on a terminal after updates of which only the differences were sent is what Textual drew."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.shell.painted import Painted

WIDTH = 12
_MOVE = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|(.)", re.DOTALL)
_STYLES = [
    Style(),
    Style(color="red"),
    Style(color="red", bgcolor="blue"),
    Style(color="white", bgcolor="blue", bold=True),
    Style(underline=True, bgcolor="blue"),
]
_TEXTS = st.text(st.sampled_from("ab  я│►عن漢e\u0301"), max_size=WIDTH)
_LINES = st.lists(st.tuples(_TEXTS, st.sampled_from(_STYLES)), max_size=3)
_UPDATES = st.lists(st.lists(_LINES, min_size=2, max_size=2), min_size=1, max_size=5)


def _strip(line: list[tuple[str, Style]]) -> Strip:
    strip = Strip([Segment(text, style) for text, style in line if text])
    return strip.adjust_cell_length(WIDTH, Style())


def _update(lines: list[list[tuple[str, Style]]]) -> LayoutUpdate:
    return LayoutUpdate([[_strip(line)] for line in lines], Region(0, 0, WIDTH, len(lines)))


class _Terminal:
    """Obeys moves and colours: a blank shows what is behind it alone."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}

    def show(self, sent: str) -> None:
        x = y = 0
        ink: dict[str, str] = {}
        for row, column, codes, letter in _MOVE.findall(sent):
            if row:
                y, x = int(row) - 1, int(column) - 1
            elif letter:
                width = cell_len(letter)
                if not width:
                    place = next((y, x - back) for back in (1, 2) if (y, x - back) in self.cells)
                    self.cells[place] = (self.cells[place][0] + letter, self.cells[place][1])
                    continue
                seen = ("behind",) if letter == " " and "4" not in ink else ink
                self.cells[y, x] = (letter, str(sorted((name, ink[name]) for name in seen if name in ink)))
                for rest in range(1, width):
                    self.cells.pop((y, x + rest), None)
                x += width
            else:
                for code in codes.split(";"):
                    if code == "0":
                        ink = {}
                    else:
                        ink["colour" if code[0] in "39" and code[1:] else "behind" if code[1:] else code] = code


@given(_UPDATES)
@example([[[("عن", Style())], []], [[], [("a", Style())]]])
@example([[[("a漢b", Style())], []], [[("aabb", Style())], []], [[], []]])
def test_the_terminal_shows_what_was_drawn_last(updates: list[list[list[tuple[str, Style]]]]) -> None:
    painted, ours = Painted(), _Terminal()
    for lines in updates:
        ours.show(painted.differing(_update(lines), ColorSystem.STANDARD))
        whole = _Terminal()
        whole.show(Painted().differing(_update(lines), ColorSystem.STANDARD))
        assert ours.cells == whole.cells
        assert painted.differing(_update(lines), ColorSystem.STANDARD) == ""


def test_of_a_row_only_the_cells_that_differ_are_sent_and_all_of_it_once_it_was_forgotten() -> None:
    painted = Painted()
    first = painted.differing(_update([[("a step", Style())]]), ColorSystem.STANDARD)
    assert "a step" in first
    assert painted.differing(_update([[("a stop", Style())]]), ColorSystem.STANDARD) == "\x1b[1;5Ho"
    painted.forget()
    assert "a stop" in painted.differing(_update([[("a stop", Style())]]), ColorSystem.STANDARD)


def test_a_row_with_letters_that_a_terminal_may_put_elsewhere_is_sent_whole() -> None:
    painted = Painted()
    painted.differing(_update([[("a عن b", Style())]]), ColorSystem.STANDARD)
    assert "a عن c" in painted.differing(_update([[("a عن c", Style())]]), ColorSystem.STANDARD)
    assert "a step b" in painted.differing(_update([[("a step b", Style())]]), ColorSystem.STANDARD)
