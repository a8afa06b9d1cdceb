"""A list of a million rows: what is read, what is painted, and where the cursor goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from typing_extensions import override

from tests.tables import each
from tests.tui.desk import Driver
from tests.tui.driving import drive, hostile_in, shown
from tui.looks.tokens import DARK, MONO, Token
from tui.shell.safe import SafeApp
from tui.widgets.text_cells import Cell, Column, fit, fitting, lay_out, text_of
from tui.widgets.virtual_list import KEPT_PAGES, PAGE_ROWS, ListHeader, ListRow, PageCache, VirtualList

MILLION = 1_000_000
COLUMNS = (Column("ref", 10), Column("person"), Column("due", 6))


def _row(index: int) -> ListRow:
    return ListRow(f"id-{index}", (f"C-{index}", f"Person {index}", "25 Nov"))


@dataclass
class Numbers:
    """Rows by number, and a record of what was asked for."""

    total: int = MILLION
    asked: list[tuple[int, str | None, str | None]] = field(default_factory=list)
    late: bool = False

    def count(self) -> int:
        return self.total

    def page(self, number: int, previous: ListRow | None, following: ListRow | None) -> Sequence[ListRow] | None:
        keys = [None if row is None else row.key for row in (previous, following)]
        self.asked.append((number, keys[0], keys[1]))
        if self.late:
            return None
        first = number * PAGE_ROWS
        return [_row(index) for index in range(first, min(first + PAGE_ROWS, self.total))]


class Listing(SafeApp):
    def __init__(self, source: Numbers) -> None:
        super().__init__()
        self.source = source
        self.opened: list[str] = []
        self.moved: list[int] = []

    @override
    def compose(self) -> ComposeResult:
        yield ListHeader(COLUMNS)
        yield VirtualList(COLUMNS, self.source)

    @on(VirtualList.Opened)
    def _opened(self, message: VirtualList.Opened) -> None:
        self.opened.append(message.row.key)

    @on(VirtualList.Moved)
    def _moved(self, message: VirtualList.Moved) -> None:
        self.moved.append(message.index)


def _cursor_line(desk: Driver[Listing]) -> str:
    return next(line for line in desk.lines().splitlines() if line.startswith(">"))


def test_pages_are_read_by_their_neighbours_and_only_jumps_by_position() -> None:
    source = Numbers()
    cache = PageCache(source)
    for index in (0, 63, 64, MILLION - 1, MILLION - 100):
        assert cache.row(index) == _row(index)
    last = (MILLION - 1) // PAGE_ROWS
    assert source.asked == [
        (0, None, None),
        (1, "id-63", None),
        (last, None, None),
        (last - 1, None, f"id-{last * PAGE_ROWS}"),
    ]


def test_old_pages_are_forgotten_so_that_memory_stays_small() -> None:
    source = Numbers()
    cache = PageCache(source)
    for number in range(KEPT_PAGES):
        cache.row(number * PAGE_ROWS)
    cache.row(0)
    cache.row(KEPT_PAGES * PAGE_ROWS)
    asked = len(source.asked)
    cache.row(0)
    assert len(source.asked) == asked
    cache.row(PAGE_ROWS)
    assert len(source.asked) == asked + 1


def test_a_row_beyond_a_page_that_shrank_is_none() -> None:
    assert PageCache(Numbers(total=10)).row(12) is None


@each(
    [
        (["down"], 1),
        (["down", "up", "up"], 0),
        (["pagedown"], 22),
        (["end"], MILLION - 1),
        (["end", "down"], MILLION - 1),
        (["end", "home"], 0),
        (["down"] * 30, 30),
        (["end", "pageup"], MILLION - 23),
    ]
)
def test_keys_move_the_cursor_and_it_stays_in_view(keys: list[str], cursor: int) -> None:
    app = Listing(Numbers())
    with Driver(app) as desk:
        desk.press(*keys)
        assert f"C-{cursor} " in _cursor_line(desk)
        assert app.query_one(VirtualList).cursor == cursor


def test_a_million_rows_cost_a_few_pages() -> None:
    app = Listing(Numbers())
    with Driver(app) as desk:
        desk.press("end", "home", "pagedown")
    assert len(app.source.asked) <= 6


def test_a_step_inside_the_view_paints_two_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Listing(Numbers())
    regions: list[Region] = []

    async def steps(pilot: Pilot[Any]) -> None:
        rows = app.query_one(VirtualList)
        plain = rows.refresh

        def watched(*asked: Region, **options: bool) -> VirtualList:
            regions.extend(asked or [rows.size.region])
            return plain(*asked, **options)

        monkeypatch.setattr(rows, "refresh", watched)
        await pilot.press("down")
        await pilot.pause()
        assert [(region.y, region.height) for region in regions] == [(0, 1), (1, 1)]

    drive(app, steps)


def test_at_the_edge_the_view_moves_by_half_a_page() -> None:
    app = Listing(Numbers())
    with Driver(app) as desk:
        rows = app.query_one(VirtualList)
        height = rows.size.height
        desk.press(*["down"] * height)
        assert rows.scroll_offset.y == height - height // 2


def test_the_cursor_is_a_mark_on_a_ground_of_its_own_and_marked_rows_have_a_star() -> None:
    app = Listing(Numbers())

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.press("space")
        await pilot.pause()
        lines = shown(app).splitlines()
        assert lines[0].startswith("  ref         person")
        assert lines[1].startswith(" *C-0 ")
        assert lines[2].startswith("> C-1 ")
        rows = app.query_one(VirtualList)
        assert rows.marked == {"id-0"}
        grounds = [{segment.style.bgcolor.name for segment in rows.render_line(row)} for row in (1, 2)]  # type: ignore[union-attr]
        assert grounds == [{DARK.colours[Token.SEL]}, {DARK.colours[Token.BG]}]
        app.choose_look("mono")
        await pilot.pause()
        assert app.look is MONO
        reverse = [{segment.style.reverse for segment in rows.render_line(row)} for row in (1, 2)]  # type: ignore[union-attr]
        assert reverse == [{True}, {None}]

    drive(app, steps)


def test_enter_and_a_second_click_open_the_row_under_the_cursor() -> None:
    app = Listing(Numbers())

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.press("down", "enter")
        await pilot.click(VirtualList, offset=(5, 4))
        await pilot.click(VirtualList, offset=(5, 4))
        await pilot.pause()

    drive(app, steps)
    assert app.opened == ["id-1", "id-4"]
    assert app.moved == [1, 4]


def test_rows_that_come_late_are_dots_until_they_arrive() -> None:
    app = Listing(Numbers(late=True))
    with Driver(app) as desk:
        assert "> ..." in desk.lines()
        app.source.late = False
        desk.call(lambda: app.query_one(VirtualList).page_arrived(0))
        assert "> C-0 " in desk.lines()


def test_an_empty_list_has_no_cursor_and_opens_nothing() -> None:
    app = Listing(Numbers(total=0))
    with Driver(app) as desk:
        desk.press("down", "end", "enter", "space")
        assert ">" not in desk.lines()
    assert app.opened == []


def test_another_list_begins_at_its_first_row() -> None:
    app = Listing(Numbers())
    with Driver(app) as desk:
        desk.press("end").call(lambda: app.query_one(VirtualList).show_source(Numbers(total=3)))
        assert "C-0 " in _cursor_line(desk)


def test_hostile_names_in_a_row_are_marks_on_one_line() -> None:
    @dataclass
    class Hostile(Numbers):
        @override
        def page(self, number: int, previous: ListRow | None, following: ListRow | None) -> Sequence[ListRow]:
            return [ListRow("k", ("C-1", "Sam\x1b]2;evil\x07ir\n[/oops]\tx\u202e", "now"))]

    app = Listing(Hostile(total=1))
    with Driver(app) as desk:
        assert "Sam·]2;evil·ir [/oops] x·" in desk.lines()
        assert hostile_in(desk.painted()) == ""


@pytest.mark.parametrize("text", ["", "Иванов", "山田太郎さん", "e\u0301te\u0301", "a" * 50, "ᠮᠣᠩᠭᠣᠯ", "\x1b[31m"])
@pytest.mark.parametrize("cells", [0, 1, 2, 5, 10])
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, cells: int) -> None:
    assert cell_len(fit(text, cells)) == cells


def test_a_cut_text_says_so_and_the_last_column_takes_the_rest() -> None:
    assert fit("Ivanov", 4) == "Iva~"
    assert text_of(tuple(lay_out(COLUMNS, ("C-1", "Noor", "today"), 30))) == "C-1         Noor        today "


def test_words_of_several_meanings_share_a_column_and_numbers_end_at_its_right_edge() -> None:
    columns = (Column("who", 8), Column("left", 6, is_right=True))
    cells = ((Cell("Noor", bold=True), Cell(" +2", Token.DIM)), Cell("5", Token.WARN))
    laid = lay_out(columns, cells, 16)
    assert text_of(tuple(laid)) == "Noor +2        5"
    assert [cell.token for cell in laid if cell.text.strip()] == [Token.FG, Token.DIM, Token.WARN]
    long = lay_out(columns, ((Cell("Zumurrudi", bold=True), Cell(" +2")), ""), 16)
    assert text_of(tuple(long)) == "Zumurru~        "


def test_in_a_narrow_window_whole_columns_go_and_no_heading_is_cut() -> None:
    columns = (Column("ref", 10), Column("title"), Column("stage", 18, rank=2), Column("until", 10, rank=1))
    shown = [[column.title for column in fitting(columns, width)] for width in (76, 50, 36, 20)]
    assert shown == [["ref", "title", "stage", "until"], ["ref", "title", "until"], ["ref", "title"], ["ref", "title"]]


def test_the_cursor_passes_over_headings_and_second_lines() -> None:
    class Days(Numbers):
        @override
        def page(self, number: int, previous: ListRow | None, following: ListRow | None) -> Sequence[ListRow]:
            day = Cell("Today, Friday 27 November", Token.DIM, bold=True)
            rows = [ListRow("", (day,), is_passed=True), *map(_row, range(2)), ListRow("", (day,), is_passed=True)]
            return [*rows, *map(_row, range(2, 4)), ListRow("", ("", "more", ""), is_passed=True)]

    app = Listing(Days(total=7))
    with Driver(app) as desk:
        rows = app.query_one(VirtualList)
        passed = []
        for key in ("", "up", "down", "down", "down", "down", "end", "up", "up", "home"):
            desk.press(*[key] if key else [])
            passed.append(rows.cursor)
        assert passed == [1, 1, 2, 4, 5, 5, 5, 4, 2, 1]
        assert "  Today, Friday 27 November" in desk.lines()
        desk.call(lambda: rows.show_source(Days(total=7)))
        assert rows.cursor == 1


def test_a_list_that_is_shown_asks_for_its_first_page_once() -> None:
    app = Listing(Numbers())
    with Driver(app) as desk:
        desk.press("down")
        other = Numbers(total=100)
        desk.call(lambda: app.query_one(VirtualList).show_source(other))
        assert "C-0 " in _cursor_line(desk)
        assert [number for number, _, _ in other.asked] == [0]


def test_the_cursor_of_the_terminal_stands_on_the_row() -> None:
    app = Listing(Numbers())
    with Driver(app) as desk:
        desk.press("down", "down")
        assert app.cursor_position == (0, 3)  # below the headings
        desk.press("end")
        assert app.cursor_position == (0, 23)
