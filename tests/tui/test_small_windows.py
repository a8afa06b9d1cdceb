"""Windows that are too small, and keys that mean something elsewhere: one line says so, and nothing is lost."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.driving import drive, shown
from tests.tui.still import StillApp, press, settled, type_in, walk, words_on
from tui.screens.cases.note_editor import NoteEditor
from tui.widgets.fields import SafeTextArea

pytestmark = pytest.mark.screen


@pytest.mark.parametrize("size", [(20, 5), (120, 5), (20, 40)])
def test_a_window_too_small_says_so_and_loses_nothing(size: tuple[int, int]) -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n")
        await type_in(pilot, "They called.")
        await pilot.resize_terminal(*size)
        await settled(pilot)
        assert words_on(pilot).startswith("Window too small")
        assert "They called." not in shown(app)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "too small" not in shown(app)
        assert "They called." in shown(app)
        assert app.screen.query_one(SafeTextArea).text == "They called."
        assert isinstance(app.focused, SafeTextArea)

    walk(app, steps)


@pytest.mark.parametrize(("keys", "back"), [(("enter", "n"), "Esc leave"), (("enter", "p"), "Esc leave"), ((), "F1")])
def test_a_narrow_footer_keeps_help_and_the_way_back(keys: tuple[str, ...], back: str) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, *keys)
        foot = shown(pilot.app).splitlines()[-1]
        assert foot.startswith("F1 help")
        assert back in foot

    walk(StillApp(), steps, size=(40, 12))


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_the_date_of_a_note_can_be_seen_however_narrow(columns: int) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n")
        assert "Date   empty: now" in shown(pilot.app)

    walk(StillApp(), steps, size=(columns, 24))


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+z"])
def test_keys_that_end_other_programs_say_how_to_leave_and_write_over_no_warning(key: str) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, key)
        assert "Ctrl+Q quits; nothing was lost." in words_on(pilot)
        await press(pilot, "enter", "n", "f4")
        assert "! There is nothing to keep yet." in words_on(pilot)
        await press(pilot, "ctrl+c")
        assert "! There is nothing to keep yet." in words_on(pilot)
        assert isinstance(pilot.app.screen, NoteEditor)

    walk(StillApp(), steps)


def test_ctrl_c_at_the_lock_screen_says_it_too() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "s", "ctrl+c")
        assert "Ctrl+Q quits; nothing was lost." in words_on(pilot)

    drive(StillApp(), steps)
