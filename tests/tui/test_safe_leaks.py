"""Traps 4, 5, 15, 16: what a crash, a picture, a key or another window could carry away."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rich.console import Console
from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.widgets import Static
from typing_extensions import override

from tests.tables import each
from tests.tui.driving import Wire, drive, shown, without
from tui.shell.safe import EXIT_FAULT, EXIT_LOCKED, EXIT_OK, SafeApp
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeInput
from tui.widgets.overlays import Cover
from vault.errors import RefusedError

SECRET = "juniper lantern orbit"


class RichError(Exception):
    """An error that draws itself, as some libraries' do."""

    def __rich__(self) -> str:
        return f"rich {self.args[0]}"


class Crashing(SafeApp):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "fail"),
        Binding("b", "fail_richly"),
        Binding("c", "fail_in_thread"),
        Binding("d", "panic"),
    ]
    ended = 0

    @override
    def before_end(self) -> None:
        self.ended += 1

    def action_fail(self) -> None:
        passphrase = SECRET
        raise ValueError(f"cannot open with {passphrase}")

    def action_fail_richly(self) -> None:
        raise RichError(SECRET)

    @work(thread=True)
    def action_fail_in_thread(self) -> None:
        passphrase = SECRET
        raise KeyError(passphrase)

    def action_panic(self) -> None:
        self.panic(f"driver trouble with {SECRET}")


def _last_output(app: SafeApp, key: str) -> str:
    stream = io.StringIO()
    app.error_console = Console(file=stream, width=300)

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.press(key)
        await pilot.pause(0.05)

    try:
        drive(app, steps)
    except Exception as error:  # Pilot raises again what stopped the app.
        assert isinstance(error, ValueError | KeyError | RichError | RuntimeError)  # noqa: PT017 - not the claim
    return stream.getvalue()


@each([("a", "ValueError"), ("b", "RichError"), ("c", "KeyError"), ("d", "RuntimeError")])
def test_a_crash_names_its_place_and_nothing_of_its_content(key: str, named: str) -> None:
    app = Crashing()
    output = _last_output(app, key)
    assert "CaseVault had to stop." in output
    assert re.search(rf"incident [0-9a-f]{{8}}, {named} at ", output)
    assert SECRET not in output
    assert app.return_code == EXIT_FAULT
    assert app.ended == 1


@each(["a", "b"])
def test_stock_crash_handling_prints_the_secret(key: str) -> None:
    stock = without(Crashing, "_handle_exception", "_fatal_error", "panic", "_print_error_renderables")
    assert SECRET in _last_output(stock(), key)


def test_the_last_resort_of_textual_says_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    def last_resort(base: type[SafeApp]) -> str:
        app, stream = base(), io.StringIO()
        app.error_console = Console(file=stream, width=300)

        async def steps(_pilot: Pilot[Any]) -> None:
            passphrase = SECRET
            try:
                int(passphrase)
            except ValueError:
                app._fatal_error()

        with contextlib.suppress(ValueError):
            drive(app, steps)
        return stream.getvalue()

    assert "ValueError at " in last_resort(SafeApp)
    assert SECRET not in last_resort(SafeApp)
    assert SECRET in last_resort(without(SafeApp, "_fatal_error", "_print_error_renderables"))
    assert SECRET not in capsys.readouterr().err


def test_last_words_go_to_the_launcher_alone() -> None:
    heard: list[str] = []
    assert _last_output(Crashing(last_words=heard.append), "a") == ""
    assert len(heard) == 1
    assert SECRET not in heard[0]


def test_a_fault_while_saving_the_draft_is_said_and_the_end_goes_on() -> None:
    class Unsaving(SafeApp):
        @override
        def before_end(self) -> None:
            raise OSError(SECRET)

    heard: list[str] = []
    app = Unsaving(last_words=heard.append)

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.press("ctrl+l")
        await pilot.pause()

    drive(app, steps)
    assert app.return_code == EXIT_LOCKED
    assert "OSError" in heard[0]
    assert SECRET not in heard[0]


