"""Lines at a narrow terminal: they break between words, and what somebody copies from them stays whole."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios

from tests.cli.desk import REPOSITORY, Desk
from tests.tables import each
from vault.cli.output import fitted


@each(
    {
        "between words": ("one two three four", "one two\nthree four"),
        "under its first word": ("  one two three", "  one two\n  three"),
        "under its last column": ("ok   one two three", "ok   one\n     two\n     three"),
        "a command stays whole": ("say `do it now` there", "say\n`do it now`\nthere"),
        "a path stays whole": ("at /a/long-long/path it", "at\n/a/long-long/path\nit"),
        "what fits stays as it is": ("ten chars.", "ten chars."),
        "a column too far right indents nothing": ("a table  of  wide   cells", "a table\nof  wide\ncells"),
    }
)
def test_a_line_breaks_between_words_and_goes_on_under_its_last_column(line: str, broken: str) -> None:
    assert fitted(line, 10) == broken


def test_no_word_is_cut_at_a_terminal_of_80_columns_and_a_pipe_gets_whole_lines(desk: Desk) -> None:
    status = ("--vault", str(desk.place.path), "status")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    subprocess.run(desk.command(*status), stdout=theirs, env=desk.environment, cwd=REPOSITORY, check=True)
    shown = os.read(ours, 65_536).decode().splitlines()
    os.close(theirs)
    os.close(ours)
    whole = desk.run_bare(*status).out.splitlines()
    assert max(map(len, whole)) > 80
    assert max(map(len, shown)) <= 80
    assert " ".join(shown).split() == " ".join(whole).split()
