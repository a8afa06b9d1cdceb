"""`casevault` or `casevault app`: open the app on this terminal, as a process of its own."""

from __future__ import annotations

import json
import os
import sys
from typing import Final, NoReturn

from vault.cli.help import help_of_program
from vault.cli.nouns import NOUNS
from vault.cli.opening import vault_path
from vault.cli.output import Output, Result
from vault.cli.table import Arg, Given, Verb
from vault.errors import NoVaultError, UsageError
from vault.words.message import Message

_NO_VAULT_YET = Message(
    "None yet?\n"
    "  a new organisation           casevault init\n"
    "  invited by an organisation   casevault member join INVITATION --out REQUEST\n"
    "  a backup                     casevault backup restore SRC, with your passphrase\n"
    "  a backup, no passphrase      casevault backup restore SRC --sheets, with two recovery sheets\n"
    "                               (in the app: casevault app --sheets)\n"
    "  a vault, no passphrase       casevault recovery restore, with two recovery sheets\n"
    "  only to try it               casevault demo"
)


def _open(args: Given, output: Output) -> Result:
    from vault.store.folder import VaultFolder, holds_backup

    del output
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return help_of_program()
    if not has_screen():
        raise UsageError(
            Message("this terminal shows only lines (TERM=dumb), and the app needs the whole screen"),
            next_step=Message("Open another terminal, or use the commands: `casevault --help`."),
        )
    if args.vault is None:
        raise NoVaultError(
            Message("no vault was named"),
            next_step=Message("Give --vault V or set CASEVAULT_VAULT. {no_vault_yet}", no_vault_yet=_NO_VAULT_YET),
        )
    path = vault_path(args)
    if args.sheets and not (path / "keys").is_file():
        VaultFolder(path).require_free()
        return run_app(path.absolute(), args.member, comes_back=True)
    if not (path / "keys").is_file() and not holds_backup(path):
        raise NoVaultError(Message("there is no vault at {path}", path=path), next_step=_NO_VAULT_YET)
    folder = VaultFolder(path)
    folder.require()
    folder.require_closed()
    return run_app(path.resolve(), args.member, comes_back=args.sheets)


def has_screen() -> bool:
    """Say whether the terminal can show more than one line after another."""
    return os.environ.get("TERM") != "dumb"


def run_app(path: os.PathLike[str], member: str | None, *, afterwards: str = "", comes_back: bool = False) -> NoReturn:
    """Become the app's launcher: this process ends with it, and to end this process ends the app.

    The member's name goes through a pipe: an argument list is visible to every account of this computer.

    `afterwards` is a line for the terminal once the app has cleared it; no secret of a vault. With `comes_back` it
    begins with the way back by recovery sheets; there may be no vault yet.
    """
    read_end, write_end = os.pipe()
    start = {"vault": str(path), "member": member, "afterwards": afterwards, "comes_back": comes_back}
    os.write(write_end, json.dumps(start).encode("ascii"))
    os.close(write_end)
    os.set_inheritable(read_end, True)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # As a child of this process it would outlive it, unlocked, where only this process is ended.
    os.execv(sys.executable, [sys.executable, "-I", "-m", "tui", str(read_end)])  # noqa: S606 - our own program


_SHEETS: Final = Arg(
    "[--sheets]", Message("begin with recovery sheets: you lost the passphrase, or everything except a backup")
)
VERBS: Final = (Verb("app", NOUNS["app"].help, (_SHEETS,), _open),)
