"""Taking a bundle: rows that pass C1 to C3 enter the store, in one transaction; all others stay out and are told.

    bundle = open_bundle(path, private, seat, vault)             # every byte authenticated, every row of its form
    taken = import_into(database, bundle, blobs, knows=..., pins=...)     # durable, or nothing happened

Taking is idempotent: rows that are here already are left alone, so that an import that was cut off is simply repeated.

A first take into a new, empty vault folder (joining): call `import_into` with a `knows` that says yes, no pins, and a
`require` that judges what came. An open vault passes the seats that it knows, and reads who is in again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, islice

from vault.errors import VerificationError
from vault.log import genesis as starts
from vault.log.genesis import Genesis, logs_in_order, logs_of, origin_of, verify_genesis
from vault.log.tree import tile_stop
from vault.progress import Progress
from vault.seal.signing import is_signed_raw
from vault.store.blobs import Blobs
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow, TileRow
from vault.sync.bundle_file import Bundle
from vault.sync.bundle_pages import PageKind, SentOperation
from vault.sync.proven_logs import Offered, ProvenLog, Stop, as_row, prove
from vault.sync.row_checks import OPEN, Admission, Counts, Door, NewVersion

KnowsSeat = Callable[[bytes, Genesis], bool]
"""Whether a log, by name and genesis, is of a seat that was let in."""
Require = Callable[[Rows], None]
_NO_PINS: Mapping[bytes, tuple[int, bytes]] = {}
_ADMITTED = tuple(kind for kind in PageKind if kind >= PageKind.EPOCH)
# Entries at one position that are looked at: one history more than evidence needs.
_HISTORIES = 3
_APART = frozenset({Stop.FORK, Stop.ALTERED, Stop.UNPROVEN})


@dataclass(frozen=True, slots=True)
class PendingLog:
    """A log of which something in the bundle stays out, and from where on."""

    origin: bytes
    seat: bytes
    why: Stop
    at: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What a take came to.

    Attributes:
        logs: origin -> (size before, size now) of each log that grew.
        counts: new rows in the store, and rows of the bundle that no proven list names.
        versions: the new versions among them.
        keyed: compartments of which epochs or grants came.
        wrapped: (origin, position, place) of versions of which wrapped keys came.
        pending: logs of which something stays out.
        evidence: logs that forked: both histories are kept.
        apart: logs of which the maker has other entries than are here, or seems to: it needs to be sent all of them.
    """

    logs: Mapping[bytes, tuple[int, int]] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    versions: tuple[NewVersion, ...] = ()
    keyed: frozenset[bytes] = frozenset()
    wrapped: frozenset[tuple[bytes, int, int]] = frozenset()
    pending: tuple[PendingLog, ...] = ()
    evidence: tuple[bytes, ...] = ()
    apart: tuple[bytes, ...] = ()


def import_into(
    database: Database,
    bundle: Bundle,
    blobs: Blobs,
    *,
    knows: KnowsSeat,
    pins: Mapping[bytes, tuple[int, bytes]] = _NO_PINS,
    door: Door = OPEN,
    own: bytes = b"",
    require: Require = lambda rows: None,
    progress: Progress = lambda done, total: None,
) -> Imported:
    """Bring what of a bundle is proven into the store: one transaction, after a crash all or nothing.

    Args:
        database: open, with its tables; may be empty.
        bundle: of `open_bundle`, of this vault.
        blobs: where the chunks of documents go.
        knows: tells for each log whether its seat is known; logs of others stay out.
        pins: origin -> (size, root) of what this account verified before.
        door: keeps out what was erased here.
        own: the log that this device writes, which nothing from outside goes on with: more of it than is here means
            that this is an older copy (`Stop.OWN_LOG`).
        require: raises where nothing of it is to be kept; asked behind the last row.
        progress: (rows done, rows in all).

    Raises:
        BrokenSealError, MalformedError: the file was changed since it was opened.
        TryAgainError: no room; nothing was written.
    """
    with database.transaction() as rows:
        take = _Take(rows, bundle, blobs, knows=knows, pins=pins, door=door, own=own, progress=progress)
        with take.admission.taken_back():
            imported = take.run()
            require(rows)
            return imported


