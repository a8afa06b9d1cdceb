"""Contents of documents in a bundle: which find room, and how they come in, whole or not at all (FORMAT.md 8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from vault.errors import MalformedError, TryAgainError, VaultError, VerificationError
from vault.seal.bodies import SEALED_CHUNK_SIZE, Names, chunk_name, is_chunk, names_digest
from vault.store.blobs import Blobs
from vault.store.rows import Rows
from vault.store.rowtypes import AttachmentRow, TailRow
from vault.sync.bundle_pages import PageKind, SentAttachment, SentChunk, encode_pages
from vault.words.message import Message

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


class AlteredChunkError(VerificationError):
    """A chunk that was to go into a bundle is missing, or is not what its name says."""


def choose(rows: Rows, blobs: Blobs, candidates: Iterable[Candidate], room: int, *, reads_all: bool = False) -> Chosen:
    """Take attachments in the order of their places as long as they fit into `room` bytes.

    Of files the size is looked at; with `reads_all` each is read, and one that is not whole stays out.
    """
    sent: list[tuple[Candidate, Names]] = []
    left_out: set[bytes] = set()
    for candidate in sorted(candidates):
        size = _size(rows, blobs, candidate.row, reads_all=reads_all)
        if size is None or size > room:
            left_out.add(candidate.row.digest)
            continue
        room -= size
        sent.append((candidate, Names.decode(candidate.row.names)))
    by_log = sorted(sent, key=lambda one: (one[0].origin, one[0].seq, one[0].n))
    return Chosen(tuple(by_log), frozenset(left_out))


def content_pages(rows: Rows, blobs: Blobs, chosen: Chosen) -> Iterator[tuple[PageKind, int, bytes]]:
    """Yield (kind, rows, page): the names of all, then all chunks; one chunk is in memory at a time.

    Raises:
        AlteredChunkError: one is not what its name says.
    """
    for origin, group in groupby(chosen.sent, key=lambda one: one[0].origin):
        named = (SentAttachment(one.seq, one.n, one.row.compartment, one.row.names) for one, _ in group)
        for count, page in encode_pages(PageKind.ATTACHMENT, named, origin):
            yield PageKind.ATTACHMENT, count, page
    for origin, group in groupby(chosen.sent, key=lambda one: one[0].origin):
        chunks = (
            SentChunk(one.seq, one.n, number, _true_chunk(rows, blobs, name))
            for one, names in group
            for number, name in enumerate(names.chunks)
        )
        for count, page in encode_pages(PageKind.CHUNK, chunks, origin):
            yield PageKind.CHUNK, count, page


def _chunk(rows: Rows, blobs: Blobs, name: bytes) -> bytes | None:
    """Return a chunk, of its own place, that is what its name says; or None."""
    tail = rows.tail(name)
    if is_chunk(tail, name, is_file=False):
        return tail
    with suppress(VaultError):
        file = blobs.get(name)
        return file if is_chunk(file, name, is_file=True) else None
    return None


def _true_chunk(rows: Rows, blobs: Blobs, name: bytes) -> bytes:
    sealed = _chunk(rows, blobs, name)
    if sealed is None:
        raise AlteredChunkError(Message("a chunk of a document was altered: {name}", name=name.hex()))
    return sealed


def _size(rows: Rows, blobs: Blobs, row: AttachmentRow, *, reads_all: bool) -> int | None:
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
        is_tail = is_chunk(tail, name, is_file=False)
        if not is_tail and not blobs.holds(name):
            return None
        if reads_all and _chunk(rows, blobs, name) is None:
            return None
        size += _BESIDE_A_CHUNK + (len(tail) if tail is not None and is_tail else SEALED_CHUNK_SIZE)
    return size


@dataclass(slots=True)
class _Coming:
    """An attachment on its way in: which of its chunks lie here, each as its name says, and whether anything came."""

    row: AttachmentRow
    names: Names
    is_new: bool
    came: bool = False
    here: set[bytes] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        return self.here.issuperset(self.names.chunks)


@dataclass(slots=True)
class Arriving:
    """Contents on their way in, within one transaction: a row for each is written once all its chunks are here.

    What lies here under a name and is not what it says counts as absent: what comes takes its place.
    """

    rows: Rows
    blobs: Blobs
    _coming: dict[tuple[bytes, int, int], _Coming] = field(default_factory=dict)
    _files: set[bytes] = field(default_factory=set)
    _written: set[bytes] = field(default_factory=set)
    _tails: set[bytes] = field(default_factory=set)

    def announce(self, origin: bytes, sent: SentAttachment, digest: bytes) -> None:
        """Take the names of an attachment that a proven list names; of one that is here, each chunk is compared.

        One that is listed as erased comes in: it goes where no paper names it, and that is known once papers open.
        """
        row = AttachmentRow(digest, sent.compartment, sent.names)
        is_new = row not in self.rows.attachments_named(digest)
        self._coming[origin, sent.seq, sent.n] = _Coming(row, Names.decode(sent.names), is_new)

    def take(self, origin: bytes, sent: SentChunk) -> bool:
        """Store a chunk that was announced; False where it is none of that attachment.

        Raises:
            TryAgainError: no room.
        """
        coming = self._coming.get((origin, sent.seq, sent.n))
        if coming is None:
            return True  # of what does not come
        chunks = coming.names.chunks
        name = chunk_name(sent.sealed)
        if sent.number >= len(chunks) or chunks[sent.number] != name:
            return False
        coming.came |= self._put(name, sent.sealed)
        coming.here.add(name)
        return True

    def _put(self, name: bytes, sealed: bytes) -> bool:
        """Have a chunk at its place, where something else may lie; say whether it was not there."""
        if len(sealed) == SEALED_CHUNK_SIZE:
            self._files.add(name)
            with suppress(VaultError):
                if self.blobs.get(name) == sealed:
                    return False
            self.blobs.put(name, sealed)
            self._written.add(name)
        else:
            if self.rows.tail(name) == sealed:
                return False
            self.rows.delete_tails([name])
            self.rows.add_tails([TailRow(name, sealed)])
            self._tails.add(name)
        return True

    def finish(self) -> int:
        """Write the rows of those that came whole, and drop what came of the rest; return how many came.

        All their files are on the medium before: also one that lay here, whose import may have been cut off.

        Raises:
            TryAgainError: the medium does not take a chunk.
        """
        whole = [coming for coming in self._coming.values() if coming.is_whole and (coming.is_new or coming.came)]
        new = [coming.row for coming in whole if coming.is_new]
        self.rows.delete_attachments(new)
        self.rows.add_attachments(list(dict.fromkeys(new)))
        kept = {
            name for coming in self._coming.values() if coming.is_whole or not coming.is_new for name in coming.here
        }
        self.rows.delete_tails(self._tails - kept)
        self.blobs.delete(self._written - kept)
        here = {name for coming in whole for name in coming.here}
        self.blobs.settle((self._files & here) | (self._written & kept))
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
