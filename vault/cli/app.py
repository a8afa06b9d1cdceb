"""`casevault` or `casevault app`: open the app on this terminal, as a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys

from vault.cli.face import Face, Result
from vault.cli.opening import vault_path
from vault.cli.text import HELP
from vault.errors import NoVaultError

_NO_VAULT_YET = """\
None yet?
  a new organisation           casevault init
  invited by an organisation   casevault member join INVITATION --out REQUEST
  a backup                     casevault backup restore SRC
  recovery sheets              casevault recovery restore, once the vault or a backup of it is here
  only to try it               casevault demo"""


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare nothing: the app asks for what it needs."""
    del noun
    parser.set_defaults(command=_open)


def _open(args: argparse.Namespace, face: Face) -> Result:
    del face
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Result({"help": HELP}, HELP.splitlines())
    if args.vault is None:
        raise NoVaultError("no vault is named", advice=f"Give --vault V or set CASEVAULT_VAULT. {_NO_VAULT_YET}")
    path = vault_path(args)
    if not (path / "keys").is_file():
        raise NoVaultError(f"there is no vault at {path}", advice=_NO_VAULT_YET)
    return Result({}, [], run_app(path.resolve(), args.member))


def run_app(path: os.PathLike[str], member: str | None) -> int:
    """Run the app until the person leaves, and return its exit code.

    The member's name goes through a pipe: an argument list is visible to every account of this computer.
    """
    read_end, write_end = os.pipe()
    os.write(write_end, json.dumps({"vault": str(path), "member": member}).encode("ascii"))
    os.close(write_end)
    # While a second person has the terminal in line mode, these keys are for their process and reach this one too.
    keys = [getattr(signal, name) for name in ("SIGINT", "SIGQUIT", "SIGTSTP") if hasattr(signal, name)]
    held = {number: signal.signal(number, signal.SIG_IGN) for number in keys}
    try:
        command = [sys.executable, "-I", "-m", "tui", str(read_end)]
        return subprocess.run(command, pass_fds=(read_end,), check=False).returncode  # noqa: S603 - our own program
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
        os.close(read_end)
