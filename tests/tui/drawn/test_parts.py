"""The strip of days, the bars, the weeks, and the line of cells that they are drawn on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import on
from textual.app import ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget
from typing_extensions import override

from tests.tables import each
from tests.tui.desk import Driver
from tests.tui.drawn import values
from tests.tui.drawn.values import TODAY, check, text_of
from tests.tui.driving import drive
from tui.drawn.bars import DayCount, bars, legend
from tui.drawn.case_time import read_as_list, told_at
from tui.drawn.days_and_weeks import State, WeekEntry, day_strip, in_order, week_columns
from tui.drawn.pieces import Line, Piece, Rows, cut
from tui.drawn.timeline import CaseTime, Mark, Span, Stage, View, Zoom, cells_of_lanes, timeline, view_at
from tui.looks.tokens import CHOICES
from tui.shell.safe import SafeApp
from tui.text.calendar import day_and_month, from_to, long_day, short_day_of_week
from tui.text.in_words import in_words
from tui.widgets.drawn_parts import DrawnPart, TimelinePart

THURSDAY, MONDAY = date(2026, 11, 26), date(2026, 11, 30)
DATES = {THURSDAY: ["alarm"], TODAY: ["fg", "warn"], MONDAY: ["warn"] * 6}


def tokens(rows: Rows, text: str) -> set[tuple[str, bool]]:
    """Return how the pieces with this text are painted."""
    return {(piece.token, piece.is_bold) for row in rows for piece in row if text in piece.text}


def test_two_weeks_stand_with_a_square_for_each_date_and_five_or_more_as_a_number() -> None:
    assert text_of(day_strip(DATES, TODAY, 80)) == [
        "    Mo   Tu   We   Th   Fr   Sa   Su   Mo   Tu   We   Th   Fr   Sa   Su",
        "    23   24   25   26   27◄  28   29   30    1    2    3    4    5    6",
        "    ·    ·    ·    ■    ■■   ·    ·    5+   ·    ·    ·    ·    ·    ·",
    ]


def test_three_weeks_fit_beside_a_second_pane_and_a_narrow_place_shows_whole_days() -> None:
    wide = text_of(day_strip(DATES, TODAY, 70, weeks=3))
    assert wide[1] == "    23 24 25 26 27◄28 29 30  1  2  3  4  5  6  7  8  9 10 11 12 13"
    assert text_of(day_strip(DATES, TODAY, 12))[0] == "    Mo Tu"


def test_today_is_in_accent_a_weekend_is_dim_and_a_day_without_dates_is_a_ghost() -> None:
    rows = day_strip(DATES, TODAY, 80)
    assert tokens(rows, "27◄") == {("acc", True)}
    assert tokens(rows, "28") == {("dim", False)}
    assert tokens(rows, "·") == {("ghost", False)}
    assert [piece.token for piece in rows[2] if "■" in piece.text] == ["alarm", "warn", "fg"]


DAYS: Mapping[date, DayCount] = {
    TODAY: DayCount(16, "!E"),
    TODAY - timedelta(days=1): DayCount(1),
    TODAY - timedelta(days=2): DayCount(22, "G"),
    TODAY - timedelta(days=7): DayCount(8, "A"),
}


def test_fourteen_days_of_bars_have_letters_under_them_and_the_highest_count_beside_them() -> None:
    assert text_of(bars(DAYS, TODAY, 80)) == [
        "  22                                                         ███",
        "                                                             ███       ███",
        "                                    ▄▄▄                      ███       ███",
        "                                    ███                      ███  ▄▄▄  ███",
        "      14   15   16   17   18   19   20   21   22   23   24   25   26   27",
        "                                    A                        G         E!",
    ]


def test_a_wide_terminal_has_twice_the_days_and_a_narrow_one_the_newest() -> None:
    assert text_of(bars(DAYS, TODAY, 120))[4].split()[:2] == ["31", "1"]
    assert text_of(bars(DAYS, TODAY, 24))[4].split() == ["23", "24", "25", "26", "27"]


@each([(0, "2"), (1, "10"), (2, "9999"), (3, "12k"), (4, "999k")])
def test_any_count_is_said_in_four_cells(place: int, said: str) -> None:
    count = (2, 10, 9999, 12_400, 10**9)[place]
    assert text_of(bars({TODAY: DayCount(count)}, TODAY, 80))[0].split()[0] == said


def test_more_letters_than_fit_under_a_day_are_those_that_press_most() -> None:
    assert text_of(bars({TODAY: DayCount(1, "EGA!")}, TODAY, 120))[5].strip() == "EA!"


def test_a_log_without_entries_has_days_and_no_bar() -> None:
    shown = text_of(bars({}, TODAY, 80))
    assert shown[:4] == [""] * 4
    assert shown[4].endswith("26   27")


def test_the_legend_says_each_letter_in_a_word_and_leaves_out_whole_words_alone() -> None:
    assert text_of(legend(80, "reading is folded")) == [
        f"{'  E export  G grant  A alone  ! refused':61}reading is folded"
    ]
    assert text_of(legend(24, "reading is folded")) == ["  E export  G grant"]


ENTRIES = (
    WeekEntry(TODAY, "interpreter", "Вьюжанин А.", "K7QM", state=State.TO_DO),
    WeekEntry(TODAY, "detention", "Zumurrudi S.", "T4WB", "18:00", State.SOON),
    WeekEntry(date(2026, 11, 23), "register", "Lolazor F.", "P5LD", "10:00", State.DONE),
    WeekEntry(THURSDAY, "appeal against it", "Вьюжанин А.", "K7QM", state=State.LATE),
    WeekEntry(MONDAY, "hearing", "نورا الزمردي", "K7QM", "09:30", State.SOON),
)


def test_the_wide_week_has_seven_columns_and_raises_that_of_today() -> None:
    rows = week_columns(ENTRIES, TODAY, TODAY, 120)
    shown = text_of(rows)
    assert shown[0].split("  ")[2] == "Mon 23"
    assert "Fri 27 ◄ today" in shown[0]
    assert "!! appeal aga~" in shown[1]
    assert "    Week 49  30 November — 6 December" in shown
    assert all(any(piece.ground == "raised" for piece in row) for row in rows[:9])


def test_the_cursor_goes_by_day_and_lies_under_the_rows_of_its_entry() -> None:
    assert in_order(ENTRIES) == [2, 3, 1, 0, 4]
    for place, entry in enumerate(ENTRIES):
        rows = week_columns(ENTRIES, TODAY, TODAY, 120, cursor=place)
        under = ["".join(piece.text for piece in row if piece.ground == "sel").strip() for row in rows]
        what, who, ref = (text for text in under if text)
        assert str(entry.what)[:5] in what
        assert (who, ref) == (str(entry.who), f"{entry.time} {entry.ref}".strip())


def test_nothing_of_an_entry_is_cut_where_its_column_has_lines_to_spare() -> None:
    entry = WeekEntry(TODAY, "the appeal against the refusal", "Айсулуу Нурмаханова", "K7QM", state=State.LATE)
    for place in (None, 0):
        text = "\n".join(text_of(week_columns((entry,), TODAY, TODAY, 120, cursor=place, lines=4)))
        assert "~" not in text
        assert all(words in text for words in ("!! the appeal", "against the", "refusal", "Айсулуу", "Нурмаханова"))
    assert "~" in "".join(text_of(week_columns((entry,), TODAY, TODAY, 120)))


def test_a_day_with_many_entries_counts_those_that_are_not_shown() -> None:
    many = [WeekEntry(TODAY, f"call {number}") for number in range(5)]
    assert "2 more" in "\n".join(text_of(week_columns(many, TODAY, TODAY, 120)))


@each(
    [
        (day_and_month(TODAY), "27 November"),
        (long_day(TODAY), "Friday 27 November"),
        (short_day_of_week(TODAY), "Fri 27 Nov"),
        (from_to(THURSDAY, date(2026, 12, 2)), "26 November — 2 December"),
    ]
)
def test_days_come_from_one_table_of_words(message: object, said: str) -> None:
    assert str(message) == said


@each([("Вьюжанин", 5, "Вьюж~"), ("東京の人", 5, "東京~"), ("東京の人", 4, "東~"), ("سليم", 4, "سليم"), ("ab", 0, "")])
def test_a_text_is_cut_between_letters_and_says_so(text: str, cells: int, kept: str) -> None:
    assert cut(text, cells) == kept


def test_a_line_takes_no_half_of_a_letter_and_moves_nobody() -> None:
    line = Line(6)
    line.put(0, "東京")
    line.put(1, "x")
    line.put(5, "人")
    assert text_of((line.row(),)) == [" x京"]


def test_neighbours_of_one_style_are_one_piece() -> None:
    line = Line(8)
    line.put(0, "a", "acc")
    line.put(2, "b", "acc")
    line.put(4, "c", "warn", bold=True)
    assert line.row() == (Piece("a b ", "acc"), Piece("c   ", "warn", "", True))


def test_what_a_terminal_could_obey_is_a_mark() -> None:
    line = Line(8)
    line.put(0, "a\x1b[2J\n")
    assert text_of((line.row(),)) == ["a·[2J"]


# Whatever the values: no part raises, is wider than its place, or shows a sign that is not in the table.
MARK = "\u00b7"  # what the gate of stored text puts in the place of a hostile character
FEW = settings(max_examples=40, deadline=None)


@FEW
@given(values.loads, values.days, values.widths, st.integers(0, 4))
def test_a_day_strip(dates: Mapping[date, Sequence[str]], today: date, width: int, weeks: int) -> None:
    check(day_strip(dates, today, width, weeks=weeks), width)


@FEW
@given(values.counts, values.days, values.widths)
def test_bars(days: Mapping[date, DayCount], last: date, width: int) -> None:
    check((*bars(days, last, width), *legend(width, right="reading is folded")), width)


@FEW
@given(values.cases, values.days, st.sampled_from(Zoom), values.widths, st.lists(st.integers(-40, 40), max_size=4))
def test_a_timeline_wherever_its_cursor_goes(
    case: CaseTime, today: date, zoom: Zoom, width: int, steps: Sequence[int]
) -> None:
    view = view_at(today, cells_of_lanes(width), zoom)
    for step in steps:
        view = view.moved(step).zoomed(step % 3 - 1)
    check(timeline(case, today, view, width, has_cursor=True), width, shown=f"{case}{_labels(case)}")
    assert str(told_at(case, view)) != ""
    assert len(read_as_list(case, today)) > 0


@FEW
@given(values.entries, values.days, values.widths)
def test_weeks(entries: list[WeekEntry], first: date, width: int) -> None:
    shown = " ".join(f"{entry.what}{entry.who}" for entry in entries) + MARK
    check(week_columns(entries, TODAY, first, width), width, shown=shown)


def _labels(case: CaseTime) -> str:
    return " ".join(f"{mark.label}" for mark in (*case.court, *case.dates)) + " ".join(
        f"{stage.name}" for stage in case.stages
    )


# The timeline of a case: which labels stand, which give way, and what the cursor and the list say instead.
WIDTH = 80
ARREST, FIRST, REFUSAL, HEARING = date(2026, 10, 14), date(2026, 11, 2), date(2026, 11, 20), date(2026, 11, 30)
CASE = CaseTime(
    stages=(Stage(date(2026, 9, 8), "flagged"), Stage(ARREST, "detained"), Stage(REFUSAL, "REFUSED AT RISK", True)),
    detained=(Span(ARREST, date(2026, 12, 22)),),
    court=(Mark(ARREST, "arrest"), Mark(FIRST, "first"), Mark(REFUSAL, "refusal"), Mark(HEARING, "30 Nov 09:30")),
    dates=(Mark(date(2026, 11, 26), "appeal", is_late=True), Mark(date(2026, 12, 10), "10 Dec")),
    notes={date(2026, 9, 8): 1, ARREST: 3, date(2026, 11, 17): 14, date(2026, 11, 25): 2, TODAY: 1},
)


def view(zoom: Zoom = Zoom.MONTH, width: int = WIDTH) -> View:
    return view_at(TODAY, cells_of_lanes(width), zoom)


def drawn(case: CaseTime = CASE, zoom: Zoom = Zoom.MONTH, width: int = WIDTH) -> list[str]:
    return text_of(timeline(case, TODAY, view(zoom, width), width))


def lane(name: str, case: CaseTime, zoom: Zoom = Zoom.MONTH) -> str:
    return next(row for row in drawn(case, zoom) if row.startswith(f"  {name}")).removeprefix(f"  {name}")


def test_five_lanes_stand_over_one_axis_with_today_between_what_was_and_what_will_be() -> None:
    assert drawn() == [
        "                        Oct             Nov    today ▼ Dec            Jan",
        "  stage      flagged ───────── detained ──────── REFUSED AT RISK",
        "  detained                     ██████████████████████│░░░░░░░░░░░░ 22 Dec",
        "  court                        ● arrest ● first  ●   │○ 30 Nov 09:30",
        "  dates                                     appeal !!│     ○ 10 Dec",
        "  notes     1                 3                14  3",
    ]


def test_of_the_stages_of_one_day_the_last_that_was_set_is_the_one_that_stands() -> None:
    stages = (Stage(REFUSAL, "flagged"), Stage(REFUSAL, "located"), Stage(REFUSAL, "REFUSED AT RISK", True))
    assert lane("stage", CaseTime(stages=stages), Zoom.MONTH).strip() == "REFUSED AT RISK"


def test_a_label_that_would_touch_another_is_left_out_and_its_sign_stays() -> None:
    close = CaseTime(court=tuple(Mark(date(2026, 11, day), f"hearing {day}") for day in (10, 14, 18, 22)))
    shown = lane("court", close)
    assert shown.count("●") == 4
    assert "hearing 22" not in shown
    assert "hearing 10 ●" in shown


@each(
    [(Mark(FIRST, "first", is_about=True), "~● first"), (Mark(date(2026, 12, 4), "appeal", is_about=True), "~○ appeal")]
)
def test_a_date_that_is_not_certain_carries_a_tilde(mark: Mark, shown: str) -> None:
    assert shown in lane("court", CaseTime(court=(mark,)))


@each(
    {
        "its end is known": (Span(FIRST, date(2026, 12, 1)), "█████████████│░░ 1 Dec"),
        "it ended": (Span(FIRST, date(2026, 11, 7)), "████ 7 Nov   │"),
        "nobody knows the end": (Span(FIRST), "█████████████│?"),
        "its beginning is not certain": (Span(FIRST, None, is_about=True), "~█████████████│?"),
    }
)
def test_detention_is_full_up_to_today_and_light_behind_it(span: Span, shown: str) -> None:
    assert lane("detained", CaseTime(detained=(span,))).strip() == shown


def test_a_stage_whose_name_has_no_room_is_a_sign_and_the_newest_keeps_its_name() -> None:
    stages = (Stage(date(2026, 11, 20), "located"), Stage(date(2026, 11, 24), "arrested"), Stage(TODAY, "ordered"))
    assert lane("stage", CaseTime(stages=stages)).split() == ["●", "●", "ordered"]


@each(
    [
        (Zoom.DAY, "2"),  # the notes of Wednesday
        (Zoom.MONTH, "14"),  # of a week
        (Zoom.YEAR, "+"),  # of November: more than the room of a month can say
    ]
)
def test_notes_are_counted_by_what_the_zoom_has_room_for(zoom: Zoom, count: str) -> None:
    assert count in lane("notes", CASE, zoom).split()


@each(list(Zoom))
def test_the_axis_says_where_today_is_at_every_zoom(zoom: Zoom) -> None:
    axis = drawn(zoom=zoom)[0]
    assert "today ▼" in axis
    assert {Zoom.DAY: "1 Dec", Zoom.MONTH: "Oct", Zoom.YEAR: "2027"}[zoom] in axis


@each(
    [
        (0, "27 Nov — 28 Nov: in detention and 1 note"),
        (-1, "25 Nov — 26 Nov: appeal, late, in detention and 2 notes"),
        (-4, "19 Nov — 20 Nov: stage REFUSED AT RISK, court, refusal and in detention"),
        (40, "15 Feb — 16 Feb: nothing"),
    ]
)
def test_the_cursor_tells_what_its_cell_holds_the_labels_without_room_too(steps: int, told: str) -> None:
    assert in_words(told_at(CASE, view().moved(steps))) == told


def test_the_cursor_stays_in_view_and_zoom_leaves_it_where_it_is() -> None:
    there = view().moved(-100)
    assert 0 <= there.x(there.cursor) < there.cells
    early = view(width=120).moved(-60).resized(20)
    assert early.x(early.cursor) in range(20)
    near = view().moved(-7)
    assert near.zoomed(1).zoom is Zoom.DAY
    assert near.x(near.cursor) - near.zoomed(1).x(near.cursor) in range(5)  # a day has five cells
    assert near.zoomed(1).zoomed(1) == near.zoomed(1)


def test_all_of_it_is_read_as_a_list_in_the_order_of_time() -> None:
    said = [in_words(sentence) for sentence in read_as_list(CASE, TODAY)]
    assert said[:2] == ["Week of 7 Sep 2026: 1 note", "8 Sep 2026: stage flagged"]
    assert "14 Oct 2026: detention begins, until 22 Dec 2026" in said
    assert said[said.index("Today is 27 Nov 2026.") - 1] == "26 Nov 2026: appeal, late"
    assert said[-1] == "10 Dec 2026: date, 10 Dec"


# The one widget behind every drawn part: it repaints rows that differ, and the timeline obeys its keys.
class Showing(SafeApp):
    def __init__(self, part: Widget) -> None:
        super().__init__()
        self.part = part
        self.told: list[tuple[str, Zoom]] = []

    @override
    def compose(self) -> ComposeResult:
        yield self.part

    @on(TimelinePart.Moved)
    def _moved(self, moved: TimelinePart.Moved) -> None:
        self.told.append((in_words(moved.told), moved.zoom))


def test_a_part_has_as_many_rows_as_its_drawing_and_follows_the_width() -> None:
    app = Showing(DrawnPart(lambda width: bars(DAYS, TODAY, width)))
    with Driver(app) as desk:
        assert app.part.size.height == 6
        assert (
            desk.lines().splitlines()[4].rstrip()
            == "      14   15   16   17   18   19   20   21   22   23   24   25   26   27"
        )
        desk.resize(120, 40)
        assert desk.lines().splitlines()[4].startswith("      31   1")


def test_only_rows_that_differ_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    part = DrawnPart(lambda width: bars(DAYS, TODAY, width))
    regions: list[Region] = []

    async def steps(pilot: Pilot[Any]) -> None:
        plain = part.refresh

        def watched(*asked: Region, **options: bool) -> Widget:
            regions.extend(asked or [part.size.region])
            return plain(*asked, **options)

        monkeypatch.setattr(part, "refresh", watched)
        part.show(lambda width: bars(dict(DAYS), TODAY, width))
        await pilot.pause()
        assert regions == []
        lettered = {**DAYS, TODAY: DayCount(DAYS[TODAY].count, "G")}
        part.show(lambda width: bars(lettered, TODAY, width))
        await pilot.pause()
        assert [(region.y, region.height) for region in regions] == [(5, 1)]

    drive(Showing(part), steps)


def test_the_keys_of_a_timeline_move_its_cursor_and_its_zoom_and_say_what_is_there() -> None:
    app = Showing(TimelinePart(CASE, TODAY))
    with Driver(app) as desk:
        desk.call(app.part.focus)
        assert "today ▼" in desk.lines()
        desk.press("left", "plus", "minus", "minus", "home")
        assert "today ▼" in desk.lines()
    assert app.told[0] == ("27 Nov — 28 Nov: in detention and 1 note", Zoom.MONTH)
    assert app.told[1] == ("25 Nov — 26 Nov: appeal, late, in detention and 2 notes", Zoom.MONTH)
    assert [zoom for _, zoom in app.told[2:]] == [Zoom.DAY, Zoom.MONTH, Zoom.YEAR, Zoom.YEAR]


def test_a_timeline_that_has_the_focus_from_the_start_opens_at_today() -> None:
    class Focused(TimelinePart):
        def on_mount(self) -> None:
            self.focus()

    app = Showing(Focused(CASE, TODAY))
    with Driver(app) as desk:
        assert "today ▼" in desk.lines()
    assert [told for told, _ in app.told] == ["27 Nov — 28 Nov: in detention and 1 note"]


def test_the_text_is_the_same_in_every_look() -> None:
    app = Showing(TimelinePart(CASE, TODAY))
    seen: set[str] = set()
    styles: set[str] = set()
    with Driver(app) as desk:
        desk.call(app.part.focus)
        for look in CHOICES:
            desk.call(partial(setattr, app, "theme", look.name))
            seen.add(desk.lines())
            styles.add(desk.painted())
    assert len(seen) == 1
    assert len(styles) == len(CHOICES)
