"""From global options to an open session: one command is one session."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vault.cli.asking import read_member, read_passphrase
from vault.cli.face import Face
from vault.errors import NoVaultError, VaultError

if TYPE_CHECKING:
    from vault.access.session import Session


def vault_path(args: argparse.Namespace) -> Path:
    """Return the vault's folder as given.

    Raises:
        NoVaultError: none was given.
    """
    if args.vault is None:
        raise NoVaultError("no vault is named", advice="Give --vault V or set CASEVAULT_VAULT.")
    return Path(args.vault)


@contextmanager
def opened(args: argparse.Namespace, face: Face) -> Iterator[Session]:
    """Unlock the vault for one command and lock it after, whatever happens."""
    from vault.access.unlock import unlock
    from vault.services import dates

    path = vault_path(args)
    if not (path / "keys").is_file():
        raise NoVaultError(f"there is no vault at {path}")
    member = read_member(args, face)
    passphrase = read_passphrase(args, face)
    with ExitStack() as ending:
        session = ending.enter_context(unlock(path, member=member, passphrase=passphrase, wait=_waiting(face)))
        dates.note_opened(session)
        said = session.warnings
        for warning in said:
            face.say(warning)
        try:
            yield session
        finally:
            # What came to light on the way stands beside the answer, once.
            for warning in session.warnings:
                if warning not in said:
                    face.say(warning)
        ending.pop_all()
        try:
            session.close()
        except VaultError as fault:
            # What the command did is durable; failing now would make somebody do it twice.
            face.say(f"casevault: {fault.message}; what this command did is safe. {fault.next_step}")


def _waiting(face: Face) -> Callable[[float], None]:
    """Return how this command waits after wrong attempts: the seconds left are shown, and Ctrl+C ends it."""
    from vault.access.delays import LONGEST_SECONDS, counting_down

    def wait(seconds: float) -> None:
        longest = min(LONGEST_SECONDS, math.ceil(seconds))
        face.say(f"There were wrong attempts: the next one waits {longest} s. Ctrl+C ends the waiting.")
        counting_down(lambda left: face.progress(longest - left, longest, "seconds waited"))(seconds)

    return wait
