"""The head, the strip of the row under the cursor, and two texts side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from typing_extensions import override

from tests.tables import each
from tests.tui.driving import drive, shown
from tui.looks.tokens import Token
from tui.screens.frame.list_rows import FixedRows
from tui.shell.safe import SafeApp
from tui.widgets.long_text import Pair, Twin, aligned
from tui.widgets.overlays import BY_HEIGHT, BY_WIDTH
from tui.widgets.screen_lines import head_texts
from tui.widgets.strip import MOST_FACTS, Fact, ListAndStrip, Strip, strip_lines
from tui.widgets.text_cells import Cell, Column, broken, text_of, wrapped
from tui.widgets.virtual_list import ListRow, VirtualList

pytestmark = pytest.mark.screen

LONG = "Vyuzhanin: extradition request, held since October, appeal late"
FACTS = (
    Fact("", (Cell("Вьюжанин Арсений", bold=True), Cell("  Vyuzhanin", Token.DIM))),
    Fact("SAFE CONTACT", "Signal by his sister Лидия, after 18:00; says “library card”", Token.ACC),
    Fact("DO NOT CALL", "+996 555 010 203", Token.ALARM),
)


@each(
    [
        (("Cases", "2 cases", "sort: name", 80), ("Cases", "2 cases", "sort: name")),
        (("K7QM-3XPD", LONG, "risk high", 60), ("K7QM-3XPD", "Vyuzhanin: extradition request, hel~", "risk high")),
        (("Home", "Friday 27 November", "Amina Raskolda  locks after 5 min", 50), ("Home", "Friday 27 November", "")),
        (("Home", "", "", 60), ("Home", "", "")),
    ]
)
def test_a_head_keeps_its_chip_cuts_what_somebody_stored_and_drops_the_fact_whole(
    asked: tuple[str, str, str, int], texts: tuple[str, str, str]
) -> None:
    assert head_texts(*asked) == texts


class Listing(Screen[None]):
    """A list with the facts of its row, as screens have it."""

    HORIZONTAL_BREAKPOINTS = BY_WIDTH
    VERTICAL_BREAKPOINTS = BY_HEIGHT

    @override
    def compose(self) -> ComposeResult:
        rows = [ListRow(str(number), (f"row {number}",), Cell("!!", Token.ALARM)) for number in range(40)]
        yield ListAndStrip(VirtualList((Column("name"),), FixedRows(rows), has_states=True), strip=Strip())

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        self.query_one(Strip).show_late(lambda: (Fact("row", str(event.index)), *FACTS))


def _listing(size: tuple[int, int]) -> list[str]:
    lines: list[str] = []

    async def steps(pilot: Pilot[Any]) -> None:
        pilot.app.push_screen(Listing())
        await pilot.pause()
        pilot.app.screen.query_one(Strip).show(FACTS)
        await pilot.pause()
        lines.extend(shown(pilot.app).splitlines())

    drive(SafeApp(), steps, size=size)
    return [line.rstrip() for line in lines]


def test_at_80_columns_the_facts_are_a_strip_with_one_column_of_labels() -> None:
    lines = _listing((80, 24))
    assert lines[0] == "> !! row 0"
    assert lines[16] == "  !! row 16"
    assert lines[17] == "  Вьюжанин Арсений  Vyuzhanin"
    assert lines[18] == "  SAFE CONTACT  Signal by his sister Лидия, after 18:00; says “library card”"
    assert lines[19] == "  DO NOT CALL   +996 555 010 203"


def test_at_120_columns_they_are_a_pane_beside_the_list_with_each_label_over_its_text() -> None:
    lines = _listing((120, 40))
    assert lines[39].startswith("  !! row 39")
    assert [line[72:].strip() for line in lines[:9]] == [
        "",
        "Вьюжанин Арсений  Vyuzhanin",
        "",
        "SAFE CONTACT",
        "Signal by his sister Лидия, after 18:00;",
        "says “library card”",
        "",
        "DO NOT CALL",
        "+996 555 010 203",
    ]


@each([(60, 24), (80, 16)])
def test_a_small_window_is_the_lists_alone(columns: int, rows: int) -> None:
    lines = _listing((columns, rows))
    assert len(lines) == rows
    assert all("!! row" in line for line in lines)


def test_the_facts_follow_a_cursor_that_rests_and_none_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    plain = Strip.show

    def show(strip: Strip, facts: Sequence[Fact]) -> None:
        asked.append(len(facts))
        plain(strip, facts)

    monkeypatch.setattr(Strip, "show", show)

    async def steps(pilot: Pilot[Any]) -> None:
        pilot.app.push_screen(Listing())
        await pilot.pause()
        await pilot.press("down", "down", "down")
        assert "DO NOT CALL" not in shown(pilot.app)
        for _ in range(50):
            await pilot.pause(0.05)
            if asked:
                break
        await pilot.pause()
        assert "row           3" in shown(pilot.app)

    drive(SafeApp(), steps)
    assert asked == [4]


def test_a_strip_gives_its_spare_rows_to_what_is_longer_than_a_line_safe_contact_first() -> None:
    facts = [Fact("owner", "Amina Raskolda, who is away until December"), Fact("SAFE CONTACT", "a b " * 9, Token.ACC)]

    def said(rows: int) -> list[str]:
        return [text_of(tuple(line)).rstrip() for line in strip_lines(facts, 36, rows)]

    assert said(3) == [
        "owner         Amina Raskolda, who i~",
        "SAFE CONTACT  a b a b a b a b a b a",
        "              b a b a b a b",
    ]
    assert said(7)[:2] == ["owner         Amina Raskolda, who is", "              away until December"]
    assert said(2)[1] == "SAFE CONTACT  a b a b a b a b a b a~"


def test_no_more_facts_are_shown_than_there_is_room_for() -> None:
    strip = Strip()
    strip._facts = ()
    strip.refresh = lambda *_args, **_options: strip  # type: ignore[method-assign]  # it is on no screen
    strip.show([Fact("label", "text")] * 9)
    assert len(strip._facts) == MOST_FACTS


@each(
    [
        ("one two three", 7, ["one two", "three"]),
        ("longerthanthat is", 6, ["longer", "thanth", "at is"]),
        ("山田太郎さん", 5, ["山田", "太郎", "さん"]),
        ("a\n\nb", 5, ["a", "", "b"]),
        ("", 5, [""]),
    ]
)
def test_text_is_broken_at_blanks_and_never_wider_than_its_pane(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width) == lines
    assert all(cell_len(line) <= width for line in lines)
    assert [text_of(tuple(row)).rstrip() for row in broken([Cell(text)], width)] == lines or "\n" in text


def test_two_texts_are_aligned_line_by_line() -> None:
    twin = Twin((Cell("Phoned the commander Qarvosh today"),), (Cell("Phoned "), Cell("P-KD7", bold=True)), "?")
    rows = aligned(twin, 12, 20)
    assert [(text_of(tuple(left)).rstrip(), text_of(tuple(right)), mark) for left, right, mark in rows] == [
        ("Phoned the", "Phoned P-KD7", "?"),
        ("commander", "", ""),
        ("Qarvosh", "", ""),
        ("today", "", ""),
    ]


@pytest.mark.parametrize(("look", "between"), [("dark", "  "), ("mono", "│ ")])
def test_a_pair_shows_both_sides_under_their_headings_and_scrolls_to_a_line(look: str, between: str) -> None:
    twins = [Twin((Cell(f"here {number}"),), (Cell(f"there {number}"),)) for number in range(60)]

    class Paired(SafeApp):
        @override
        def compose(self) -> ComposeResult:
            yield Pair(Cell("Stays here", bold=True), Cell("Leaves", bold=True), twins)

    async def steps(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, SafeApp)
        app.choose_look(look)
        await pilot.pause()
        lines = shown(app).splitlines()
        half = app.query_one(Pair).size.width // 2
        assert lines[0][:half].strip() == "Stays here"
        assert lines[0][half:].startswith(f"{between}Leaves")
        assert lines[1][half:].startswith(f"{between}there 0")
        app.query_one(Pair).show_line(50)
        await pilot.pause()
        lines = shown(app).splitlines()
        assert lines[0].strip().startswith("Stays here")
        assert any("here 50" in line and "there 50" in line for line in lines)

    drive(Paired(), steps)
