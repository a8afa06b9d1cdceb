"""`python -I -m tui START_FD` is the launcher; `python -I -m tui START_FD WORDS_FD` is the child that it starts.

START_FD is a pipe that holds a `Start`, so that neither argument lists nor the environment name a member.
The command line writes it and then becomes the launcher.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from tui.shell import quiet_process
from tui.shell.start import read_start
from tui.text.in_words import in_words
from vault.errors import VaultError
from vault.platform import harden_process
from vault.words.message import Message


def main() -> NoReturn:
    """Run as the launcher or as the child, by the number of descriptors given."""
    match [int(argument) for argument in sys.argv[1:] if argument.isdecimal()]:
        case [start_fd]:
            sys.exit(_launch(start_fd))
        case [start_fd, words_fd]:
            _run_child(start_fd, words_fd)
        case _:
            _tell(Message("Start CaseVault with `casevault`."))
            sys.exit(2)


def _launch(start_fd: int) -> int:
    from tui.shell.launcher import launch  # noqa: PLC0415 - the child has no use for it

    start = read_start(start_fd)
    try:
        return launch(start.vault_path, start.member, afterwards=start.afterwards, comes_back=start.comes_back)
    except VaultError as error:
        _tell(Message("casevault: {fault}. {next_step}", fault=error.message, next_step=error.next_step))
        return error.exit_code


def _tell(words: Message) -> None:
    sys.stderr.write(f"{in_words(words)}\n")


def _run_child(start_fd: int, words_fd: int) -> NoReturn:
    """Close this process to the outside, read what to open, and run the app on the terminal.

    The end is `os._exit`: threads that still work must not keep the keys of a locked vault in memory.
    """
    harden_process()
    say = quiet_process.words_to(words_fd)
    quiet_process.say_only_where(say)
    start = read_start(start_fd)
    from tui.shell.terminal_reset import Orphanage  # noqa: PLC0415 - not for the launcher

    orphanage = Orphanage(words_fd, terminal=0)
    orphanage.watch()
    quiet_process.keep_terminal_for_driver()
    from tui.shell.app import run  # noqa: PLC0415 - Textual is loaded only after the doors are closed

    code = run(start, say)
    orphanage.leave()
    os._exit(code)


if __name__ == "__main__":
    main()
