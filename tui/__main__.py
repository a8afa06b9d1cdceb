"""The child: `python -I -m tui START_FD WORDS_FD`, started by the launcher and by nobody else."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from tui import process
from tui.start import read_start


def main() -> NoReturn:
    """Close this process to the outside, read what to open, and run the app on the terminal.

    The end is `os._exit`: threads that still work must not keep the keys of a locked vault in memory.
    """
    if len(sys.argv) != 3 or not all(argument.isdecimal() for argument in sys.argv[1:]):
        sys.stderr.write("Start CaseVault with `casevault`.\n")
        sys.exit(2)
    process.forbid_core_dumps()
    say = process.words_to(int(sys.argv[2]))
    process.say_only_where(say)
    start = read_start(int(sys.argv[1]))
    process.keep_terminal_for_driver()
    from tui.app import run  # noqa: PLC0415 - Textual is loaded only after the doors are closed

    os._exit(run(start, say))


if __name__ == "__main__":
    main()
