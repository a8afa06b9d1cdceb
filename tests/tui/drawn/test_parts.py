"""The strip of days, the bars, the weeks, and the line of cells that they are drawn on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from tests.tables import each
from tests.tui.drawn.values import TODAY, text_of
from tui.drawn.bars import DayCount, bars, legend
from tui.drawn.days_and_weeks import State, WeekEntry, day_strip, in_order, week_columns
from tui.drawn.pieces import Line, Piece, Rows, cut
from tui.text.calendar import day_and_month, from_to, long_day, short_day_of_week

THURSDAY, MONDAY = date(2026, 11, 26), date(2026, 11, 30)
DATES = {THURSDAY: ["alarm"], TODAY: ["fg", "warn"], MONDAY: ["warn"] * 6}


def tokens(rows: Rows, text: str) -> set[tuple[str, bool]]:
    """Return how the pieces with this text are painted."""
    return {(piece.token, piece.is_bold) for row in rows for piece in row if text in piece.text}


# ---- the strip of days -----------------------------------------------------------------------------------------------


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


# ---- the bars --------------------------------------------------------------------------------------------------------

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


# ---- the weeks -------------------------------------------------------------------------------------------------------

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


# ---- days in words ---------------------------------------------------------------------------------------------------


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


# ---- the line of cells -----------------------------------------------------------------------------------------------


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
