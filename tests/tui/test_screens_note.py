"""The note editor: when drafts are saved, what becomes of them, and what a person is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot
from typing_extensions import override

from tests.tui.driving import shown
from tests.tui.still import StillApp, StillGateway, press, settled, type_in, walk
from tests.tui.stills.door import DRAFT
from tests.tui.stills.writing import StillWriting
from tui.screens.cases.case import CaseScreen
from tui.screens.cases.draft_keeper import LONGEST_MS, PAUSE_MS, DraftKeeper
from tui.screens.cases.note_editor import NoteEditor
from tui.values.draft_shelf import draft_content, draft_shown
from tui.values.values import DraftShown
from tui.widgets.fields import SafeTextArea
from vault.errors import TryAgainError

pytestmark = pytest.mark.screen


# ---- when ----------------------------------------------------------------------------------------------------------


class Typing:
    """A keeper under a clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_000
        self.keeper = DraftKeeper(lambda: self.now)

    def type_for(self, ms: int, *, every: int = 100) -> None:
        for _ in range(0, ms, every):
            self.keeper.typed()
            self.now += every


def test_nothing_typed_is_never_due() -> None:
    typing = Typing()
    typing.now += 10_000
    assert not typing.keeper.is_due()
    assert not typing.keeper.is_unsaved


def test_a_pause_makes_a_draft_due() -> None:
    typing = Typing()
    typing.keeper.typed()
    typing.now += PAUSE_MS - 1
    assert not typing.keeper.is_due()
    typing.now += 1
    assert typing.keeper.is_due()


def test_who_types_on_and_on_is_saved_all_the_same() -> None:
    typing = Typing()
    typing.type_for(LONGEST_MS - 100)
    assert not typing.keeper.is_due()
    typing.type_for(100)
    assert typing.keeper.is_due()
    assert LONGEST_MS + PAUSE_MS < 2_000


def test_one_save_at_a_time_and_what_came_meanwhile_follows() -> None:
    typing = Typing()
    typing.type_for(LONGEST_MS)
    typing.keeper.begun()
    typing.type_for(LONGEST_MS)
    assert not typing.keeper.is_due()
    typing.keeper.ended(kept=True)
    assert typing.keeper.is_due()
    assert typing.keeper.is_unsaved


def test_what_could_not_be_saved_stays_due_and_is_not_forgotten() -> None:
    typing = Typing()
    typing.type_for(LONGEST_MS)
    typing.keeper.begun()
    typing.keeper.ended(kept=False)
    assert typing.keeper.is_unsaved
    typing.now += PAUSE_MS
    assert typing.keeper.is_due()
    typing.keeper.begun()
    typing.keeper.ended(kept=True)
    assert not typing.keeper.is_unsaved


# ---- what is kept --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "a\nb\t", "Вера نورا", "half \ud83d of a letter", '"}{\\'])
def test_a_draft_survives_its_bytes(text: str) -> None:
    draft = replace(DRAFT, text=text, occurred="2026-11", amends="ab" * 16, cursor=(3, 9))
    kept = draft_shown(bytes.fromhex(draft.case), bytes.fromhex(draft.record), draft.saved_ms, draft_content(draft))
    assert kept == draft


@pytest.mark.parametrize("content", ["half a sentence", "[1]", '{"kind": "note"}', '{"text": 7}'])
def test_what_another_program_kept_is_no_draft_of_ours(content: str) -> None:
    assert draft_shown(b"c", b"r", 0, content) is None


@pytest.mark.parametrize("cursor", ["null", "[1]", '["a", 2]', "7"])
def test_a_damaged_cursor_costs_no_text(cursor: str) -> None:
    kept = draft_shown(b"c", b"r", 0, f'{{"text": "kept", "cursor": {cursor}}}')
    assert kept is not None
    assert (kept.text, kept.cursor) == ("kept", (0, 0))


# ---- on screen -----------------------------------------------------------------------------------------------------


def test_a_pause_in_typing_saves_and_says_so() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n")
        await type_in(pilot, "They called.")
        await pilot.pause(0.8)
        await settled(pilot)
        assert ("save", "They called.") in app.still.done
        assert "draft, encrypted, saved " in shown(app)
        saves = len(app.still.done)
        await pilot.pause(0.8)
        assert len(app.still.done) == saves, "nothing typed, nothing saved"

    walk(app, steps)


