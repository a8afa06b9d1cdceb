"""A note from the first key to the record: kind, date in words, undo and redo, the lock, the way back, and the end."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.services.conftest import founded_template
from tests.services.founded import MEMBER, Place
from tests.tui.still import press, settled, type_in
from tests.walks.app_desk import AppDesk
from tui.widgets.date_field import DateInput
from tui.widgets.fields import SafeTextArea
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import cases

__all__ = ["founded_template"]  # a fixture

pytestmark = [pytest.mark.screen, pytest.mark.slow]


def _letters(text: str) -> list[str]:
    return ["space" if letter == " " else letter for letter in text]


def test_a_note_with_a_kind_and_a_date_in_words_is_taken_back_and_done_again_across_a_lock(  # noqa: PLR0915 - one task
    founded_template: Place, tmp_path: Path
) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    with place.open() as session:
        cases.create(session, title="Hearing", kind="extradition")
    place.proposed_today()
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    before, after = AppDesk(place, MEMBER), AppDesk(place, MEMBER)

    async def write(pilot: Pilot[None]) -> None:
        await before.unlock(pilot)
        await press(pilot, "enter", "n")
        await press(pilot, *_letters("She waits outside"))
        await press(pilot, "ctrl+z", "ctrl+z")
        area = before.app.screen.query_one(SafeTextArea)
        assert area.text == "She "
        await press(pilot, "ctrl+y")
        assert area.text == "She waits "
        await press(pilot, *_letters("at home"))
        await press(pilot, "ctrl+z")
        await before.go_to(pilot, "kind")
        await press(pilot, *"leg")
        assert "legal advice" in before.said()
        await press(pilot, "enter")
        assert isinstance(before.app.focused, DateInput)
        await type_in(pilot, "3/4/2026")
        assert "can be read in two ways" in before.said()
        await press(pilot, "f4")
        assert "! When: can be read in two ways." in before.said()
        await press(pilot, "ctrl+u")
        await type_in(pilot, "yesterday")
        assert f"{yesterday:%Y}, yesterday" in before.said()
        await pilot.press("ctrl+l")

    before.walk(write)
    with place.open() as session:
        assert any("She waits at" in draft.text for draft in session.drafts().list())

    async def go_on(pilot: Pilot[None]) -> None:
        await after.unlock(pilot)
        await settled(pilot)
        area = after.app.screen.query_one(SafeTextArea)
        date = after.app.screen.query_one(DateInput)
        assert (area.text, date.value) == ("She waits at ", yesterday.isoformat())
        area.focus()
        await press(pilot, "ctrl+y")
        assert area.text == "She waits at home"
        await press(pilot, "ctrl+z", "ctrl+z", "ctrl+z")
        assert area.text == "She "
        await press(pilot, "ctrl+y", "ctrl+y", "ctrl+y", "f4")
        await settled(pilot)
        assert "Notes 1" in after.said()
        assert f"of {yesterday}" in after.said()

    after.walk(go_on)
    with place.open() as session:
        (row,) = cases.list_all(session)
        (note,) = cases.open_case(session, cases.find(session, row.ref)).notes
        assert session.drafts().list() == []
    assert note.value == Note(NoteKind.LEGAL_ADVICE, "She waits at home", yesterday.isoformat())
