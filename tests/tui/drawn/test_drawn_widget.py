"""The one widget behind every drawn part: it repaints rows that differ, and the timeline obeys its keys."""

from __future__ import annotations

from typing import Any

import pytest
from textual import on
from textual.app import ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget
from typing_extensions import override

from tests.tui.drawn.test_parts import DAYS
from tests.tui.drawn.test_timeline import CASE
from tests.tui.drawn.values import TODAY
from tests.tui.driving import drive, painted, shown
from tui.drawn.bars import DayCount, bars
from tui.drawn.timeline import Zoom
from tui.looks.tokens import CHOICES
from tui.shell.safe import SafeApp
from tui.text.in_words import in_words
from tui.widgets.drawn_parts import DrawnPart, TimelinePart


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

    async def steps(pilot: Pilot[Any]) -> None:
        assert app.part.size.height == 6
        assert (
            shown(app).splitlines()[4].rstrip()
            == "      14   15   16   17   18   19   20   21   22   23   24   25   26   27"
        )
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert shown(app).splitlines()[4].startswith("      31   1")

    drive(app, steps)


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

    async def steps(pilot: Pilot[Any]) -> None:
        app.part.focus()
        await pilot.pause()
        assert "today ▼" in shown(app)
        await pilot.press("left", "plus", "minus", "minus", "home")
        await pilot.pause()
        assert "today ▼" in shown(app)

    drive(app, steps)
    assert app.told[0] == ("27 Nov — 28 Nov: in detention and 1 note", Zoom.MONTH)
    assert app.told[1] == ("25 Nov — 26 Nov: appeal, late, in detention and 2 notes", Zoom.MONTH)
    assert [zoom for _, zoom in app.told[2:]] == [Zoom.DAY, Zoom.MONTH, Zoom.YEAR, Zoom.YEAR]


def test_a_timeline_that_has_the_focus_from_the_start_opens_at_today() -> None:
    class Focused(TimelinePart):
        def on_mount(self) -> None:
            self.focus()

    app = Showing(Focused(CASE, TODAY))

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        assert "today ▼" in shown(app)

    drive(app, steps)
    assert [told for told, _ in app.told] == ["27 Nov — 28 Nov: in detention and 1 note"]


def test_the_text_is_the_same_in_every_look() -> None:
    app = Showing(TimelinePart(CASE, TODAY))
    seen: set[str] = set()
    styles: set[str] = set()

    async def steps(pilot: Pilot[Any]) -> None:
        app.part.focus()
        for look in CHOICES:
            app.theme = look.name
            await pilot.pause()
            seen.add(shown(app))
            styles.add(painted(app))

    drive(app, steps)
    assert len(seen) == 1
    assert len(styles) == len(CHOICES)
