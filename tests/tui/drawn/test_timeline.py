"""The timeline of a case: which labels stand, which give way, and what the cursor and the list say instead."""

from __future__ import annotations

from datetime import date

from tests.tables import each
from tests.tui.drawn.values import TODAY, text_of
from tui.drawn.case_time import read_as_list, told_at
from tui.drawn.timeline import CaseTime, Mark, Span, Stage, View, Zoom, cells_of_lanes, timeline, view_at
from tui.text.in_words import in_words

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
    [
        (Mark(FIRST, "first", is_about=True), "~● first"),
        (Mark(date(2026, 12, 4), "appeal", is_about=True), "~○ appeal"),
    ]
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
