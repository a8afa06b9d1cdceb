"""Where two signed histories of one log part (FORMAT.md 6): the entries before count, on every device alike.

Only a history that the log's own keys signed parts from another: a row that somebody laid beside the true one does not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from vault.ids import Origin
from vault.log.checks.rowcheck import RowChecker
from vault.log.checks.verify import verify_log
from vault.log.tree import Frontier, leaf_hash
from vault.records.logs import genesis_bytes_of
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow

Key = tuple[int, bytes]
# Each place tried costs a check of the whole log. Behind so many that are not signed the first one is believed.
_TRIES = 16


@dataclass(frozen=True, slots=True)
class Parting:
    """Two signed histories of one log.

    Attributes:
        at: the first position at which they differ.
        other: (seq, digest) of the entries from there on of the history that is not the one told of.
        roots: size -> root of that history, as far as it is signed.
    """

    at: int
    other: frozenset[Key]
    roots: Mapping[int, bytes]


def parting_of(rows: Rows, origin: Origin, rejected: Collection[Key]) -> Parting | None:
    """Return where another signed history parts from the one that leaves these rows out; None: nowhere."""
    beside = _well_formed(rows, origin, rejected) if rejected else {}
    places = sorted(beside)
    for at in places[:_TRIES]:
        found = _other_from(rows, origin, at, rejected, beside)
        if found is not None:
            return found
    return Parting(places[_TRIES], frozenset(), {}) if len(places) > _TRIES else None


def _well_formed(rows: Rows, origin: Origin, rejected: Collection[Key]) -> dict[int, list[OperationRow]]:
    """Return those of the rows that could be signed entries of another history, by position."""
    checker, headers = RowChecker(origin), dict[int, bytes]()
    found: dict[int, list[OperationRow]] = {}
    for row in rows.operations(origin):
        if (row.seq, row.digest) not in rejected:
            headers[row.seq] = row.header
            continue
        checked = checker.check(row)
        if checked.fault is None and checked.position == row.seq:
            found.setdefault(row.seq, []).append(row)
    others = {seq: [row for row in some if row.header != headers.get(seq)] for seq, some in found.items()}
    return {seq: some for seq, some in others.items() if some}


def _other_from(
    rows: Rows, origin: Origin, at: int, rejected: Collection[Key], beside: Mapping[int, Sequence[OperationRow]]
) -> Parting | None:
    """Return the history that parts at this position, if its keys signed it."""
    chosen: list[OperationRow] = []
    for seq, some in groupby(rows.operations(origin), key=lambda row: row.seq):
        ours = [row for row in some if (row.seq, row.digest) not in rejected]
        chosen += ours if seq < at else beside.get(seq, ours)
    tree, roots = Frontier(), dict[int, bytes]()
    for row in chosen:
        tree.append(leaf_hash(row.header))
        roots[tree.size] = tree.root()
    # Those of the one history would end the other.
    notes = [note for note in rows.checkpoints(origin) if note.size <= at or note.root == roots.get(note.size)]
    report = verify_log(genesis_bytes_of(rows, origin) or b"", chosen, notes, is_signed_raw)
    other = frozenset(
        (row.seq, row.digest)
        for row in chosen
        if at <= row.seq < report.size and (row.seq, row.digest) not in report.rejected
    )
    signed = {size: root for size, root in roots.items() if size <= report.size}
    return Parting(at, other, signed) if any(seq == at for seq, _ in other) else None
