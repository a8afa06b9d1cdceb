"""Footer, status line, question, progress and form fields."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from typing_extensions import override

from tests.tables import each
from tests.tui.desk import Desk, Driver
from tests.tui.driving import drive, shown
from tui.looks.tokens import Token
from tui.screens.frame.form_screen import entries_of, start_of
from tui.shell.safe import SafeApp
from tui.text.in_words import in_words
from tui.widgets.fields import MOST_CHARACTERS, MOST_STEPS, PAUSE_MS, Step, Steps, difference
from tui.widgets.long_text import Pair, Twin, aligned
from tui.widgets.overlays import BY_HEIGHT, BY_WIDTH, Confirm, ProgressModal, bar, remaining_seconds, rest_in_words
from tui.widgets.screen_lines import RUSSIAN_OF_LATIN, Hint, fitting_hints, head_texts, with_layouts
from tui.widgets.strip import MOST_FACTS, Fact, ListAndStrip, Strip, strip_lines
from tui.widgets.text_cells import Cell, Column, as_wide_as, broken, text_of, wrapped
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList

pytestmark = pytest.mark.screen

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
    with Driver(SafeApp()) as desk:
        question = Confirm("Erase C-0412 [/x]?", "Nobody can read it again.", yes="Yes", no="No")
        desk.call(lambda: desk.app.push_screen(question, answers.append))
        assert "Erase C-0412 [/x]?" in desk.lines()
        assert "No (n)" in desk.lines()
        assert "Yes (y)" in desk.lines()
        desk.press(*keys)
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
    with Driver(SafeApp()) as desk:
        modal = ProgressModal("Importing 200 cases", lambda: asked.append("stop"), now_ms=lambda: clock[0])
        desk.call(lambda: desk.app.push_screen(modal, results.append))
        clock[0] = 10_000
        desk.call(lambda: modal.advance(50, 200))
        assert "##########......" in desk.lines()
        assert "25 %" in desk.lines()
        assert "about 30 s left" in desk.lines()
        desk.press("escape", "escape", "enter")
        assert "Stopping ..." in desk.lines()
        assert results == []
        desk.call(lambda: modal.finished(False))
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


# What was typed is taken back by word and by pause, a paste at once, and never into a text that it does not fit.
class Field:
    """A text under a clock that a test turns."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.now = 1_000
        self.steps = Steps(lambda: self.now)

    def becomes(self, text: str) -> None:
        self.steps.changed(self.text, text)
        self.text = text

    def type(self, letters: str) -> None:
        for letter in letters:
            self.becomes(self.text + letter)

    def go(self, step: Step | None) -> str:
        self.text = self.text if step is None else step.of(self.text)
        return self.text

    def undo(self) -> str:
        return self.go(self.steps.undo(self.text))

    def redo(self) -> str:
        return self.go(self.steps.redo(self.text))


def test_typing_is_taken_back_word_by_word_and_done_again() -> None:
    field = Field()
    field.type("They called twice")
    assert [field.undo() for _ in range(4)] == ["They called ", "They ", "", ""]
    assert [field.redo() for _ in range(4)] == ["They ", "They called ", "They called twice", "They called twice"]


def test_a_pause_a_paste_and_a_line_end_begin_a_step() -> None:
    field = Field()
    field.type("ab")
    field.now += PAUSE_MS + 1
    field.type("cd")
    field.becomes("abcd, pasted words")
    field.type("\n")
    field.type("x")
    assert [field.undo() for _ in range(5)] == ["abcd, pasted words\n", "abcd, pasted words", "abcd", "ab", ""]


def test_what_was_erased_comes_back_by_word_and_what_is_typed_then_ends_what_could_be_done_again() -> None:
    field = Field("one two")
    for text in ("one tw", "one t", "one ", "one", "on"):
        field.becomes(text)
    assert [field.undo() for _ in range(2)] == ["one ", "one two"]
    field.undo()
    field.undo()
    field.redo()
    field.type("!")
    assert field.redo() == field.text == "one !"


def test_letters_erased_before_or_behind_the_cursor_come_back_by_the_word_and_a_pause_ends_it() -> None:
    field = Field("two men asked")
    for text in ("two men aske", "two men ask", "two men as"):  # Backspace
        field.becomes(text)
    field.now += PAUSE_MS + 1
    for text in ("wo men as", "o men as", " men as", "men as"):  # Delete, over the end of a word
        field.becomes(text)
    assert [field.undo() for _ in range(3)] == [" men as", "two men as", "two men asked"]
    assert [field.redo() for _ in range(3)] == ["two men as", " men as", "men as"]


def test_only_so_many_steps_and_letters_are_kept_and_the_last_one_always() -> None:
    field = Field()
    for _ in range(MOST_STEPS + 50):
        field.now += PAUSE_MS + 1
        field.type("x")
    assert len(field.steps.kept()["done"]) == MOST_STEPS
    field.becomes("y" * (MOST_CHARACTERS + 1))
    assert len(field.steps.kept()["done"]) == 1
    assert field.undo() == "x" * (MOST_STEPS + 50)


