"""How a member comes in: passphrase, keyfile and security key; and how ways in are destroyed on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from time import sleep

from vault.access.pins.delays import AttemptFile, Wait
from vault.access.seat_keys.slots import (
    Factors,
    change_factors,
    check_factors,
    destroy_own_access,
    exchange_factors,
    salt_of_vault,
)
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.durations import DAY_MS
from vault.errors import MalformedError, RefusedError, TryAgainError, UsageError, VaultError, WrongPassphraseError
from vault.policy.roles import Action
from vault.seal.entrance.device_secret import (
    KEYFILE_SIZE,
    DeviceSecret,
    PrfProvider,
    fido2_salt,
    make_keyfile,
    read_keyfile,
)
from vault.seal.entrance.passphrase import LEAST_DIGITS, digits_of_guesses, text_of
from vault.seal.entrance.wordlists import GeneratedPassphrase, Language, is_generated, make_passphrase, word_form
from vault.services.members import members
from vault.services.projection import last_done
from vault.store.files import read_limited, require_new, write_new
from vault.words.message import Message
from vault.words.next_step import NextStep

# What lets a member in: a passphrase, and beside it, if they want, a file and a security key.

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


@dataclass(frozen=True, slots=True)
class Proof:
    """What opens one's own seat, typed anew for an act: an open session alone changes no lock.

    Attributes:
        member: the name as it was typed at unlock.
        factors: what opens the seat now.
        key: makes the security key that is plugged in, which asks for its PIN.
        wait: gets the seconds that wrong attempts have earned.
        new: the passphrase that opens it from now on, for an act that changes it.
        then: is told what opens it from now on.
    """

    member: str = field(repr=False)
    factors: Factors = field(repr=False)
    key: Callable[[], PrfProvider]
    wait: Wait = sleep
    new: bytearray = field(default_factory=bytearray, repr=False)
    then: Callable[[Factors], None] = lambda _: None

    def wipe(self) -> None:
        for secret in (self.factors.passphrase, self.new):
            secret[:] = bytes(len(secret))


def propose_passphrase(language: str, count: int | None = None) -> GeneratedPassphrase:
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
    if digits_of_guesses(text_of(passphrase), known) < LEAST_DIGITS:
        raise RefusedError(
            Message("this passphrase is too easy to guess"),
            next_step=Message(
                "Let CaseVault make one: {generate_passphrase}.", generate_passphrase=NextStep.GENERATE_PASSPHRASE
            ),
        )


def is_same(shown: GeneratedPassphrase, typed: bytearray) -> bool:
    """Say whether what was typed is what was shown, in whatever case, space and layout."""
    return word_form(text_of(typed)) == word_form(shown.text())


def change_passphrase(session: Session, proof: Proof) -> None:
    """Have another passphrase open this seat's slot; the other factors stay.

    Raises:
        WrongPassphraseError: the old one, or a factor, is wrong; nothing was changed.
        RefusedError: the new one is too easy to guess.
        VerificationError, TryAgainError: as `seat_keys.factors.change_factors`.
    """
    session.require(Action.OWN_KEYS)
    refuse_weak(proof.new, (proof.member,))
    change_factors(session, proof.member, proof.factors, replace(proof.factors, passphrase=proof.new), proof.wait)


def add_keyfile(session: Session, proof: Proof, path: Path) -> Factors:
    """Write a new keyfile and need it from here on; return the factors that now open the slot.

    Raises:
        RefusedError: a keyfile is in use already, or there is something at `path`.
        WrongPassphraseError: as `change_passphrase`; no file is written.
        TryAgainError: the change was cut off behind the writing of the file, by Ctrl+C too: the slot may need it, so
            it is left.
    """
    session.require(Action.OWN_KEYS)
    if proof.factors.device_secret:
        raise RefusedError(
            Message("a keyfile is in use already"),
            next_step=Message("Remove it first: {remove}.", remove=NextStep.REMOVE_KEYFILE),
        )
    require_new(path)
    session.require_sound_log()
    own = check_factors(session, proof.member, proof.factors, proof.wait)
    content = make_keyfile()
    changed = replace(proof.factors, device_secret=read_keyfile(content).secret)
    write_new(path, content)
    try:
        exchange_factors(session, proof.member, own, changed)
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


def add_security_key(session: Session, proof: Proof) -> Factors:
    """Have a security key answer for this vault and need it from here on; return the factors.

    Raises:
        RefusedError: one is in use already, or this one cannot do it.
        NotFoundError, TryAgainError: what the key says; nothing was changed.
    """
    session.require(Action.OWN_KEYS)
    if proof.factors.fido2_secret:
        raise RefusedError(
            Message("a security key is in use already"),
            next_step=Message("Remove it first: {remove}.", remove=NextStep.REMOVE_SECURITY_KEY),
        )
    provider = proof.key()
    provider.enrol()
    changed = replace(proof.factors, fido2_secret=provider.secret(fido2_salt(salt_of_vault(session.folder.path))))
    change_factors(session, proof.member, proof.factors, changed, proof.wait)
    return changed


def remove_factor(session: Session, proof: Proof, name: FactorName) -> Factors:
    """Need a factor no more; return those that now open the slot. File and key themselves are left as they are.

    Raises:
        RefusedError: it is not in use.
    """
    session.require(Action.OWN_KEYS)
    is_file, factors = name is FactorName.KEYFILE, proof.factors
    changed = replace(factors, device_secret=b"") if is_file else replace(factors, fido2_secret=b"")
    if changed == factors:
        raise RefusedError(
            Message("no {name} is in use", name=name),
            next_step=Message("See {list_factors}.", list_factors=NextStep.LIST_FACTORS),
        )
    change_factors(session, proof.member, proof.factors, changed, proof.wait)
    return changed


def list_factors(session: Session, factors: Factors) -> list[FactorInUse]:
    """Return what this seat's slot needs, from the factors that opened it: the slot itself tells nobody."""
    session.require(Action.OWN_KEYS)
    return in_use(factors)


