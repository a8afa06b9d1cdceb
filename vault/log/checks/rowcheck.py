"""The check of one operation's row in itself: is every part the one that its header names?"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

import msgspec

from vault.errors import MalformedError
from vault.log.header import decode_wire
from vault.log.operation import operation_digest
from vault.store.rowtypes import OperationRow
from vault.words.finding import Code
from vault.words.message import Message


class CheckedRow(NamedTuple):
    """What a row comes to.

    Attributes:
        leaf: leaf hash of the header as stored, whatever else is wrong.
        position: where the header says that it belongs; None when it cannot be read.
        session_key: `k`, where the header has one.
        fault: what does not fit, or None.
    """

    leaf: bytes
    position: int | None
    session_key: bytes | None
    fault: tuple[Code, Message] | None


# Places in a header without `k`: all members but `s` have a fixed width (FORMAT.md 5).
_C, _G = slice(6, 70), slice(77, 141)


class RowChecker:
    """Checks the rows of one log."""

    __slots__ = ("_origin_hex",)

    def __init__(self, origin: bytes) -> None:
        self._origin_hex = origin.hex()

    def plain_leaf(self, row: OperationRow) -> bytes | None:
        """Return the leaf of a row with nothing wrong and no session key; None where `check` has to look closer.

        The expected header is rebuilt from the data rather than parsed: equal bytes leave nothing to judge, and a
        million of them go by in seconds.
        """
        header, items, sealed = row.header, row.list, row.sealed
        commitment, roster = header[_C], header[_G]
        listed, payload = sha256(items).hexdigest(), sha256(sealed).hexdigest()
        behind = f'","l":"{self._origin_hex}","r":"{listed}","s":{row.seq},"v":1,"x":"{payload}"}}'
        if (
            header == b'{"c":"%b","g":"%b%b' % (commitment, roster, behind.encode())
            and _is_hex(commitment + roster)
            and row.digest == operation_digest(header, items, sealed)
        ):
            return sha256(b"\x00" + header).digest()
        return None

    def check(self, row: OperationRow) -> CheckedRow:
        """Hash all parts of the row again and compare them with its header."""
        leaf = self.plain_leaf(row)
        return self._judge(row) if leaf is None else CheckedRow(leaf, row.seq, None, None)

    def _judge(self, row: OperationRow) -> CheckedRow:
        leaf = sha256(b"\x00" + row.header).digest()
        try:
            wire = decode_wire(row.header)
        except MalformedError as refusal:
            return CheckedRow(leaf, None, None, (Code.HEADER, refusal.message))
        key = None if wire.k is msgspec.UNSET else bytes.fromhex(wire.k)
        fault = None
        if wire.l != self._origin_hex:
            fault = (Code.FOREIGN, Message("its header belongs to log {log}", log=wire.l))
        elif wire.r != sha256(row.list).hexdigest():
            fault = (Code.LIST, Message("its list is not the one that its header names"))
        elif wire.x != sha256(row.sealed).hexdigest():
            fault = (Code.PAYLOAD, Message("its sealed payload is not the one that its header names"))
        elif row.digest != operation_digest(row.header, row.list, row.sealed):
            fault = (Code.ROW_DIGEST, Message("the digest of the row is not that of its content"))
        return CheckedRow(leaf, wire.s, key, fault)


def _is_hex(text: bytes) -> bool:
    """Tell whether these are lowercase hex digits and nothing else."""
    return not text.translate(None, b"0123456789abcdef")
