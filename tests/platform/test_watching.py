"""Which terminals write their buffer to a disk, and which programs record: tables."""

from __future__ import annotations

from pathlib import Path

from tests.tables import each
from vault.platform import Answer
from vault.platform.processes import recorders, running_commands, terminal_buffer


@each(
    [
        ({}, Answer.UNKNOWN, "do not tell"),
        ({"TERM_PROGRAM": "iTerm.app"}, Answer.YES, "iTerm2"),
        ({"TERM_PROGRAM": "Apple_Terminal"}, Answer.YES, "Terminal saves"),
        ({"TERM_PROGRAM": "vscode"}, Answer.YES, "the editor"),
        ({"TERM_PROGRAM": "WarpTerminal"}, Answer.YES, "Warp"),
        ({"TERM_PROGRAM": "WezTerm"}, Answer.NO, "in memory"),
        ({"TERM_PROGRAM": "ghostty"}, Answer.NO, "in memory"),
        ({"TERM_PROGRAM": "something new"}, Answer.UNKNOWN, "do not tell"),
        ({"VTE_VERSION": "7200"}, Answer.NO, "encrypted"),
        ({"VTE_VERSION": "4000"}, Answer.NO, "encrypted"),
        ({"VTE_VERSION": "3999"}, Answer.YES, "plain file"),
        ({"VTE_VERSION": "x"}, Answer.UNKNOWN, "do not tell"),
        ({"KONSOLE_VERSION": "230804"}, Answer.YES, "Konsole"),
        ({"WT_SESSION": "1"}, Answer.YES, "Windows Terminal"),
        ({"KITTY_WINDOW_ID": "1"}, Answer.NO, "kitty"),
        ({"ALACRITTY_WINDOW_ID": "1"}, Answer.NO, "Alacritty"),
        ({"TMUX": "/tmp/x", "VTE_VERSION": "7200"}, Answer.UNKNOWN, "tmux"),
        ({"STY": "1.x", "KITTY_WINDOW_ID": "1"}, Answer.UNKNOWN, "screen"),
        ({"SSH_CONNECTION": "1 2 3 4", "TERM_PROGRAM": "WezTerm"}, Answer.UNKNOWN, "another computer"),
        ({"ASCIINEMA_REC": "1", "TMUX": "/tmp/x"}, Answer.YES, "asciinema"),
        ({"TMUX": "", "KITTY_WINDOW_ID": "1"}, Answer.NO, "kitty"),
    ]
)
def test_a_terminal_is_known_by_its_variables(environ: dict[str, str], keeps: Answer, words: str) -> None:
    buffer = terminal_buffer(environ)
    assert buffer.keeps is keeps
    assert words in str(buffer.words)


@each(
    [
        ([], ()),
        ([[]], ()),
        ([["bash"], ["python3", "obs.py"], ["/usr/bin/less", "script"]], ()),
        ([["/usr/bin/obs"]], ("obs",)),
        ([["kazam"], ["script", "-q", "typed"], ["kazam"]], ("kazam", "script")),
        ([["ffmpeg", "-i", "film.mkv"]], ()),
        ([["/usr/bin/ffmpeg", "-f", "x11grab", "-i", ":0"]], ("ffmpeg",)),
        ([["gst-launch-1.0", "pipewiresrc", "path=4"]], ("gst-launch-1.0",)),
        ([["cvlc", "screen://"]], ("cvlc",)),
        ([["/opt/TeamViewer/TeamViewer"]], ("teamviewer",)),
    ]
)
def test_a_recorder_is_known_by_its_name_or_its_source(commands: list[list[str]], found: tuple[str, ...]) -> None:
    assert recorders(commands) == found


def test_the_commands_of_the_system_are_read_and_what_cannot_be_read_is_passed_by(tmp_path: Path) -> None:
    for number, line in {"self": b"x", "7": b"/usr/bin/obs\0--start\0", "8": b"", "fs": b"y"}.items():
        (tmp_path / number).mkdir()
        (tmp_path / number / "cmdline").write_bytes(line)
    (tmp_path / "9").mkdir()
    found = running_commands(proc=tmp_path)
    assert found is not None
    assert sorted(found) == [[], ["/usr/bin/obs", "--start"]]


def test_a_system_without_such_a_list_says_nothing(tmp_path: Path) -> None:
    assert running_commands(proc=tmp_path / "missing") is None
