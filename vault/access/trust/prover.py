"""How much of a log is proven (C3) before its versions are looked at: its headers are the ones that were signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from vault.access.pins.pins import Pinned
from vault.errors import VerificationError
from vault.ids import Origin
from vault.log.genesis import NamedHistory
from vault.log.parting import Parting
from vault.log.tree import HASH_SIZE, TILE_WIDTH, Frontier, leaf_hash, root_at, tile_stop
from vault.log.verify import LogReport, verify_log
from vault.records.logs import genesis_bytes_of, leaves_of
from vault.records.seatlog import SeatLog
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows, in_turn
from vault.validity.authority import parting_of
from vault.validity.proven import Proven


@dataclass(frozen=True, slots=True)
class Damaged:
    """What is proven of a log of which the rows contradict each other.

    Attributes:
        proven: what is signed of it, in both histories where two part.
        whole: the one history as far as it goes.
        parting: where the other one parts from it, if there is one.
    """

    proven: Proven
    whole: Proven
    parting: Parting | None

    @property
    def undisputed(self) -> int:
        """How much of it is signed in one form alone."""
        return self.proven.size if self.parting is None else self.parting.at


@dataclass(slots=True)
class Prover:
    """What one session proved of the logs so far.

    Attributes:
        log: this seat's own log, whose tree is in memory; None before it is open.
        verified: other logs -> the most that was verified of them, now or earlier, also where less is here now.
        found_at: other logs -> of which size they were when this session last verified them, and what of it is proven.
        hashed: (log, size) -> from which entry on its headers were hashed again and gave the root that they should.
        damaged: (log, size) -> what of it can be proven although its headers do not give the root that they should.
        doubled: (log, size) -> whether several rows stand at one of its positions.
    """

    log: SeatLog | None
    verified: dict[Origin, Pinned]
    found_at: dict[Origin, tuple[int, Pinned]] = field(default_factory=dict)
    hashed: dict[tuple[Origin, int], int] = field(default_factory=dict)
    damaged: dict[tuple[Origin, int], Damaged] = field(default_factory=dict)
    doubled: dict[tuple[Origin, int], bool] = field(default_factory=dict)

    def proven(self, rows: Rows, origin: Origin, start: int, size: int) -> Proven:
        """Return up to which size the entries from `start` on are proven, at most `size`.

        Headers from `start` on are hashed again; what lies before was proven when it was read. The root that they must
        give is that of this seat's own log, or the one that this account verified and remembers. In a damaged log the
        entries count that can still be proven; `log verify` names the others.
        """
        known = self._known(rows, origin)
        if (parted := self._parted(rows, origin, known)) is not None:
            return replace(parted.proven, size=max(start, min(parted.proven.size, size)))
        stop = min(size, known.size)
        if stop <= start:
            return Proven(start)
        if _are_the_newest(rows, self.log, origin, start, stop):
            return Proven(stop)
        if start >= self.hashed.get((origin, known.size), known.size):
            return Proven(stop)
        if gives_root(rows, origin, known, lambda level, index: tile_stop(level, index) <= start):
            self.hashed[origin, known.size] = start
            return Proven(stop)
        found = self._despite_damage(rows, origin, known).proven
        reach = max(start, min(found.size, stop))
        return Proven(reach, found.rejected, tuple(seq for seq in found.lost if start <= seq < reach))

    def around(self, rows: Rows, origin: Origin, seq: int) -> Proven:
        return self.proven(rows, origin, seq, seq + 1)

    def undisputed(self, rows: Rows, origin: Origin) -> int:
        """Return how much of a log is proven, and signed in one form alone: of two histories what lies before them."""
        found = self.proven(rows, origin, 0, rows.size(origin))
        return found.size if found.parting is None else found.parting.at

    def seen(self, rows: Rows, origin: Origin) -> tuple[NamedHistory, ...]:
        """Return what is proven here of a log, of two histories each: what a cut means by the size that it gives."""
        if rows.genesis(origin) is None:
            return ()
        found = self.parted(rows, origin)
        if found is not None and found.parting is not None:
            one, other = found.whole.size, max(found.parting.roots)
            ends = [(other, found.parting.roots[other])]
            if one in found.parting.ours:
                ends.append((one, found.parting.ours[one]))
        else:
            known = self._known(rows, origin)
            is_whole = self.proven(rows, origin, 0, rows.size(origin)).size == known.size
            ends = [(known.size, known.root)] if is_whole and known.size else []
        return tuple(NamedHistory(origin, *end) for end in ends)

    def heads(self, rows: Rows, origin: Origin) -> tuple[NamedHistory, ...]:
        """Return up to where entries of a log are here as they were signed: of a damaged one up to the first fault."""
        if (found := self.seen(rows, origin)) or rows.genesis(origin) is None:
            return found
        proven = self.proven(rows, origin, 0, rows.size(origin))
        sound = min((proven.size, *proven.lost, *(seq for seq, _ in proven.rejected)))
        edge = Frontier()
        for leaf in leaves_of(rows, origin, 0, sound):
            edge.append(leaf)
        return (NamedHistory(origin, sound, edge.root()),) if sound else ()

    def parted(self, rows: Rows, origin: Origin) -> Damaged | None:
        """Return what is here of a log of which two signed histories part; None of every other."""
        return self._parted(rows, origin, self._known(rows, origin))

    def parting_of(self, rows: Rows, origin: Origin) -> Parting | None:
        """Return where two signed histories of a log part, if there are two."""
        found = self.parted(rows, origin)
        return None if found is None else found.parting

    def _parted(self, rows: Rows, origin: Origin, known: Pinned) -> Damaged | None:
        # What this session writes into its own log stands alone: it is asked once, not after each commit.
        is_own = self.log is not None and origin == self.log.origin
        asked = origin, 0 if is_own else known.size
        if asked not in self.doubled:
            self.doubled[asked] = rows.is_doubled(origin)
        found = self._despite_damage(rows, origin, known) if self.doubled[asked] else None
        return None if found is None or found.parting is None else found

    def _despite_damage(self, rows: Rows, origin: Origin, known: Pinned) -> Damaged:
        if (origin, known.size) not in self.damaged:
            self.damaged[origin, known.size] = _despite_damage(rows, origin, known)
        return self.damaged[origin, known.size]

    def look_again(self, origin: Origin) -> None:
        """Forget what was found of a log of which another history came in."""
        self.found_at.pop(origin, None)
        self._forget(origin)

    def _known(self, rows: Rows, origin: Origin) -> Pinned:
        """Return the newest size and root of a log that this seat has reason to believe."""
        if self.log is not None and origin == self.log.origin:
            return Pinned(self.log.size, self.log.frontier.root())
        stored = rows.size(origin)
        found = self.found_at.get(origin)
        if found is None or found[0] != stored:
            self._forget(origin)
            found = self.found_at[origin] = stored, self._verify(rows, origin, stored)
        return found[1]

    def _verify(self, rows: Rows, origin: Origin, stored: int) -> Pinned:
        remembered = self.verified.get(origin)
        if remembered is not None and remembered.size == stored:
            return remembered
        report = report_of(rows, origin, remembered)
        found = Pinned(report.size, report.root)
        if found.size > (0 if remembered is None else remembered.size):
            # More is proven only where the root at the remembered size is the remembered one.
            self.verified[origin] = found
        elif remembered is not None and stored > remembered.size:
            return remembered
        return found

    def here(self) -> dict[Origin, Pinned]:
        """Return what was verified of the other logs, of one that was found cut what is here: it may come again."""
        return {**self.verified, **{origin: known for origin, (_, known) in self.found_at.items()}}

    def _forget(self, origin: Origin) -> None:
        """Forget what was found of a log at a size: others can stand there when it has that size again."""
        for found in (self.hashed, self.damaged, self.doubled):
            for key in [key for key in found if key[0] == origin]:
                del found[key]


def proven_alone(rows: Rows, origin: Origin) -> Proven:
    """Return how far a log is proven by its own rows: all of it is read."""
    return proven_by(rows, report_of(rows, origin))


def proven_by(rows: Rows, report: LogReport) -> Proven:
    """Return how far a log is proven that was checked, in both histories where two part."""
    origin = Origin(report.origin)
    found = Proven(report.size, report.rejected)
    return with_both(rows, origin, found, parting_of(rows, origin, report.rejected))


def with_both(rows: Rows, origin: Origin, found: Proven, parting: Parting | None) -> Proven:
    """Return what is proven of a log where the entries of another history that its keys signed are taken in too."""
    if parting is None:
        return found
    size = max(found.size, *(seq + 1 for seq, _ in parting.other))
    beyond = {(row.seq, row.digest) for row in rows.operations(origin, found.size, size)}
    return Proven(size, (found.rejected | beyond) - parting.other, found.lost, parting)


def _are_the_newest(rows: Rows, log: SeatLog | None, origin: Origin, start: int, stop: int) -> bool:
    """Say whether these headers are the newest of this seat's own log, of which memory still has each leaf."""
    if log is None or origin != log.origin or stop != log.size:
        return False
    leaves = log.frontier.leaves_from(start)
    return leaves is not None and leaves == leaves_of(rows, origin, start, stop)


