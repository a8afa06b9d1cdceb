"""What lets a member in: a passphrase, and beside it, if they want, a file and a security key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from time import sleep

from vault.access.pins.delays import Wait
from vault.access.seat_keys.slots import Factors, change_factors, check_factors, exchange_factors, salt_of_vault
from vault.access.session import Session
from vault.errors import MalformedError, RefusedError, TryAgainError, UsageError, VaultError
from vault.policy.roles import Action
from vault.seal.entrance.device_secret import (
    KEYFILE_SIZE,
    DeviceSecret,
    PrfProvider,
    fido2_salt,
    make_keyfile,
    read_keyfile,
)
from vault.seal.entrance.passphrase import text_of
from vault.seal.entrance.wordlists import GeneratedPassphrase, Language, is_generated, make_passphrase, word_form
from vault.store.files import read_limited, require_new, write_new
from vault.words.message import Message
from vault.words.next_step import NextStep

# To be said after each change: a copy of the keys file is a lock of its own.
OLD_COPIES = Message(
    "Older copies of the vault, above all backups, still open with what opened them until now. If others may"
    " know it, make a new backup and destroy the old backups."
)


class FactorName(StrEnum):
    """The factors that can be added to a passphrase and removed."""

    KEYFILE = "keyfile"
    FIDO2 = "fido2"


@dataclass(frozen=True, slots=True)
class FactorInUse:
    """One thing that this member's slot needs, in words for a person."""

    name: str
    words: Message


def propose(language: str, count: int | None = None) -> GeneratedPassphrase:
    """Return a new passphrase of words of a language, with how many bits it is worth: 77 or more.

    Raises:
        UsageError: no list of that language, or too few words.
    """
    try:
        return make_passphrase(Language(language), count)
    except ValueError:
        listed = ", ".join(Language)
        raise UsageError(
            Message("there is no word list of this language"), next_step=Message("Use one of {listed}.", listed=listed)
        ) from None


def refuse_weak(passphrase: bytearray, known: Iterable[str] = ()) -> None:
    """Let no passphrase pass that is found in days; `known` are names that a guesser knows.

    Raises:
        RefusedError: it is too easy to guess.
        UsageError: it is not text.
    """
    from vault.seal.entrance.strength import LEAST_DIGITS, digits_of_guesses  # noqa: PLC0415 - 30 ms that no unlock needs

    if digits_of_guesses(text_of(passphrase), known) < LEAST_DIGITS:
        raise RefusedError(
            Message("this passphrase is too easy to guess"),
            next_step=Message(
                "Let CaseVault make one: {generate_passphrase}.",
                generate_passphrase=NextStep.GENERATE_PASSPHRASE,
            ),
        )


def is_same(shown: GeneratedPassphrase, typed: bytearray) -> bool:
    """Say whether what was typed is what was shown, in whatever case, space and layout."""
    return word_form(text_of(typed)) == word_form(shown.text())


def change_passphrase(session: Session, *, member: str, old: Factors, new: bytearray, wait: Wait = sleep) -> None:
    """Have another passphrase open this seat's slot; the other factors stay. Both are wiped by the caller.

    Raises:
        WrongPassphraseError: the old one, or a factor, is wrong; nothing was changed.
        RefusedError: the new one is too easy to guess.
        VerificationError, TryAgainError: as `seat_keys.factors.change_factors`.
    """
    session.require(Action.OWN_KEYS)
    refuse_weak(new, (member,))
    change_factors(session, member, old, replace(old, passphrase=new), wait)


