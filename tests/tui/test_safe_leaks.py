"""Traps 4, 5, 15, 16: what a crash, a picture, a key or another window could carry away."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rich.console import Console
from textual import constants, events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.widgets import Input, Static
from typing_extensions import override

from tests.tables import each, refuses
from tests.tui.desk import Driver
from tests.tui.driving import Wire, drive, without
from tui.looks.tokens import MONO
from tui.shell.safe import EXIT_FAULT, EXIT_LOCKED, EXIT_OK, SafeApp
from tui.text.safe_content import safe_content
from tui.widgets.fields import PassphraseInput, SafeInput, SafeTextArea
from tui.widgets.overlays import Cover
from vault.errors import InternalError, RefusedError

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
    with Driver(app) as desk:
        desk.press("ctrl+l")
    assert app.return_code == EXIT_LOCKED
    assert "OSError" in heard[0]
    assert SECRET not in heard[0]


@pytest.mark.parametrize("act", ["export_screenshot", "save_screenshot", "deliver_screenshot"])
def test_no_picture_of_the_screen_is_made(act: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with Driver(SafeApp()) as desk, pytest.raises(RefusedError, match="no pictures of the screen"):
        getattr(desk.app, act)()
    assert list(tmp_path.iterdir()) == []


def test_the_screenshot_action_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(SafeApp, "deliver_screenshot", lambda *_, **__: called.append("deliver"))

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.app.run_action("screenshot")

    drive(SafeApp(), steps)
    assert called == []
    drive(without(SafeApp, "action_screenshot")(), steps)
    assert called == ["deliver"]


def test_no_file_is_delivered_past_an_export(tmp_path: Path) -> None:
    with Driver(SafeApp()) as desk:
        with pytest.raises(RefusedError, match="through an export only"):
            desk.app.deliver_text(io.StringIO("case"), save_directory=tmp_path, save_filename="case.txt")
        with pytest.raises(RefusedError, match="through an export only"):
            desk.app.deliver_binary(io.BytesIO(b"case"), save_directory=tmp_path, save_filename="case.bin")
    assert list(tmp_path.iterdir()) == []


def test_the_palette_of_textual_with_its_screenshot_entry_is_off() -> None:
    with Driver(SafeApp()) as desk:
        assert list(desk.app.get_system_commands(desk.screen)) == []
        desk.press("ctrl+p").call(desk.app.action_command_palette)
        assert len(desk.app.screen_stack) == 1


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


@each(["ctrl+c", "ctrl+z"])
def test_keys_that_other_programs_end_with_say_how_to_leave_and_do_nothing(key: str) -> None:
    with Driver(SafeApp()) as desk:
        desk.press(key)
        assert desk.app.return_code is None
        assert [one.message for one in desk.app._notifications] == ["Ctrl+Q quits; nothing was lost."]


class Marked(SafeApp):
    @override
    def compose(self) -> ComposeResult:
        yield SafeInput(SECRET)
        yield Static(safe_content(SECRET))


def test_a_window_that_goes_to_the_back_is_covered_until_it_returns() -> None:
    app = Marked()
    app.cover_on_focus_loss = True
    with Driver(app) as desk:
        desk.send(events.AppBlur())
        assert isinstance(desk.screen, Cover)
        assert desk.lines().strip() == ""
        desk.send(events.AppFocus())
        assert SECRET in desk.lines()
        assert isinstance(desk.app.focused, SafeInput)


def test_without_the_wish_for_it_no_cover_comes() -> None:
    with Driver(Marked()) as desk:
        desk.send(events.AppBlur())
        assert SECRET in desk.lines()


def test_no_pointer_shape_is_sent() -> None:
    def sent(base: type[SafeApp]) -> str:
        with Driver(base()) as desk:
            wire = Wire(desk.app)
            desk.app._set_pointer_shape("text")
            return wire.sent

    assert sent(SafeApp) == ""
    assert sent(without(SafeApp, "_set_pointer_shape")) == "\x1b]22;text\x07"


# Traps 6, 7, 17, 18, 19, 20: the environment, the colours, the idle line, and the process itself.
ROOT = Path(__file__).parents[2]

SWITCHES = {
    "TEXTUAL": "devtools,debug",
    "TEXTUAL_LOG": "keys.log",
    "TEXTUAL_SCREENSHOT": "1",
    "TEXTUAL_SCREENSHOT_LOCATION": ".",
    "TEXTUAL_DRIVER": "os:path",
    "TEXTUAL_PRESS": "q",
    "TEXTUAL_DEBUG": "1",
    "TEXTUAL_SHOW_RETURN": "1",
    "TEXTUAL_FILTERS": "dim",
    "TEXTUAL_THEME": "ansi-dark",
    "TEXTUAL_ALLOW_SIGNALS": "1",
    "TEXTUAL_DEVTOOLS_HOST": "192.0.2.1",
}


def _python(code: str, **environ: str) -> str:
    ready = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", ready + code],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def test_the_switches_of_textual_are_gone_before_it_is_imported() -> None:
    found = _python(
        "import tui.shell.safe, os\nfrom textual import constants as c\n"
        "print(sorted(n for n in os.environ if n.startswith('TEXTUAL') and 'SNAPSHOT' not in n))\n"
        "print(c.DEBUG, c.DRIVER, c.LOG_FILE, c.SCREENSHOT_DELAY, c.PRESS, c.SHOW_RETURN, c.FILTERS, c.DEFAULT_THEME)\n"
        "print(c.SMOOTH_SCROLL, c.TEXTUAL_ANIMATIONS, sorted(tui.shell.safe.SafeApp().features))",
        **SWITCHES,
    )
    assert found.splitlines() == [
        "['TEXTUAL_ANIMATIONS', 'TEXTUAL_SMOOTH_SCROLL']",
        "False None None -1  False  textual-dark",
        "False none []",
    ]


@pytest.mark.parametrize(
    ("switch", "value"),
    [("LOG_FILE", "keys.log"), ("DRIVER", "os:path"), ("SCREENSHOT_DELAY", 1), ("PRESS", "q"), ("DEBUG", True)],
)
def test_an_app_whose_textual_read_a_switch_does_not_start(
    switch: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, switch, value)
    refuses(InternalError, f"{switch} is set", SafeApp)


def test_features_set_after_the_import_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL", "debug")
    assert SafeApp().features == frozenset()


@each(["textual_dev", "textual_serve", "textual_web"])
def test_tools_that_would_hand_the_screen_to_others_are_not_installed(module: str) -> None:
    assert importlib.util.find_spec(module) is None


def test_inline_mode_which_prints_into_the_scrollback_is_refused() -> None:
    with pytest.raises(RefusedError, match="inline mode"):
        SafeApp()._build_driver(headless=True, inline=True, mouse=False, size=None)


def test_no_color_forces_the_monochrome_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = SafeApp()
    assert app.theme == MONO.name
    app.theme = "ansi-dark"
    assert app.theme == MONO.name
    open_app = without(SafeApp, "_validate_theme")()
    open_app.theme = "ansi-dark"
    assert open_app.theme == "ansi-dark"


def test_no_color_sends_no_colour_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")

    class Typing(SafeApp):
        @override
        def compose(self) -> Any:
            yield SafeInput(placeholder="name")

    with Driver(Typing()) as desk:
        output = desk.painted()
    assert "ame" in output  # the cursor stands on its first letter
    assert re.findall(r"[34]8;[25];|\x1b\[(?:[0-9;]*;)?[349][0-7]m", output) == []


@each([SafeInput, PassphraseInput, SafeTextArea])
def test_no_field_blinks(kind: type[Any]) -> None:
    assert Input().cursor_blink is True
    assert kind().cursor_blink is False


def test_the_process_that_holds_keys_leaves_no_core_and_is_not_readable() -> None:
    found = _python(
        "import ctypes, resource\n"
        "from vault.platform import harden_process\n"
        "print(harden_process(), resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    assert found.strip() == "() (0, 0) 0"


@pytest.mark.parametrize(
    "fault",
    [
        f"raise ValueError({SECRET!r})",
        f"import threading\ndef f(): raise ValueError({SECRET!r})\nt = threading.Thread(target=f); t.start(); t.join()",
        f"class D:\n    def __del__(self): raise ValueError({SECRET!r})\nd = D()\ndel d",
        f"import warnings\nwarnings.warn({SECRET!r})",
        f"import logging\nlogging.error({SECRET!r})",
        f"import asyncio\nasync def f():\n    async def g(): raise ValueError({SECRET!r})\n"
        "    asyncio.create_task(g()); await asyncio.sleep(0)\nasyncio.run(f())",
    ],
    ids=["main thread", "other thread", "destructor", "warning", "log", "forgotten task"],
)
def test_faults_outside_the_app_say_where_and_never_what(fault: str) -> None:
    hooked = f"from tui.shell import quiet_process\nquiet_process.say_only_where(quiet_process.words_to(1))\n{fault}"
    assert SECRET not in _python(hooked)
    assert SECRET in _python(fault)


def test_what_libraries_print_does_not_reach_the_terminal() -> None:
    code = (
        "import os, sys, ctypes\nfrom tui.shell import quiet_process\nquiet_process.keep_terminal_for_driver()\n"
        "print('from python'); sys.stderr.write('from python'); os.write(1, b'from c'); os.write(2, b'from c')\n"
        "sys.__stderr__.write('the driver'); sys.__stderr__.flush()"
    )
    assert _python(code) == "the driver"
