"""Reads the organisation from the rows at hand: the lines of all logs, proven, and judged by the rule of trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from vault.access.pins.pins import Pinned
from vault.access.trust.prover import Prover, gives_root
from vault.ids import Origin, VaultId
from vault.log.genesis import Genesis
from vault.records.logs import geneses_of
from vault.store.rows import Rows
from vault.trust.trust_items import Head
from vault.validity.deciding_lines import Line, Lines, read_on
from vault.validity.directory import Directory, judge_lines
from vault.validity.log_places import places_of_logs


@dataclass(frozen=True, slots=True)
class Reading:
    """What a directory is read with: the rows, what proves them, what was read before, and which sheets were chosen."""

    rows: Rows
    vault: VaultId
    prover: Prover
    known: Lines = field(default_factory=Lines)
    chosen: Sequence[bytes] = ()


def read_directory(
    reading: Reading, following: Line | None = None, beginning: tuple[bytes, bytes] | None = None
) -> Directory:
    """Read the lines of all logs and judge them; `following` is one as if it were there already.

    `beginning` is the log that it begins, and its genesis.

    Raises:
        VerificationError: nothing here founds this vault.
    """
    rows, prover = reading.rows, reading.prover
    lines = read_on(rows, reading.known, lambda origin, start, size: prover.proven(rows, origin, start, size))
    if following is not None:
        lines = replace(lines, lines=(*lines.lines, following))
    begun = lines.begun | geneses_of(rows)
    if beginning is not None:
        begun[Origin(beginning[0])] = Genesis.decode(beginning[1])
    places = places_of_logs(begun, lambda origin: prover.parting_of(rows, origin))

    def gives(origin: Origin, size: int, root: bytes) -> bool:
        return gives_root(rows, origin, Pinned(size, root), lambda *_: False)

    def find(head: Head) -> Origin | None:
        return places.find(head, rows.size, gives)

    return judge_lines(reading.vault, lines, places, find, reading.chosen)
