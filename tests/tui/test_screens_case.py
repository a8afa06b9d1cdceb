"""A case: each key acts on the list that is in use, and what changed elsewhere is shown at once."""

from __future__ import annotations

import re

import pytest
from textual.pilot import Pilot

from tests.tui.driving import shown
from tests.tui.still import StillApp, StillGateway, acts_of, press, stands_on, type_in, walk, words_on
from tests.tui.stills.approvals import APPROVERS, StillApprovals
from tui.screens.cases.case import CaseScreen
from tui.screens.cases.note_editor import NoteEditor

pytestmark = pytest.mark.screen

PERSON = "Phone     +996 555 010 203"


class Others(StillApprovals):
    others = APPROVERS


def test_enter_on_a_person_reads_the_person_and_opens_no_draft() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "f7")
        assert PERSON in shown(app)
        await press(pilot, "enter")
        stands_on(app, CaseScreen)
        assert app.focused is app.screen.query_one("#text-pane")
        assert PERSON in shown(app), "the person goes on standing there while it is read"

    walk(app, steps)


def test_a_person_is_no_note_to_correct() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "down", "f7", "a")
        stands_on(app, CaseScreen)
        assert "Put the cursor on the note that you want to correct." in words_on(pilot)
        await press(pilot, "f6", "a")
        stands_on(app, NoteEditor)

    walk(app, steps)


def test_after_break_glass_the_case_is_read_again() -> None:
    app = StillApp(StillGateway(Others))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "g")
        await type_in(pilot, "2026-11-30")
        before = len(acts_of(app, "open"))
        await press(pilot, "f4", "y")
        assert len(acts_of(app, "open")) == before + 1
        assert "Joel Brandvik can open the case until 2026-11-30" in words_on(pilot)

    walk(app, steps)


def test_a_note_shows_its_first_words_at_80_columns() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        assert re.search(r"26-11-24 \d\d:\d\d  Arseniy", shown(app))

    walk(app, steps)
