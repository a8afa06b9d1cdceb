from __future__ import annotations

from hashlib import sha256

import pytest

from vault.errors import MalformedError
from vault.log.items import Item, ItemKind
from vault.log.operation import OPERATION_LIMIT, Header, compose, operation_digest
from vault.store.rowtypes import OperationRow

D = sha256(b"d").digest()


def made(sealed: bytes = b"sealed", *items: Item) -> OperationRow:
    return compose(origin=D, seq=4, roster=D, commitment=D, items=items, sealed=sealed, session_key=D)


def test_an_operation_binds_list_and_payload_in_its_header() -> None:
    item = Item(1, D, D[:16])
    operation = made(b"sealed", item)
    header = Header.decode(operation.header)
    assert header.list_digest == sha256(b"\1" + D + D[:16]).digest()
    assert header.payload_digest == sha256(b"sealed").digest()
    assert (header.origin, header.position, header.session_key) == (D, 4, D)


def test_the_digest_of_a_row_keeps_its_parts_apart() -> None:
    assert made().digest == operation_digest(made().header, b"", b"sealed")
    assert operation_digest(b"ab", b"c", b"") != operation_digest(b"a", b"bc", b"")
    joined = b"\0\0\0\1a\0\0\0\1b\0\0\0\1c"
    assert operation_digest(b"a", b"b", b"c") == sha256(joined).digest()


def test_an_operation_has_64_kib_at_most_header_list_and_payload_together() -> None:
    items = [Item(ItemKind.VERSION, n.to_bytes(32, "big"), bytes(16)) for n in range(1_024)]
    room = OPERATION_LIMIT - len(made(b"", *items).header) - 1_024 * 49
    last = made(bytes(room), *items)
    assert len(last.header) + len(last.list) + len(last.sealed) == OPERATION_LIMIT == 65_536
    with pytest.raises(MalformedError, match="operation 4 has 65537 bytes, more than 65536"):
        made(bytes(room + 1), *items)
