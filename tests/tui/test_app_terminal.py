"""The whole product in a real terminal: no way out leaves a case behind, and none loses what was typed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.conftest import filled_template, founded_template
from tests.services.founded import MARKER, MEMBER, PASSPHRASE, Filled
from tests.tui.app_pane import AppPane, filled, pane
from tests.tui.terminals import wait_for
from tui.gateway import Gateway
from vault.store.draft_files import Draft

__all__ = ["filled", "filled_template", "founded_template", "pane"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.tool("tmux")]

LOST_AT_MOST_SECONDS = 2.0
QUIET_SECONDS = 1.5
TYPED = "the hearing is moved to monday and the sister waits at the side entrance with both papers "


def _keys(*keys: str) -> Callable[[AppPane], None]:
    return lambda pane: pane.keys(*keys)


def _kill_child(pane: AppPane) -> None:
    os.kill(pane.processes()[1], signal.SIGKILL)


def _term_launcher(pane: AppPane) -> None:
    os.kill(pane.processes()[0], signal.SIGTERM)


ENDS = [
    pytest.param(_keys("C-q"), 0, id="quit", marks=pytest.mark.long),
    pytest.param(_keys("C-\\"), 0, id="leave at once"),
    pytest.param(_keys("F12", "F12"), 0, id="F12 twice", marks=pytest.mark.long),
    pytest.param(_kill_child, 137, id="KILL of the child"),
    pytest.param(_term_launcher, 143, id="TERM of the parent", marks=pytest.mark.long),
]


@pytest.mark.parametrize(("act", "code"), ENDS)
def test_no_end_leaves_a_word_of_the_case(act: Callable[[AppPane], None], code: int, pane: AppPane) -> None:
    pane.unlock()
    pane.open_first_case()
    assert MARKER in pane.screen()
    processes = pane.processes()
    act(pane)
    pane.wait_for_end(*processes)
    pane.wait_for(f"code {code}")
    assert MARKER not in pane.everything()
    assert PASSPHRASE.decode() not in pane.everything()
    assert pane.tmux("display", "-p", "#{pane_title}#{alternate_on}").strip().endswith("0")


def test_locking_saves_what_was_typed_and_asks_for_the_passphrase_again(pane: AppPane, filled: Filled) -> None:
    pane.unlock()
    pane.open_first_case()
    pane.keys("n")
    pane.wait_for("F4 finish")
    pane.type("half a sentence")
    pane.wait_for("half a sentence")
    _, child = pane.processes()
    pane.keys("C-l")
    pane.wait_for_end(child)
    pane.wait_for("Passphrase")
    everything = pane.everything()
    assert MARKER not in everything
    assert "half a sentence" not in everything
    pane.unlock(then="half a sentence")
    pane.type(", and the rest")
    pane.wait_for("half a sentence, and the rest")
    pane.keys("F4")
    pane.wait_for("Notes 7")
    pane.keys("C-q")
    pane.wait_for("code 0")
    assert _drafts(filled) == []


@pytest.mark.long
def test_kill_while_typing_loses_at_most_two_seconds(pane: AppPane, filled: Filled) -> None:
    pane.unlock()
    pane.open_first_case()
    pane.keys("n")
    pane.wait_for("F4 finish")
    _, child = pane.processes()
    typed: list[float] = []
    end = time.monotonic() + 4.0
    while time.monotonic() < end:  # never a pause long enough to be one
        pane.type(TYPED[len(typed) % len(TYPED)])
        typed.append(time.monotonic())
    killed = time.monotonic()
    os.kill(child, signal.SIGKILL)
    pane.wait_for("code 137")
    (draft,) = _drafts(filled)
    reopened = Gateway(filled.path, state=filled.state)
    reopened.unlock(MEMBER, bytearray(PASSPHRASE))
    assert [one.record for one in reopened.casework.open(draft.compartment.hex(), "casework").drafts] == [
        draft.record.hex()
    ]
    reopened.close()
    text = (TYPED * 50)[: len(typed)]
    assert f'"text": "{text[:20]}' in draft.text
    kept = draft.text.partition('"text": "')[2].partition('"')[0]
    assert text.startswith(kept)
    assert len(kept) >= sum(1 for moment in typed if moment <= killed - LOST_AT_MOST_SECONDS)


@pytest.mark.long
def test_the_idle_terminal_gets_no_byte_and_no_title(pane: AppPane) -> None:
    pane.unlock()
    wait_for("an empty title", lambda: pane.tmux("display", "-p", "[#{pane_title}]").strip() == "[]")
    piped = pane.folder / "piped"
    pane.tmux("pipe-pane", "-O", f"cat >> {piped}")
    wait_for("the pipe", piped.exists)
    wait_for("the end of the first painting", lambda: _grew_by(piped, QUIET_SECONDS) == 0)
    assert _grew_by(piped, QUIET_SECONDS) == 0


def _grew_by(file: Path, seconds: float) -> int:
    before = file.stat().st_size
    time.sleep(seconds)
    return file.stat().st_size - before


def _drafts(filled: Filled) -> list[Draft]:
    with filled.open() as session:
        return session.drafts().list()
