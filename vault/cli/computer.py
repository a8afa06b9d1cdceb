"""`casevault lock | status | doctor`: this device, without a passphrase but for `status --unlock`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from vault.cli.nouns import NOUNS
from vault.cli.opening import opened, vault_path
from vault.cli.output import Output, Result, in_words
from vault.cli.table import Arg, Given, Verb
from vault.errors import OpenElsewhereError, TryAgainError
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.services.this_computer import Item

_NONE_RAN = 4
_OPEN_HERE: Final = Message("the vault is open in this shell")
_LEAVE: Final = Message("Leave `casevault shell` with `exit`, or end the command.")
_MORE: Final = Message("Backups, checks, recovery sheets and duties: `casevault status --unlock`.")
_SIGNS = {"ok": "ok     ", "warn": "WARNING", "unknown": "?      "}


def _lock(args: Given, output: Output) -> Result:
    from vault.store.folder import VaultFolder

    del output
    path = vault_path(args)
    # A process of its own: this one never imports the app.
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", "-m", "tui.shell.running", str(path.resolve())], capture_output=True, check=False
    )
    if done.returncode not in {0, _NONE_RAN}:
        raise TryAgainError(
            Message("the running app could not be stopped"), next_step=Message("Close its window, then repeat.")
        )
    ended = done.returncode == 0
    stopped = Message("The app that had this vault open was stopped.")
    lines: list[Words] = [stopped if ended else Message("No app had this vault open here.")]
    found = _OPEN_HERE if args.held is not None else VaultFolder(path).open_elsewhere()
    if found is None:
        return Result({"locked": True, "ended": ended}, lines)
    lines.append(Message("NOT LOCKED: {found}. Only an app is stopped from here. {leave}", found=found, leave=_LEAVE))
    return Result({"locked": False, "ended": ended}, lines, OpenElsewhereError.exit_code)


def _status(args: Given, output: Output) -> Result:
    from vault.services import health

    if not args.unlock and args.held is None:
        return _shown(health.status(vault_path(args)), _MORE)
    with opened(args, output) as session:
        return _shown(health.status(vault_path(args), session=session))


def _doctor(args: Given, output: Output) -> Result:
    from vault.services import health

    del output
    return _shown(health.doctor(None if args.vault is None else vault_path(args)))


def _shown(items: Sequence[Item], *more: Words) -> Result:
    data = [{"name": i.name, "state": i.verdict.value, "found": i.found, "advice": i.advice or ""} for i in items]
    lines: list[Words] = []
    for item in items:
        lines.append(f"{_SIGNS[item.verdict.value]}  {item.name:<16}  {in_words(item.found)}")
        if item.advice:
            lines.append(f"{'':27}{in_words(item.advice)}")
    return Result({"items": data}, [*lines, *more])


VERBS: Final = (
    Verb("lock", NOUNS["lock"].help, (), _lock),
    Verb("status", NOUNS["status"].help, (
        Arg("[--unlock]", Message("ask for the passphrase; tell of backups, checks, sheets and duties too")),
    ), _status),
    Verb("doctor", NOUNS["doctor"].help, (), _doctor),
)  # fmt: skip
