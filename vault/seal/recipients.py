"""Sealing to a seat: HPKE with ML-KEM-768 + X25519, bound to its place by info (FORMAT.md 3)."""

from __future__ import annotations

import hashlib
import secrets
import struct
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from vault.errors import BrokenSealError, MalformedError
from vault.ids import ID_SIZE, ZERO_ID
from vault.seal.envelope import SUITE
from vault.seal.purposes import HPKE_PURPOSES, Purpose
from vault.seal.widths import require_width
from vault.words.message import Message

KEM_SEED_SIZE = 96
KEM_PUBLIC_SIZE = 1216
HPKE_OVERHEAD = 1136

_MLKEM_SEED_SIZE = 64
_MLKEM_PUBLIC_SIZE = 1184
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_INFO = struct.Struct(">BB16s16s16s16s16s")


@dataclass(frozen=True, slots=True)
class KemPrivate:
    """The private half of a seat's KEM key, and its 1,216 public bytes (ML-KEM 1,184 | X25519 32)."""

    public: bytes
    _key: hpke.MLKEM768X25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> KemPrivate:
        """Return the key of a 96-byte seed (ML-KEM 64 | X25519 32).

        Raises:
            MalformedError: the seed has another length.
        """
        require_width("KEM seed", seed, KEM_SEED_SIZE)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(seed[:_MLKEM_SEED_SIZE])
        x25519 = X25519PrivateKey.from_private_bytes(seed[_MLKEM_SEED_SIZE:])
        public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        return cls(public, hpke.MLKEM768X25519PrivateKey(mlkem, x25519))

    def decrypt(self, untrusted: bytes, info: bytes) -> bytes:
        """Return the plaintext of an HPKE message; `open_from` gives it its context and its error."""
        return _SUITE.decrypt(untrusted, self._key, info)


@dataclass(frozen=True, slots=True)
class GrantContext:
    """From whom, to whom and for what a key is sealed; all ids have 16 bytes.

    Doors leave compartment, epoch and giver zero; failed attempts leave the receiver zero too.
    """

    purpose: Purpose
    vault: bytes
    compartment: bytes = ZERO_ID
    epoch: bytes = ZERO_ID
    from_seat: bytes = ZERO_ID
    to_seat: bytes = ZERO_ID

    def __post_init__(self) -> None:
        if self.purpose not in HPKE_PURPOSES:
            raise MalformedError(Message("purpose {name} is not sealed to a seat", name=self.purpose.name))
        for what in ("vault", "compartment", "epoch", "from_seat", "to_seat"):
            require_width(what, getattr(self, what), ID_SIZE)

    def info(self) -> bytes:
        """Return the 82 bytes that bind the context into the HPKE key."""
        return _INFO.pack(self.purpose, SUITE, self.vault, self.compartment, self.epoch, self.from_seat, self.to_seat)


def make_kem_seed() -> bytes:
    """Return a fresh 96-byte KEM seed."""
    return secrets.token_bytes(KEM_SEED_SIZE)


def seal_to(public: bytes, plaintext: bytes, context: GrantContext) -> bytes:
    """Return `plaintext` sealed to the holder of `public` (1,216 bytes): 1,136 bytes longer.

    Who sealed it is not proven here: a grant counts because the giver's log lists its digest.

    Raises:
        MalformedError: `public` is no such key.
    """
    require_width("KEM public key", public, KEM_PUBLIC_SIZE)
    try:
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_SIZE]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_SIZE:]),
        )
        return _SUITE.encrypt(plaintext, key, context.info())
    except ValueError:
        raise MalformedError(
            Message("KEM public key of seat {to_seat} is not valid", to_seat=context.to_seat.hex())
        ) from None


def open_from(private: KemPrivate, untrusted: bytes, context: GrantContext) -> bytes:
    """Return what was sealed to this key for this context.

    Raises:
        BrokenSealError: altered, cut, sealed to another key or for another context.
    """
    try:
        return private.decrypt(untrusted, context.info())
    except InvalidTag:
        raise BrokenSealError(
            Message(
                "{name} does not open: epoch {epoch}, to {to_seat}",
                name=context.purpose.name.lower(),
                epoch=context.epoch.hex(),
                to_seat=context.to_seat.hex(),
            )
        ) from None


def grant_digest(epoch: bytes, seat: bytes, sealed: bytes) -> bytes:
    """Return the 32-byte digest by which an operation lists a grant."""
    require_width("epoch", epoch, ID_SIZE)
    return hashlib.sha256(epoch + require_width("seat", seat, ID_SIZE) + sealed).digest()