def in_use(factors: Factors) -> list[FactorInUse]:
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


def factors_of(path: Path, passphrase: bytearray, keyfile: str, key: Callable[[], PrfProvider] | None) -> Factors:
    """Return what was typed as what opens a vault; `keyfile` is a path or empty, `key` the security key if it is asked.

    Raises:
        NotFoundError: no such file, or no security key. TryAgainError: what the security key says.
    """
    device = device_secret_of(Path(keyfile).expanduser()).secret if keyfile else b""
    return Factors(passphrase, device, b"" if key is None else key().secret(fido2_salt(salt_of_vault(path))))


def security_key(ask_pin: Callable[[], str]) -> PrfProvider:
    from vault.seal.entrance.fido import SecurityKey  # noqa: PLC0415 - who has no such key never loads its library

    return SecurityKey(ask_pin)


# Come in with all that the slot was made with: passphrase, and a keyfile and a security key where there are.
def unlock_with_factors(
    path: Path,
    member: str,
    passphrase: bytearray,
    keyfile: str = "",
    pin: str = "",
    *,
    state: Path | None = None,
    wait: Wait = sleep,
    key: PrfProvider | None = None,
) -> Session:
    """Open a vault, as `access.unlock` does.

    The passphrase is wiped before this returns. `keyfile` is a path, `pin` that of the security key that is plugged in;
    each empty where none is needed. `wait` gets the seconds that earlier wrong attempts have earned.

    Raises:
        WrongPassphraseError: nothing opened; where the file is no keyfile, the advice says so, afterwards.
        NotFoundError: no such file, or no security key.
        TryAgainError: what the security key says.
    """
    try:
        asked = (lambda: key or security_key(lambda: pin)) if pin else None
        factors = factors_of(path, passphrase, keyfile, asked)
        session = unlock(
            path,
            member=member,
            passphrase=passphrase,
            state=state,
            device_secret=factors.device_secret,
            fido2_secret=factors.fido2_secret,
            wait=wait,
        )
    except WrongPassphraseError as refusal:
        if keyfile and not device_secret_of(Path(keyfile).expanduser()).is_sound:
            next_step = Message("The file that you named is not a keyfile, or is damaged.")
            raise WrongPassphraseError(refusal.message, next_step=next_step) from None
        raise
    finally:
        passphrase[:] = bytes(len(passphrase))
    last_done.note_opened(session)
    members.note_end(session)
    return session


# Destroying ways in on purpose: one's own at once, everybody's after many wrong attempts. Never without a way back.
# Both need a recovery that was proven: sheets of which the threshold was put together once. What each does against
# whom, and what it does not, stands in SECURITY.md 4.
SENTENCE = "destroy my access here"
"""What a person types, so that no slip of a key and no script of another purpose does it."""

_BACKUP_DAYS = 30


def recovery_is_proven(session: Session) -> bool:
    """Say whether a drill on this device proved the sheets that are valid now."""
    return session.dates.proven is True


def require_armed(session: Session) -> None:
    """Return if `destroy_access` would be done now: said before anybody types for nothing.

    Raises:
        RefusedError: why not.
    """
    session.require(Action.OWN_KEYS)
    known = session.dates
    if not recovery_is_proven(session):
        reason = Message("no recovery was proven on this device: without sheets nothing would open this vault again")
    elif known.backup is None:
        reason = Message("no backup was made and read back on this device")
    elif session.log.now_ms() - known.backup > _BACKUP_DAYS * DAY_MS:
        reason = Message("the last backup that was read back is older than {days} days", days=_BACKUP_DAYS)
    else:
        return
    raise RefusedError(
        Message("your access is not destroyed: {reason}", reason=reason),
        next_step=Message("Prove the recovery sheets, make a backup on a disk that stays elsewhere, then repeat."),
    )


def destroy_access(session: Session, *, typed: str) -> None:
    """End this member's way into this folder on this device, and the session with it. There is no way back from here.

    The member types `SENTENCE`; case and outer spaces do not matter. The session is closed when this returns.

    Raises:
        RefusedError: it is not armed; nothing was changed.
        UsageError: something else was typed; nothing was changed.
        TryAgainError: the `keys` file cannot be written; nothing was changed.
    """
    require_armed(session)
    if typed.strip().casefold() != SENTENCE:
        raise UsageError(
            Message("the sentence was not typed; nothing was changed"),
            next_step=Message("Type exactly: {sentence}", sentence=SENTENCE),
        )
    destroy_own_access(session)


def destroy_slots_after(session: Session, count: int | None) -> None:
    """Have every slot of this folder destroyed after this many wrong attempts in a row here, or never.

    A name that nobody has cannot be told from one that somebody has, so it is all slots: those of every member who
    uses this folder on this device. The choice lies with the count in the account's state folder.

    Raises:
        RefusedError: fewer than twenty, or no recovery was proven.
    """
    session.require(Action.RECOVERY_MANAGE)
    if count is not None and not recovery_is_proven(session):
        raise RefusedError(
            Message("slots are destroyed only after a recovery drill"),
            next_step=Message("Prove the recovery sheets first."),
        )
    AttemptFile.in_folder(session.folder, session.state).destroy_after(count)
