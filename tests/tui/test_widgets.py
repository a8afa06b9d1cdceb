"""Footer, status line, question, progress and form fields."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.pilot import Pilot
from typing_extensions import override

from tests.tables import each
from tests.tui.driving import drive, shown
from tui.shell.safe import SafeApp
from tui.text.in_words import in_words
from tui.widgets.overlays import Confirm, ProgressModal, bar, remaining_seconds, rest_in_words
from tui.widgets.screen_lines import RUSSIAN_OF_LATIN, Hint, KeyHints, fitting_hints, with_layouts
from tui.widgets.text_cells import Column, as_wide_as

HINTS = (
    Hint("F1", "aide"),
    Hint("F4", "finir"),
    Hint("F3", "rechercher", press="f3"),
    Hint("n", "note", rank=2),
    Hint("Esc", "retour"),
    Hint("Ctrl+L", "verrouiller"),
)


@each(
    [
        ("n", "n,т"),
        ("N", "N,Т"),
        ("ctrl+l", "ctrl+l,ctrl+д"),
        ("n,f3,slash", "n,т,f3,slash"),
        ("escape", "escape"),
        ("1", "1"),
        ("[", "[,х"),
    ]
)
def test_a_letter_key_works_in_the_russian_layout_too(keys: str, both: str) -> None:
    assert with_layouts(keys) == both


def test_the_layout_table_covers_all_33_letters_in_both_cases() -> None:
    assert set(RUSSIAN_OF_LATIN.values()) == set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя") | set(
        "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
    )


@each(
    [
        (80, ["F1", "F4", "F3", "n", "Esc", "Ctrl+L"]),
        (70, ["F1", "F4", "F3", "Esc", "Ctrl+L"]),
        (56, ["F1", "F4", "Esc", "Ctrl+L"]),
        (40, ["F1", "F4", "Ctrl+L"]),
    ]
)
def test_a_footer_that_gets_narrow_drops_whole_words_by_rank_but_help_and_lock(width: int, keys: list[str]) -> None:
    assert [hint.key for hint in fitting_hints(HINTS, width)] == keys


class Lines(SafeApp):
    @override
    def compose(self) -> ComposeResult:
        yield KeyHints(HINTS)


def test_a_footer_shows_its_words_and_later_others() -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        assert " F1 aide  F4 finir  F3 rechercher  n note  Esc retour  Ctrl+L verrouiller" in shown(pilot.app)
        pilot.app.query_one(KeyHints).show_hints(HINTS[:1])
        await pilot.pause()
        assert "F4" not in shown(pilot.app)

    drive(Lines(), steps)


@each(
    [
        (["enter"], False),
        (["escape"], False),
        (["n"], False),
        (["т"], False),
        (["y"], True),
        (["н"], True),
        (["tab", "enter"], True),
        (["right", "enter"], True),
        (["right", "left", "enter"], False),
    ]
)
def test_only_a_chosen_yes_is_a_yes(keys: list[str], answer: bool) -> None:
    answers: list[bool | None] = []

    async def steps(pilot: Pilot[Any]) -> None:
        question = Confirm("Erase C-0412 [/x]?", "Nobody can read it again.", yes="Yes", no="No")
        pilot.app.push_screen(question, answers.append)
        await pilot.pause()
        assert "Erase C-0412 [/x]?" in shown(pilot.app)
        assert "No (n)" in shown(pilot.app)
        assert "Yes (y)" in shown(pilot.app)
        await pilot.press(*keys)
        await pilot.pause()

    drive(SafeApp(), steps)
    assert answers == [answer]


def test_a_bar_is_full_only_at_the_end() -> None:
    assert bar(0, 10) == f"[{'.' * 40}]   0 %"
    assert bar(999, 1000).endswith("]  99 %")
    assert bar(1000, 1000) == f"[{'#' * 40}] 100 %"
    assert bar(12, 10) == bar(10, 10)


@each([(0, 10, 9000, None), (5, 10, 1000, None), (5, 10, 10_000, 10), (10, 10, 9000, 0), (1, 100, 3000, 297)])
def test_the_rest_is_told_when_it_is_no_guess(done: int, total: int, elapsed_ms: int, rest: int | None) -> None:
    assert remaining_seconds(done, total, elapsed_ms) == rest


def test_a_rest_is_said_in_seconds_and_then_in_minutes() -> None:
    assert [in_words(rest_in_words(seconds)) for seconds in (None, 4, 89, 90, 297)] == [
        "",
        "about 4 s left",
        "about 89 s left",
        "about 2 min left",
        "about 5 min left",
    ]


def test_progress_is_shown_cancelled_once_and_closed_by_the_worker() -> None:
    asked: list[str] = []
    results: list[bool | None] = []
    clock = [0]

    async def steps(pilot: Pilot[Any]) -> None:
        modal = ProgressModal("Importing 200 cases", lambda: asked.append("stop"), now_ms=lambda: clock[0])
        pilot.app.push_screen(modal, results.append)
        await pilot.pause()
        clock[0] = 10_000
        modal.advance(50, 200)
        await pilot.pause()
        assert "##########......" in shown(pilot.app)
        assert "25 %" in shown(pilot.app)
        assert "about 30 s left" in shown(pilot.app)
        await pilot.press("escape", "escape", "enter")
        await pilot.pause()
        assert "Stopping ..." in shown(pilot.app)
        assert results == []
        modal.finished(False)
        await pilot.pause()

    drive(SafeApp(), steps)
    assert asked == ["stop"]
    assert results == [False]


_COLUMNS = (Column("", 10), Column("", 18, rank=1), Column(""), Column("", 14, is_right=True))


@each(
    {
        "all has room": (80, (10, 30, 14, 11), (10, 30, 11)),
        "a name of many letters keeps to its width where the rest is cut": (65, (10, 30, 40, 11), (10, 18, 11)),
        "and gives way before the rest gets too narrow": (62, (10, 30, 40, 20), (10, 12, 20)),
        "words of ours are never cut": (65, (10, 12, 40, 20), (10, 12, 20)),
        "nothing is wider than its words": (80, (6, 9, 30, 5), (6, 9, 5)),
    }
)
def test_columns_are_as_wide_as_their_words_as_far_as_a_line_goes(
    room: int, needs: tuple[int, ...], widths: tuple[int, ...]
) -> None:
    made = as_wide_as(_COLUMNS, needs, room)
    assert tuple(column.width for column in made if column.width) == widths
