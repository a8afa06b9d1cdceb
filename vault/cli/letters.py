"""The letter that an act leaves, written in clear: where the command says, or where somebody at the terminal does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.cli.output import Output
from vault.cli.prompts import ask_line, is_at_terminal
from vault.cli.table import Given
from vault.errors import UsageError, VaultError
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.acts.act import Letter

_INTO_FILE: Final = Message("Write it into which new file, such as letter.pdf? (Enter writes none): ")


def written(session: Session, letter: Letter, args: Given, output: Output) -> list[Words]:
    """Write a letter, if somebody says where, and return what came of it: the act is done, whatever becomes of it."""
    if args.out is not None:
        return _write(session, letter, args)
    if not is_at_terminal(output):
        return []
    output.say(
        Message("{title}: a PDF for the printer or for mail. {warning}", title=letter.title, warning=letter.warning)
    )
    while True:
        try:
            place = ask_line(_INTO_FILE)
        except (KeyboardInterrupt, UsageError):  # nobody is there any more
            place = ""
        if not place:
            return []
        args.out = Path(place).expanduser()
        told = _write(session, letter, args)
        if args.out is not None:
            return told
        output.say(told[-1])


def _write(session: Session, letter: Letter, args: Given) -> list[Words]:
    """Write it where `out` says, or take that away."""
    try:
        letter.write(session, args.out, args.language)
    except VaultError as fault:
        args.out = None
        return ["", Message("It was not written: {fault}. {next_step}", fault=fault.message, next_step=fault.next_step)]
    return ["", Message("The letter is at {path}. It is not encrypted.", path=args.out)]
