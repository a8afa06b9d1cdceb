"""One operation: header, list and sealed payload of one act (FORMAT.md 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from vault.errors import MalformedError
from vault.log.items import Item, encode_items, items_digest
from vault.store.rowtypes import OperationRow
from vault.words.message import Message

# The public header of an operation: canonical JSON, hashed as stored, free of personal data (FORMAT.md 5).
# The stored bytes are the truth: a reader parses them, encodes again, and refuses whatever does not come out the
# same. That leaves one spelling for each header: no double, unsorted or escaped keys, no spaces, no floats.

HEADER_VERSION = 2
_HEX_LENGTH = 64
# Integers beyond this are not the same in every JSON reader.
NUMBER_LIMIT = 1 << 53


class WireHeader(msgspec.Struct, kw_only=True, gc=False):
    """The members as they stand in the JSON, digests as 64 lowercase hex digits; in key order, which is byte order."""

    c: str
    k: str | msgspec.UnsetType = msgspec.UNSET
    l: str  # noqa: E741 - the member's name in the format
    r: str
    s: int
    t: int | msgspec.UnsetType = msgspec.UNSET
    v: int
    x: str


_decoder = msgspec.json.Decoder(WireHeader)
_encoder = msgspec.json.Encoder()


def decode_wire(untrusted: bytes) -> WireHeader:
    """Return the members of a header after all checks of its form.

    Raises:
        MalformedError: not JSON, members missing or unknown, or any spelling other than the canonical one.
    """
    try:
        wire = _decoder.decode(untrusted)
        digests = [wire.c, wire.l, wire.r, wire.x]
        if wire.k is not msgspec.UNSET:
            digests.append(wire.k)
        text = "".join(digests)
        canonical = bytes.fromhex(text).hex() == text
    except ValueError:  # msgspec's errors too
        raise MalformedError(Message("a header is not the JSON of FORMAT.md 5")) from None
    if not (
        canonical
        and all(len(digest) == _HEX_LENGTH for digest in digests)
        and wire.v == HEADER_VERSION
        and 0 <= wire.s < NUMBER_LIMIT
        and wire.t in {msgspec.UNSET, 1}
        and _encoder.encode(wire) == untrusted
    ):
        raise MalformedError(Message("a header is not in its canonical form"))
    return wire


@dataclass(frozen=True, slots=True)
class Header:
    """What an operation says in public. All digests have 32 bytes.

    Attributes:
        commitment: `c`, the salted commitment to the audit payload.
        session_key: `k`, the public key of the next session; on the first entry of a session only.
        origin: `l`, the log that this belongs to.
        position: `s`, its place in that log, from 0.
        list_digest: `r`, over the list of all that the operation caused.
        payload_digest: `x`, over the sealed payload.
        decides: `t`, whether the list has items that decide by themselves.
    """

    commitment: bytes
    session_key: bytes | None
    origin: bytes
    position: int
    list_digest: bytes
    payload_digest: bytes
    decides: bool = False

    def encode(self) -> bytes:
        """Return the canonical bytes, the only ones that are ever hashed.

        Raises:
            MalformedError: a digest has not 32 bytes, or the position is out of range.
        """
        digests = [self.commitment, self.origin, self.list_digest, self.payload_digest]
        if self.session_key is not None:
            digests.append(self.session_key)
        if any(len(digest) != _HEX_LENGTH // 2 for digest in digests):
            raise MalformedError(Message("header {position}: a digest has not 32 bytes", position=self.position))
        if not 0 <= self.position < NUMBER_LIMIT:
            raise MalformedError(Message("position {position} is out of range", position=self.position))
        return _encoder.encode(
            WireHeader(
                c=self.commitment.hex(),
                k=msgspec.UNSET if self.session_key is None else self.session_key.hex(),
                l=self.origin.hex(),
                r=self.list_digest.hex(),
                s=self.position,
                t=1 if self.decides else msgspec.UNSET,
                v=HEADER_VERSION,
                x=self.payload_digest.hex(),
            )
        )

    @classmethod
    def decode(cls, untrusted: bytes) -> Header:
        """Return the header in these bytes.

        Raises:
            MalformedError: they are not exactly what `encode` would give.
        """
        wire = decode_wire(untrusted)
        return cls(
            commitment=bytes.fromhex(wire.c),
            session_key=None if wire.k is msgspec.UNSET else bytes.fromhex(wire.k),
            origin=bytes.fromhex(wire.l),
            position=wire.s,
            list_digest=bytes.fromhex(wire.r),
            payload_digest=bytes.fromhex(wire.x),
            decides=wire.t is not msgspec.UNSET,
        )


OPERATION_LIMIT = 64 * 1024


def operation_digest(header: bytes, items: bytes, sealed: bytes) -> bytes:
    """Return the SHA-256 of the three, each after its length as u32: what tells two rows of one position apart."""
    return sha256(
        len(header).to_bytes(4, "big")
        + header
        + len(items).to_bytes(4, "big")
        + items
        + len(sealed).to_bytes(4, "big")
        + sealed
    ).digest()


def compose(
    *,
    origin: bytes,
    seq: int,
    commitment: bytes,
    items: Iterable[Item],
    sealed: bytes,
    session_key: bytes | None = None,
) -> OperationRow:
    """Return the operation that binds a list and a sealed payload to one position.

    `items` come in the order of `vault.log.items`. `session_key` is the next, for the first entry of a session.

    Raises:
        MalformedError: more than 64 KiB, or a part that cannot be encoded.
    """
    listed = tuple(items)
    encoded = encode_items(listed)
    header = Header(
        commitment=commitment,
        session_key=session_key,
        origin=origin,
        position=seq,
        list_digest=items_digest(encoded),
        payload_digest=sha256(sealed).digest(),
        decides=any(item.decides for item in listed),
    ).encode()
    size = len(header) + len(encoded) + len(sealed)
    if size > OPERATION_LIMIT:
        raise MalformedError(
            Message(
                "operation {seq} has {size} bytes, more than {operation_limit}",
                seq=seq,
                size=size,
                operation_limit=OPERATION_LIMIT,
            )
        )
    return OperationRow(origin, seq, header, encoded, sealed, operation_digest(header, encoded, sealed))
