"""One operation: header, list and sealed payload of one act (FORMAT.md 5)."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from vault.errors import MalformedError
from vault.log.header import Header
from vault.log.items import Item, encode_items, items_digest
from vault.store.rowtypes import OperationRow
from vault.words.message import Message

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
    roster: bytes,
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
    encoded = encode_items(items)
    header = Header(
        commitment=commitment,
        roster=roster,
        session_key=session_key,
        origin=origin,
        position=seq,
        list_digest=items_digest(encoded),
        payload_digest=sha256(sealed).digest(),
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
