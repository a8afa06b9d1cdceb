"""The lines of logs that decide who is in: read once, proven, and remembered sealed (FORMAT.md 2 and 7).

What was read is remembered with its bytes. So a row that somebody deletes, alters or puts back afterwards changes
nothing of who is in; it is damage, and is told as that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

import msgspec

from vault.errors import MalformedError
from vault.ids import Origin, SeatId, VaultId
from vault.log.act_bytes import OF_CASES, admission_in, certificate_in, read_act
from vault.log.genesis import Genesis, origin_of
from vault.log.items import decode_items
from vault.records.seatlog import decoded
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.trust.trust_items import Act, Head
from vault.validity.proven import Proven, names_its_list
from vault.words.message import Message

MARK = b'"t":1'


class Line(NamedTuple):
    """An entry whose list decides something: where it stands, which row it is, and its items, kind and bytes each."""

    origin: bytes
    seq: int
    digest: bytes
    items: tuple[tuple[int, bytes], ...]

    def acts(self, vault: VaultId) -> Iterator[Act]:
        """Yield what it lists; an item that is of no known form decides nothing."""
        for kind, content in self.items:
            if (act := _act(kind, content, vault)) is not None:
                yield act


# Each is asked for again whenever something came in; that of the sheets costs a signature.
@lru_cache(maxsize=4_096)
def _act(kind: int, content: bytes, vault: VaultId) -> Act | None:
    try:
        return read_act(kind, content, vault, is_signed_raw)
    except MalformedError:
        return None


def _begun(kind: int, content: bytes) -> bytes | None:
    try:
        admission = admission_in(kind, content)
        certificate = b"" if admission is None else certificate_in(admission)
        return certificate if certificate and Genesis.decode(certificate).is_first else None
    except MalformedError:
        return None


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lines: list[Line]
    read: list[tuple[bytes, int]]
    heads: list[tuple[bytes, int, bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Lines:
    """What a device read so far.

    Attributes:
        lines: in the order of logs and places.
        read: log -> up to where it was read.
        heads: heads that takings name and that were found here -> the log in which each is.
        altered: logs with an entry that says that it decides, and whose list is not the one that it names: what it
            decides is not known here, and it is read anew each time.
        is_anew: the row that kept them was altered, so that all was read anew.
    """

    lines: tuple[Line, ...] = ()
    read: Mapping[bytes, int] = field(default_factory=dict)
    heads: Mapping[Head, bytes] = field(default_factory=dict)
    altered: frozenset[bytes] = field(default=frozenset(), compare=False)
    is_anew: bool = field(default=False, compare=False)

    def encode(self) -> bytes:
        """Return the content of the local row that keeps them."""
        return msgspec.msgpack.encode(
            _Wire(
                list(self.lines),
                sorted(self.read.items()),
                sorted((*head, origin) for head, origin in self.heads.items()),
            )
        )

    @classmethod
    def decode(cls, content: bytes) -> Lines:
        """Return the lines of an opened row.

        Raises:
            MalformedError: not what `encode` gives.
        """
        wire = decoded(content, _Wire, Message("the row of what decides who is in cannot be read"))
        heads = {Head(SeatId(seat), size, root): origin for seat, size, root, origin in wire.heads}
        return cls(tuple(wire.lines), dict(wire.read), heads)

    @property
    def begun(self) -> dict[Origin, Genesis]:
        """The first logs whose beginnings admissions carry: each has its place also where that row is gone."""
        found = (_begun(kind, content) for line in self.lines for kind, content in line.items)
        return {Origin(origin_of(certificate)): Genesis.decode(certificate) for certificate in found if certificate}

    def without(self, origins: Iterable[bytes]) -> Lines:
        """Return them as before these logs were read: another history of each came in."""
        again = frozenset(origins)
        return replace(self, read={origin: size for origin, size in self.read.items() if origin not in again})


Prove = Callable[[Origin, int, int], Proven]
"""(log, start, size) -> how far the entries from `start` on are proven."""


def read_on(rows: Rows, known: Lines, prove: Prove) -> Lines:
    """Return the lines with those of entries that were not read yet; a log with two histories here is read anew.

    Nothing that was read once is taken back.
    """
    read, altered = dict(known.read), set[bytes]()
    lines = dict.fromkeys(known.lines)
    for origin in sorted({Origin(row.origin) for row in rows.geneses()}):
        start, size = read.get(origin, 0), rows.size(origin)
        if start and rows.is_doubled(origin):
            start = 0
        if start < size:
            proven = prove(origin, start, size)
            deciding = [
                row for row in rows.operations(origin, start, proven.size) if MARK in row.header and proven.covers(row)
            ]
            whole = [row for row in deciding if names_its_list(row)]
            lines |= dict.fromkeys(_in(whole))
            if lacking := {row.seq for row in deciding} - {row.seq for row in whole}:
                altered.add(origin)
            read[origin] = min(lacking, default=max(proven.size, read.get(origin, 0)))
    if len(lines) == len(known.lines) and read == known.read and altered == known.altered:
        return known
    return replace(known, lines=tuple(sorted(lines)), read=read, altered=frozenset(altered))


def _in(operations: Iterable[OperationRow]) -> Iterator[Line]:
    for row in operations:
        with suppress(MalformedError):
            deciding = tuple(
                (item.kind, item.content)
                for item in decode_items(row.list)
                if item.decides and item.kind not in OF_CASES  # who is in a case, is asked case by case
            )
            if deciding:
                yield Line(row.origin, row.seq, row.digest, deciding)
