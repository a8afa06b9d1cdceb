"""The process that the shell knows is ended, three ways: the app ends with it, and loses nothing that was typed."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.services.founded import MARKER, PASSPHRASE, Filled
from tests.tui.app_pane import AppPane, filled, pane
from tests.tui.terminals import is_running, wait_for

__all__ = ["filled", "pane"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.tool("tmux")]

WITHIN_SECONDS = 3.0
"""One second is promised; two more are for a machine that does other things as well."""


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, *(pytest.param(n, marks=pytest.mark.long) for n in (signal.SIGHUP, signal.SIGKILL))]
)
def test_whoever_ends_the_command_ends_the_app_and_gets_the_terminal_back(
    number: signal.Signals, pane: AppPane, filled: Filled
) -> None:
    pane.unlock()
    pane.open_first_case()
    pane.keys("n")
    pane.wait_for("F4 finish")
    pane.type("half a sentence")
    pane.wait_for("half a sentence")
    sent = pane.folder / "sent"
    pane.tmux("pipe-pane", "-O", f"cat > {sent}")
    command, everything_below = pane.command(), pane.processes()

    began = time.monotonic()
    os.kill(command, number)
    wait_for("the end of all", lambda: not any(map(is_running, (command, *everything_below))))
    assert time.monotonic() - began < WITHIN_SECONDS

    if number != signal.SIGKILL:  # then the app clears what the shell said meanwhile
        pane.wait_for(f"code {128 + number}")
    everything = pane.everything()
    for word in (MARKER, "half a sentence", PASSPHRASE.decode()):
        assert word not in everything
    flags = pane.tmux("display", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}")
    assert flags.split() == ["0", "0", "1"]
    wait_for("the end of the Kitty keyboard", lambda: b"\x1b[<u" in sent.read_bytes())
    pane.type("a line that the shell echoes")
    pane.wait_for("a line that the shell echoes")

    with filled.open() as session:  # its lock is free
        (draft,) = session.drafts().list()
    assert "half a sentence" in draft.text
