"""Processes: no core dumps, no tracing by neighbours, the end of a parent, and who is still alive."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from vault.platform.answer import Answer
from vault.words.message import Message

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000
_PR_SET_DUMPABLE = 4
_PT_DENY_ATTACH = 31
_WER_FAULT_REPORTING_FLAG_NOHEAP = 1
_SEM_FAILCRITICALERRORS, _SEM_NOGPFAULTERRORBOX = 0x1, 0x2
_PROC = Path("/proc")


def harden_process() -> tuple[Message, ...]:
    """Forbid core dumps and, on Linux and macOS, reading of this process by others of the same account.

    Each process calls it before it reads a passphrase. A new program started by it begins without (`exec` takes the
    Linux flag away), so that a child which is to hold keys calls it too. On Windows the report of a crash leaves the
    heap out; any process of the account can still read this one there.

    Returns:
        What could not be done, in words; empty when all held.
    """
    if sys.platform == "win32":
        return _harden_on_windows()
    failed: list[Message] = []
    import resource  # noqa: PLC0415 - does not exist on Windows

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        failed.append(Message("core dumps stay possible"))
    if not _deny_reading():
        failed.append(Message("other processes of this account can read this one"))
    return tuple(failed)


def _deny_reading() -> bool:
    if sys.platform == "darwin":
        import ctypes  # noqa: PLC0415 - 5 ms at start, and `--help` needs none of this

        try:
            return int(ctypes.CDLL(None, use_errno=True).ptrace(_PT_DENY_ATTACH, 0, None, 0)) == 0
        except (OSError, AttributeError):
            return False
    return _prctl(_PR_SET_DUMPABLE, 0)


def _harden_on_windows() -> tuple[Message, ...]:
    failed = [Message("other processes of this account can read this one")]
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone

        ctypes.windll.kernel32.SetErrorMode(_SEM_FAILCRITICALERRORS | _SEM_NOGPFAULTERRORBOX)
        if ctypes.windll.kernel32.WerSetFlags(_WER_FAULT_REPORTING_FLAG_NOHEAP) != 0:
            failed.append(Message("reports of a crash may hold memory"))
    return tuple(failed)


def limit_memory(size: int) -> bool:
    """Let this process take no more than `size` bytes of memory to write in: where more is asked for, there is none.

    Returns:
        False where the system holds to no such limit: on Windows and macOS.
    """
    if sys.platform != "linux":
        return False
    import resource  # noqa: PLC0415 - does not exist on Windows

    try:
        # Not RLIMIT_AS: that counts fonts and libraries, and what many threads only reserve.
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    except (OSError, ValueError):
        return False
    return True


def leave_network() -> bool:
    """Put this process, and all that it starts, where there is no network.

    Returns:
        False where the system does not let it: it is Linux alone that can, and not every one.
    """
    if sys.platform != "linux":
        return False
    import ctypes  # noqa: PLC0415 - as below

    try:
        return int(ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)) == 0
    except (OSError, AttributeError):
        return False


def set_parent_death_signal(number: int = signal.SIGTERM, *, parent: int) -> bool:
    """Ask that this process gets `number` when its parent ends; only Linux can do it.

    SIGTERM lets the screen be cleared, SIGKILL does not. The parent's id is taken before it started this process: if it
    is gone already, the signal comes at once.

    Returns:
        False where the system has no such service: watch a pipe from the parent instead.
    """
    if sys.platform != "linux" or not _prctl(_PR_SET_PDEATHSIG, number):
        return False
    if os.getppid() != parent:
        os.kill(os.getpid(), number)
    return True


def _prctl(option: int, value: int) -> bool:
    return _prctl_value(option, value) == 0


def _prctl_value(option: int, value: int = 0) -> int | None:
    import ctypes  # noqa: PLC0415 - 5 ms at start, and `--help` needs none of this

    try:
        answer = int(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0))
    except (OSError, AttributeError):
        return None
    return None if answer < 0 else answer


def process_start_time(pid: int, *, proc: Path = _PROC) -> int | None:
    """Return a number that tells two processes with the same id apart, or None if `pid` has ended or cannot be seen.

    Linux: clock ticks since boot. macOS: seconds since 1970, from `ps`. Windows: 100 ns units.
    """
    if sys.platform == "darwin":
        return _mac_start_time(pid)
    if sys.platform == "win32":
        return _windows_start_time(pid)
    state_and_start = _linux_stat(pid, proc)
    return None if state_and_start is None or state_and_start[0] in "ZX" else state_and_start[1]


def process_started_ms(pid: int) -> int | None:
    """Return when a process began, milliseconds since 1970 by the clock of now; None where the system does not tell."""
    start = process_start_time(pid)
    if start is None or sys.platform == "win32":
        return None
    if sys.platform == "darwin":
        return start * 1000
    now = int(time.time() * 1000)
    return now - (time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000 - start * 1000 // os.sysconf("SC_CLK_TCK"))


def _linux_stat(pid: int, proc: Path) -> tuple[str, int] | None:
    try:
        # The name in brackets may hold spaces and brackets of its own: count from the last one, proc(5).
        fields = (proc / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return fields[0].decode("ascii"), int(fields[19])
    except (OSError, ValueError, IndexError):
        return None


def _mac_start_time(pid: int) -> int | None:
    import calendar  # noqa: PLC0415 - macOS alone
    import subprocess  # noqa: PLC0415 - macOS alone

    try:
        shown = subprocess.run(  # noqa: S603 - a fixed program and a number
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
            capture_output=True, check=True, timeout=5, env={"LC_ALL": "C", "TZ": "UTC"},
        )  # fmt: skip
        return int(calendar.timegm(time.strptime(shown.stdout.decode("ascii").strip(), "%a %b %d %H:%M:%S %Y")))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _windows_start_time(pid: int) -> int | None:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if handle:
            times = [ctypes.c_uint64() for _ in range(4)]
            held = kernel.GetProcessTimes(handle, *(ctypes.byref(each) for each in times))
            kernel.CloseHandle(handle)
            # The second is the exit time: zero while it runs.
            return times[0].value if held and times[1].value == 0 else None
    return None


def process_alive(pid: int, start_time: int, *, proc: Path = _PROC) -> Answer:
    """Tell whether the process that had this id and start time still runs; a zombie does not.

    Unknown where the system lets this account see nothing: then nothing may be signalled either.
    """
    if pid <= 0:
        return Answer.NO
    found = process_start_time(pid, proc=proc)
    if found is not None:
        return Answer.YES if found == start_time else Answer.NO
    if sys.platform == "linux" and not (proc / "self").exists():
        return Answer.UNKNOWN
    return Answer.NO


def memory_bytes() -> int | None:
    """Return how much memory this machine has; None where its system does not tell."""
    if sys.platform == "win32":
        return _memory_on_windows()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def _memory_on_windows() -> int | None:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone

        installed_kib = ctypes.c_ulonglong()
        if ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(installed_kib)):
            return installed_kib.value * 1024
    return None
