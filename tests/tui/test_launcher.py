"""What the launcher tells its child, what it leaves in the state folder, and what it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tables import each
from tests.tui.terminals import is_running
from tui.shell import launcher
from tui.shell.launcher import child_command
from tui.shell.running import announced, lock_running
from tui.shell.start import Start, read_start, write_start
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
        with pytest.raises(TryAgainError, match="an app may have this vault open"):
            lock_running(tmp_path / "mine", state=tmp_path)
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
