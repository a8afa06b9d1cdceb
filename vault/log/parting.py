"""Where two signed histories of one log part (FORMAT.md 6): the entries of both count, on every device alike.

Only a history that the log's own keys signed parts from another: a row that somebody laid beside the true one does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from vault.log.genesis import Roots, VerifySignature, origin_of
from vault.log.log_history import RowChecker
from vault.log.tree import Frontier, leaf_hash
from vault.log.verify import LogReport, verify_log
from vault.store.rowtypes import CheckpointRow, OperationRow

Key = tuple[int, bytes]
# Each place tried costs a check of the whole log. Behind so many that are not signed the first one is believed.
_TRIES = 16


class _Log(NamedTuple):
    genesis: bytes
    operations: Sequence[OperationRow]
    checkpoints: Sequence[CheckpointRow]
    verify_signature: VerifySignature


@dataclass(frozen=True, slots=True)
class Parting:
    """Two signed histories of one log.

    Attributes:
        at: the first position at which they differ.
        other: (seq, digest) of the entries from there on of the history that is not the one told of.
        roots: size -> root of that history, as far as it is signed.
        ours: size -> root of the one told of, from behind the parting on.
    """

    at: int
    other: frozenset[Key]
    roots: Mapping[int, bytes]
    ours: Mapping[int, bytes]

    def roots_of(self, row: OperationRow) -> Roots | None:
        """Return the roots of the history that an entry is of; None before the parting."""
        if row.seq < self.at:
            return None
        return self.roots if (row.seq, row.digest) in self.other else self.ours


def parting_in(
    genesis: bytes,
    operations: Sequence[OperationRow],
    checkpoints: Sequence[CheckpointRow],
    verify_signature: VerifySignature,
    rejected: Collection[Key],
) -> Parting | None:
    """Return where another signed history parts from the one that leaves these rows out; None: nowhere."""
    log = _Log(genesis, operations, checkpoints, verify_signature)
    beside = _well_formed(log, rejected) if rejected else {}
    found = (_other_from(log, at, rejected, beside) for at in sorted(beside)[:_TRIES])
    return next((parting for parting in found if parting is not None), None)


def turned(report: LogReport, parting: Parting, operations: Iterable[OperationRow]) -> tuple[LogReport, Parting]:
    """Return the report of the other history of a log, and where the one of this report parts from that one."""
    keys = {(row.seq, row.digest) for row in operations if parting.at <= row.seq < report.size}
    told_of = frozenset(keys - report.rejected - parting.other)
    size = max(parting.roots)
    before = {size: root for size, root in parting.roots.items() if size <= parting.at}
    signed = {size: root for size, root in parting.ours.items() if size <= report.size}
    behind = {size: root for size, root in parting.roots.items() if size > parting.at}
    other = replace(report, size=size, root=parting.roots[size], rejected=(report.rejected | told_of) - parting.other)
    return other, Parting(parting.at, told_of, before | signed, behind)


def _well_formed(log: _Log, rejected: Collection[Key]) -> dict[int, list[OperationRow]]:
    """Return those of the rows that could be signed entries of another history, by position."""
    checker, headers = RowChecker(origin_of(log.genesis)), dict[int, bytes]()
    found: dict[int, list[OperationRow]] = {}
    for row in log.operations:
        if (row.seq, row.digest) not in rejected:
            headers[row.seq] = row.header
            continue
        checked = checker.check(row)
        if checked.fault is None and checked.position == row.seq:
            found.setdefault(row.seq, []).append(row)
    others = {seq: [row for row in some if row.header != headers.get(seq)] for seq, some in found.items()}
    return {seq: some for seq, some in others.items() if some}


def _other_from(
    log: _Log, at: int, rejected: Collection[Key], beside: Mapping[int, Sequence[OperationRow]]
) -> Parting | None:
    """Return the history that parts at this position, if its keys signed it."""
    chosen: list[OperationRow] = []
    told_of: list[OperationRow] = []
    for seq, some in groupby(log.operations, key=lambda row: row.seq):
        ours = [row for row in some if (row.seq, row.digest) not in rejected]
        told_of += ours
        chosen += ours if seq < at else beside.get(seq, ours)
    roots = _roots(chosen)
    # Those of the one history would end the other.
    notes = [note for note in log.checkpoints if note.size <= at or note.root == roots.get(note.size)]
    report = verify_log(log.genesis, chosen, notes, log.verify_signature)
    other = frozenset(
        (row.seq, row.digest)
        for row in chosen
        if at <= row.seq < report.size and (row.seq, row.digest) not in report.rejected
    )
    signed = {size: root for size, root in roots.items() if size <= report.size}
    if all(seq != at for seq, _ in other):
        return None
    of_ours = _roots([row for row in told_of if (row.seq, row.digest) not in other])
    return Parting(at, other, signed, {size: root for size, root in of_ours.items() if size > at})


def _roots(rows: Sequence[OperationRow]) -> dict[int, bytes]:
    """Return size -> root of the tree over rows."""
    tree, roots = Frontier(), dict[int, bytes]()
    for row in rows:
        tree.append(leaf_hash(row.header))
        roots[tree.size] = tree.root()
    return roots
