"""Where entries stand in the tree of their seat's logs, and which of the heads that takings name are here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from vault.ids import Origin, SeatId
from vault.log.genesis import Genesis, logs_that_count
from vault.log.parting import Parting
from vault.trust.log_trees import Branch, Place
from vault.trust.trust_items import Head

GivesRoot = Callable[[Origin, int, bytes], bool]
"""(log, size, root) -> whether the log has this root at this size."""


class _Log(NamedTuple):
    """A log as a branch of its seat's tree: behind so many entries of others. `other` is its second history."""

    seat: SeatId
    branch: int
    offset: int
    parting: Parting | None
    other: int


@dataclass(frozen=True, slots=True)
class LogPlaces:
    """The trees of all seats: a second history is a branch, and each log that goes on from another one of its own.

    Its entries stand behind as many as it names, and none of those is on its path: a taking names each log by itself.

    Of one seat the first 255 logs count (FORMAT.md 5); another has no place.
    """

    branches: Mapping[SeatId, tuple[Branch, ...]]
    _logs: Mapping[bytes, _Log]

    def seat_of(self, origin: bytes) -> SeatId | None:
        """Return whose log this is, if it counts."""
        log = self._logs.get(origin)
        return None if log is None else log.seat

    def logs_of(self, seat: SeatId) -> list[Origin]:
        """Return the logs of a seat that are here, the first one first."""
        return [Origin(origin) for origin, log in self._logs.items() if log.seat == seat]

    def of(self, origin: bytes, seq: int, digest: bytes) -> Place | None:
        """Return the place of an entry; None in a log that does not count."""
        log = self._logs.get(origin)
        if log is None:
            return None
        is_other = log.parting is not None and (seq, digest) in log.parting.other
        return Place(log.seat, log.other if is_other else log.branch, log.offset + seq + 1)

    def head(self, origin: Origin, size: int, root: bytes) -> Head:
        """Return the head at a size of a log: a taking counts the entries that lead up to it."""
        log = self._logs[origin]
        return Head(log.seat, log.offset + size, root)

    def find(self, head: Head, size_of: Callable[[Origin], int], gives_root: GivesRoot) -> Origin | None:
        """Return the log in which a head is, if it is here."""
        for origin in self.logs_of(head.log):
            log = self._logs[origin]
            own = head.size - log.offset
            if log.parting is not None and own > log.parting.at:
                is_here = head.root in (log.parting.ours.get(own), log.parting.roots.get(own))
            else:
                is_here = 0 < own <= size_of(origin) and gives_root(origin, own, head.root)
            if is_here:
                return origin
        return None

    def of_head(self, head: Head, origin: bytes) -> Place | None:
        """Return the place of a head that was found in a log."""
        log = self._logs.get(origin)
        if log is None:
            return None
        return Place(log.seat, log.other if _is_of_other(log, head) else log.branch, head.size)


def _is_of_other(log: _Log, head: Head) -> bool:
    own = head.size - log.offset
    return log.parting is not None and own > log.parting.at and log.parting.roots.get(own) == head.root


def places_of_logs(geneses: Mapping[Origin, Genesis], parting_of: Callable[[Origin], Parting | None]) -> LogPlaces:
    """Return the trees of all seats whose certificate is here; each beginning was signed by its own key."""
    by_seat: dict[SeatId, dict[bytes, Genesis]] = {}
    for origin, genesis in geneses.items():
        by_seat.setdefault(SeatId(genesis.seat), {})[origin] = genesis
    branches: dict[SeatId, tuple[Branch, ...]] = {}
    logs: dict[bytes, _Log] = {}
    for seat, begun in by_seat.items():
        own = list[Branch]()
        for name in logs_that_count(begun):
            genesis = begun[name]
            branch, offset = 0, 0
            if not genesis.is_first:
                before = logs.get(genesis.predecessor)
                if before is None:
                    continue
                offset = before.offset + genesis.predecessor_size
                own.append(Branch(0, 0))
                branch = len(own)
            parting, other = parting_of(Origin(name)), 0
            if parting is not None:
                own.append(Branch(branch, offset + parting.at))
                other = len(own)
            logs[name] = _Log(seat, branch, offset, parting, other)
        branches[seat] = tuple(own)
    return LogPlaces(branches, logs)