def add_keyfile(session: Session, *, member: str, factors: Factors, path: Path, wait: Wait = sleep) -> Factors:
    """Write a new keyfile and need it from here on; return the factors that now open the slot.

    Raises:
        RefusedError: a keyfile is in use already, or there is something at `path`.
        WrongPassphraseError: as `change_passphrase`; no file is written.
        TryAgainError: the change was cut off behind the writing of the file, by Ctrl+C too: the slot may need it, so
            it is left.
    """
    session.require(Action.OWN_KEYS)
    if factors.device_secret:
        raise RefusedError(
            Message("a keyfile is in use already"),
            next_step=Message("Remove it first: {remove}.", remove=NextStep.REMOVE_KEYFILE),
        )
    require_new(path)
    session.require_sound_log()
    own = check_factors(session, member, factors, wait)
    content = make_keyfile()
    changed = replace(factors, device_secret=read_keyfile(content).secret)
    write_new(path, content)
    try:
        exchange_factors(session, member, own, changed)
    except (VaultError, KeyboardInterrupt) as fault:
        # Once the log lists the new slot, it opens with this file alone: nothing here takes the file away again.
        cut_off = Message("the change was cut off")
        raise TryAgainError(
            fault.message if isinstance(fault, VaultError) else cut_off,
            next_step=Message(
                "Keep the new file {path}: you may need it at one of the next unlocks. If the passphrase opens the"
                " vault twice without it, nothing was changed: begin again with another file.",
                path=path,
            ),
        ) from None
    return changed


def add_security_key(
    session: Session, *, member: str, factors: Factors, provider: PrfProvider, wait: Wait = sleep
) -> Factors:
    """Have a security key answer for this vault and need it from here on; return the factors.

    Raises:
        RefusedError: one is in use already, or this one cannot do it.
        NotFoundError, TryAgainError: what the key says; nothing was changed.
    """
    session.require(Action.OWN_KEYS)
    if factors.fido2_secret:
        raise RefusedError(
            Message("a security key is in use already"),
            next_step=Message("Remove it first: {remove}.", remove=NextStep.REMOVE_SECURITY_KEY),
        )
    provider.enrol()
    changed = replace(factors, fido2_secret=provider.secret(fido2_salt(salt_of_vault(session.folder.path))))
    change_factors(session, member, factors, changed, wait)
    return changed


def remove(session: Session, *, member: str, factors: Factors, name: FactorName, wait: Wait = sleep) -> Factors:
    """Need a factor no more; return those that now open the slot. File and key themselves are left as they are.

    Raises:
        RefusedError: it is not in use.
    """
    session.require(Action.OWN_KEYS)
    is_file = name is FactorName.KEYFILE
    changed = replace(factors, device_secret=b"") if is_file else replace(factors, fido2_secret=b"")
    if changed == factors:
        raise RefusedError(
            Message("no {name} is in use", name=name),
            next_step=Message("See {list_factors}.", list_factors=NextStep.LIST_FACTORS),
        )
    change_factors(session, member, factors, changed, wait)
    return changed


def list_own(session: Session, factors: Factors) -> list[FactorInUse]:
    """Return what this seat's slot needs, from the factors that opened it: the slot itself tells nobody."""
    session.require(Action.OWN_KEYS)
    generated = Message("generated: capitals, spaces and layout do not matter")
    kept = generated if is_generated(text_of(factors.passphrase)) else Message("chosen")
    used = [FactorInUse("passphrase", kept)]
    if factors.device_secret:
        used.append(FactorInUse(FactorName.KEYFILE, Message("a file of 64 bytes that you keep")))
    if factors.fido2_secret:
        used.append(FactorInUse(FactorName.FIDO2, Message("a security key with its PIN")))
    return used


def device_secret_of(path: Path) -> DeviceSecret:
    """Return the secret of the file at `path`, or zeros where that is no keyfile: what it is shows afterwards.

    Raises:
        NotFoundError: there is no file. TryAgainError: it cannot be read.
    """
    try:
        return read_keyfile(read_limited(path, KEYFILE_SIZE))
    except MalformedError:  # longer than any keyfile
        return read_keyfile(b"")


def security_key(ask_pin: Callable[[], str]) -> PrfProvider:
    """Return the security key that is plugged in."""
    from vault.seal.entrance.fido import SecurityKey  # noqa: PLC0415 - who has no such key never loads its library

    return SecurityKey(ask_pin)
