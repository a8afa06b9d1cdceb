"""The one envelope that seals every version, audit payload and local row (FORMAT.md 4)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vault.errors import BrokenSealError, MalformedError
from vault.ids import DIGEST_SIZE, ID_SIZE
from vault.seal.purposes import LOCAL_PURPOSES, VERSION_PURPOSES, Purpose
from vault.seal.sizes import pad, require_key, require_u64, require_width, unpad
from vault.words.message import Message

FORMAT = 1
SUITE = 1

SALT_SIZE = 24
COMMITMENT_SIZE = 32
TAG_SIZE = 16
RANDOM_SIZE = 32

_LEAD = bytes((FORMAT, SUITE))
# Each AES-GCM key is derived from its own salt and seals one byte string only, so the nonce carries nothing.
_ONE_TIME_NONCE = bytes(12)
_SHA256 = hashes.SHA256()
_VERSION_AAD = struct.Struct(">BBB16s16s16s32sQ")
_LOCAL_AAD = struct.Struct(">BBB16s16sQ")


class VersionContext(msgspec.Struct, frozen=True):  # one for each note of a case: a dataclass takes three times as long
    """The place of a version or of an audit payload: opened for any other, the seal does not hold.

    `vault`, `compartment` and `record` have 16 bytes, `origin` has 32; `seq` is the position in that log.
    """

    vault: bytes
    compartment: bytes
    record: bytes
    origin: bytes
    seq: int
    purpose: Purpose = Purpose.VERSION

    def __post_init__(self) -> None:
        if self.purpose not in VERSION_PURPOSES:
            raise MalformedError(Message("purpose {name} does not seal a version", name=self.purpose.name))
        if not len(self.vault) == len(self.compartment) == len(self.record) == ID_SIZE:
            raise MalformedError(Message("vault, compartment and record have 16 bytes each"))
        require_width("origin", self.origin, DIGEST_SIZE)
        require_u64("seq", self.seq)

    def aad(self) -> bytes:
        """Return the 91 bytes that bind the place into key and tag."""
        return _VERSION_AAD.pack(
            FORMAT, SUITE, self.purpose, self.vault, self.compartment, self.record, self.origin, self.seq
        )

    def label(self) -> str:
        """Name the place for an error text."""
        return f"record {self.record.hex()} at {self.origin.hex()[:16]}/{self.seq}"


@dataclass(frozen=True, slots=True)
class LocalContext:
    """The place of a row or file that never leaves its device: purpose, vault, seat and a number.

    `number` is the slot number (with seat zero), the number of a session key, else 0.
    """

    purpose: Purpose
    vault: bytes
    seat: bytes
    number: int = 0

    def __post_init__(self) -> None:
        if self.purpose not in LOCAL_PURPOSES:
            raise MalformedError(Message("purpose {name} does not seal a local row", name=self.purpose.name))
        require_width("vault", self.vault, ID_SIZE)
        require_width("seat", self.seat, ID_SIZE)
        require_u64("number", self.number)

    def aad(self) -> bytes:
        """Return the 43 bytes that bind the place into key and tag."""
        return _LOCAL_AAD.pack(FORMAT, SUITE, self.purpose, self.vault, self.seat, self.number)

    def label(self) -> str:
        """Name the place for an error text."""
        return f"{self.purpose.name.lower()} {self.number} of seat {self.seat.hex()}"


Context = VersionContext | LocalContext


def seal(key: bytes, plaintext: bytes, context: Context) -> bytes:
    """Return `plaintext` padded and sealed under the 32-byte `key` for this context alone.

    Raises:
        MalformedError: the key has another length, or the content is too long for its purpose.
    """
    return _seal_with_random(key, plaintext, context, secrets.token_bytes(RANDOM_SIZE))


def open_sealed(key: bytes, untrusted: bytes, context: Context) -> bytes:
    """Return what `seal` was given, if `untrusted` was sealed under this key for this context.

    Raises:
        BrokenSealError: altered, cut, moved, of another key, or of a format or suite that this program does not know.
        MalformedError: the key has another length.
    """
    aad = context.aad()
    body = untrusted
    if context.purpose is not Purpose.SLOT:
        if untrusted[:2] != _LEAD:
            raise BrokenSealError(Message("seal does not hold: {label}", label=context.label()))
        body = untrusted[2:]
    commitment = body[SALT_SIZE : SALT_SIZE + COMMITMENT_SIZE]
    message_key, expected = _derive_message_key(key, context.purpose, body[:SALT_SIZE], aad)
    # Before any decryption: plain AES-GCM accepts one ciphertext under two keys, the commitment does not.
    if not hmac.compare_digest(commitment, expected):
        raise BrokenSealError(Message("seal does not hold: {label}", label=context.label()))
    try:
        padded = AESGCM(message_key).decrypt(_ONE_TIME_NONCE, body[SALT_SIZE + COMMITMENT_SIZE :], aad)
        return unpad(context.purpose, padded)
    except (InvalidTag, MalformedError):
        raise BrokenSealError(Message("seal does not hold: {label}", label=context.label())) from None


def holds_commitment(key: bytes, untrusted: bytes, context: Context) -> bool:
    """Tell in constant time whether `untrusted` commits to this key and context, without decrypting it."""
    body = untrusted if context.purpose is Purpose.SLOT else untrusted[2:]
    expected = _derive_message_key(key, context.purpose, body[:SALT_SIZE], context.aad())[1]
    return hmac.compare_digest(body[SALT_SIZE : SALT_SIZE + COMMITMENT_SIZE], expected)


def version_id(compartment: bytes, record: bytes, blob: bytes) -> bytes:
    """Return the 32-byte id of a version: it names the sealed bytes in their compartment and record."""
    place = require_width("compartment", compartment, ID_SIZE) + require_width("record", record, ID_SIZE)
    return hashlib.sha256(place + blob).digest()


def _seal_with_random(key: bytes, plaintext: bytes, context: Context, random32: bytes) -> bytes:
    padded = pad(context.purpose, plaintext)
    # A cloned machine draws the same random bytes; with the content mixed in, it still repeats no keystream.
    salt = hmac.digest(require_key(key), random32 + padded, "sha256")[:SALT_SIZE]
    aad = context.aad()
    message_key, commitment = _derive_message_key(key, context.purpose, salt, aad)
    lead = b"" if context.purpose is Purpose.SLOT else _LEAD
    return lead + salt + commitment + AESGCM(message_key).encrypt(_ONE_TIME_NONCE, padded, aad)


def _derive_message_key(key: bytes, purpose: Purpose, salt: bytes, aad: bytes) -> tuple[bytes, bytes]:
    info = bytes((purpose,)) + salt + aad
    okm = HKDFExpand(_SHA256, 64, info).derive(require_key(key))
    return okm[:32], okm[32:]
