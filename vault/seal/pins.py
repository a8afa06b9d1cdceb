"""Names that tell nothing: of the files that this device keeps of a vault, and of the machine (FORMAT.md 7)."""

from __future__ import annotations

import hashlib

from vault.errors import MalformedError
from vault.ids import ID_SIZE
from vault.seal.widths import require_width


def pins_file_name(vault: bytes, seat: bytes) -> str:
    """Return the 32 hex letters that name the pins file of one seat in one vault."""
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
        raise MalformedError("the system gives no machine id")
    return hashlib.sha256(b"casevault/machine" + system_machine_id).digest()
