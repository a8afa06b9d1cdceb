from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vault.platform import Answer, processes

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a service of Linux")


def run(code: str) -> str:
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    return shown.stdout.strip()


@LINUX
def test_a_hardened_process_leaves_no_core_and_cannot_be_read_by_neighbours() -> None:
    answer = run(
        "import ctypes, resource; from vault.platform import harden_process; print(harden_process(), "
        "resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    assert answer == "() (0, 0) 0"


def test_what_could_not_be_hardened_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("resource.setrlimit", refuse)
    monkeypatch.setattr(processes, "_prctl", lambda *_: False)
    assert str(processes.harden_process()[0]) == "core dumps stay possible"
    assert len(processes.harden_process()) == (2 if sys.platform == "linux" else 1)


@LINUX
def test_the_end_of_the_parent_reaches_the_child() -> None:
    child = (
        "import os, signal, sys, time\n"
        "from vault.platform import set_parent_death_signal\n"
        "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'parent ended'), os._exit(0)))\n"
        "assert set_parent_death_signal(signal.SIGTERM, parent=int(sys.argv[1]))\n"
        "os.write(1, b'ready ')\n"
        "os.write(int(sys.argv[2]), b'.')\n"
        "time.sleep(20)\n"
    )
    parent = (
        "import os, subprocess, sys\n"
        "readable, writable = os.pipe()\n"
        f"command = [sys.executable, '-c', {child!r}, str(os.getpid()), str(writable)]\n"
        "subprocess.Popen(command, pass_fds=(writable,))\n"
        "os.read(readable, 1)\n"
        "os._exit(0)\n"
    )
    assert run(parent) == "ready parent ended"


@LINUX
def test_a_parent_that_is_gone_already_is_noticed() -> None:
    code = "import signal; from vault.platform import set_parent_death_signal as s; s(signal.SIGTERM, parent=1 << 22)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == -signal.SIGTERM


def test_where_the_system_cannot_tell_of_a_parent_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_prctl", lambda *_: False)
    assert processes.set_parent_death_signal(signal.SIGTERM, parent=os.getppid()) is False


def stat_line(proc: Path, pid: int, *, state: str = "S", start: int = 4711) -> None:
    (proc / str(pid)).mkdir()
    rest = " ".join([state, *(str(number) for number in range(18)), str(start), "0"])
    (proc / str(pid) / "stat").write_text(f"{pid} (a name) with) brackets) {rest}")


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "self").mkdir()
    return tmp_path


@LINUX
@pytest.mark.parametrize(
    ("state", "start", "expected"),
    [
        pytest.param("S", 4711, Answer.YES, id="the same"),
        pytest.param("S", 4712, Answer.NO, id="another with its id"),
        pytest.param("Z", 4711, Answer.NO, id="a zombie"),
    ],
)
def test_a_process_is_known_by_id_and_start(proc: Path, state: str, start: int, expected: Answer) -> None:
    stat_line(proc, 77, state=state, start=start)
    assert processes.process_alive(77, 4711, proc=proc) is expected


@LINUX
def test_a_process_that_has_ended_is_not_alive(proc: Path) -> None:
    assert processes.process_alive(77, 4711, proc=proc) is Answer.NO
    assert processes.process_alive(0, 4711, proc=proc) is Answer.NO
    assert processes.process_alive(-1, 4711, proc=proc) is Answer.NO


@LINUX
def test_without_a_process_table_nothing_is_claimed(tmp_path: Path) -> None:
    assert processes.process_alive(77, 4711, proc=tmp_path / "missing") is Answer.UNKNOWN


def test_this_process_is_alive_and_its_start_is_told() -> None:
    start = processes.process_start_time(os.getpid())
    assert start is not None
    assert processes.process_alive(os.getpid(), start) is Answer.YES
    assert processes.process_alive(os.getpid(), start + 1) is Answer.NO


def test_when_a_process_began_is_told_by_the_clock_of_now() -> None:
    began = processes.process_started_ms(os.getpid())
    assert began is not None
    assert 0 <= time.time() * 1000 - began < 6 * 3_600_000


@LINUX
def test_a_process_gets_no_more_memory_than_its_limit() -> None:
    take = "from vault.platform import limit_memory; assert limit_memory(200 << 20); bytearray(%d << 20)"
    ends = [subprocess.run([sys.executable, "-c", take % size], capture_output=True, check=False) for size in (50, 300)]
    assert ends[0].returncode == 0
    assert b"MemoryError" in ends[1].stderr


@LINUX
def test_the_memory_of_the_machine_is_what_its_system_says() -> None:
    total = next(line for line in Path("/proc/meminfo").read_text("ascii").splitlines() if line.startswith("MemTotal"))
    assert processes.memory_bytes() == int(total.split()[1]) * 1024


def test_a_system_that_names_no_memory_is_not_guessed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr(os, "sysconf", unknown)
    assert processes.memory_bytes() is None
