"""Being left alone, lending the terminal, and every way out: nothing typed is lost, nothing is left on the screen."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual import events

from tests.tables import each
from tests.tui.desk import Desk
from tests.tui.driving import shown
from tests.tui.house import House
from tui.gateway import Gateway
from tui.gateway.case_contents import Casework
from tui.gateway.case_story import Writing
from tui.screens.calls.call_slip import CallSlip
from tui.screens.cases.case_list import CaseList
from tui.screens.emergencies import EmergencyScreen
from tui.screens.frame.desk import IDLE_MS
from tui.shell.app import LENT_MS, WARNED_MS, CaseVaultApp
from tui.widgets.overlays import ProgressModal
from vault.errors import TryAgainError
from vault.words.message import Message

pytestmark = pytest.mark.screen


# ---- being left alone ----------------------------------------------------------------------------------------------


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.ms = 0

    def __call__(self) -> int:
        return self.ms


class Watched:
    """Amina's app, and the clock by which it locks."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk, self.clock = desk, clock

    def pass_by(self, ms: int) -> None:
        self.clock.ms += ms
        self.desk.call(self.desk.app._look_whether_idle)


@pytest.fixture
def watched(house: House) -> Iterator[Watched]:
    clock = Clock()
    with house.desk("Amina", idle_clock_ms=clock) as desk:
        yield Watched(desk, clock)


def test_nobody_is_warned_half_a_minute_before_the_lock_and_any_key_stays(watched: Watched) -> None:
    desk = watched.desk
    watched.pass_by(IDLE_MS - WARNED_MS - 1)
    desk.at("CASES")
    watched.pass_by(2)
    desk.sees("Locked in 30 s; any key stays.")
    desk.press("ctrl+n")
    desk.at("CASES")  # the key ends the warning and does nothing else
    watched.pass_by(IDLE_MS - WARNED_MS - 1)
    desk.at("CASES")
    watched.pass_by(WARNED_MS + 1)
    assert desk.app.return_code == 75


def test_a_long_act_is_no_idleness(watched: Watched) -> None:
    watched.desk.call(lambda: watched.desk.app.push_screen(ProgressModal("Making a backup", lambda: None)))
    watched.pass_by(IDLE_MS)
    assert watched.desk.app.return_code is None


def test_a_locked_app_does_not_lock_again_by_itself(house: House) -> None:
    clock = Clock()
    with house.desk("Amina", unlocks=False, idle_clock_ms=clock) as desk:
        Watched(desk, clock).pass_by(IDLE_MS)
        assert desk.app.return_code is None


# ---- the terminal on loan ------------------------------------------------------------------------------------------


def _lend(desk: Desk, found: list[object]) -> None:
    """Lend the terminal as a worker would, and note what came of it."""

    def lend() -> None:
        try:
            found.append(desk.app.lend_terminal(lambda: ("answer", desk.app._loan.is_out)))
        except TryAgainError as error:
            found.append(str(error))

    desk.call(lambda: desk.app.run_worker(lend, thread=True))


def test_the_terminal_is_lent_for_as_long_as_the_work_lasts_and_by_no_app_that_ends(amina: Desk) -> None:
    found: list[object] = []
    _lend(amina, found)
    assert not amina.app._loan.is_out
    amina.app._ending = True
    _lend(amina, found)
    amina.app._ending = False
    assert found == [("answer", True), "the app is ending; nobody was asked"]


def test_a_second_person_has_as_long_as_their_approval_would_count(watched: Watched) -> None:
    watched.desk.app._loan.is_out = True
    watched.pass_by(IDLE_MS)
    watched.pass_by(LENT_MS - IDLE_MS - 1)
    assert watched.desk.app.return_code is None
    watched.pass_by(1)
    assert watched.desk.app.return_code == 75


# ---- every way out -------------------------------------------------------------------------------------------------

ENDS = {
    ("ctrl+l",): 75,
    ("ctrl+д",): 75,
    ("ctrl+backslash",): 0,
    ("ctrl+q",): 0,
    ("f12", "f12"): 0,
    ("f12", "a"): 75,
}


def test_a_draft_is_saved_on_every_way_out(house: House) -> None:
    codes = {}
    for number, keys in enumerate(ENDS):
        with house.desk("Amina") as desk:
            desk.home()
            desk.press("enter", "n", *(("end", "enter") if number else ()))  # a new one beside those that are kept
            desk.type_at_once(f"Samira {number}", *keys)  # no pause: nothing was saved by itself yet
            codes[keys] = desk.app.return_code
    assert codes == ENDS
    with house.open("Amina") as session:
        kept = sorted(re.findall(r"Samira \d", " ".join(draft.text for draft in session.drafts().list())))
    assert kept == [f"Samira {number}" for number in range(len(ENDS))]


@pytest.mark.long
def test_f12_empties_the_screen_under_every_dialog(house: House) -> None:
    left = {}
    for keys in (("f1",), ("f2",), ("enter", "f2"), ("enter", "e"), ("enter", "m"), ("enter", "a", "n")):
        with house.desk("Amina") as desk:
            desk.home()
            desk.press(*keys, "f12")
            left[keys] = type(desk.screen).__name__, shown(desk.app).strip()
    assert left == dict.fromkeys(left, ("Neutral", ""))


