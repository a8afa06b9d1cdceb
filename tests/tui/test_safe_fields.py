"""Traps 8, 13 and 14: copying, pasting, printing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from textual import events
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea
from typing_extensions import override

from tests.tables import each
from tests.tui.driving import Wire, drive, without
from tui.shell.safe import SafeApp
from tui.widgets.fields import PassphraseInput, SafeInput, SafeTextArea

SECRET = "juniper lantern orbit"


def _copied(base: type[SafeApp], make: Callable[[], Input | TextArea], key: str) -> tuple[str, str]:
    """Return what went to the terminal and what the app's own clipboard holds after selecting all and this key."""

    class Copying(base):  # type: ignore[misc, valid-type]  # the base is the subject
        @override
        def compose(self) -> ComposeResult:
            yield make()

    app = Copying()
    found = ("", "")

    async def steps(pilot: Pilot[Any]) -> None:
        nonlocal found
        wire = Wire(pilot.app)
        field = pilot.app.query_one(Widget)
        assert isinstance(field, Input | TextArea)
        field.focus()
        await pilot.pause()
        field.select_all() if isinstance(field, TextArea) else field.action_select_all()
        await pilot.press(key)
        await pilot.pause()
        found = (wire.sent, pilot.app.clipboard)

    drive(app, steps)
    return found


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+x"])
@pytest.mark.parametrize("kind", [SafeInput, SafeTextArea])
def test_copied_text_stays_in_the_app(key: str, kind: type[Any]) -> None:
    assert _copied(SafeApp, lambda: kind(SECRET), key) == ("", SECRET)
    assert "\x1b]52;" in _copied(without(SafeApp, "copy_to_clipboard"), lambda: kind(SECRET), key)[0]


@each(["ctrl+c", "ctrl+x"])
def test_a_passphrase_is_copied_nowhere_at_all(key: str) -> None:
    assert _copied(SafeApp, lambda: PassphraseInput(SECRET), key) == ("", "")
    assert _copied(SafeApp, lambda: SafeInput(SECRET, password=True), key) == ("", SECRET)


def test_text_on_screen_cannot_be_selected_with_the_mouse() -> None:
    assert SafeApp.ALLOW_SELECT is False


PASTE = "Noor\x1b]52;c;QUJD\x07\r\nsecond\n\nthird"


def _pasted(base: type[SafeApp], make: Callable[[], Input | TextArea]) -> tuple[str, list[int]]:
    class Pasting(base):  # type: ignore[misc, valid-type]  # the base is the subject
        lost: ClassVar[list[int]] = []

        @override
        def compose(self) -> ComposeResult:
            yield make()

        def on_safe_input_paste_cut(self, message: SafeInput.PasteCut) -> None:
            self.lost.append(message.lost_lines)

    app = Pasting()
    found = ""

    async def steps(pilot: Pilot[Any]) -> None:
        nonlocal found
        field = pilot.app.query_one(Widget)
        field.focus()
        await pilot.pause()
        pilot.app.post_message(events.Paste(PASTE))
        await pilot.pause()
        await pilot.pause()
        found = field.text if isinstance(field, TextArea) else field.value  # type: ignore[attr-defined]

    drive(app, steps)
    return found, app.lost


def test_a_paste_into_one_line_is_cleaned_and_the_lost_lines_are_counted() -> None:
    assert _pasted(SafeApp, SafeInput) == ("Noor·]52;c;QUJD·", [2])
    assert "\x1b" in _pasted(without(SafeApp, "on_event"), SafeInput)[0]


def test_a_paste_into_a_note_is_cleaned_and_whole() -> None:
    assert _pasted(SafeApp, SafeTextArea) == ("Noor·]52;c;QUJD·\nsecond\n\nthird", [])
    assert "\x1b" in _pasted(without(SafeApp, "on_event"), SafeTextArea)[0]


def _captured(base: type[SafeApp]) -> list[str]:
    heard: list[str] = []

    class Listening(Static):
        def on_mount(self) -> None:
            self.begin_capture_print()

        def on_print(self, event: events.Print) -> None:
            heard.append(event.text)

    class Printing(base):  # type: ignore[misc, valid-type]  # the base is the subject
        @override
        def compose(self) -> ComposeResult:
            yield Listening()

    async def steps(pilot: Pilot[Any]) -> None:
        print(SECRET)
        await pilot.pause()

    drive(Printing(), steps)
    return heard


def test_what_is_printed_reaches_no_widget() -> None:
    assert _captured(SafeApp) == []
    assert SECRET in _captured(without(SafeApp, "begin_capture_print"))
