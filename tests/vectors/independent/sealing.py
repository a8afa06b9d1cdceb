"""Envelopes and HPKE messages (FORMAT.md 3 and 4). HPKE is spelled out: two programs, not one library, agree on it."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from tests.vectors.independent.basis import Refused, expand, extract, padme, require, u64

PURPOSES = {
    "version": 1,
    "audit": 2,
    "slot": 3,
    "pins": 4,
    "session": 5,
    "ratchet": 6,
    "root secret": 7,
    "keyring": 8,
    "peers": 10,
    "joining": 11,
    "lines": 12,
    "attachment": 14,
    "grant": 16,
    "door": 17,
    "attempt": 18,
    "bundle": 19,
    "letter": 21,
    "imported": 23,
    "counted": 24,
    "missed": 25,
}
_AUDIT, _SLOT = PURPOSES["audit"], PURPOSES["slot"]
_LABEL = b"HPKE-v1HPKE" + bytes.fromhex("647a00010002")


def size_for(purpose: int, content_size: int) -> int:
    """Return the padded size of content (FORMAT.md 4)."""
    if purpose == _SLOT:
        return 952
    if purpose == _AUDIT:
        return next((size for size in (256, 512, 1024, 4096) if size > content_size), 0)
    return padme(max(content_size + 1, 256))


def unmarked(padded: bytes) -> bytes:
    """Take 0x80 and zeros off."""
    content, mark, zeros = padded.rpartition(b"\x80")
    require(mark == b"\x80" and not any(zeros), "padding mark")
    return content


def open_envelope(key: bytes, purpose: int, sealed: bytes, aad: bytes) -> bytes:
    """Open one sealed blob; anything that is not right is refused."""
    if purpose != _SLOT:
        require(sealed[:2] == b"\x01\x01", "format or suite")
        sealed = sealed[2:]
    salt, commitment, ciphertext = sealed[:24], sealed[24:56], sealed[56:]
    okm = expand(key, bytes((purpose,)) + salt + aad, 64)
    require(hmac.compare_digest(okm[32:], commitment), "commitment")
    try:
        padded = AESGCM(okm[:32]).decrypt(bytes(12), ciphertext, aad)
    except (InvalidTag, ValueError):
        raise Refused("tag") from None
    content = unmarked(padded)
    require(len(padded) == size_for(purpose, len(content)), "padded size")
    return content


def version_aad(purpose: int, vault: bytes, compartment: bytes, record: bytes, place: tuple[bytes, int]) -> bytes:
    """Return the 91 bytes that bind a version, or a payload, to its place."""
    return bytes((1, 1, purpose)) + vault + compartment + record + place[0] + u64(place[1])


def local_aad(purpose: int, vault: bytes, seat: bytes, number: int) -> bytes:
    """Return the 43 bytes that bind what stays with a seat."""
    return bytes((1, 1, purpose)) + vault + seat + u64(number)


def grant_info(vault: bytes, compartment: bytes, epoch: bytes, giver: bytes, to: bytes) -> bytes:
    return bytes((PURPOSES["grant"], 1)) + vault + compartment + epoch + giver + to


def sent_info(purpose: int, vault: bytes, to: bytes) -> bytes:
    """Return the info of a message that leaves compartment, epoch and giver zero."""
    return bytes((purpose, 1)) + vault + bytes(48) + to


@lru_cache(maxsize=64)
def _private(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    return MLKEM768PrivateKey.from_seed_bytes(seed[:64]), X25519PrivateKey.from_private_bytes(seed[64:])


def shared_secret(first: bytes, second: bytes, ephemeral: bytes, own: bytes) -> bytes:
    """Join what both halves of the KEM give."""
    return hashlib.sha3_256(first + second + ephemeral + own + b"\\.//^\\").digest()


@lru_cache(maxsize=65_536)
def open_hpke(seed: bytes, sealed: bytes, info: bytes) -> bytes:
    """Open one HPKE message, base mode, KEM 0x647a, KDF 0x0001, AEAD 0x0002."""
    require(len(sealed) > 1136, "size of a message")
    mlkem, x25519 = _private(seed)
    kem_ciphertext, ephemeral, ciphertext = sealed[:1088], sealed[1088:1120], sealed[1120:]
    try:
        second = x25519.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    except ValueError:
        raise Refused("a key of small order") from None
    own = x25519.public_key().public_bytes_raw()
    shared = shared_secret(mlkem.decapsulate(kem_ciphertext), second, ephemeral, own)
    context = b"\0" + extract(b"", _LABEL + b"psk_id_hash") + extract(b"", _LABEL + b"info_hash" + info)
    secret = extract(shared, _LABEL + b"secret")
    key = expand(secret, b"\0\x20" + _LABEL + b"key" + context, 32)
    nonce = expand(secret, b"\0\x0c" + _LABEL + b"base_nonce" + context, 12)
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, b"")
    except InvalidTag:
        raise Refused("tag") from None


def public_key(seed: bytes) -> bytes:
    """Return the public KEM key of a seed: ML-KEM-768, then X25519."""
    mlkem, x25519 = _private(seed)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def unwrapped(epoch_key: bytes, wrap: bytes) -> bytes:
    try:
        return aes_key_unwrap(expand(epoch_key, b"wrap", 32), wrap)
    except (InvalidUnwrap, ValueError):
        raise Refused("wrap") from None
