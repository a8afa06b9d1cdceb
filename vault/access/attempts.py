"""Failed unlocks, as hints: sealed to a key in the directory, so that the file tells a thief nothing (FORMAT.md 3).

A thief works on a copy and leaves none; whoever can write the folder can delete them. Never evidence, and never in the
way: whatever stands in their place changes neither the error of a wrong passphrase nor the way in.
"""

from __future__ import annotations

from contextlib import suppress

from vault import clock
from vault.access.directory import Directory
from vault.errors import BrokenSealError, VaultError, VerificationError
from vault.ids import VaultId
from vault.records.versions import open_version
from vault.seal.keyfile import KeyFile
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import HPKE_OVERHEAD, KEM_SEED_SIZE, GrantContext, KemPrivate, open_from, seal_to
from vault.store.files import read_limited, write_durable
from vault.store.folder import VaultFolder
from vault.store.rows import Rows

_TIME_SIZE = 8
_HINT_SIZE = HPKE_OVERHEAD + _TIME_SIZE
_MOST_HINTS = 100


def note_attempt(folder: VaultFolder, file: KeyFile) -> None:
    """Add one sealed hint; the oldest goes when there are a hundred. Where that cannot be done, none is kept."""
    context = GrantContext(Purpose.ATTEMPT, file.header.vault)
    with suppress(VaultError, OSError):
        hint = seal_to(file.attempts_public, clock.now_ms().to_bytes(_TIME_SIZE, "big"), context)
        write_durable(folder.attempts, (_read(folder) + hint)[-_MOST_HINTS * _HINT_SIZE :])


def count_attempts(rows: Rows, folder: VaultFolder, file: KeyFile, keyring: Keyring, directory: Directory) -> int:
    """Count the hints that open, and begin anew. What does not open was not written by this program."""
    untrusted = _read(folder)
    if not untrusted:
        return 0
    count = 0
    with suppress(VaultError, OSError):
        private = attempts_key(rows, VaultId(file.header.vault), keyring, directory)
        folder.attempts.unlink()
        context = GrantContext(Purpose.ATTEMPT, file.header.vault)
        for start in range(0, len(untrusted), _HINT_SIZE):
            if private is not None and _opens(private, untrusted[start : start + _HINT_SIZE], context):
                count += 1
    return count


def _opens(private: KemPrivate, untrusted: bytes, context: GrantContext) -> bool:
    try:
        open_from(private, untrusted, context)
    except BrokenSealError:
        return False
    return True


def attempts_key(rows: Rows, vault: VaultId, keyring: Keyring, directory: Directory) -> KemPrivate | None:
    """Return what opens the hints, from the directory, or None where it is not here."""
    for sealed in rows.versions(directory.compartment):
        try:
            version = open_version(sealed, vault=vault, keyring=keyring)
        except VerificationError:
            continue  # `log verify` names it
        if version is None:
            continue
        seed = version.content.fields.get("kem")
        if version.content.kind == "attempts-key" and isinstance(seed, bytes) and len(seed) == KEM_SEED_SIZE:
            return KemPrivate.from_seed(seed)
    return None


def _read(folder: VaultFolder) -> bytes:
    """Return the hints; what is too long, or no file of its own, is none of ours."""
    try:
        return read_limited(folder.attempts, _MOST_HINTS * _HINT_SIZE, follow_links=False)
    except VaultError:
        return b""
