"""What stands at the places of a log: versions by place, of one history or the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from vault.log.items import ItemKind
from vault.store.rowtypes import OperationRow, SealedVersion
from vault.validity.authority import digests_in


def of_one(
    row: OperationRow, groups: Mapping[int, list[SealedVersion]], rows: Collection[OperationRow]
) -> dict[int, list[SealedVersion]]:
    """Return what stands at a place less what the other history of the log lists there."""
    if len(rows) < 2:
        return dict(groups)
    others = {digest for other in rows if other != row for digest in digests_in(other, ItemKind.VERSION)}
    own = digests_in(row, ItemKind.VERSION)
    left = {
        n: [sealed for sealed in group if sealed.id in own or sealed.id not in others] for n, group in groups.items()
    }
    return {n: group for n, group in left.items() if group}


class Ahead:
    """A stream of sealed versions, handed out by position and place."""

    def __init__(self, stream: Iterator[SealedVersion]) -> None:
        self._stream = stream
        self._next = next(stream, None)

    def of(self, seq: int) -> dict[int, list[SealedVersion]]:
        """Return what stands at this position, by place."""
        groups: dict[int, list[SealedVersion]] = {}
        while self._next is not None and self._next.seq <= seq:
            if self._next.seq == seq:
                groups.setdefault(self._next.n, []).append(self._next)
            self._next = next(self._stream, None)
        return groups
