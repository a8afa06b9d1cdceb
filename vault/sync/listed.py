"""Which rows beside the logs a list names, each for the compartment that its row says (FORMAT.md 6, C1 and C2).

Who edits the database can write another compartment into a row: its tag does not fit then, and it does not leave.
"""

from __future__ import annotations

from collections.abc import Iterator

from vault.errors import MalformedError
from vault.log.ahead import Ahead
from vault.log.checks.list_check import version_id
from vault.log.items import Item, ItemKind, compartment_tag, decode_items
from vault.store.rowtypes import AttachmentRow, OperationRow, VersionRow


class Lists:
    """Asks the lists of one log in the order of its positions."""

    def __init__(self, operations: Iterator[OperationRow]) -> None:
        self._rows = Ahead(operations)
        self._lists: list[tuple[Item, ...]] = []
        self._seq = -1

    def names(self, version: VersionRow) -> bool:
        """Say whether its place names this version, of its compartment: who edits rows sends no section elsewhere."""
        seq, n = version.seq, version.n
        if self._seq != seq:
            passed = self._rows.take_while(lambda row: row.seq <= seq)
            self._seq, self._lists = seq, [items_of(row) for row in passed if row.seq == seq]
        true = version_id(version.compartment, version.record, version.blob)
        item = (ItemKind.VERSION, true, compartment_tag(version.compartment, true))
        return any(n < len(items) and items[n] == item for items in self._lists)


def key_of(row: AttachmentRow) -> bytes:
    """Return digest and tag by which a list names an attachment of the compartment of this row."""
    return row.digest + compartment_tag(row.compartment, row.digest)


def items_of(row: OperationRow) -> tuple[Item, ...]:
    """Return what an entry lists; of a malformed list, nothing."""
    try:
        return decode_items(row.list)
    except MalformedError:
        return ()