class _Take:
    """The steps of one take, all in the view of one transaction."""

    def __init__(
        self,
        rows: Rows,
        bundle: Bundle,
        blobs: Blobs,
        *,
        knows: KnowsSeat,
        pins: Mapping[bytes, tuple[int, bytes]],
        door: Door,
        own: bytes,
        progress: Progress,
    ) -> None:
        self._rows = rows
        self._bundle = bundle
        self._knows = knows
        self._pins = pins
        self._progress = progress
        self._done = 0
        self._total = sum(bundle.manifest.counts.values()) + bundle.manifest.counts[PageKind.OPERATION]
        self._pending: dict[bytes, PendingLog] = {}
        self._other_trees: list[PendingLog] = []
        self._offered: dict[bytes, Offered] = {}
        self._proven: dict[bytes, ProvenLog] = {}
        self._own = own
        self._evidence: set[bytes] = set()
        self._doubled: set[bytes] = set()
        self._gone_on: dict[bytes, ProvenLog] = {}
        self.admission = Admission(rows, blobs, self._log, door)

    def run(self) -> Imported:
        """Prove the logs, then let in what they list."""
        self._read_beginnings()
        for origin, entries in self._entries():
            self._prove(origin, entries)
        for origin in self._offered.keys() - self._proven.keys():
            if self._has_news(self._offered[origin]):
                self._prove(origin, iter(()))
        self._admit_logs()
        self._admit_other_histories()
        for page in self._bundle.pages(*_ADMITTED):
            self.admission.admit(page)
            self._advance(page.claimed)
        self.admission.finish()
        grown = {log.origin: (log.before, log.size) for log in self._proven.values() if log.size > log.before}
        grown |= {log.origin: (log.before, log.size) for log in self._gone_on.values()}
        return Imported(
            logs=grown,
            counts=self.admission.counts,
            versions=tuple(self.admission.versions),
            keyed=frozenset(self.admission.keyed),
            wrapped=frozenset(self.admission.wrapped),
            pending=(*(self._pending[origin] for origin in sorted(self._pending)), *self._other_trees),
            evidence=tuple(sorted(self._evidence)),
            apart=tuple(sorted(log.origin for log in self._proven.values() if log.disagrees or log.stop in _APART)),
        )

    def _read_beginnings(self) -> None:
        geneses: dict[bytes, Genesis] = {}
        notes: dict[bytes, list[bytes]] | None = None
        stored: dict[bytes, bytes] = {}
        for page in self._bundle.pages(PageKind.GENESIS, PageKind.CHECKPOINT):
            if page.kind is PageKind.CHECKPOINT and notes is None:
                geneses, notes = self._first_of_each_seat(geneses), {}
            for value in page.of(bytes):
                if notes is not None:
                    if page.origin in geneses:  # beginnings come first; of other logs nothing is kept in memory
                        notes.setdefault(page.origin, []).append(value)
                    continue
                origin = origin_of(value)
                genesis = self._genesis(origin, value)
                if genesis is not None:
                    geneses[origin], stored[origin] = genesis, value
            self._advance(page.claimed)
        for origin, genesis in (self._first_of_each_seat(geneses) if notes is None else geneses).items():
            self._offered[origin] = Offered(origin, stored[origin], genesis, tuple((notes or {}).get(origin, ())))

    def _genesis(self, origin: bytes, untrusted: bytes) -> Genesis | None:
        """Return the genesis of a log of this vault and of a known seat, or None."""
        try:
            genesis = verify_genesis(untrusted, is_signed_raw)
        except VerificationError:
            self.admission.counts.refused += 1
            return None
        if genesis.vault != self._bundle.manifest.vault:
            self._wait(origin, genesis.seat, Stop.FOREIGN, 0)
        elif not self._knows(origin, genesis):
            self._wait(origin, genesis.seat, Stop.UNKNOWN_SEAT, 0)
        else:
            return genesis
        return None

    def _first_of_each_seat(self, geneses: Mapping[bytes, Genesis]) -> dict[bytes, Genesis]:
        """Return the logs that may come in: what goes before them is here or comes too, and they are not too many."""
        offered: dict[tuple[bytes, bytes], dict[bytes, Genesis]] = {}
        for origin, genesis in geneses.items():
            offered.setdefault((genesis.seat, genesis.identity), {})[origin] = genesis
        first: dict[bytes, Genesis] = {}
        for (seat, identity), new in offered.items():
            known = logs_of(self._rows.geneses(), seat, identity, is_signed_raw)
            logs = {**known, **new}
            for at, origin in enumerate(logs_in_order(logs)):
                genesis = logs[origin]
                if origin in known or (
                    at < starts.LOGS_OF_A_SEAT and (genesis.is_first or genesis.predecessor in logs)
                ):
                    first[origin] = genesis
                else:
                    self._wait(origin, seat, Stop.TOO_MANY if at >= starts.LOGS_OF_A_SEAT else Stop.GAP, 0)
        return {origin: genesis for origin, genesis in geneses.items() if origin in first}

    def _entries(self, *, others: bool = False) -> Iterator[tuple[bytes, Iterator[SentOperation]]]:
        """Yield the entries of the bundle, log by log; of two histories that is here, on a second pass the other."""
        pages = self._bundle.pages(PageKind.OPERATION)
        for origin, group in groupby(pages, key=lambda page: page.origin):
            if not others or origin in self._doubled:
                entries = chain.from_iterable(page.of(SentOperation) for page in group)
                yield origin, self._of_one_history(origin, entries, others=others)

    def _of_one_history(
        self, origin: bytes, entries: Iterator[SentOperation], *, others: bool
    ) -> Iterator[SentOperation]:
        chosen: int | None = None
        for seq, same in groupby(entries, key=lambda sent: sent.seq):
            found = list(islice(same, _HISTORIES))
            if len(found) == 1:
                yield found[0]
                continue
            self._doubled.add(origin)
            if chosen is None:  # the maker sends those of one history first, at every place
                here = {row.digest for row in self._rows.operations(origin, seq)}
                ours = (at for at, sent in enumerate(found) if as_row(origin, sent).digest in here)
                chosen = next(ours, 0)
            yield found[chosen if not others else int(not chosen)]

    def _admit_other_histories(self) -> None:
        """Keep a second history of a log if its keys signed it too: it is evidence that the log forked."""
        for origin, entries in self._entries(others=True):
            offered, first = self._offered.get(origin), self._proven.get(origin)
            if offered is not None and first is not None:
                found = prove(self._rows, offered, entries, pin=self._pins.get(origin), comes_doubled=lambda: True)
                self._keep(first)
                first.others |= found.others
                if found.evidence:
                    self._keep(found)
                    self._pending[origin] = PendingLog(origin, found.seat, Stop.FORK, found.stop_at)
                elif found.size > found.before and origin != self._own:
                    self._keep(found)
                    self._gone_on[origin] = found
        for origin, entries in self._entries(others=True):
            if (log := self._gone_on.get(origin)) is not None:
                new = list(log.new_rows(entries))
                self.admission.counts.operations += self._add_operations(new)
                self._proven[origin].others.update((row.seq, row.digest) for row in new)

    def _keep(self, found: ProvenLog) -> None:
        """Write the checkpoints of a log that hold, and what is evidence of another history."""
        here = {row.note for row in self._rows.checkpoints(found.origin)}
        for seal in found.notes:
            if seal.note not in here:
                self._rows.add_checkpoint(seal)
        self._add_operations(found.evidence)
        if found.evidence:
            self._evidence.add(found.origin)

    def _prove(self, origin: bytes, entries: Iterator[SentOperation]) -> None:
        offered = self._offered.get(origin)
        if offered is None or origin in self._proven:
            # No genesis, an unknown seat, or entries of one log in two places of the bundle.
            self.admission.counts.refused += sum(1 for _ in entries)
            return
        found = prove(
            self._rows, offered, entries, pin=self._pins.get(origin), comes_doubled=lambda: origin in self._doubled
        )
        self._advance(sum(1 for _ in entries) + found.size - found.before)
        if origin == self._own and found.size > found.before:
            found = replace(found, size=found.before, digests=found.digests[: found.before], notes=[])
            found.stop, found.stop_at = Stop.OWN_LOG, found.before
        self._proven[origin] = found
        if found.other_tree is not None:
            self._other_trees.append(PendingLog(origin, found.seat, Stop.OTHER_TREE, found.other_tree))
        if found.stop is not None:
            self._wait(origin, found.seat, found.stop, found.stop_at)

    def _log(self, origin: bytes) -> ProvenLog | None:
        """Return a log whose lists may be asked; one of which the bundle has no entries is proven from what is here."""
        if origin not in self._proven and origin in self._offered:
            self._prove(origin, iter(()))
        return self._proven.get(origin)

    def _has_news(self, offered: Offered) -> bool:
        known = {row.note for row in self._rows.checkpoints(offered.origin)}
        return any(note not in known for note in offered.notes)

    def _admit_logs(self) -> None:
        """Write beginnings, entries and checkpoints of all logs that hold."""
        here = set(self._rows.geneses())
        counts = self.admission.counts
        for found in self._proven.values():
            offered = self._offered[found.origin]
            if found.size and (found.origin, offered.genesis) not in here:
                self._rows.add_genesis(found.origin, offered.genesis)
            if found.origin not in self._doubled or found.size > found.before:
                self._keep(found)  # else behind the other history: what its notes say of this one would stop that
            self._put_tiles(found)
        for origin, entries in self._entries():
            log = self._proven.get(origin)
            if log is not None and log.size > log.before:
                counts.operations += self._add_operations(log.new_rows(entries))
            self._advance(sum(1 for _ in entries))

    def _put_tiles(self, found: ProvenLog) -> None:
        """Keep the hashes of full tiles, so that an unlock need not make them anew from each header."""
        for tile in found.tiles:
            is_proven = tile_stop(tile.level, tile.idx) <= found.size
            if is_proven and self._rows.tile(found.origin, tile.level, tile.idx) != tile.hashes:
                self._rows.put_tile(TileRow(found.origin, *tile))

    def _add_operations(self, new: Iterable[OperationRow]) -> int:
        """Add entries of one log but those whose very row lies here already, planted or left over; return how many."""
        added = 0
        here: set[tuple[int, bytes]] | None = None
        for row in new:
            if here is None:
                here = {(other.seq, other.digest) for other in self._rows.operations(row.origin, row.seq)}
            if (row.seq, row.digest) not in here:
                self._rows.add_operation(row)
                added += 1
        return added

    def _wait(self, origin: bytes, seat: bytes, why: Stop, at: int) -> None:
        self._pending.setdefault(origin, PendingLog(origin, seat, why, at))

    def _advance(self, rows: int) -> None:
        self._done = min(self._done + rows, self._total)
        self._progress(self._done, self._total)