@pytest.mark.parametrize("act", ["export_screenshot", "save_screenshot", "deliver_screenshot"])
def test_no_picture_of_the_screen_is_made(act: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def steps(pilot: Pilot[Any]) -> None:
        with pytest.raises(RefusedError, match="no pictures of the screen"):
            getattr(pilot.app, act)()

    drive(SafeApp(), steps)
    assert list(tmp_path.iterdir()) == []


def test_the_screenshot_action_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(SafeApp, "deliver_screenshot", lambda *_, **__: called.append("deliver"))

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.app.run_action("screenshot")

    drive(SafeApp(), steps)
    assert called == []
    drive(without(SafeApp, "action_screenshot")(), steps)
    assert called == ["deliver"]


def test_no_file_is_delivered_past_an_export(tmp_path: Path) -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        with pytest.raises(RefusedError, match="through an export only"):
            pilot.app.deliver_text(io.StringIO("case"), save_directory=tmp_path, save_filename="case.txt")
        with pytest.raises(RefusedError, match="through an export only"):
            pilot.app.deliver_binary(io.BytesIO(b"case"), save_directory=tmp_path, save_filename="case.bin")

    drive(SafeApp(), steps)
    assert list(tmp_path.iterdir()) == []


def test_the_palette_of_textual_with_its_screenshot_entry_is_off() -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        assert list(pilot.app.get_system_commands(pilot.app.screen)) == []
        await pilot.press("ctrl+p")
        pilot.app.action_command_palette()
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 1

    drive(SafeApp(), steps)


def test_the_terminal_is_not_handed_to_another_program() -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        with pytest.raises(RefusedError, match="does not hand its terminal"), pilot.app.suspend():
            pass

    drive(SafeApp(), steps)


@each([("lock", EXIT_LOCKED), ("suspend_process", EXIT_LOCKED), ("leave_at_once", EXIT_OK), ("quit", EXIT_OK)])
def test_every_way_out_saves_the_draft_once_and_paints_nothing_more(act: str, code: int) -> None:
    app = Crashing()

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.app.run_action(act)
        assert pilot.app._batch_count > 0
        app.end(99)
        await pilot.pause()

    drive(app, steps)
    assert (app.return_code, app.ended) == (code, 1)


@each([("ctrl+l", EXIT_LOCKED), ("ctrl+д", EXIT_LOCKED), ("ctrl+backslash", EXIT_OK), ("ctrl+q", EXIT_OK)])
def test_the_keys_that_end_work_while_typing(key: str, code: int) -> None:
    class Typing(Crashing):
        @override
        def compose(self) -> ComposeResult:
            yield SafeInput()

    app = Typing()

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.press(key)
        await pilot.pause()

    drive(app, steps)
    assert (app.return_code, app.ended) == (code, 1)


@each(["ctrl+c", "ctrl+z"])
def test_keys_that_other_programs_end_with_say_how_to_leave_and_do_nothing(key: str) -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.press(key)
        await pilot.pause()
        assert pilot.app.return_code is None
        assert [one.message for one in pilot.app._notifications] == ["Ctrl+Q quits; nothing was lost."]

    drive(SafeApp(), steps)


class Marked(SafeApp):
    @override
    def compose(self) -> ComposeResult:
        yield SafeInput(SECRET)
        yield Static(safe_content(SECRET))


def test_a_window_that_goes_to_the_back_is_covered_until_it_returns() -> None:
    app = Marked()
    app.cover_on_focus_loss = True

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.app.on_event(events.AppBlur())
        await pilot.pause()
        assert isinstance(pilot.app.screen, Cover)
        assert shown(pilot.app).strip() == ""
        await pilot.app.on_event(events.AppFocus())
        await pilot.pause()
        assert SECRET in shown(pilot.app)
        assert isinstance(pilot.app.focused, SafeInput)

    drive(app, steps)


def test_without_the_wish_for_it_no_cover_comes() -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.app.on_event(events.AppBlur())
        await pilot.pause()
        assert SECRET in shown(pilot.app)

    drive(Marked(), steps)


def test_no_pointer_shape_is_sent() -> None:
    def sent(base: type[SafeApp]) -> str:
        found = ""

        async def steps(pilot: Pilot[Any]) -> None:
            nonlocal found
            wire = Wire(pilot.app)
            pilot.app._set_pointer_shape("text")
            found = wire.sent

        drive(base(), steps)
        return found

    assert sent(SafeApp) == ""
    assert sent(without(SafeApp, "_set_pointer_shape")) == "\x1b]22;text\x07"
