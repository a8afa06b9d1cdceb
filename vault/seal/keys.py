"""Keys that belong to epochs and versions: their ids, wraps and one-way steps (FORMAT.md 3)."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from vault.errors import BrokenSealError
from vault.ids import DIGEST_SIZE, ID_SIZE, RandomBytes
from vault.seal.widths import KEY_SIZE, require_key, require_width
from vault.words.message import Message

WRAP_SIZE = 40

_SHA256 = hashes.SHA256()


def make_key(random: RandomBytes = secrets.token_bytes) -> bytes:
    """Return a fresh 32-byte key."""
    return random(KEY_SIZE)


def epoch_id(vault: bytes, compartment: bytes, epoch_key: bytes) -> bytes:
    """Return the 16-byte name of an epoch: the hash of its key, so that nobody can name it without holding it."""
    return _named_hash(
        b"casevault/epoch",
        require_width("vault", vault, ID_SIZE),
        require_width("compartment", compartment, ID_SIZE),
        require_key(epoch_key),
    )


def compartment_id(origin: bytes, seq: int, n: int) -> bytes:
    """Return the 16-byte id of the compartment that place `n` in the list of (origin, seq) founds."""
    return _named_hash(
        b"casevault/compartment",
        require_width("origin", origin, DIGEST_SIZE),
        seq.to_bytes(8, "big"),
        n.to_bytes(4, "big"),
    )


def derive_wrap_key(epoch_key: bytes) -> bytes:
    """Return the 32-byte key that wraps version keys in this epoch."""
    return HKDFExpand(_SHA256, KEY_SIZE, b"wrap").derive(require_key(epoch_key))


def derive_proposal_key(epoch_key: bytes) -> bytes:
    """Return the 32-byte key that seals proposals of rosters, from an epoch key of the directory."""
    return HKDFExpand(_SHA256, KEY_SIZE, b"proposal").derive(require_key(epoch_key))


def wrap(wrap_key: bytes, version_key: bytes) -> bytes:
    """Return the 40-byte AES-KW wrap. Deterministic: two devices that rotate the same epoch write equal rows."""
    return aes_key_wrap(require_key(wrap_key), require_key(version_key))


def unwrap(wrap_key: bytes, untrusted_wrap: bytes) -> bytes:
    """Return the 32-byte version key.

    A wrap binds no context: whether it belongs to a version, that version's commitment says.

    Raises:
        BrokenSealError: altered, of another length, or of another epoch.
    """
    if len(untrusted_wrap) != WRAP_SIZE:
        raise BrokenSealError(
            Message("wrap has {count} bytes, not {wrap_size}", count=len(untrusted_wrap), wrap_size=WRAP_SIZE)
        )
    try:
        return aes_key_unwrap(require_key(wrap_key), untrusted_wrap)
    except InvalidUnwrap:
        raise BrokenSealError(Message("wrap does not open under this epoch")) from None


def derive_entry_key(ratchet_key: bytes) -> bytes:
    """Return the key that seals the payload of the log entry at this step of the audit ratchet."""
    return hmac.digest(require_key(ratchet_key), b"entry", "sha256")


def derive_next_ratchet(ratchet_key: bytes) -> bytes:
    """Return the next step of the audit ratchet; there is no way back from it."""
    return hmac.digest(require_key(ratchet_key), b"next", "sha256")


def derive_index_tag(index_key: bytes, record: bytes, heads: bytes) -> bytes:
    """Return the 32-byte tag of one record in the index digest; `heads` = its head version ids, sorted and joined."""
    return hmac.digest(require_key(index_key), require_width("record", record, ID_SIZE) + heads, "sha256")


def _named_hash(name: bytes, *parts: bytes) -> bytes:
    return hashlib.sha256(name + b"".join(parts)).digest()[:ID_SIZE]