@each(
    {
        "nothing": None,
        "a text": "done",
        "half of it": {"done": []},
        "no places": {"done": [["a", "b", "c"]], "undone": []},
        "before the text": {"done": [[-1, "", "c"]], "undone": []},
        "another text": {"done": [[0, "", "of another draft"]], "undone": [[90, "x", "y"]]},
    }
)
def test_a_history_that_is_damaged_or_of_another_text_changes_no_letter(kept: object) -> None:
    field = Field("kept")
    field.steps.restore(kept)
    assert field.undo() == field.redo() == "kept"


TEXTS = st.text(st.sampled_from("ab \nж\ud83d"), max_size=12)


@given(TEXTS, TEXTS)
def test_a_difference_leads_there_and_back(before: str, after: str) -> None:
    step = difference(before, after)
    assert step.of(before) == after
    assert step.back().of(after) == before


@given(st.lists(TEXTS, min_size=1, max_size=20), st.lists(st.booleans(), max_size=40))
def test_whatever_was_typed_is_taken_back_to_the_beginning_and_done_again_across_a_lock(
    texts: list[str], moves: list[bool]
) -> None:
    field = Field()
    for number, text in enumerate(texts):
        field.now += PAUSE_MS * (number % 3)
        field.becomes(text)
    for is_back in moves:
        field.undo() if is_back else field.redo()
    again = Field(field.text)
    again.steps.restore(json.loads(json.dumps(field.steps.kept())))
    for _ in texts:
        again.redo()
    assert again.text == texts[-1]
    for _ in range(len(texts) + 1):
        again.undo()
    assert again.text == ""


# Choosing a file by looking: what is listed, what is not, and what comes of it.
@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    (folder / "from Dana").mkdir(parents=True)
    (folder / "from Dana" / "request").touch()
    for name in ("invitation", "Ärger", ".hidden", "evil\x1b[31m", "turned\u202eround"):
        (folder / name).touch()
    return folder


def test_folders_come_first_and_what_cannot_be_printed_as_it_is_is_left_out(stick: Path) -> None:
    Path(os.fsdecode(os.fsencode(stick) + b"/\xff\xfe")).touch()
    found = entries_of(stick)
    assert found is not None
    assert [entry.label for entry in found if entry.path.parent == stick] == ["from Dana/", "invitation", "Ärger"]
    assert next(entry for entry in found if entry.label == "..").path == stick.parent


def test_a_folder_that_is_not_there_lists_nothing(tmp_path: Path) -> None:
    assert entries_of(tmp_path / "gone") is None


def test_looking_begins_where_something_was_typed(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(stick.parent))
    begins = {
        "": stick.parent,
        "stick": stick.parent,
        f"{stick}": stick,
        f"{stick}/invitation": stick,
        f"{stick}/no/such": stick.parent,
    }
    assert {typed: start_of(typed) for typed in begins} == begins


def test_what_another_member_sent_is_chosen_by_looking(amina: Desk, stick: Path) -> None:
    amina.press(":devices", "escape", ":import a bundle").press(f" {stick}/", "down").until("> from Dana/", "down")
    amina.press("enter", "end", "enter").has(file=str(stick / "from Dana" / "request"))


def test_a_new_file_is_placed_by_looking_and_never_over_one_that_is_there(amina: Desk, stick: Path) -> None:
    amina.press(":counts for", "tab", f" {stick}/", "down", "end", "enter")
    amina.sees("This file is there already. F4 makes a new one.")
    amina.press("backspace", "f4").at("COUNTS").has(out=str(stick.parent / "counts.xlsx"))
    amina.press("down", "escape").has(out=str(stick.parent / "counts.xlsx"))


def test_a_folder_is_chosen_by_looking_and_no_file_in_its_place(amina: Desk, stick: Path) -> None:
    for keys, field in (((":backup",), "folder"), (("enter", "e"), "out")):
        amina.home().press(*keys).go_to(field).press(f" {stick}/", "down").sees("F4 this folder")
        amina.press("end", "enter").sees("F4 takes this folder.")
        amina.press("f4")
        assert amina.value(field) == str(stick), field


# The head, the strip of the row under the cursor, and two texts side by side.
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
    with Driver(SafeApp(), size) as desk:
        desk.call(lambda: desk.app.push_screen(Listing())).call(lambda: desk.screen.query_one(Strip).show(FACTS))
        return [line.rstrip() for line in desk.lines().splitlines()]


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

    with Driver(Paired()) as desk:
        app = desk.app
        assert isinstance(app, SafeApp)
        desk.call(lambda: app.choose_look(look))
        lines = desk.lines().splitlines()
        half = app.query_one(Pair).size.width // 2
        assert lines[0][:half].strip() == "Stays here"
        assert lines[0][half:].startswith(f"{between}Leaves")
        assert lines[1][half:].startswith(f"{between}there 0")
        desk.call(lambda: app.query_one(Pair).show_line(50))
        lines = desk.lines().splitlines()
        assert lines[0].strip().startswith("Stays here")
        assert any("here 50" in line and "there 50" in line for line in lines)
