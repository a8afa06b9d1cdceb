"""The second person at the terminal of the app: it is theirs alone, and it comes back wiped."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.conftest import filled_template, founded_template
from tests.services.founded import PASSPHRASE, Filled
from tests.tui.app_pane import AppPane, pane
from tests.tui.second_desk import REASON, SECOND_PASSPHRASE, SHOWN, approve, seat_the_second, to_the_second
from tests.tui.terminals import is_running, wait_for

__all__ = ["filled_template", "founded_template", "pane"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.tool("tmux")]


@pytest.fixture
def filled(filled_template: Filled, tmp_path: Path) -> Filled:
    found = Filled(filled_template.place.copied_to(tmp_path / "office"), filled_template.cases, filled_template.refs)
    seat_the_second(found)
    return found


def _second_process(pane: AppPane) -> int:
    _, child = pane.processes()
    children = Path(f"/proc/{child}/task").glob("*/children")
    (found,) = [int(one) for file in children for one in file.read_text().split()]
    return found


def test_the_second_person_approves_at_the_terminal_and_nothing_of_it_stays_there(pane: AppPane) -> None:
    out = to_the_second(pane)
    assert SHOWN in pane.everything()
    approve(pane)
    pane.wait_for("The package is at")
    pane.wait_for("Two persons released")
    everything = pane.everything()
    for gone in (SHOWN, REASON, SECOND_PASSPHRASE):
        assert gone not in everything
    assert len(list(out.iterdir())) == 1
    pane.keys("C-q")
    pane.wait_for("code 0")
    assert SHOWN not in pane.everything()


@pytest.mark.long
def test_ctrl_c_of_the_second_person_refuses_and_the_app_goes_on(pane: AppPane) -> None:
    out = to_the_second(pane)
    pane.keys("C-c")
    pane.wait_for("! The second person did not approve. Nothing was done.")
    assert list(out.iterdir()) == []
    pane.keys("Escape")
    pane.wait_for("People ")
    assert SHOWN not in pane.everything()


def _term_launcher(pane: AppPane) -> None:
    os.kill(pane.processes()[0], signal.SIGTERM)


ENDS = [
    pytest.param(lambda pane: pane.keys("C-\\"), 0, id="leave at once"),
    pytest.param(_term_launcher, 143, id="TERM of the parent", marks=pytest.mark.long),
]


@pytest.mark.long
@pytest.mark.parametrize(("act", "code"), ENDS)
def test_every_end_takes_the_second_process_along_and_wipes_what_it_showed(
    act: Callable[[AppPane], None], code: int, pane: AppPane
) -> None:
    out = to_the_second(pane)
    second = _second_process(pane)
    act(pane)
    pane.wait_for(f"code {code}")
    wait_for("the end of the second process", lambda: not is_running(second))
    everything = pane.everything()
    for gone in (SHOWN, PASSPHRASE.decode()):
        assert gone not in everything
    assert list(out.iterdir()) == []
