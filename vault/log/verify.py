"""The check of a whole log from its rows, without keys: C1 to C3 of FORMAT.md 6, in one pass and constant memory.

All data is hashed again; stored hashes and tiles are never believed. Rows may be false, missing, old or doubled: the
reader comes to the same answer, or says what is missing. What a log cannot show by itself, the loss of its newest
entries together with their checkpoints, needs a checkpoint that was kept elsewhere (`pins`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from math import inf
from operator import attrgetter
from types import MappingProxyType

from vault.errors import VerificationError
from vault.log.checkpoint import Checkpoint, SealVerdict, judge_seals, read_checkpoint
from vault.log.genesis import VerifySignature, origin_of, verify_genesis
from vault.log.log_history import Ahead, AmbiguousRange, CheckedRow, History, Places, RowChecker, run_of
from vault.log.tree import EMPTY_ROOT
from vault.store.rowtypes import CheckpointRow, OperationRow
from vault.words.finding import Code, Finding
from vault.words.message import Message

# What a verification found: each bad place by a stable code, the first one first.


@dataclass(frozen=True, slots=True)
class LogReport:
    """What the check of one log came to.

    Attributes:
        size: how many operations are proven (C3): covered by a valid checkpoint, and every session up to it too.
        problems: what was found, in order of place; at most 1,000.
        rejected: (seq, digest) of the rows that stand beside true ones and may be removed here.
    """

    origin: bytes
    size: int
    root: bytes
    problems: tuple[Finding, ...]
    rejected: frozenset[tuple[int, bytes]] = frozenset()


@dataclass(frozen=True, slots=True)
class ListedReport:
    """How many listed things are here and right, and what was found, in order of place; at most 1,000."""

    present: int
    problems: tuple[Finding, ...]


class Findings:
    """Problems as they are found. A hostile file cannot make it grow without end."""

    LIMIT = 1_000

    def __init__(self, origin: bytes) -> None:
        self._origin = origin
        self._problems: list[Finding] = []

    def note(self, code: Code, seq: int | None, message: Message, n: int | None = None) -> None:
        """Add one problem."""
        self.add(Finding(code, message, self._origin, seq, n))

    def add(self, *problems: Finding) -> None:
        """Add problems, until there are a thousand."""
        self._problems += problems[: self.LIMIT - len(self._problems)]

    def in_order(self) -> tuple[Finding, ...]:
        """Return the problems by place; those of a log as a whole come first."""
        return tuple(sorted(self._problems, key=lambda problem: (_place(problem.seq), _place(problem.n))))


def _place(number: int | None) -> int:
    return -1 if number is None else number


_PROGRESS_EVERY = 4_096
# Each pair of true-looking rows at one position doubles the histories. More than this are not followed one by one.
_HISTORY_LIMIT = 64
# Where many rows are doubled, each checkpoint of another tree costs a search among all histories.
_SEARCHES = 8
_NO_PINS: Mapping[int, bytes] = MappingProxyType({})


def verify_log(
    genesis: bytes,
    operations: Iterable[OperationRow],
    checkpoints: Iterable[CheckpointRow],
    verify_signature: VerifySignature,
    *,
    pins: Mapping[int, bytes] = _NO_PINS,
    progress: Callable[[int], None] | None = None,
) -> LogReport:
    """Check one log and name every bad place, the first one first.

    Args:
        genesis: its bytes as stored; their hash is the log's name.
        operations: its rows by rising seq; several rows at one seq are allowed and settled.
        checkpoints: its checkpoint rows by rising size.
        verify_signature: see `vault.log.genesis`.
        pins: size -> root of checkpoints that were verified and kept elsewhere.
        progress: called now and then with the number of rows done.

    Returns:
        The report; a damaged log is not an error but a finding.
    """
    origin = origin_of(genesis)
    try:
        first_key = verify_genesis(genesis, verify_signature).session_key
    except VerificationError as fault:
        problem = Finding(Code.GENESIS, fault.message, origin)
        return LogReport(origin, 0, EMPTY_ROOT, (problem,))
    walk = _Walk(origin, first_key, Ahead(checkpoints), verify_signature, dict(pins))
    for _, rows in groupby(operations, key=attrgetter("seq")):
        walk.take(list(rows))
        if progress is not None and not walk.rows % _PROGRESS_EVERY:
            progress(walk.rows)
    return walk.close()


class _Walk:
    """The state of one verification."""

    def __init__(
        self,
        origin: bytes,
        first_key: bytes,
        seals: Ahead[CheckpointRow],
        verify_signature: VerifySignature,
        pins: dict[int, bytes],
    ) -> None:
        self.rows = 0
        self._origin = origin
        self._seals = seals
        self._verify_signature = verify_signature
        self._pins = pins
        self._checker = RowChecker(origin)
        self._places = Places(origin)
        self._findings = Findings(origin)
        self._rejected: set[tuple[int, bytes]] = set()
        self._histories = [History(origin, first_key)]
        # What may stand since the first doubled position, and whether `_histories` leaves a part of it out.
        self._stretch: AmbiguousRange | None = None
        self._crowded = False
        self._position = 0
        # The tree cannot be followed beyond a gap or a signed contradiction; the rows still are.
        self._tree_ends = False
        # Whether a row without fault or key needs no more than its leaf.
        self._plain = False
        # The newest signed size that agrees, and whether a bad place since then already explains a disagreement.
        self._agreed = 0
        self._explained = False
        # A disagreement of the tree and where it may lie; a later row may show that it comes from an insertion, and a
        # later checkpoint that what was signed there was another tree.
        self._altered: tuple[Finding, range] | None = None
        self._other_trees: list[Checkpoint] = []
        self._sessions_whole = True
        # Whether a signed checkpoint covers entries that are not here.
        self._cut = False
        self._proven = (0, EMPTY_ROOT)
        self._valid_checkpoints = 0
        for row in self._take_seals(0):
            message = Message("a checkpoint of size {size} says nothing", size=row.size)
            self._findings.note(Code.CHECKPOINT, row.size, message)
        self._next_seal = self._waiting_seal()

    def take(self, rows: list[OperationRow]) -> None:
        """Take all rows of the next position."""
        self.rows += 1
        row = rows[0]
        leaf = None
        if self._plain and row.seq == self._position and len(rows) == 1:
            leaf = self._checker.plain_leaf(row)
        if leaf is None:
            self._take_slowly(rows)
        else:
            self._histories[0].frontier.append(leaf)
            self._position += 1
        if self._position >= self._next_seal and not self._tree_ends:
            self._judge()

    def _take_slowly(self, rows: list[OperationRow]) -> None:
        seq = rows[0].seq
        if seq != self._position and not self._reach(seq):
            return
        candidates = self._settle_rows(seq, rows)
        self._position = seq + 1
        if not self._tree_ends:
            self._extend(candidates)
        self._plain = self._is_plain()

    def close(self) -> LogReport:
        """Judge what is left at the end and return the report."""
        self._report_places(self._places.close())
        self._judge_uncovered()
        if self._altered is not None:
            self._findings.add(self._altered[0])
        history = self._histories[0]
        if not self._tree_ends and self._altered is None:
            if self._valid_checkpoints == 0 and self._position:
                message = Message("no valid checkpoint covers any of {count} operations", count=self._position)
                self._findings.note(Code.UNSIGNED, None, message)
            elif self._agreed < self._position and not self._cut:
                message = Message(
                    "{count} operations from {first} on lie beyond the newest valid checkpoint",
                    count=self._position - self._agreed,
                    first=self._agreed,
                )
                self._findings.note(Code.BEYOND_CHECKPOINT, self._agreed, message)
        self._findings.add(*history.problems)
        # Beyond the newest agreement either of two rows may be the true one.
        rejected = self._rejected.union(pair for pair in history.rejected if pair[0] < self._agreed)
        return LogReport(self._origin, *self._proven, self._findings.in_order(), frozenset(rejected))

    def _reach(self, seq: int) -> bool:
        """Report a gap before `seq`, or that rows run backwards (then False)."""
        if seq < self._position:
            message = Message("operation {seq} comes after {last}", seq=seq, last=self._position - 1)
            self._findings.note(Code.UNORDERED, seq, message)
            return False
        lost = run_of(self._position, seq - 1)
        self._findings.note(Code.MISSING, self._position, Message("missing: {lost}", lost=lost))
        self._tree_ends = True
        return True

    def _report_row(self, seq: int, checked: CheckedRow) -> None:
        if checked.fault is not None:
            code, fault = checked.fault
            self._findings.note(code, seq, Message("operation {seq}: {fault}", seq=seq, fault=fault))
            self._explained = True
        if checked.position is not None:
            self._report_places(self._places.take(seq, checked.position))
            self._tree_ends |= not self._places.undisturbed

    def _report_places(self, problems: list[Finding]) -> None:
        self._findings.add(*problems)
        for problem in problems:
            if problem.code is Code.INSERTED and self._altered is not None and problem.seq in self._altered[1]:
                self._altered = None

    def _settle_rows(self, seq: int, rows: list[OperationRow]) -> dict[bytes, CheckedRow]:
        """Return the rows of one position that may be the true one, by digest; report the others."""
        checks = [self._checker.check(row) for row in rows]
        candidates: dict[bytes, CheckedRow] = {}
        false_rows: list[tuple[bytes, Message]] = []
        for row, checked in zip(rows, checks, strict=True):
            if checked.fault is not None:
                false_rows.append((row.digest, checked.fault[1]))
            elif checked.position != seq:
                false_rows.append((row.digest, Message("its header belongs at {at}", at=str(checked.position))))
            elif row.digest in candidates:
                self._findings.note(Code.DUPLICATE, seq, Message("operation {seq} is there twice", seq=seq))
            else:
                candidates[row.digest] = checked
        if not candidates:
            self._report_row(seq, checks[0])
            return {rows[0].digest: checks[0]}
        for digest, fault in false_rows:
            message = Message("beside operation {seq} stands a row: {fault}", seq=seq, fault=fault)
            self._findings.note(Code.FALSE_ROW, seq, message)
            # A row whose digest is false may have that of the true one: then only a look at it tells them apart.
            if digest not in candidates:
                self._rejected.add((seq, digest))
        self._report_places(self._places.take(seq, seq))
        return candidates

    def _extend(self, rows: Mapping[bytes, CheckedRow]) -> None:
        if self._stretch is None and len(rows) > 1:
            self._stretch = AmbiguousRange(self._histories[0])
        if self._stretch is not None:
            self._stretch.add(rows)
        if len(rows) > 1:
            branched = []
            for history in self._histories:
                for digest, row in rows.items():
                    branch = history.copy()
                    branch.reject(other for other in rows if other != digest)
                    branch.append(row)
                    branched.append(branch)
            self._crowded |= len(branched) > _HISTORY_LIMIT
            self._histories = branched[:_HISTORY_LIMIT]
            return
        for row in rows.values():
            for history in self._histories:
                history.append(row)

    def _judge(self) -> None:
        size = self._position
        rows = self._take_seals(size)
        pinned = self._pins.pop(size, None)
        verdicts = [judge_seals(rows, history, self._origin, self._verify_signature) for history in self._histories]
        winners = [verdict for verdict in verdicts if (verdict.agreeing if pinned is None else verdict.root == pinned)]
        stretch = self._stretch if self._crowded else None
        if not winners and stretch is not None and len(self._other_trees) < _SEARCHES:
            winners = [found for found in [self._search(stretch, rows, pinned)] if found is not None]
        best = (winners or verdicts)[0]
        if winners or self._altered is None:
            self._findings.add(*best.problems)
        if winners:
            self._histories = [winner.history for winner in winners]
            self._stretch, self._crowded = None, False
            self._accept(best, size)
            for other in (*self._other_trees, *best.contradicting):
                root = other.root.hex()
                message = Message(
                    "the log's key signed another tree of size {n}, with the root {root}", n=other.size, root=root
                )
                self._findings.note(Code.FORK, other.size, message)
            self._other_trees, self._altered = [], None
        elif best.contradicting or pinned is not None:
            self._other_trees += best.contradicting
            self._contradict(size, pinned, signed=best.agreeing > 0)
        self._plain = self._is_plain()
        self._next_seal = self._waiting_seal()

    def _search(self, stretch: AmbiguousRange, rows: list[CheckpointRow], pinned: bytes | None) -> SealVerdict | None:
        """Look among all histories, also those that were left out, for one that was signed or pinned."""
        notes = [read_checkpoint(row, self._origin) for row in rows]
        roots = {pinned} if pinned is not None else {note.root for note in notes if not isinstance(note, Finding)}
        history = stretch.find(roots)
        if history is None:
            if not stretch.can_be_tried:
                message = Message(
                    "from operation {first} on, so many rows are doubled that nobody can tell which are true",
                    first=stretch.first,
                )
                self._findings.note(Code.FALSE_ROW, stretch.first, message)
            return None
        verdict = judge_seals(rows, history, self._origin, self._verify_signature)
        return verdict if pinned is not None or verdict.agreeing else None

    def _is_plain(self) -> bool:
        return len(self._histories) == 1 and not self._tree_ends

    def _waiting_seal(self) -> float:
        """Return the next size that a checkpoint or a pin speaks of."""
        sizes = [size for size in self._pins if size > self._position]
        if self._seals.next is not None:
            sizes.append(self._seals.next.size)
        return min(sizes, default=inf)

    def _take_seals(self, size: int) -> list[CheckpointRow]:
        """Return the checkpoints that wait with this size or, out of order, a smaller one."""
        return list(self._seals.take_while(lambda row: row.size <= size))

    def _accept(self, verdict: SealVerdict, size: int) -> None:
        self._agreed = size
        self._explained = False
        if verdict.agreeing:
            self._valid_checkpoints += verdict.agreeing
            self._sessions_whole &= verdict.history.seal()
            if self._sessions_whole:
                self._proven = (size, verdict.root)

    def _contradict(self, size: int, pinned: bytes | None, *, signed: bool) -> None:
        first, where = self._agreed, run_of(self._agreed, size - 1)
        if self._explained and not signed:
            pass  # the bad place that does it is in the report; damage alone would not come out signed
        elif pinned is not None:
            message = Message("{where}: not what was seen here before", where=where)
            self._findings.note(Code.ROLLED_BACK, first, message)
        elif self._altered is None:
            message = Message("{where}: not what was signed at size {size}", where=where, size=size)
            self._altered = (Finding(Code.ALTERED, message, self._origin, first), range(first, size))
        # A signed root alone ends nothing: behind it the log may go on as the next checkpoint says.
        self._tree_ends |= pinned is not None or self._explained

    def _judge_uncovered(self) -> None:
        """Judge checkpoints and pins that cover more than is here."""
        covered = max((size for size in self._pins if size > self._position), default=0)
        keys = self._histories[0].keys
        for row in self._seals.take_while(lambda _: True):
            if row.size <= self._position:
                continue  # beyond the point where the tree ends
            found = read_checkpoint(row, self._origin)
            if isinstance(found, Finding):
                self._findings.add(found)
            elif any(found.signed_by(key, self._verify_signature) for key in keys):
                covered = max(covered, found.size)
            else:
                message = Message(
                    "the checkpoint of size {size} is signed by no key of the {count} operations here",
                    size=found.size,
                    count=self._position,
                )
                self._findings.note(Code.SIGNATURE, found.size, message)
        self._cut = covered > self._position + self._places.missing
        if self._cut:
            lost = run_of(self._position, covered - 1)
            message = Message("missing at the end: {lost}; a checkpoint of size {n} was signed", lost=lost, n=covered)
            self._findings.note(Code.CUT, self._position, message)
