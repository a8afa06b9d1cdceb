"""What of a log is proven (C3 of FORMAT.md 6), and what the row of an entry says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from vault.errors import MalformedError
from vault.log.genesis import Roots
from vault.log.items import ItemKind, decode_items, items_digest, kinds_in
from vault.log.parting import Parting
from vault.store.rowtypes import OperationRow


@dataclass(frozen=True, slots=True)
class Proven:
    """How far a log is proven (C3).

    Attributes:
        size: up to where.
        rejected: rows up to there that are not the signed ones: (seq, digest).
        lost: positions up to there, rising, whose signed row is not here.
        parting: where another signed history begins whose rows are among the signed ones too, or None.
    """

    size: int
    rejected: frozenset[tuple[int, bytes]] = frozenset()
    lost: tuple[int, ...] = ()
    parting: Parting | None = None

    def covers(self, row: OperationRow) -> bool:
        """Say whether this row is one of the signed ones."""
        return row.seq < self.size and (row.seq, row.digest) not in self.rejected

    def roots_of(self, row: OperationRow) -> Roots | None:
        """Return the roots of the history that an entry is of, where the log has two there."""
        return None if self.parting is None else self.parting.roots_of(row)

    def is_of(self, row: OperationRow, *, is_other: bool) -> bool:
        """Say whether this row is a signed one of one history: of the one told of, or of the other; of both before."""
        if self.parting is None or row.seq < self.parting.at:
            return self.covers(row)
        return self.covers(row) and ((row.seq, row.digest) in self.parting.other) is is_other

    def told_of(self, row: OperationRow) -> bool:
        """Say whether this row is a signed one of the one history that is told of."""
        return row.seq < self.size and (row.seq, row.digest) not in self.beside

    @property
    def beside(self) -> frozenset[tuple[int, bytes]]:
        """The rows that are none of the one history that is told of: (seq, digest)."""
        return self.rejected if self.parting is None else self.rejected | self.parting.other


def names_its_list(row: OperationRow) -> bool:
    """Say whether the header of a row names its list. A proven header has one spelling: no parsing is needed."""
    return f'"r":"{items_digest(row.list).hex()}"'.encode() in row.header


def digests_in(row: OperationRow, kind: ItemKind) -> set[bytes]:
    """Return the digests of one kind in a list; of a malformed list, none."""
    return {digest for digest, _ in items_in(row, kind)}


def items_in(row: OperationRow, kind: ItemKind) -> set[tuple[bytes, bytes]]:
    """Return digest and tag of each item of one kind in a list; of a malformed list, none."""
    if kind not in kinds_in(row.list):
        return set()
    try:
        return {(item.digest, item.tag) for item in decode_items(row.list) if item.kind == kind}
    except MalformedError:
        return set()
