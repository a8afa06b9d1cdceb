"""Contents of documents in a bundle: which find room, and how they come in, whole or not at all (FORMAT.md 8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from vault.errors import MalformedError, TryAgainError
from vault.seal.attachments import Names, chunk_name, names_digest
from vault.seal.bodies import SEALED_CHUNK_SIZE
from vault.store.blobs import Blobs
from vault.store.rows import Rows
from vault.store.rowtypes import AttachmentRow, TailRow
from vault.sync.pages import PageKind, SentAttachment, SentChunk, encode_pages

_BESIDE_A_CHUNK = 64
"""What a page and the lengths in it take beside a chunk, at most."""


class Candidate(NamedTuple):
    """An attachment that the receiver lacks, by the place that lists it."""

    seq: int
    origin: bytes
    n: int
    row: AttachmentRow


@dataclass(frozen=True, slots=True)
class Chosen:
    """What goes with a bundle, by log and place, and the digests of what found no room or is not whole here."""

    sent: tuple[tuple[Candidate, Names], ...]
    left_out: frozenset[bytes]


def choose(rows: Rows, blobs: Blobs, candidates: Iterable[Candidate], room: int) -> Chosen:
    """Take attachments in the order of their places as long as they fit into `room` bytes."""
    sent: list[tuple[Candidate, Names]] = []
    left_out: set[bytes] = set()
    for candidate in sorted(candidates):
        size = _size(rows, blobs, candidate.row)
        if size is None or size > room:
            left_out.add(candidate.row.digest)
            continue
        room -= size
        sent.append((candidate, Names.decode(candidate.row.names)))
    by_log = sorted(sent, key=lambda one: (one[0].origin, one[0].seq, one[0].n))
    return Chosen(tuple(by_log), frozenset(left_out))


def content_pages(rows: Rows, blobs: Blobs, chosen: Chosen) -> Iterator[tuple[PageKind, int, bytes]]:
    """Yield (kind, rows, page): the names of all, then all chunks; one chunk is in memory at a time."""
    for origin, group in groupby(chosen.sent, key=lambda one: one[0].origin):
        named = (SentAttachment(one.seq, one.n, one.row.compartment, one.row.names) for one, _ in group)
        for count, page in encode_pages(PageKind.ATTACHMENT, named, origin):
            yield PageKind.ATTACHMENT, count, page
    for origin, group in groupby(chosen.sent, key=lambda one: one[0].origin):
        chunks = (
            SentChunk(one.seq, one.n, number, rows.tail(name) or blobs.get(name) or b"")
            for one, names in group
            for number, name in enumerate(names.chunks)
        )
        for count, page in encode_pages(PageKind.CHUNK, chunks, origin):
            yield PageKind.CHUNK, count, page


def _size(rows: Rows, blobs: Blobs, row: AttachmentRow) -> int | None:
    """Return what an attachment takes in a bundle; None where it is not whole here."""
    if names_digest(row.names) != row.digest:
        return None
    size = len(row.names) + _BESIDE_A_CHUNK
    try:
        names = Names.decode(row.names)
    except MalformedError:
        return None
    for name in names.chunks:
        tail = rows.tail(name)
        if tail is None and not blobs.holds(name):
            return None
        size += _BESIDE_A_CHUNK + (SEALED_CHUNK_SIZE if tail is None else len(tail))
    return size


@dataclass(slots=True)
class _Coming:
    row: AttachmentRow
    names: Names
    tails: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Arriving:
    """Contents on their way in, within one transaction: a row for each is written once all its chunks are here."""

    rows: Rows
    blobs: Blobs
    _coming: dict[tuple[bytes, int, int], _Coming] = field(default_factory=dict)
    _written: list[bytes] = field(default_factory=list)

    def announce(self, origin: bytes, sent: SentAttachment, digest: bytes) -> None:
        """Take the names of an attachment that a proven list names; one that is here is passed by.

        One that is listed as erased comes in: it goes where no paper names it, and that is known once papers open.
        """
        if any(row.compartment == sent.compartment for row in self.rows.attachments_named(digest)):
            return
        row = AttachmentRow(digest, sent.compartment, sent.names)
        self._coming[origin, sent.seq, sent.n] = _Coming(row, Names.decode(sent.names))

    def take(self, origin: bytes, sent: SentChunk) -> bool:
        """Store a chunk that was announced; False where it is none of that attachment.

        Raises:
            TryAgainError: no room.
        """
        coming = self._coming.get((origin, sent.seq, sent.n))
        if coming is None:
            return True  # of what is here already
        chunks = coming.names.chunks
        name = chunk_name(sent.sealed)
        if sent.number >= len(chunks) or chunks[sent.number] != name:
            return False
        if len(sent.sealed) == SEALED_CHUNK_SIZE:
            if not self.blobs.holds(name):
                self.blobs.put(name, sent.sealed)
                self._written.append(name)
        elif self.rows.tail(name) is None:
            self.rows.add_tails([TailRow(name, sent.sealed)])
            coming.tails.append(name)
        return True

    def finish(self) -> int:
        """Write the rows of those that came whole, and drop what came of the rest; return how many are whole.

        Raises:
            TryAgainError: the medium does not take a chunk.
        """
        whole = [coming for coming in self._coming.values() if self._is_whole(coming)]
        self.rows.add_attachments([coming.row for coming in whole])
        kept = {name for coming in whole for name in coming.names.chunks}
        for coming in self._coming.values():
            self.rows.delete_tails([name for name in coming.tails if name not in kept])
        self.blobs.delete([name for name in self._written if name not in kept])
        self.blobs.settle([name for name in self._written if name in kept])
        return len(whole)

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """Delete what was written where the transaction fails; what cannot be deleted now, an unlock sweeps."""
        try:
            yield
        except BaseException:
            with suppress(TryAgainError):
                self.blobs.delete(self._written)
            raise

    def _is_whole(self, coming: _Coming) -> bool:
        return all(self.rows.tail(name) is not None or self.blobs.holds(name) for name in coming.names.chunks)
