"""What a device has of all logs: trees of entries, the items that they list, and which of the heads named are here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from vault.ids import Digest, SeatId
from vault.trust.trust_items import Act, Certificate, Head


class Place(NamedTuple):
    """Where an entry stands: its log, the branch of that log, and how many entries lead up to it, itself counted."""

    log: SeatId
    branch: int
    size: int


class Branch(NamedTuple):
    """Where a branch leaves its log's tree: behind so many entries of another branch."""

    parent: int
    size: int


class Listed(NamedTuple):
    """An item, and the entry that lists it."""

    at: Place
    act: Act


@dataclass(frozen=True, slots=True)
class Root:
    """The root in effect on this device, and the digests of acts of earlier roots that its replacement keeps."""

    key: bytes
    keeps: frozenset[Digest] = frozenset()


@dataclass(frozen=True)
class Logs:
    """All that is here, checked: each log belongs to its certificate, each list to its entry, each act to its signer.

    Attributes:
        founder: certificate of the founder's first seat.
        certificates: those of all logs that are here.
        root: the sheets in effect.
        listed: each item of each entry. Order decides nothing.
        branches: of a log that forked, where its branches 1, 2 and so on leave; branch 0 is the trunk.
        here: the heads that items name and that are here, with their places.
        helpers: whether entry 0 lets one supervisor admit helpers.
    """

    founder: Certificate
    certificates: Mapping[SeatId, Certificate]
    root: Root
    listed: Sequence[Listed]
    branches: Mapping[SeatId, Sequence[Branch]] = field(default_factory=dict)
    here: Mapping[Head, Place] = field(default_factory=dict)
    helpers: bool = False

    def is_within(self, at: Place, heads: Collection[Head], *, lenient: bool = False) -> bool:
        """Say whether an entry is one of these heads, or one of them is later on its own path.

        Lenient: a head that is not here may be; then all at smaller places of its log may lead to it.
        """
        for head in heads:
            if head.log == at.log:
                place = self.here.get(head)
                if place is None:
                    if lenient and at.size < head.size:
                        return True
                elif self._leads(at, place):
                    return True
        return False

    def with_heads(self, heads: Mapping[Head, Place]) -> Logs:
        """Return the same with more heads that are here."""
        return replace(self, here={**self.here, **heads})

    def _leads(self, at: Place, to: Place) -> bool:
        branch, size = to.branch, to.size
        while branch != at.branch:
            if branch == 0:
                return False
            left = self.branches[to.log][branch - 1]
            branch, size = left.parent, min(size, left.size)
        return at.size <= size
