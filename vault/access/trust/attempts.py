"""Failed unlocks, as hints: sealed to a key in the directory, so that the file tells a thief nothing (FORMAT.md 3).

A thief works on a copy and leaves none; whoever can write the folder can delete them. Never evidence, and never in the
way: whatever stands in their place changes neither the error of a wrong passphrase nor the way in.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256

from vault import clock
from vault.access.trust.prover import proven_alone
from vault.casework.organisation_records import AttemptsKey
from vault.errors import BrokenSealError, VaultError
from vault.ids import CompartmentKind, VaultId
from vault.records.versions import of_kind, open_each
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import HPKE_OVERHEAD, GrantContext, KemPrivate, make_kem_seed, open_from, seal_to
from vault.store.files import read_limited, write_durable
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.validity.authority import Authority
from vault.validity.directory import Directory
from vault.words.finding import Code, Finding, Severity
from vault.words.message import plural

_TIME_SIZE = 8
_HINT_SIZE = HPKE_OVERHEAD + _TIME_SIZE
_MOST_HINTS = 100


def make_hints(folder: VaultFolder, vault: bytes) -> None:
    """Write the file anew with a hundred messages that open for nobody: its size tells no number of attempts."""
    nobody = KemPrivate.from_seed(make_kem_seed()).public
    with suppress(VaultError, OSError):
        write_durable(folder.attempts, b"".join(_hint(nobody, vault, 0) for _ in range(_MOST_HINTS)))


def note_attempt(folder: VaultFolder, file: KeyFile) -> None:
    """Put one sealed hint behind the others, the oldest goes. Where that cannot be done, none is kept."""
    vault = file.header.vault
    if len(_read(folder)) != _MOST_HINTS * _HINT_SIZE:
        make_hints(folder, vault)
    with suppress(VaultError, OSError):
        hint = _hint(file.attempts_public, vault, clock.now_ms())
        write_durable(folder.attempts, (_read(folder) + hint)[-_MOST_HINTS * _HINT_SIZE :])


def count_attempts(
    folder: VaultFolder, vault: bytes, private: Callable[[], KemPrivate | None], known: bytes = b""
) -> tuple[int, bytes]:
    """Count the hints that open, and begin anew. What does not open was not written by this program.

    `known` is what this returned last: hints that were counted are not opened again.

    Returns:
        Their number, and SHA-256 of the file as it stands now.
    """
    untrusted = _read(folder)
    if untrusted and sha256(untrusted).digest() == known:
        return 0, known
    count = 0
    with suppress(VaultError, OSError):
        if (key := private()) is not None:
            for start in range(0, len(untrusted), _HINT_SIZE):
                with suppress(BrokenSealError):
                    open_from(key, untrusted[start : start + _HINT_SIZE], GrantContext(Purpose.ATTEMPT, vault))
                    count += 1
    if count or len(untrusted) != _MOST_HINTS * _HINT_SIZE:
        make_hints(folder, vault)
    return count, sha256(_read(folder)).digest()


def attempts_alarm(count: int) -> tuple[Finding, ...]:
    """Tell of attempts that failed since the last unlock."""
    if not count:
        return ()
    message = plural(
        "{count} failed attempt to open this vault since the last unlock.",
        "{count} failed attempts to open this vault since the last unlock.",
        count=count,
    )
    return (Finding(Code.ATTEMPTS, message, severity=Severity.NEWS),)


def _hint(public: bytes, vault: bytes, at_ms: int) -> bytes:
    return seal_to(public, at_ms.to_bytes(_TIME_SIZE, "big"), GrantContext(Purpose.ATTEMPT, vault))


def attempts_key(rows: Rows, vault: VaultId, keyring: Keyring, directory: Directory) -> KemPrivate | None:
    """Return what opens the hints, from the directory, or None where it is not here.

    Somebody who might wrote it: who wrote one without the right reads no hint, and hides none.
    """
    authority = Authority(rows, directory, lambda origin, _: proven_alone(rows, origin))
    opened, _ = open_each(
        rows.versions(directory.compartment), vault=vault, keyring=keyring
    )  # `log verify` names others
    for version, key in of_kind(opened, AttemptsKey):
        if authority.may_have_written(version, CompartmentKind.DIRECTORY):
            return KemPrivate.from_seed(key.kem)
    return None


def _read(folder: VaultFolder) -> bytes:
    """Return the hints; what is too long, or no file of its own, is none of ours."""
    try:
        return read_limited(folder.attempts, _MOST_HINTS * _HINT_SIZE, follow_links=False)
    except VaultError:
        return b""
