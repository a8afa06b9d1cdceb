"""Ids that are computed, so that two devices name one thing alike, and the register's hashes (FORMAT.md 3, 4)."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vault.ids import ID_SIZE
from vault.seal.widths import KEY_SIZE, require_key, require_width

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
