"""From global options to an open session: one command is one session."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vault import platform
from vault.cli.output import Output, in_words
from vault.cli.prompts import (
    Personal,
    are_asked,
    personal_values,
    read_member,
    read_passphrase,
    refuse_as_options,
)
from vault.cli.table import Given
from vault.errors import NoVaultError, RefusedError, VaultError, WrongPassphraseError
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.access.seat_keys.slots import Factors
    from vault.access.session import Session
    from vault.ids import CompartmentId


def vault_path(args: Given) -> Path:
    """Return the vault's folder as given.

    Raises:
        NoVaultError: none was given.
    """
    if args.vault is None:
        raise NoVaultError(Message("no vault was named"), next_step=Message("Give --vault V or set CASEVAULT_VAULT."))
    return Path(args.vault)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Who comes in and with what, asked once: for the unlock, and for an act that wants to see it again.

    `keyfile_is_sound` is False where the file that was named is no keyfile.
    """

    member: str
    factors: Factors = field(repr=False)
    keyfile_is_sound: bool = True


def read_entrance(args: Given, output: Output, salt: Callable[[], bytes] | None = None) -> Entrance:
    """Ask for what opens the vault, in this order: member, passphrase, and what the options name beside it.

    `salt` gives the vault's salt where something else than the vault of the options is opened.
    """
    from vault.store.folder import VaultFolder

    if args.held is not None:
        raise RefusedError(
            Message("this command asks for the passphrase again; it does not work while the vault is open"),
            next_step=Message("Leave with `exit` first."),
        )
    if salt is None:
        folder = VaultFolder(vault_path(args))
        folder.require()
        folder.require_closed()
    member = read_member(args, output)
    passphrase = read_passphrase(args, output, meanwhile=_load_what_follows)
    from vault.access.seat_keys.slots import Factors, salt_of_vault

    if args.keyfile is None and not args.security_key:
        return Entrance(member, Factors(passphrase))
    from vault.seal.entrance.device_secret import fido2_salt
    from vault.services.credentials import entering

    device = None if args.keyfile is None else entering.device_secret_of(args.keyfile)
    device_secret = b"" if device is None else device.secret
    fido2_secret = b""
    if args.security_key:
        vault_salt = salt_of_vault(vault_path(args)) if salt is None else salt()
        fido2_secret = entering.security_key(read_pin).secret(fido2_salt(vault_salt))
    return Entrance(member, Factors(passphrase, device_secret, fido2_secret), device is None or device.is_sound)


def read_pin() -> str:
    """Ask for the PIN of a security key, with echo off."""
    return platform.read_tty_passphrase(in_words(Message("PIN of the security key: "))).decode("utf-8", "replace")


@contextmanager
def opened(
    args: Given, output: Output, entrance: Entrance | None = None, *, tells_after: bool = False
) -> Iterator[Session]:
    """Unlock the vault for one command and lock it after, whatever happens; within `casevault shell` it stays open.

    What unlock noticed is said before the command works, or, with `tells_after`, what is left of it after that.
    """
    held: Session | None = args.held
    if held is not None:
        with _answering(held, output, held.warnings):
            yield held
        return
    coming = read_entrance(args, output) if entrance is None else entrance
    with ExitStack() as ending:
        session = ending.enter_context(_unlock(vault_path(args), coming, output))
        from vault.services.members import members
        from vault.services.projection import last_done

        last_done.note_opened(session)
        members.note_end(session)
        said = () if tells_after else session.warnings
        for warning in said:
            output.say(warning)
        with _answering(session, output, said):
            yield session
        ending.pop_all()
        try:
            session.close()
        except VaultError as fault:
            # What the command did is durable; failing now would make somebody do it twice.
            output.say(
                Message(
                    "casevault: {fault}; what this command did is safe. {next_step}",
                    fault=fault.message,
                    next_step=fault.next_step,
                )
            )


@contextmanager
def _answering(session: Session, output: Output, said: Sequence[Message]) -> Iterator[None]:
    """Let a command work, then do what is due behind it, and say what came to light and was not said before."""
    from vault.services import housekeeping

    try:
        yield
        if session.uses_index:
            for line in housekeeping.settle(session):
                output.say(line)
    finally:
        for warning in session.warnings:
            if warning not in said:
                output.say(warning)


def _unlock(path: Path, entrance: Entrance, output: Output) -> Session:
    from vault.access.unlock import unlock

    given = entrance.factors
    with advising(entrance):
        return unlock(
            path,
            member=entrance.member,
            passphrase=bytearray(given.passphrase),
            device_secret=given.device_secret,
            fido2_secret=given.fido2_secret,
            wait=waiting(output),
        )


def _load_what_follows() -> None:
    """Load what every command needs of an open vault: there is time while a person types."""
    import vault.access.unlock
    import vault.services.housekeeping
    import vault.services.members.members
    import vault.services.projection.last_done  # noqa: F401


@contextmanager
def advising(entrance: Entrance) -> Iterator[None]:
    """Tell apart afterwards, when nothing opened, that what was given as keyfile is none."""
    try:
        yield
    except WrongPassphraseError as refusal:
        if not entrance.keyfile_is_sound:
            next_step = Message("The file that --keyfile names is not a keyfile, or is damaged.")
            raise WrongPassphraseError(refusal.message, next_step=next_step) from None
        raise


@contextmanager
def opened_to_ask(
    args: Given,
    output: Output,
    values: Sequence[Personal],
    *,
    present: Callable[[Session], Mapping[str, str]] | None = None,
    entrance: Entrance | None = None,
) -> Iterator[tuple[Session, dict[str, list[str]]]]:
    """Unlock for a command that takes personal values, and give them beside the session.

    What somebody types is asked for once the vault is open, so that a wrong passphrase loses none of it. What is piped
    or given as options is read before: what is wrong with it needs no unlock. `present` reads what is there already, by
    the keys of the values: it stands in the questions of who types.

    Raises:
        UsageError: as `personal_values`.
    """
    refuse_as_options(args, values)
    is_typed = are_asked(args, output)
    given = {} if is_typed else personal_values(args, output, values)
    with opened(args, output, entrance) as session:
        if is_typed:
            there = present(session) if values and present is not None else {}
            shown = [
                replace(value, present=there.get(value.key, ""))
                for value in values
                if not value.after or there.get(value.after) or getattr(args, value.after, None)
            ]
            given = personal_values(args, output, shown)
        yield session, given


def waiting(output: Output) -> Callable[[float], None]:
    """Return how this command waits after wrong attempts: the seconds left are shown, and Ctrl+C ends it."""
    from vault.access.pins.delays import LONGEST_SECONDS, counting_down

    def wait(seconds: float) -> None:
        longest = min(LONGEST_SECONDS, math.ceil(seconds))
        output.say(
            Message(
                "There were wrong attempts: the next attempt is possible in {seconds} s. Ctrl+C cancels.",
                seconds=longest,
            )
        )
        counting_down(lambda left: output.progress(longest - left, longest, Message("seconds waited")))(seconds)

    return wait


def case_of(session: Session, args: Given) -> CompartmentId | None:
    from vault.services.cases import cases

    return None if args.of_case is None else cases.find(session, args.of_case)