def test_escape_keeps_the_draft_and_the_case_offers_it() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n")
        await type_in(pilot, "They called.")
        await press(pilot, "escape")
        assert ("save", "They called.") in app.still.done
        assert isinstance(app.screen, CaseScreen)
        assert "Notes (3), 2 drafts" in shown(app)
        assert "DRAFT  contact  saved " in shown(app)
        await press(pilot, "enter")
        assert app.screen.query_one(SafeTextArea).text == "They called."
        assert app.screen.query_one(SafeTextArea).cursor_location == (0, len("They called."))

    walk(app, steps)


def test_f4_makes_the_draft_a_note_once() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n", "f7", "right", "f6")
        await type_in(pilot, "They called.")
        await pilot.press("f4", "f4")
        await settled(pilot)
        assert isinstance(app.screen, CaseScreen)

    walk(app, steps)
    finished = [done for done in app.still.done if done[0] == "finish"]
    assert finished in ([("finish", "contact", "They called.", None)], [("finish", "interview", "They called.", None)])


def test_an_empty_note_is_not_kept() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n", "f4")
        assert "! There is nothing to keep yet." in shown(app)

    walk(app, steps)
    assert not [done for done in app.still.done if done[0] == "finish"]


def test_correcting_a_note_names_it_and_leaves_its_kind() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "down", "a")
        editor = app.screen
        assert isinstance(editor, NoteEditor)
        assert editor.query_one(SafeTextArea).text.startswith("Entretien avec M. Vyuzhanin.")
        await type_in(pilot, " Reporté.")
        await press(pilot, "f4")

    walk(app, steps)
    (finished,) = [done for done in app.still.done if done[0] == "finish"]
    assert finished[1] == "legal-advice"
    assert finished[2].endswith("2026. Reporté.")
    assert finished[3] == "b3"


def test_throwing_a_draft_away_asks_first_and_enter_means_no() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "enter", "f9", "enter")
        assert type(app.screen).__name__ == "NoteEditor"
        await press(pilot, "f9", "y")
        assert isinstance(app.screen, CaseScreen)
        assert "draft" not in shown(app), "it is gone, and nothing says that it is kept"

    walk(app, steps)
    assert app.still.done.count(("forget", DRAFT.record)) == 1
    assert app.still.writing.drafts() == ()


def test_a_full_disk_is_said_and_the_text_stays_and_is_saved_later() -> None:
    class Full(StillWriting):
        full = True

        @override
        def save(self, draft: DraftShown) -> None:
            if self.full:
                raise TryAgainError("no room on the disk")
            super().save(draft)

    gateway = StillGateway(Full)
    app = StillApp(gateway)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n")
        await type_in(pilot, "They called.")
        await pilot.pause(0.8)
        await settled(pilot)
        text = " ".join(shown(app).split())
        assert "draft, encrypted, NOT SAVED" in text
        assert "! The draft is not saved. No room on the disk." in text
        await press(pilot, "escape")
        assert isinstance(app.screen, NoteEditor), "leaving would lose the text"
        Full.full = False
        await pilot.pause(0.8)
        await settled(pilot)
        assert ("save", "They called.") in gateway.done
        text = " ".join(shown(app).split())
        assert "draft, encrypted, saved " in text
        assert "not saved" not in text, "one state of saving on one screen"
        assert "The draft is saved again." in text

    walk(app, steps)


def test_a_note_that_could_not_be_kept_goes_on_as_a_draft() -> None:
    class Full(StillWriting):
        @override
        def finish(self, draft: DraftShown) -> str:
            raise TryAgainError("no room on the disk")

    app = StillApp(StillGateway(Full))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n")
        await type_in(pilot, "They called.")
        await press(pilot, "f4")
        assert isinstance(app.screen, NoteEditor)
        assert "! No room on the disk." in shown(app)
        await pilot.press("ctrl+q")

    walk(app, steps)
    assert ("save", "They called.") in app.still.done
