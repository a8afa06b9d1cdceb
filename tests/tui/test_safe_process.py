"""Traps 6, 7, 17, 18, 19, 20: the environment, the colours, the idle line, and the process itself."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from textual import constants
from textual.pilot import Pilot
from textual.widgets import Input
from typing_extensions import override

from tests.tables import each
from tests.tui.driving import drive, painted, without
from tui.looks.tokens import MONO
from tui.shell.safe import SafeApp
from tui.widgets.fields import PassphraseInput, SafeInput, SafeTextArea
from vault.errors import InternalError, RefusedError

ROOT = Path(__file__).parents[2]
SECRET = "juniper lantern orbit"

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
    with pytest.raises(InternalError, match=f"{switch} is set"):
        SafeApp()


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

    output = ""

    async def steps(pilot: Pilot[Any]) -> None:
        nonlocal output
        output = painted(pilot.app)

    drive(Typing(), steps)
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