def report_of(rows: Rows, origin: Origin, known: Pinned | None = None) -> LogReport:
    """Check a whole log without keys (C1 to C3): takes its time, and believes nothing but what was known of it."""
    pins = {} if known is None else {known.size: known.root}
    genesis = genesis_bytes_of(rows, origin) or b""
    return verify_log(genesis, in_turn(rows, origin), rows.checkpoints(origin), is_signed_raw, pins=pins)


def _despite_damage(rows: Rows, origin: Origin, known: Pinned) -> Damaged:
    """Return what can be proven of a log whose headers as a whole do not give the root that they should."""
    report = report_of(rows, origin, known)
    found = Proven(report.size, report.rejected)
    if report.size < known.size and gives_root(rows, origin, known, lambda level, _: level == 0):
        # The full tiles are the signed ones: each header below them is proven by itself, or is not.
        found = _by_tiles(rows, origin, known.size)
    parting = parting_of(rows, origin, found.rejected)
    return Damaged(with_both(rows, origin, found, parting), found, parting)


def _by_tiles(rows: Rows, origin: Origin, size: int) -> Proven:
    """Tell the rows of the full tiles that are the signed ones from those that are not, and from those that lack."""
    false_rows: set[tuple[int, bytes]] = set()
    lost: list[int] = []
    # Where a tile is not here, its rows gave the root themselves.
    for tile in (tile for tile in rows.tiles(origin) if tile.level == 0):
        positions, true = range(tile.idx * TILE_WIDTH, (tile.idx + 1) * TILE_WIDTH), set[int]()
        for row in rows.operations(origin, positions.start, positions.stop):
            if tile.hashes[(row.seq - positions.start) * HASH_SIZE :][:HASH_SIZE] == leaf_hash(row.header):
                true.add(row.seq)
            else:
                false_rows.add((row.seq, row.digest))
        lost += [seq for seq in positions if seq not in true]
    return Proven(size, frozenset(false_rows), tuple(lost))


def gives_root(rows: Rows, origin: Origin, known: Pinned, believes: Callable[[int, int], bool]) -> bool:
    """Say whether the stored headers give the known root, and in their place the full tiles that are believed.

    `believes` is asked for a tile by its level and index.
    """
    try:
        root = root_at(
            known.size,
            lambda level, index: rows.tile(origin, level, index) if believes(level, index) else None,
            lambda low, high: leaves_of(rows, origin, low, high),
        )
    except VerificationError:
        return False
    return root == known.root
