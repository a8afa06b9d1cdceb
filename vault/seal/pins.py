"""Names that tell nothing: of the files that this device keeps of a vault, and of the machine (FORMAT.md 7)."""

from __future__ import annotations

import hashlib
import hmac

from vault.errors import MalformedError
from vault.ids import DIGEST_SIZE, ID_SIZE
from vault.seal.widths import require_key, require_width
from vault.words.message import Message


def private_file_name(key: bytes, vault: bytes, seat: bytes) -> str:
    """Return the 32 hex letters that name the one file of a seat which this key opens, in one vault.

    Vault and seat stand in invitations: without the key nobody can tell whose file it is.
    """
    require_width("vault", vault, ID_SIZE)
    named = b"casevault/files" + vault + require_width("seat", seat, ID_SIZE)
    return hmac.digest(require_key(key), named, "sha256")[:ID_SIZE].hex()


def staged_file_name(key: bytes, digest: bytes) -> str:
    """Return the 32 hex letters that name a bundle that waits here: who has the bundle cannot tell that it came."""
    named = b"casevault/staging" + require_width("digest", digest, DIGEST_SIZE)
    return hmac.digest(require_key(key), named, "sha256")[:ID_SIZE].hex()


def former_file_name(vault: bytes, seat: bytes) -> str:
    """Return how index and drafts of a seat were named before; such a file gets its name when its member unlocks."""
    require_width("vault", vault, ID_SIZE)
    return hashlib.sha256(b"casevault/files" + vault + require_width("seat", seat, ID_SIZE)).digest()[:ID_SIZE].hex()


def former_pins_file_name(vault: bytes, seat: bytes) -> str:
    """Return how the pins file of a seat was named before."""
    require_width("vault", vault, ID_SIZE)
    return hashlib.sha256(b"casevault/pins" + vault + require_width("seat", seat, ID_SIZE)).digest()[:ID_SIZE].hex()


def dates_file_name(vault: bytes) -> str:
    """Return the 32 hex letters that name the file of a vault's dates on this device."""
    return hashlib.sha256(b"casevault/dates" + require_width("vault", vault, ID_SIZE)).digest()[:ID_SIZE].hex()


def attempts_file_name(vault: bytes, folder: bytes) -> str:
    """Return the 32 hex letters that name the file in which this device counts wrong attempts at one folder."""
    require_width("vault", vault, ID_SIZE)
    named = b"casevault/attempts" + vault + require_width("folder", folder, ID_SIZE)
    return hashlib.sha256(named).digest()[:ID_SIZE].hex()


def machine_digest(system_machine_id: bytes) -> bytes:
    """Return the 32-byte digest by which pins recognise their machine.

    Raises:
        MalformedError: the id is empty: two machines without one would look the same.
    """
    if not system_machine_id:
        raise MalformedError(Message("the system gives no machine id"))
    return hashlib.sha256(b"casevault/machine" + system_machine_id).digest()
