"""What stands at the places of a log: versions by place, of one history or the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from vault.log.ahead import Ahead
from vault.log.items import Item, ItemKind, compartment_tag
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


def at_position(stream: Ahead[SealedVersion], seq: int) -> dict[int, list[SealedVersion]]:
    """Return what stands at a position, by place; what comes before it is passed over."""
    groups: dict[int, list[SealedVersion]] = {}
    sealed = stream.next
    while sealed is not None and sealed.seq <= seq:
        if sealed.seq == seq:
            groups.setdefault(sealed.n, []).append(sealed)
        sealed = stream.take()
    return groups


def is_named(item: Item, sealed: SealedVersion) -> bool:
    """Say whether an item of a list, of the kind of versions, names this one in its compartment."""
    return item.digest == sealed.id and item.tag == compartment_tag(sealed.compartment, sealed.id)
