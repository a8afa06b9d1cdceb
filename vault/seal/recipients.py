"""Sealing to a seat: HPKE with ML-KEM-768 + X25519, bound to its place by info; and letters to a member's seats."""

from __future__ import annotations

import hashlib
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from vault.errors import BrokenSealError, MalformedError, RefusedError
from vault.ids import ID_SIZE, ZERO_ID
from vault.seal.envelope import FORMAT, SUITE
from vault.seal.purposes import HPKE_PURPOSES, Purpose
from vault.seal.sizes import SMALLEST_PADDED_SIZE, padme, require_width
from vault.words.message import Message

# Sealing to a seat: HPKE with ML-KEM-768 + X25519, bound to its place by info (FORMAT.md 3).

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


# A letter: a few pages for the seats of one member, sealed to each by HPKE (FORMAT.md 8). It names nobody.
# format u8 | suite u8 | vault 16 | count u8 | count times: size u32 | HPKE message
MOST_SEATS = 32
LETTER_LIMIT = 70 * 1024 * 1024
_HEAD = struct.Struct(f">BB{ID_SIZE}sB")
_HEADROOM = 64 * 1024
_SIZE = struct.Struct(">I")
_MARK = b"\x80"


def seal_letter(content: bytes, vault: bytes, seats: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return the file that opens for each of these (seat, public KEM key).

    Raises:
        MalformedError: for nobody, or for more seats than a letter has.
        RefusedError: longer than 70 MiB for all of them together.
    """
    if not 0 < len(seats) <= MOST_SEATS:
        raise MalformedError(Message("a letter is for 1 to {most_seats} seats", most_seats=MOST_SEATS))
    marked = content + _MARK
    padded = marked.ljust(padme(max(len(marked), SMALLEST_PADDED_SIZE)), b"\0")
    if len(seats) * len(padded) > LETTER_LIMIT - _HEADROOM:
        raise RefusedError(
            Message("this is too large for a sealed file to {count} devices", count=len(seats)),
            next_step=Message("Ask a second person at this keyboard, or make several smaller exports."),
        )
    messages = [seal_to(public, padded, GrantContext(Purpose.LETTER, vault, to_seat=seat)) for seat, public in seats]
    return _HEAD.pack(FORMAT, SUITE, require_width("vault", vault, ID_SIZE), len(messages)) + b"".join(
        _SIZE.pack(len(message)) + message for message in messages
    )


def open_letter(private: KemPrivate, seat: bytes, vault: bytes, untrusted: bytes) -> bytes:
    """Return the content of a letter to this seat. Who wrote it, the letter does not prove.

    Raises:
        MalformedError: no letter of this vault.
        BrokenSealError: none of its messages is for this seat, or the one that was is altered.
    """
    for message in _messages(vault, untrusted):
        try:
            padded = open_from(private, bytes(message), GrantContext(Purpose.LETTER, vault, to_seat=seat))
        except BrokenSealError:
            continue
        content, mark, zeros = padded.rpartition(_MARK)
        if not mark or zeros.strip(b"\0") or len(padded) != padme(max(len(content) + 1, SMALLEST_PADDED_SIZE)):
            raise MalformedError(Message("a letter is not padded as its format says"))
        return content
    raise BrokenSealError(
        Message("this sealed file is not for this device, or it was altered"),
        next_step=Message("Ask the sender for a new file."),
    )


def _messages(vault: bytes, untrusted: bytes) -> list[memoryview]:
    if len(untrusted) < _HEAD.size:
        raise MalformedError(
            Message("the file is not a sealed file of CaseVault"), next_step=Message("Check the path.")
        )
    form, suite, of, count = _HEAD.unpack_from(untrusted)
    if (form, suite, of) != (FORMAT, SUITE, vault) or not 0 < count <= MOST_SEATS:
        raise MalformedError(
            Message("the file is not a sealed file of this vault"), next_step=Message("Check the path.")
        )
    # Views, not copies: what is no letter of ours costs no more memory than its own size.
    view, messages, at = memoryview(untrusted), list[memoryview](), _HEAD.size
    for _ in range(count):
        if len(untrusted) < at + _SIZE.size:
            raise MalformedError(Message("a letter was cut"))
        (size,) = _SIZE.unpack_from(untrusted, at)
        messages.append(view[at + _SIZE.size : at + _SIZE.size + size])
        at += _SIZE.size + size
    if at != len(untrusted):
        raise MalformedError(Message("a letter was cut or extended"))
    return messages
