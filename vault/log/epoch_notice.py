"""The public row of a key: of which compartment, and in which log it was made (FORMAT.md 2).

format u8 | suite u8 | vault 16 | compartment 16 | kind u8 | origin 32 | key id 16
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256

from vault.errors import MalformedError
from vault.ids import CompartmentKind
from vault.words.message import Message

EPOCH_FORMAT = 2
_ROW = struct.Struct(">BB16s16sB32s16s")
# Where a row has the kind of its compartment, and the id of its key.
KIND_AT = 34
EPOCH_AT = 67


@dataclass(frozen=True, slots=True)
class EpochNotice:
    """One key, and the log in which it was made. A key is no right: whoever has it reads, and no more."""

    suite: int
    vault: bytes
    compartment: bytes
    kind: CompartmentKind
    origin: bytes
    epoch: bytes

    def __post_init__(self) -> None:
        sizes = [len(part) for part in (self.vault, self.compartment, self.epoch, self.origin)]
        if sizes != [16, 16, 16, 32] or not 0 < self.suite < 256:
            raise MalformedError(Message("the row of a key has an id of the wrong size"))

    def encode(self) -> bytes:
        """Return the bytes of the table `epoch`."""
        return _ROW.pack(EPOCH_FORMAT, self.suite, self.vault, self.compartment, self.kind, self.origin, self.epoch)

    def digest(self) -> bytes:
        """Return what the list of its operation names."""
        return epoch_digest(self.encode())

    @classmethod
    def decode(cls, untrusted: bytes) -> EpochNotice:
        """Return what a row says.

        Raises:
            MalformedError: the row is not exactly what `encode` would give.
        """
        try:
            version, suite, vault, compartment, kind, origin, epoch = _ROW.unpack(untrusted)
            notice = cls(suite, vault, compartment, CompartmentKind(kind), origin, epoch)
        except (struct.error, ValueError):
            raise MalformedError(Message("the row of a key is not of the form of FORMAT.md 2")) from None
        if version != EPOCH_FORMAT:
            raise MalformedError(Message("the row of a key has an unknown format"))
        return notice


def epoch_digest(row: bytes) -> bytes:
    """Return the digest of a row of the table `epoch`."""
    return sha256(row).digest()


def founded_compartment(origin: bytes, seq: int, n: int) -> bytes:
    """Return the id of the compartment that item `n` of operation `seq` founds: no place can found another's."""
    place = origin + seq.to_bytes(8, "big") + n.to_bytes(4, "big")
    return sha256(b"casevault/compartment" + place).digest()[:16]
