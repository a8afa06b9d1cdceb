"""What a person sees after each way in which the app can end: nothing of the case, on a terminal as it was."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.terminals import LAUNCH, Pane, Recorder, is_running, wait_for
from tui.shell.running import lock_running
from tui.shell.terminal_reset import CLEAR, HIDE_TITLE, SHOW_TITLE

# As in marker_app.py, which is a program and not imported.
MARKER = "SAMIRA-VELDT-0417"
ROOT = Path(__file__).parents[2]
SECRET = "PASSPHRASE-OF-NOOR"

Act = Callable[[Pane], object]


def _send(number: int) -> Act:
    return lambda pane: os.kill(pane.child(), number)


def _type(key: str) -> Act:
    return lambda pane: pane.tmux("send-keys", key)


def _hang_then_term(pane: Pane) -> None:
    _type("F8")(pane)
    wait_for("the hang", (pane.folder / "hanging").exists)
    os.kill(pane.launcher(), signal.SIGTERM)


def _hang_then_kill(pane: Pane) -> None:
    _type("F8")(pane)
    wait_for("the hang", (pane.folder / "hanging").exists)
    os.kill(pane.launcher(), signal.SIGKILL)


ENDS = [
    pytest.param(_type("C-q"), "0", True, id="quit"),
    pytest.param(_type("C-\\"), "0", True, id="leave at once"),
    pytest.param(_type("F7"), "70", True, id="crash"),
    pytest.param(_send(signal.SIGTERM), "143", True, id="TERM of the child"),
    pytest.param(_send(signal.SIGHUP), "129", True, id="HUP of the child"),
    pytest.param(_send(signal.SIGKILL), "137", False, id="KILL of the child"),
    pytest.param(lambda pane: os.kill(pane.launcher(), signal.SIGTERM), "143", True, id="TERM of the launcher"),
    pytest.param(lambda pane: os.kill(pane.launcher(), signal.SIGHUP), "129", True, id="HUP of the launcher"),
    pytest.param(lambda pane: os.kill(pane.launcher(), signal.SIGKILL), "", True, id="KILL of the launcher"),
    pytest.param(_hang_then_term, "143", False, id="TERM while the child hangs"),
    pytest.param(_hang_then_kill, "", False, id="KILL of the launcher while the child hangs"),
    pytest.param(lambda pane: lock_running(pane.folder, state=pane.folder), "143", True, id="casevault lock"),
]


def _assert_clean(pane: Pane) -> None:
    everything = pane.everything()
    assert MARKER not in everything
    assert SECRET not in everything
    assert pane.told("after") == pane.told("before")
    flags = pane.tmux("display", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}")
    assert flags.split() == ["0", "0", "1"]


@pytest.mark.long_after(4)
@pytest.mark.slow
@pytest.mark.tool("tmux")
@pytest.mark.parametrize(("act", "code", "saved"), ENDS)
def test_nothing_stays_after_any_end(act: Act, code: str, saved: bool, open_pane: Callable[..., Pane]) -> None:
    pane = open_pane()
    pane.wait_for_marker(MARKER)
    act(pane)
    pane.wait_for_end()
    _assert_clean(pane)
    assert pane.told("code") == code
    assert (pane.told("ended") == "draft saved") is saved


@pytest.mark.slow
@pytest.mark.tool("tmux")
@pytest.mark.parametrize("act", [_type("C-q"), _send(signal.SIGKILL)], ids=["quit", "KILL of the child"])
def test_nothing_stays_where_there_is_no_alternate_screen(act: Act, open_pane: Callable[..., Pane]) -> None:
    pane = open_pane(alternate_screen=False)
    pane.wait_for_marker(MARKER)
    act(pane)
    pane.wait_for_end()
    _assert_clean(pane)


@pytest.mark.long_after(1)
@pytest.mark.slow
@pytest.mark.tool("tmux")
@pytest.mark.parametrize(
    "act",
    [_type("C-l"), _send(signal.SIGTSTP), _send(signal.SIGSTOP), _send(signal.SIGCONT)],
    ids=["Ctrl+L", "TSTP", "STOP", "CONT"],
)
def test_locking_ends_the_process_that_held_the_keys_and_starts_another(
    act: Act, open_pane: Callable[..., Pane]
) -> None:
    pane = open_pane()
    pane.wait_for_marker(MARKER)
    assert pane.tmux("display", "-p", "#{pane_title}") == "\n"
    first = pane.child()
    act(pane)
    wait_for("the end of the first child", lambda: not is_running(first))
    pane.wait_for_marker(MARKER, after_child=first)
    assert pane.told("code") == ""
    assert pane.told("ended") == "draft saved"
    assert pane.told("pid").endswith(" Noor")
    pane.tmux("send-keys", "C-q")
    pane.wait_for_end()
    _assert_clean(pane)
    assert pane.told("code") == "0"


@pytest.mark.slow
@pytest.mark.tool("tmux")
def test_a_change_of_member_starts_a_child_that_knows_no_name_also_after_a_lock(open_pane: Callable[..., Pane]) -> None:
    pane = open_pane()
    pane.wait_for_marker(MARKER)
    assert pane.told("pid").endswith(" Noor")
    for key in ("F9", "C-l"):
        child = pane.child()
        pane.tmux("send-keys", key)
        pane.wait_for_marker(MARKER, after_child=child)
        assert pane.told("pid").endswith(" None")
    pane.tmux("send-keys", "C-q")
    pane.wait_for_end()
    _assert_clean(pane)


@pytest.mark.slow
@pytest.mark.tool("tmux")
def test_ctrl_c_and_ctrl_z_end_nothing_and_a_crash_says_its_place(open_pane: Callable[..., Pane]) -> None:
    pane = open_pane()
    pane.wait_for_marker(MARKER)
    first = pane.child()
    pane.tmux("send-keys", "C-c", "C-z", "x")
    wait_for("the letter", lambda: "x" in pane.tmux("capture-pane", "-p").splitlines()[1])
    assert pane.child() == first
    pane.tmux("send-keys", "F7")
    pane.wait_for_end()
    assert "CaseVault had to stop." in pane.everything()
    assert re.search(r"If you report it: incident [0-9a-f]{8}, ValueError at tui/marker_app\.py:", pane.everything())


@pytest.mark.slow
def test_no_byte_beyond_plain_painting_is_sent_and_none_at_all_when_idle(tmp_path: Path) -> None:
    recorder = Recorder([str(LAUNCH), str(tmp_path)])
    recorder.hear(MARKER.encode())
    recorder.listen(0.6)
    assert recorder.listen(1.2) == b""
    recorder.press(b"abc\x1b[200~pasted\x1b]52;c;QUJD\x07\x1b[201~")
    recorder.press(b"\x01\x1b[1;2H\x03\x18")  # all, select, copy, cut
    recorder.listen(0.3)
    recorder.press(b"\x0c")
    recorder.hear(CLEAR.encode())
    recorder.hear(MARKER.encode())
    recorder.press(b"\x11")
    assert recorder.close() == 0

    sent = recorder.bytes.decode("utf-8")
    assert sent.startswith(HIDE_TITLE)
    assert sent.endswith(SHOW_TITLE)
    sent = sent.removeprefix(HIDE_TITLE)
    for sequence in ("\x1b]", "\x1bP", "\x1b^", "\x1b_", "\x1bX", "\x07", "\x9b", "\x9d", "\x90"):
        assert sequence not in sent
    assert MARKER not in sent.rpartition(CLEAR)[2]
    assert sent.count(CLEAR) >= 4


@pytest.mark.slow
def test_a_child_that_locks_as_soon_as_it_starts_is_not_started_for_ever(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\n"
        "from tui.shell.launcher import launch\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "sys.exit(launch(folder, command=('/bin/sh', '-c', 'exit 75'), state=folder))"
    )
    recorder = Recorder(["-c", code])
    assert recorder.close() == 70
    assert b"it locks again as soon as it starts" in recorder.bytes
