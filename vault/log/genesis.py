"""The genesis of a log: public, without names, signed once by the identity key of its seat (FORMAT.md 5).

    format u8 | vault 16 | seat 16 | identity 32 | session key 1 32 | random 16 |
    predecessor 32 | its size u64 | its root 32 | signature 64

`origin` = SHA-256 of all of it, so a log's name fixes the key that signs its first session.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256

from vault.errors import MalformedError, VerificationError
from vault.ids import ZERO_DIGEST
from vault.log.signatures import VerifySignature, signed_message
from vault.words.message import Message

GENESIS_FORMAT = 1
GENESIS_PURPOSE = "genesis"
GENESIS_SIZE = 249
# Where a row has its seat: format and vault stand before it.
SEAT_IN_GENESIS = slice(17, 33)
_LAYOUT = struct.Struct(">B16s16s32s32s16s32sQ32s")


@dataclass(frozen=True, slots=True)
class Genesis:
    """The beginning of one log of one seat.

    The root and size are those of the last known checkpoint of the log that this one goes on from; zeros where it is
    the first.
    """

    vault: bytes
    seat: bytes
    identity: bytes
    session_key: bytes
    nonce: bytes
    predecessor: bytes = ZERO_DIGEST
    predecessor_size: int = 0
    predecessor_root: bytes = ZERO_DIGEST

    def __post_init__(self) -> None:
        sizes = [len(self.vault), len(self.seat), len(self.identity), len(self.session_key), len(self.nonce)]
        if [*sizes, len(self.predecessor), len(self.predecessor_root)] != [16, 16, 32, 32, 16, 32, 32]:
            raise MalformedError(Message("a genesis has a part of the wrong size"))
        # A log that exists has at least its entry 0, and a root that is no run of zeros.
        first = (self.predecessor == ZERO_DIGEST, self.predecessor_size == 0, self.predecessor_root == ZERO_DIGEST)
        if len(set(first)) > 1 or not 0 <= self.predecessor_size < 1 << 64:
            raise MalformedError(Message("a genesis names only a part of its predecessor"))

    @property
    def is_first(self) -> bool:
        """Whether this log has no predecessor: the one that the seat's certificate names."""
        return self.predecessor == ZERO_DIGEST

    def unsigned(self) -> bytes:
        """Return what the identity key signs, for the purpose `genesis`."""
        return _LAYOUT.pack(
            GENESIS_FORMAT,
            self.vault,
            self.seat,
            self.identity,
            self.session_key,
            self.nonce,
            self.predecessor,
            self.predecessor_size,
            self.predecessor_root,
        )

    def encode(self, signature: bytes) -> bytes:
        """Return the bytes of the table `genesis`."""
        if len(signature) != 64:
            raise MalformedError(Message("the signature of a genesis has not 64 bytes"))
        return self.unsigned() + signature

    @classmethod
    def decode(cls, untrusted: bytes) -> Genesis:
        """Return the parts, with the signature unchecked: for that there is `verify_genesis`.

        Raises:
            MalformedError: wrong size, unknown format, or only a part of a predecessor.
        """
        if len(untrusted) != GENESIS_SIZE:
            raise MalformedError(
                Message(
                    "a genesis has {count} bytes, not {genesis_size}", count=len(untrusted), genesis_size=GENESIS_SIZE
                )
            )
        version, *parts = _LAYOUT.unpack_from(untrusted)
        if version != GENESIS_FORMAT:
            raise MalformedError(Message("a genesis has the unknown format {version}", version=version))
        return cls(*parts)


def origin_of(genesis: bytes) -> bytes:
    """Return the name of the log that begins with these bytes."""
    return sha256(genesis).digest()


def verify_genesis(untrusted: bytes, verify_signature: VerifySignature) -> Genesis:
    """Return the parts of a genesis that its own identity key signed. Whose key that is, the roster says.

    Raises:
        MalformedError: not of the form of FORMAT.md 5.
        VerificationError: the signature does not hold.
    """
    genesis = Genesis.decode(untrusted)
    message = signed_message(GENESIS_PURPOSE, genesis.unsigned())
    if not verify_signature(genesis.identity, untrusted[-64:], message):
        raise VerificationError(
            Message("log {origin_of}: the signature of its genesis does not hold", origin_of=origin_of(untrusted).hex())
        )
    return genesis
