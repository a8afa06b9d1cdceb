"""Processes: no core dumps, no tracing, the end of a parent, who is still there, and who may keep the screen."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.platform.disks import Answer
from vault.words.message import Message

# Processes: no core dumps, no tracing by neighbours, the end of a parent, and who is still alive.

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
    import ctypes  # noqa: PLC0415 - 5 ms at start, and `--help` needs none of this

    try:
        return int(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)) == 0
    except (OSError, AttributeError):
        return False


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
        import ctypes  # noqa: PLC0415 - Windows alone

        installed_kib = ctypes.c_ulonglong()
        told = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(installed_kib))
        return installed_kib.value * 1024 if told else None
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


# Who may keep what stands on the screen: the terminal's own memory, and programs that record. Tables over inputs.
_VTE_SEALS_SINCE = 4000  # VTE_VERSION of 0.40: from there on its file is encrypted under a key in memory


@dataclass(frozen=True, slots=True)
class Buffer:
    """Whether a terminal writes what scrolled past to a disk: YES, NO, or UNKNOWN; and which one it is, in words."""

    keeps: Answer
    words: Message


# TERM_PROGRAM -> what that terminal does with its buffer, by its own documentation.
_PROGRAMS: dict[str, Buffer] = {
    "iTerm.app": Buffer(Answer.YES, Message("iTerm2 may restore the text of closed windows, and replays the past")),
    "Apple_Terminal": Buffer(Answer.YES, Message("Terminal saves the text of its windows, to restore them")),
    "vscode": Buffer(Answer.YES, Message("the editor saves the text of its terminals, to restore them")),
    "WarpTerminal": Buffer(Answer.YES, Message("Warp keeps commands and their output in a file")),
    "WezTerm": Buffer(Answer.NO, Message("WezTerm keeps it in memory")),
    "ghostty": Buffer(Answer.NO, Message("Ghostty keeps it in memory")),
}
# A variable that a terminal sets -> the same. The first that is set counts.
_VARIABLES: tuple[tuple[str, Buffer], ...] = (
    ("ASCIINEMA_REC", Buffer(Answer.YES, Message("asciinema records this terminal into a file"))),
    ("STY", Buffer(Answer.UNKNOWN, Message("screen keeps what scrolled past, and writes it where told to"))),
    ("TMUX", Buffer(Answer.UNKNOWN, Message("tmux keeps what scrolled past, and plugins save it"))),
    ("SSH_CONNECTION", Buffer(Answer.UNKNOWN, Message("the terminal is on another computer"))),
    ("KONSOLE_VERSION", Buffer(Answer.YES, Message("Konsole writes an unlimited scrollback into a plain file"))),
    ("WT_SESSION", Buffer(Answer.YES, Message("Windows Terminal may save the text of its windows, to restore them"))),
    ("KITTY_WINDOW_ID", Buffer(Answer.NO, Message("kitty keeps it in memory"))),
    ("ALACRITTY_WINDOW_ID", Buffer(Answer.NO, Message("Alacritty keeps it in memory"))),
)

# Programs that record the screen or a terminal, or show it to somebody elsewhere.
_RECORDERS = frozenset((
    "obs", "obs-studio", "obs64.exe", "kazam", "simplescreenrecorder", "vokoscreen", "vokoscreenng", "recordmydesktop",
    "gtk-recordmydesktop", "peek", "kooha", "byzanz-record", "wf-recorder", "wl-screenrec", "gpu-screen-recorder",
    "spectacle", "script", "asciinema", "ttyrec", "termrec", "x11vnc", "x0vncserver", "wayvnc", "vino-server",
    "gnome-remote-desktop-daemon", "krfb", "teamviewer", "teamviewerd", "anydesk", "rustdesk", "tmate",
))  # fmt: skip
# Tools for everything, which record where they are given such a source.
_GRABBERS = frozenset({"ffmpeg", "avconv", "gst-launch-1.0", "vlc", "cvlc"})
_SOURCES = ("x11grab", "kmsgrab", "xcbgrab", "gdigrab", "avfoundation", "ximagesrc", "pipewiresrc", "screen://")


def terminal_buffer(environ: Mapping[str, str]) -> Buffer:
    """Say what becomes of text that leaves the screen of this terminal, as far as its variables tell which it is."""
    for name, buffer in _VARIABLES[:4]:
        if environ.get(name):
            return buffer
    program = _PROGRAMS.get(environ.get("TERM_PROGRAM", ""))
    if program is not None:
        return program
    for name, buffer in _VARIABLES[4:]:
        if environ.get(name):
            return buffer
    version = environ.get("VTE_VERSION", "")
    if version.isdecimal():
        if int(version) >= _VTE_SEALS_SINCE:
            return Buffer(Answer.NO, Message("the terminal writes its scrollback encrypted, under a key in memory"))
        return Buffer(Answer.YES, Message("the terminal writes its scrollback into a plain file"))
    return Buffer(Answer.UNKNOWN, Message("its variables do not tell which terminal this is"))


def recorders(commands: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return the names of programs among these command lines that record a screen or show it elsewhere, sorted.

    A recorder inside the desktop itself, a camera and a program of another name are not found.
    """
    found = set()
    for command in commands:
        if not command:
            continue
        name = Path(command[0]).name.lower()
        grabs = name in _GRABBERS and any(source in word for word in command[1:] for source in _SOURCES)
        if name in _RECORDERS or grabs:
            found.add(name)
    return tuple(sorted(found))


def running_commands(*, proc: Path = _PROC) -> list[list[str]] | None:
    """Return the command lines of the processes that this account can see; None where the system has no such list."""
    if sys.platform != "linux" or not (proc / "self").exists():
        return None
    commands = []
    for folder in proc.iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            except OSError:  # it has ended, or is another account's
                continue
            commands.append([word.decode("utf-8", "replace") for word in words if word])
    return commands
