"""How much of one log is proven once a bundle's rows are put behind those that are here (C3 of FORMAT.md 6).

The rows of a bundle are taken only as far as a signed checkpoint covers them, and only where they go on from what is
here. Where they part from it, and the log's own key signed both, the log forked: both are kept as evidence. A
checkpoint of another tree whose entries did not come is evidence too, and stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain

from vault.errors import MalformedError
from vault.log.checkpoint import judge_seals, parse_note
from vault.log.genesis import Genesis
from vault.log.log_history import Ahead, History, RowChecker
from vault.log.operation import operation_digest
from vault.log.parting import parting_in, turned
from vault.log.tree import Tile
from vault.log.verify import verify_log
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows, in_turn
from vault.store.rowtypes import CheckpointRow, OperationRow
from vault.sync.bundle_pages import SentOperation

UNVERIFIED_LIMIT = 10_000


class Stop(StrEnum):
    """Why rows of a log stay out of the store."""

    GAP = "gap"
    UNPROVEN = "unproven"
    ALTERED = "altered"
    FORK = "fork"
    OTHER_TREE = "other-tree"
    DAMAGED_HERE = "damaged-here"
    UNKNOWN_SEAT = "unknown-seat"
    FOREIGN = "foreign"
    OWN_LOG = "own-log"
    TOO_MANY = "too-many"


@dataclass(frozen=True, slots=True)
class Offered:
    """What a bundle has of one log: its genesis, its notes, and its entries by rising position."""

    origin: bytes
    genesis: bytes
    parts: Genesis
    notes: Sequence[bytes] = ()


@dataclass(slots=True)
class ProvenLog:
    """A log after a bundle's rows.

    Attributes:
        before: how many entries were proven before.
        size: how many are proven now.
        digests: the digest of the row at each proven position.
        tiles: the full tiles over what goes on from what is here; those that end beyond `size` are not proven.
        notes: checkpoints of the bundle that hold and are not here yet.
        evidence: rows of another history that the log's own key signed, with their checkpoints in `notes`.
        others: (seq, digest) of the entries of another history, those that are here and those that came.
        disagrees: a checkpoint of the bundle is of another tree than the one here, whoever signed it.
        other_tree: the size of a new one that the log's own key signed, and whose entries are not here; None: none.
        stop: why entries of the bundle stay out, or None.
        stop_at: the position where it stopped.
    """

    origin: bytes
    seat: bytes
    before: int = 0
    size: int = 0
    digests: list[bytes] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    notes: list[CheckpointRow] = field(default_factory=list)
    evidence: list[OperationRow] = field(default_factory=list)
    others: set[tuple[int, bytes]] = field(default_factory=set)
    disagrees: bool = False
    other_tree: int | None = None
    stop: Stop | None = None
    stop_at: int = 0

    def new_rows(self, entries: Iterable[SentOperation]) -> Iterator[OperationRow]:
        """Yield the proven entries of a bundle that are not here, each once: a row beside one is not the signed one."""
        at = self.before
        for sent in entries:
            row = as_row(self.origin, sent)
            if sent.seq == at < self.size and row.digest == self.digests[at]:
                at += 1
                yield row


def as_row(origin: bytes, sent: SentOperation) -> OperationRow:
    """Return the row of an entry, its digest computed."""
    digest = operation_digest(sent.header, sent.list, sent.sealed)
    return OperationRow(origin, sent.seq, sent.header, sent.list, sent.sealed, digest)


def prove(
    rows: Rows,
    offered: Offered,
    entries: Iterable[SentOperation],
    *,
    pin: tuple[int, bytes] | None = None,
    comes_doubled: Callable[[], bool] = lambda: False,
) -> ProvenLog:
    """Return how much of a log is proven by what is here and the entries of a bundle together.

    `pin` is size and root of what this account has verified of this log before. `comes_doubled` says whether the bundle
    has the entries of another history too; it is asked behind the last of them.
    """
    return _Proof(rows, offered, pin, comes_doubled).run(entries)


class _Proof:
    """One pass over the entries here and in the bundle."""

    def __init__(
        self, rows: Rows, offered: Offered, pin: tuple[int, bytes] | None, comes_doubled: Callable[[], bool]
    ) -> None:
        self._comes_doubled = comes_doubled
        self._origin = offered.origin
        kept = rows.checkpoints(offered.origin)
        report = verify_log(
            offered.genesis,
            in_turn(rows, offered.origin),
            kept,
            is_signed_raw,
            pins={} if pin is None else dict((pin,)),
        )
        operations = list(rows.operations(offered.origin)) if report.rejected else []
        parting = parting_in(offered.genesis, operations, kept, is_signed_raw, report.rejected)
        if pin is not None and report.size < pin[0] and parting is not None and parting.roots.get(pin[0]) == pin[1]:
            # This account goes by the history that it saw first, whatever a checkpoint of the other one says before.
            report, parting = turned(report, parting, operations)
        self._parting = parting
        self._rows, self._rejected = rows, report.rejected
        # The proven entries that are in the store, one at each position, read as they are asked for.
        here = (row for row in rows.operations(offered.origin, 0, report.size) if _key(row) not in report.rejected)
        self._ahead, self._size_here = Ahead(here), report.size
        self._result = ProvenLog(offered.origin, offered.parts.seat, before=report.size)
        is_short = pin is not None and report.size < pin[0]
        # So much of two histories is here that nobody can tell which entries belong together.
        self._is_frozen = is_short and len(list(rows.operations(offered.origin, report.size, report.size + 1))) > 1
        self._is_damaged = is_short and not self._is_frozen
        if self._parting is not None:
            self._result.others |= self._parting.other
        self._history = History(offered.origin, offered.parts.session_key)
        self._checker = RowChecker(offered.origin)
        self._kept_notes = {row.note for row in kept}
        self._seals = _by_size(chain(kept, _read(offered)))
        self._sessions_whole = True
        self._forked_at: int | None = None
        self._branch: list[OperationRow] = []
        self._contradicting: list[CheckpointRow] = []

    def run(self, entries: Iterable[SentOperation]) -> ProvenLog:
        result, size = self._result, self._size_here
        if self._is_damaged:
            return replace(result, stop=Stop.DAMAGED_HERE, stop_at=size)
        incoming = iter(entries)
        first = next(incoming, None)
        start = size if first is None else first.seq
        if start > size:
            # The first gap stops the log; what else the bundle has of other logs goes on.
            result.stop, result.stop_at = Stop.GAP, size
        for row in self._passed(min(start, size)):
            self._append(row)
        for sent in chain([] if first is None else [first], incoming):
            if result.stop is not None:
                break
            self._take(sent)
        if self._forked_at is None:
            for row in self._passed(size):
                self._append(row)
        return self._close()

    def _take(self, sent: SentOperation) -> None:
        """Put the next entry of the bundle behind what is there."""
        row, at = as_row(self._origin, sent), self._history.frontier.size
        ahead = self._ahead.next if self._forked_at is None else None
        kept = ahead if ahead is not None and ahead.seq == at else None
        if sent.seq != at:
            self._stop(Stop.GAP if sent.seq > at else Stop.ALTERED, at)
            return
        if kept is not None and kept.digest != row.digest:
            self._forked_at = at
        if not self._append(row):
            self._stop(Stop.ALTERED, at)
            return
        if kept is not None and self._forked_at is None:
            list(self._passed(at + 1))
        if self._forked_at is not None:
            self._branch.append(row)
        if at - max(self._result.size, self._size_here) >= UNVERIFIED_LIMIT:
            self._stop(Stop.UNPROVEN, self._result.size)

    def _passed(self, stop: int) -> Iterator[OperationRow]:
        """Yield and pass the entries here before `stop`."""
        return self._ahead.take_while(lambda row: row.seq < stop)

    def _stop(self, why: Stop, at: int) -> None:
        self._result.stop, self._result.stop_at = why, at

    def _append(self, row: OperationRow) -> bool:
        """Add one entry and judge the checkpoints of the size that it makes; False where it does not belong here."""
        checked = self._checker.check(row)
        if checked.fault is not None or checked.position != self._history.frontier.size:
            return False
        completed = self._history.append(checked)
        if self._forked_at is None:
            self._result.tiles += completed
        self._result.digests.append(row.digest)
        size = self._history.frontier.size
        for seal in self._seals.pop(size, ()):
            self._judge(seal, size)
        return True

    def _judge(self, seal: CheckpointRow, size: int) -> None:
        verdict = judge_seals([seal], self._history, self._origin, is_signed_raw)
        is_new = seal.note not in self._kept_notes
        self._result.disagrees |= is_new and not verdict.agreeing and size <= self._size_here
        if verdict.agreeing:
            self._sessions_whole &= self._history.seal()
            if self._sessions_whole:
                self._result.size = size
        elif not verdict.contradicting or self._forked_at is not None or size > self._size_here:
            return
        elif self._parting is not None and self._parting.roots.get(size) == seal.root:
            pass  # the other history, which is here
        else:
            # Over entries that are all here and proven: the same key signed two trees.
            if is_new:
                self._contradicting.append(seal)
            return
        if is_new:
            self._result.notes.append(seal)

    def _close(self) -> ProvenLog:
        result, here = self._result, self._size_here
        parted_at = self._forked_at
        if parted_at is not None:
            # Entries that part from what is here are evidence if the log's own key signed them, else refused.
            signed = result.size > parted_at
            is_kept = signed and self._is_second(parted_at)
            result.evidence = [row for row in self._branch if is_kept and row.seq < result.size]
            result.others.update(map(_key, result.evidence))
            result.notes = [note for note in result.notes if is_kept and note.size <= result.size]
            self._stop(Stop.FORK if signed else Stop.ALTERED, parted_at)
        elif self._is_frozen:
            # What is here stays, and nothing is put behind it before a person has decided.
            result.notes = [note for note in result.notes if note.size <= here]
            self._stop(Stop.FORK, here)
        elif self._history.frontier.size > result.size and result.stop is None:
            self._stop(Stop.UNPROVEN, result.size)
        if parted_at is not None or self._is_frozen:
            result.size = here
        if parted_at is not None:
            rows = self._rows.operations(self._origin, parted_at, here)
            result.others.update(_key(row) for row in rows if _key(row) not in self._rejected)
        if self._contradicting and not self._comes_doubled():
            result.notes += self._contradicting
            result.other_tree = self._contradicting[0].size
        del result.digests[result.size if parted_at is None else parted_at :]
        return result

    def _is_second(self, parted_at: int) -> bool:
        """Say whether what parts there is the second history of the log, or goes on with it; a third is told alone."""
        return self._parting is None or (parted_at, self._branch[0].digest) in self._parting.other


def _key(row: OperationRow) -> tuple[int, bytes]:
    return row.seq, row.digest


def _read(offered: Offered) -> Iterator[CheckpointRow]:
    for note in offered.notes:
        try:
            checkpoint = parse_note(note)
        except MalformedError:
            continue
        if checkpoint.origin == offered.origin:
            yield CheckpointRow(checkpoint.origin, checkpoint.size, checkpoint.root, note)


def _by_size(seals: Iterable[CheckpointRow]) -> dict[int, list[CheckpointRow]]:
    grouped: dict[int, list[CheckpointRow]] = {}
    for seal in dict.fromkeys(seals):
        grouped.setdefault(seal.size, []).append(seal)
    return grouped