SPOTS = {
    ("enter", "ctrl+l"): "DRAFT contact",
    ("enter", "down", "ctrl+l"): "interview",
    ("enter", "enter", "ctrl+l"): "F4 finish",
    ("enter", "enter", "f12", "a"): "F4 finish",
    ("enter", "ctrl+q"): "Cases",
    ("enter", "enter", "ctrl+backslash"): "Cases",
    ("ctrl+l",): "Cases",
}


@pytest.mark.long
def test_a_lock_remembers_where_somebody_was_and_no_other_end_does(house: House) -> None:
    with house.desk("Amina") as desk:
        desk.press("enter", "n", " The hearing was moved.", "escape")
    wrong = {}
    for keys, words in SPOTS.items():
        with house.desk("Amina") as desk:
            desk.home()
            desk.press(*keys)
        with house.desk("Amina") as desk:
            if words not in desk.words():
                wrong[keys] = desk.words()
            desk.home()
            desk.at("CASES")
    assert wrong == {}


def test_f12_shows_nothing_at_all(house: House) -> None:
    with house.desk("Amina") as desk:
        desk.press("enter", "f12")
        assert desk.lines().strip() == ""


def test_a_close_that_hangs_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    hangs, close = threading.Event(), Gateway.close
    monkeypatch.setattr(Gateway, "close", lambda _: hangs.wait(60))
    with house.desk("Amina") as desk:
        desk.press("ctrl+q")
        before = time.monotonic()
    assert time.monotonic() - before < 30
    hangs.set()
    close(desk.gateway)


def test_a_fault_in_a_worker_ends_the_app_without_its_text(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    words: list[str] = []

    def broken(*_: object) -> object:
        raise ValueError("Samira Veldt")

    monkeypatch.setattr(Casework, "open", broken)
    desk = house.desk("Amina", last_words=words.append)
    with pytest.raises(Exception, match="Samira"), desk:
        desk.press("enter")
    assert desk.app.return_code == 70
    assert len(words) == 1
    assert "Your note" not in words[0], "none was open"
    assert re.fullmatch(r"CaseVault had to stop\.\nIf you report it: incident [0-9a-f]{8}, ValueError at .*", words[0])
    assert "Samira" not in words[0]


def _fail() -> None:
    raise ValueError("Samira Veldt")


@pytest.mark.long_after(2)
@pytest.mark.parametrize("is_full", [False, True], ids=["room", "a full disk"])
@pytest.mark.parametrize("pause", [0.0, 1.0], ids=["typed just now", "saved before"])
def test_a_fault_over_a_note_says_whether_its_draft_is_kept(
    is_full: bool, pause: float, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[str] = []

    def full(*_: object) -> None:
        raise TryAgainError(Message("no room on the disk"))

    def write_and_fail() -> None:
        with desk:
            desk.press("enter", "n")
            if is_full:
                monkeypatch.setattr(Writing, "save", full)
            desk.press(" Samira waits.")
            desk.pause(pause)
            desk.call(lambda: desk.app.call_later(_fail))

    desk = house.desk("Amina", last_words=words.append)
    with pytest.raises(ValueError, match="Samira"):
        write_and_fail()
    kept = r"Your note is kept as a draft \(saved \d\d:\d\d:\d\d\)\. Start it again; F4 goes on with it\."
    assert re.search(str(CaseVaultApp.not_kept) if is_full else kept, words[0])
    assert "Samira" not in "".join(words)


def test_nothing_is_asked_of_a_locked_vault(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="the vault is locked"):
        Gateway(tmp_path).status()


# ---- a screen that is still being built --------------------------------------------------------------------------


@each({"locked": (lambda app: app.lock(), 75), "ended": (lambda app: asyncio.ensure_future(app._shutdown()), None)})
def test_an_app_that_ends_while_the_list_is_built_misses_no_part_of_it(
    end: Callable[[CaseVaultApp], object], code: int | None, house: House
) -> None:
    words: list[str] = []
    with house.desk("Amina", unlocks=False, last_words=words.append) as desk:
        desk.press(" amina opens")
        desk.while_built(CaseList, lambda: desk.app.post_message(events.Key("enter", None)), lambda: end(desk.app))
        assert desk.app.return_code == code
    assert not any("had to stop" in said for said in words)


def test_what_the_app_says_waits_for_the_screen_to_be_built(amina: Desk) -> None:
    app = amina.app
    amina.while_built(EmergencyScreen, lambda: app.call_later(app.action_go, "emergency"), app.tell_not_utf8)
    amina.at("IN AN EMERGENCY")
    amina.sees("UTF-8")


def test_a_lock_while_a_slip_is_built_keeps_the_note_below_it(house: House) -> None:
    words: list[str] = []
    with house.desk("Amina", last_words=words.append) as desk:
        desk.press("enter", "n", " Samira waits.")
        desk.while_built(CallSlip, lambda: desk.app.call_later(desk.app.action_call), desk.app.lock)
    assert str(CaseVaultApp.not_kept) not in "".join(words)
    with house.open("Amina") as session:
        assert [draft.text for draft in session.drafts().list() if "Samira waits." in draft.text]
