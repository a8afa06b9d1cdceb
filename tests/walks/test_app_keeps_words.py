"""A long note and every key that its screen names: not one word is lost, and what is typed lands where it was meant to.

The editor of Textual takes F6 for "select the line" and F7 for "select all": the next key would erase them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot

from tests.cli.desk import Desk
from tests.services.conftest import founded_template
from tests.services.founded import MEMBER, Place
from tests.tui.still import press, settled, type_in
from tests.walks.app_desk import AppDesk
from tui.screens.cases.note_editor import NoteEditor
from tui.widgets.fields import SafeInput, SafeTextArea
from vault.services.cases import cases

__all__ = ["founded_template"]  # a fixture

pytestmark = [pytest.mark.screen, pytest.mark.slow]

LINES = [f"{number}. The letter of day {number} says: transfer by 2027-01-20." for number in range(1, 201)]
NAMED = ("f1", "f2", "f3", "f6", "f7", "tab", "shift+tab", "f8", "f9")
"""What footer and help of the editor name, but for the keys that end it or the session."""


def test_a_note_of_200_lines_comes_out_whole_after_every_key_of_its_screen(
    founded_template: Place, tmp_path: Path
) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    with place.open() as session:
        made = cases.create(session, title="Hearing", kind="extradition")
    place.proposed_today()
    desk = AppDesk(place, MEMBER)

    async def steps(pilot: Pilot[None]) -> None:
        await desk.unlock(pilot)
        await press(pilot, "enter", "n")
        await type_in(pilot, "\n".join(LINES))
        editor = desk.app.screen
        assert isinstance(editor, NoteEditor)
        area = editor.query_one(SafeTextArea)
        for key in NAMED:
            area.focus()
            await press(pilot, key)
            if desk.app.screen is not editor:
                await press(pilot, "escape")
            assert desk.app.screen is editor, key
            await press(pilot, "x")
            assert area.text.removesuffix("x") == "\n".join(LINES), f"{key}, then a letter"
            if area.text.endswith("x"):
                await press(pilot, "backspace")

        area.focus()
        for erasing in ("ctrl+u", "ctrl+x"):
            await press(pilot, erasing)
            assert len(area.text) < len("\n".join(LINES))
            await press(pilot, "ctrl+z")
            assert area.text.removesuffix("x") == "\n".join(LINES), "what was erased comes back, as the help says"
        area.load_text("\n".join(LINES))
        await press(pilot, "f6", "f6", "ctrl+u")
        await type_in(pilot, "2026-11-20")
        assert editor.query_one("#occurred", SafeInput).value == "2026-11-20"
        await press(pilot, "f7", "f7")
        assert editor.focused is area
        await press(pilot, "f4")
        await settled(pilot)
        assert "Notes 1" in desk.said()

    desk.walk(steps)
    shown = Desk.of(place, tmp_path).run("case", "show", made.ref, "--json").json()
    assert [one["text"] for one in shown["notes"]] == ["\n".join(LINES)]


AT_ONCE = [
    pytest.param("Nour Azzam\t\t1987-06-05\t0555", id="Tab"),
    pytest.param("Nour Azzam\x1b[17~\x1b[17~1987-06-05\x1b[17~0555", id="F6"),
    pytest.param("Noir\x7f\x7fur Azzma\x7f\x7fam\t\t\t0555\x1b[Z1987-06-05", id="Backspace and Shift+Tab"),
    pytest.param("wrong\x15Nour Azza\x1b[H\x1b[Fm\t\t6-05\x1b[H1987-0\t0555", id="Ctrl+U, Home, End"),
]


@pytest.mark.long_after(2)
@pytest.mark.parametrize("typed", AT_ONCE)
def test_keys_that_come_in_one_write_act_in_their_order(typed: str, founded_template: Place, tmp_path: Path) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    with place.open() as session:
        cases.create(session, title="Hearing", kind="extradition")
    place.proposed_today()
    desk = AppDesk(place, MEMBER)

    async def steps(pilot: Pilot[None]) -> None:
        await desk.unlock(pilot)
        await press(pilot, "enter", "p")
        for event in XTermParser().feed(typed):  # a password manager types a form so, and a slow line delivers it so
            desk.app.post_message(event)
        await settled(pilot)
        assert [field.value for field in desk.app.screen.query(SafeInput)][:3] == ["Nour Azzam", "1987-06-05", "0555"]

    desk.walk(steps)
