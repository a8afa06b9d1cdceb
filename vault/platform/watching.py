"""Who may keep what stands on the screen: the terminal's own memory, and programs that record. Tables over inputs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.platform.answer import Answer
from vault.words.message import Message

_PROC = Path("/proc")
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
