"""Names that are computed: ids that two devices give alike, register hashes, names of files that tell nothing."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vault.errors import MalformedError
from vault.ids import DIGEST_SIZE, ID_SIZE
from vault.seal.sizes import KEY_SIZE, require_key, require_width
from vault.words.message import Message

# Ids that are computed, so that two devices name one thing alike, and the register's hashes (FORMAT.md 3, 4).

_SHA256 = hashes.SHA256()


def access_record(member: bytes) -> bytes:
    """Return the record id under which every holder writes until when this member holds the compartment."""
    return _record(b"casevault/access", member)


def deputy_record(member: bytes) -> bytes:
    """Return the record id under which the directory keeps who stands in for this member."""
    return _record(b"casevault/deputy", member)


def hold_record() -> bytes:
    """Return the record id under which a case keeps its legal hold."""
    return hashlib.sha256(b"casevault/hold").digest()[:ID_SIZE]


def retention_record() -> bytes:
    """Return the record id under which the directory keeps how long closed cases are kept."""
    return hashlib.sha256(b"casevault/retention").digest()[:ID_SIZE]


def derive_register_key(epoch_key: bytes) -> bytes:
    """Return the 32-byte key of register hashes made in this epoch. An entry carries its own: rotation loses none."""
    return HKDFExpand(_SHA256, KEY_SIZE, b"register").derive(require_key(epoch_key))


def derive_register_hash(register_key: bytes, skeleton: str) -> bytes:
    """Return the 32-byte keyed hash of the skeleton of a name: who holds the key tests a guess, and lists nothing."""
    return hmac.digest(require_key(register_key), skeleton.encode(), "sha256")


def _record(name: bytes, member: bytes) -> bytes:
    return hashlib.sha256(name + require_width("member", member, ID_SIZE)).digest()[:ID_SIZE]


def reply_code(package: bytes, said: bytes) -> str:
    """Return the 64 hex letters under a reply form (FORMAT.md 8): only who opened the package knows its id."""
    named = b"casevault/reply" + said
    return hmac.digest(require_width("package", package, ID_SIZE), named, "sha256").hex()


def is_reply_code(package: bytes, said: bytes, code: str) -> bool:
    """Say whether this is the code of a reply to a package, in constant time."""
    return hmac.compare_digest(reply_code(package, said), code)


# Names that tell nothing: of the files that this device keeps of a vault, and of the machine (FORMAT.md 7).
def private_file_name(key: bytes, vault: bytes, seat: bytes) -> str:
    """Return the 32 hex letters that name the one file of a seat which this key opens, in one vault.

    Vault and seat stand in logs: without the key nobody can tell whose file it is.
    """
    require_width("vault", vault, ID_SIZE)
    named = b"casevault/files" + vault + require_width("seat", seat, ID_SIZE)
    return hmac.digest(require_key(key), named, "sha256")[:ID_SIZE].hex()


def staged_file_name(key: bytes, digest: bytes) -> str:
    """Return the 32 hex letters that name a bundle that waits here: who has the bundle cannot tell that it came."""
    named = b"casevault/staging" + require_width("digest", digest, DIGEST_SIZE)
    return hmac.digest(require_key(key), named, "sha256")[:ID_SIZE].hex()


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
