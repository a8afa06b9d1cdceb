"""Which rosters the headers of a log name, one after the other: none older than one named before (FORMAT.md 5)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from vault.errors import MalformedError
from vault.ids import Origin
from vault.log.checks.parting import Parting
from vault.log.genesis import Genesis
from vault.log.header import Header
from vault.log.rosters.roster import Roster
from vault.log.rosters.roster_line import Line
from vault.store.rows import Rows
from vault.validity.authority import Authority, Proven


@dataclass(frozen=True, slots=True)
class Named:
    """What the proven headers of one log name.

    Attributes:
        steps: (position, the newest roster named up to there, in the logs that it goes on from too), rising.
        older: positions of those that name a roster which one named before, in this log, goes on from.
        unknown: positions of those that name none that is here and valid.
    """

    steps: Sequence[tuple[int, Roster]] = ()
    older: Sequence[int] = ()
    unknown: Sequence[int] = ()

    def newest_at(self, seq: int) -> Roster | None:
        """Return the newest roster that the log named up to an entry, that one included; None before the first."""
        found = bisect_right(self.steps, seq, key=lambda step: step[0])
        return self.steps[found - 1][1] if found else None


@dataclass(slots=True)
class NamedRosters:
    """What logs name, each read once; `authority` proves whole logs."""

    rows: Rows
    authority: Authority
    _read: dict[bytes, Named] = field(default_factory=dict)
    _others: dict[bytes, tuple[Parting, Named]] = field(default_factory=dict)

    def of(self, origin: bytes) -> Named:
        """Return what a log names; those that it goes on from are read first."""
        waiting: list[bytes] = []
        following: bytes | None = origin
        while following is not None and following not in self._read:
            waiting.append(following)
            following = self._before(following)
        for root in reversed(waiting):
            self._read[root] = self._named_in(root)
        return self._read[origin]

    def newest_at(self, origin: bytes, seq: int, digest: bytes) -> Roster | None:
        """Return the newest roster that a log named up to an entry, that one included, in the history that it is of."""
        named = self.of(origin)
        if origin in self._others and (seq, digest) in self._others[origin][0].other:
            named = self._others[origin][1]
        return named.newest_at(seq)

    def _named_before(self, genesis: Genesis) -> Named:
        """Return what the log names that another one goes on from, in the history that its genesis means."""
        before = genesis.predecessor
        if before in self._others:
            parting, other = self._others[before]
            if parting.roots.get(genesis.predecessor_size) == genesis.predecessor_root:
                return other
        return self._read[before]

    def _before(self, origin: bytes) -> bytes | None:
        """Return the log of the same seat that one goes on from, if it is here."""
        genesis = self.authority.genesis(origin)
        if genesis is None or genesis.is_first:
            return None
        before = self.authority.genesis(genesis.predecessor)
        return genesis.predecessor if before is not None and before.identity == genesis.identity else None

    def _named_in(self, origin: bytes) -> Named:
        genesis, before = self.authority.genesis(origin), self._before(origin)
        if genesis is None:
            return Named()
        newest = None if before is None else self._named_before(genesis).newest_at(genesis.predecessor_size - 1)
        proven = self.authority.prove(Origin(origin), 0)
        one = self._named_by(Origin(origin), newest, proven, is_other=False)
        if proven.parting is None:
            return one
        other = self._named_by(Origin(origin), newest, proven, is_other=True)
        self._others[origin] = proven.parting, other
        older, unknown = ({*one.older, *other.older}, {*one.unknown, *other.unknown})
        return Named(one.steps, sorted(older), sorted(unknown))

    def _named_by(self, origin: Origin, newest: Roster | None, proven: Proven, *, is_other: bool) -> Named:
        reading = _Reading(self.authority.chain.line, [] if newest is None else [(0, newest)])
        accepted = {roster.root: roster for roster in self.authority.chain.accepted}
        spelled = b""
        for row in self.rows.operations(origin, 0, proven.size):
            if not proven.is_of(row, is_other=is_other):
                continue
            # A proven header has one spelling: only where it names another than the one before it is it parsed.
            if not spelled or spelled not in row.header:
                try:
                    root = Header.decode(row.header).roster
                except MalformedError:
                    continue
                spelled = f'"g":"{root.hex()}"'.encode()
                reading.change(row.seq, accepted.get(root))
            reading.note(row.seq)
        return Named(reading.steps, reading.older, reading.unknown)


@dataclass(slots=True)
class _Reading:
    """One log while it is read."""

    line: Line[Roster]
    steps: list[tuple[int, Roster]]
    older: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    _names: dict[bytes, Roster] = field(default_factory=dict)
    _behind: set[bytes] = field(default_factory=set)
    _now: Roster | None = None

    def change(self, seq: int, roster: Roster | None) -> None:
        """Take in that headers name another roster from an entry on."""
        self._now = roster
        if roster is None or self._is_behind(roster.root):
            return
        self._names[roster.root] = roster
        # The other side of a fork may have a lower number: it is no way back, and never the newest.
        if not self.steps or roster.head.number >= self.steps[-1][1].head.number:
            self.steps.append((seq, roster))

    def note(self, seq: int) -> None:
        """Keep the position of an entry that names what it should not."""
        if self._now is None:
            self.unknown.append(seq)
        elif self._now.root in self._behind:
            self.older.append(seq)

    def _is_behind(self, root: bytes) -> bool:
        if any(name != root and self.line.follows(name, root) for name in self._names):
            self._behind.add(root)
        return root in self._behind
