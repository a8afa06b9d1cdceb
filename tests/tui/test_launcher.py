"""What the launcher tells its child, what it leaves in the state folder, and what it refuses."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tables import each, refuses
from tests.tui.terminals import LAUNCH, Pane, Recorder, is_running, wait_for
from tui.shell import launcher
from tui.shell.launcher import child_command
from tui.shell.running import announced, lock_running
from tui.shell.start import Start, read_start, write_start
from tui.shell.terminal_reset import CLEAR, HIDE_TITLE, SHOW_TITLE
from vault.errors import TryAgainError, UsageError
from vault.platform import process_start_time

ROOT = Path(__file__).parents[2]
IN_A_NEW_SESSION = f"import os, sys; sys.path.insert(0, {str(ROOT)!r}); os.setsid()\n"


def test_a_start_goes_through_a_pipe_whole_also_with_odd_names() -> None:
    for start in (
        Start(Path("/srv/Ünïcode.vault"), "Нур"),
        Start(Path(os.fsdecode(b"/srv/\xff.vault")), None, due=(1, 1 << 33)),
    ):
        read, write = os.pipe()
        write_start(write, start)
        assert read_start(read) == start


def test_a_start_that_a_pipe_could_not_hold_is_refused() -> None:
    read, write = os.pipe()
    with pytest.raises(UsageError, match="too long"):
        write_start(write, Start(Path("/srv/x.vault"), "N" * 20_000))
    os.close(read)


def test_the_name_of_a_member_is_not_in_the_description_of_a_start() -> None:
    assert "Noor" not in repr(Start(Path("/srv/x.vault"), "Noor"))


def test_the_child_runs_isolated_and_its_arguments_name_nobody() -> None:
    assert child_command() == (sys.executable, "-I", "-m", "tui")


def test_without_a_terminal_the_app_is_refused(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\nfrom tui.shell.launcher import launch\nfrom vault.errors import UsageError\n"
        f"try: launch(Path({str(tmp_path)!r}), state=Path({str(tmp_path)!r}))\n"
        "except UsageError as error: print(error.message)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", IN_A_NEW_SESSION + code], capture_output=True, text=True, check=False, timeout=30
    )
    assert "the app needs a terminal" in done.stdout


def test_the_launcher_loads_neither_textual_nor_any_room_that_knows_a_case() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nimport tui.shell.launcher\n"
        "print(sorted(n for n in sys.modules if n.split('.')[0] in ('textual', 'rich', 'sqlalchemy', 'cryptography')"
        " or n.startswith('vault.') and n.split('.')[1] not in ('errors', 'platform', 'words')))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "[]\n"


@each([[], ["x"], ["1", "2", "3"]])
def test_the_module_started_by_hand_says_how_to_start_it(arguments: list[str]) -> None:
    code = f"{IN_A_NEW_SESSION}sys.argv[1:] = {arguments!r}\nfrom tui.__main__ import main\nmain()"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (2, "Start CaseVault with `casevault`.\n")


def test_the_module_is_the_launcher_when_it_gets_one_descriptor() -> None:
    read, write = os.pipe()
    write_start(write, Start(Path("/srv/x.vault"), "Noor"))
    code = IN_A_NEW_SESSION + f"sys.argv[1:] = ['{read}']\nfrom tui.__main__ import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], pass_fds=(read,), capture_output=True, text=True, check=False, timeout=30
    )
    os.close(read)
    assert done.returncode == 2
    assert done.stderr.startswith("casevault: the app needs a terminal")


def test_a_running_app_leaves_a_private_file_that_names_nobody(tmp_path: Path) -> None:
    with announced(tmp_path / "Samira.vault", state=tmp_path):
        [mark] = (tmp_path / "running").iterdir()
        assert "Samira" not in mark.name
        assert mark.read_text() == str(process_start_time(os.getpid()))
        assert (tmp_path / "running").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "running").iterdir()) == []


def test_nothing_is_ended_where_nothing_runs(tmp_path: Path) -> None:
    assert lock_running(tmp_path / "x.vault", state=tmp_path) is False


def _sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def _announce(vault: Path, state: Path, pid: int, started: object) -> Path:
    with announced(vault, state=state):
        [mark] = (state / "running").iterdir()
    mark = mark.with_suffix(f".{pid}")
    mark.write_text(str(started))
    return mark


def test_the_app_of_this_vault_is_ended_and_no_other(tmp_path: Path) -> None:
    mine, others = _sleeper(), _sleeper()
    try:
        _announce(tmp_path / "mine", tmp_path, mine.pid, process_start_time(mine.pid))
        assert lock_running(tmp_path / "others", state=tmp_path) is False
        assert lock_running(tmp_path / "mine", state=tmp_path) is True
        assert not is_running(mine.pid)
        assert is_running(others.pid)
    finally:
        for process in (mine, others):
            process.kill()
            process.wait()


@pytest.mark.parametrize("started", ["0", "", "x"])
def test_a_number_that_another_process_has_by_now_is_left_alone(started: str, tmp_path: Path) -> None:
    sleeper = _sleeper()
    try:
        mark = _announce(tmp_path / "mine", tmp_path, sleeper.pid, started)
        assert lock_running(tmp_path / "mine", state=tmp_path) is False
        assert is_running(sleeper.pid)
        assert not mark.exists()
    finally:
        sleeper.kill()
        sleeper.wait()


def test_where_the_system_tells_no_start_nothing_is_ended_and_nothing_is_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.shell.running.process_start_time", lambda _: None)
    with announced(tmp_path / "mine", state=tmp_path):
        refuses(TryAgainError, "an app may have this vault open", lock_running, tmp_path / "mine", state=tmp_path)
        command = [sys.executable, "-m", "tui.shell.running", str(tmp_path / "mine")]
        environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
        (tmp_path / "state").mkdir()
        (tmp_path / "state" / "casevault").symlink_to(tmp_path)
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False, timeout=30)
        assert done.returncode == 75
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    mark = _announce(tmp_path / "mine", tmp_path, gone.pid, "unknown")
    assert lock_running(tmp_path / "mine", state=tmp_path) is False
    assert not mark.exists()


def test_last_words_are_shown_as_plain_letters_only() -> None:
    assert launcher._printable(b"stopped \x1b]2;evil\x07\xff\nat x\n") == "stopped ]2;evil\r\nat x\r\n"


# What a person sees after each way in which the app can end: nothing of the case, on a terminal as it was.
# As in marker_app.py, which is a program and not imported.
MARKER = "SAMIRA-VELDT-0417"
SECRET = "PASSPHRASE-OF-NOOR"

Act = Callable[[Pane], object]


def _send(number: int) -> Act:
    return lambda pane: os.kill(pane.child(), number)


def _type(key: str) -> Act:
    return lambda pane: pane.tmux("send-keys", key)


def _hang_then(number: int) -> Act:
    def act(pane: Pane) -> None:
        _type("F8")(pane)
        wait_for("the hang", (pane.folder / "hanging").exists)
        os.kill(pane.launcher(), number)

    return act


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
    pytest.param(_hang_then(signal.SIGTERM), "143", False, id="TERM while the child hangs"),
    pytest.param(_hang_then(signal.SIGKILL), "", False, id="KILL of the launcher while the child hangs"),
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
