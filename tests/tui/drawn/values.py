"""Values of any kind for the drawn parts, and what is asked of every row."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from rich.cells import cell_len

from tui.drawn.bars import DayCount
from tui.drawn.days_and_weeks import State, WeekEntry
from tui.drawn.pieces import Rows
from tui.drawn.timeline import CaseTime, Mark, Span, Stage
from tui.looks.signs import ASCII
from tui.looks.tokens import Token

TODAY = date(2026, 11, 27)
NAMES = ("Вьюжанин Арсений", "نورا الزمردي", "سليم\u200d", "Sèneval Oumar", "東京の人", "e\u0301clair", "x\ty\nz")

labels = st.one_of(st.sampled_from(NAMES), st.text(max_size=30))
near = st.dates(date(2026, 9, 1), date(2027, 2, 1))
days = st.one_of(near, near, st.dates())
widths = st.integers(0, 140)
marks = st.lists(st.builds(Mark, days, labels, st.booleans(), st.booleans()), max_size=6).map(tuple)
cases: st.SearchStrategy[CaseTime] = st.builds(
    CaseTime,
    st.lists(st.builds(Stage, days, labels, st.booleans(), st.booleans()), max_size=5).map(tuple),
    st.lists(st.builds(Span, days, st.one_of(st.none(), days), st.booleans()), max_size=3).map(tuple),
    marks,
    marks,
    st.dictionaries(days, st.integers(-1, 2000), max_size=12),
)
counts = st.dictionaries(days, st.builds(DayCount, st.integers(-5, 10**9), st.text("EGA!x", max_size=6)), max_size=30)
entries = st.lists(
    st.builds(WeekEntry, days, labels, labels, st.sampled_from(("", "K7QM-3XPD")), st.sampled_from(("", "09:30")),
              st.sampled_from(State)), max_size=12,
)  # fmt: skip
loads = st.dictionaries(days, st.lists(st.sampled_from(("alarm", "warn", "fg", "dim", "ok")), max_size=9), max_size=14)


def text_of(rows: Rows) -> list[str]:
    """Return the text of each row, as a reader sees it."""
    return ["".join(piece.text for piece in row).rstrip(" ") for row in rows]


def check(rows: Rows, width: int, *, shown: Any = "") -> None:
    """Assert what holds of every part: exactly as wide as its place, no colour but a token, no sign but ours."""
    for row in rows:
        assert sum(cell_len(piece.text) for piece in row) == width
        assert all(piece.token in set(Token) and piece.ground in {*Token, ""} for piece in row)
    stored = set(repr(shown)) | set(str(shown))
    drawn = {letter for row in rows for piece in row for letter in piece.text} - stored
    assert {letter for letter in drawn if not letter.isascii()} - set(ASCII) == set()
