"""Attachments: sealed chunk by chunk into files and a row, listed by one operation, read back piece by piece.

Never more than a few chunks are in memory. Chunks are on the medium before the commit that lists them: what a crash
leaves is a stray that nothing names.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from vault.casework.document import Body
from vault.errors import MalformedError, NotFoundError, VaultError, VerificationError
from vault.ids import CompartmentId, make_id
from vault.log.items import Item, ItemKind, compartment_tag
from vault.progress import CancelledError, Progress, Stopped
from vault.seal.bodies import (
    CHUNK_SIZE,
    SEALED_CHUNK_SIZE,
    Names,
    attachment_place,
    chunk_name,
    is_chunk,
    names_digest,
    open_stream,
    seal_stream,
    sealed_sizes,
)
from vault.seal.keyring import make_key
from vault.store.blobs import Blobs
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import AttachmentRow, TailRow
from vault.words.message import Message

_OTHER_SIZE = Message("the document does not have the size that its record says")


class SealedBody(NamedTuple):
    """A body whose full chunks are on the medium, and that no operation lists yet."""

    body: Body
    names: bytes
    tail: TailRow | None


def seal_into(
    blobs: Blobs,
    vault: bytes,
    pieces: Iterable[bytes],
    size: int,
    *,
    progress: Progress = lambda done, total: None,
    cancelled: Stopped = lambda: False,
) -> SealedBody:
    """Seal a content of `size` bytes under a fresh key and write its full chunks, durable.

    `progress` is told bytes. Where anything fails, nothing is left.

    Raises:
        MalformedError: the pieces have another size, or it is larger than 32 GiB.
        TryAgainError: no room.
        CancelledError: as asked.
    """
    key, identity = make_key(), bytes(make_id())
    names: list[bytes] = []
    tail: TailRow | None = None
    try:
        stream = seal_stream(key, attachment_place(vault, identity), pieces, size)
        commitment, done = next(stream), 0
        for sealed in stream:
            _stop_if(cancelled)
            names.append(chunk_name(sealed))
            if len(sealed) == SEALED_CHUNK_SIZE:
                blobs.put(names[-1], sealed)
            else:
                tail = TailRow(names[-1], sealed)
            done += len(sealed)
            progress(min(done, size), size)
        encoded = Names(commitment, tuple(names)).encode()
        Names.decode(encoded)
        blobs.settle(names if tail is None else names[:-1])
    except BaseException:
        discard(blobs, names)
        raise
    return SealedBody(Body(names_digest(encoded), identity, key, size), encoded, tail)


def _stop_if(cancelled: Stopped) -> None:
    if cancelled():
        raise CancelledError


def discard(blobs: Blobs, names: Iterable[bytes]) -> None:
    """Delete the chunks of a body that will not be listed; what stays is swept at an unlock."""
    with suppress(VaultError):
        blobs.delete(names)


def discard_sealed(blobs: Blobs, sealed: SealedBody) -> None:
    """Do so for a body whose operation was not committed."""
    discard(blobs, Names.decode(sealed.names).chunks)


@dataclass(slots=True)
class Attached:
    """What one unit of work attaches."""

    rows: list[AttachmentRow] = field(default_factory=list)
    tails: list[TailRow] = field(default_factory=list)

    def add(self, compartment: CompartmentId, sealed: SealedBody) -> None:
        self.rows.append(AttachmentRow(sealed.body.digest, compartment, sealed.names))
        self.tails += [] if sealed.tail is None else [sealed.tail]

    def items(self) -> list[Item]:
        return [Item.in_compartment(ItemKind.ATTACHMENT, row.compartment, row.digest) for row in self.rows]

    def write(self, rows: Rows) -> None:
        """Insert the rows, in the transaction of the operation.

        Raises:
            VerificationError: they do not stand there afterwards.
        """
        rows.add_attachments(self.rows)
        rows.add_tails(self.tails)
        stand = all(row in rows.attachments_named(row.digest) for row in self.rows)
        if not stand or any(rows.tail(row.name) != row.bytes for row in self.tails):
            raise VerificationError(Message("an attachment is not in the database after it was written"))


def row_of(rows: Rows, digest: bytes, tag: bytes | None = None) -> AttachmentRow | None:
    """Return the row that names the chunks of an attachment, or None; one whose names are others' is none.

    With the tag of a list, that of its compartment. Without, any that says the same: names are what their digest says.
    """
    tags = None if tag is None else {tag}
    return next((row for row in rows.attachments_named(digest) if _names_it(row, tags)), None)


def _names_it(row: AttachmentRow, tags: Container[bytes] | None) -> bool:
    return (tags is None or row_tag(row) in tags) and names_digest(row.names) == row.digest


def row_tag(row: AttachmentRow) -> bytes:
    """Return the tag under which a list names the attachment of a row, if its compartment is the true one."""
    return compartment_tag(row.compartment, row.digest)


def is_listed(row: AttachmentRow, listed: Mapping[bytes, Container[bytes]]) -> bool:
    """Say whether a list names a row as it stands: digest -> the tags under which lists name it."""
    return _names_it(row, listed.get(row.digest, ()))


def read_body(database: Database, blobs: Blobs, vault: bytes, body: Body) -> Generator[bytes]:
    """Yield the content of an attachment, piece by piece; only at the end it is known to be whole.

    Raises:
        NotFoundError: it was not fetched to this device.
        VerificationError: a chunk is missing or was altered, or it is not what was sealed.
    """
    with database.reading() as rows:
        row = row_of(rows, body.digest)
    if row is None:
        raise NotFoundError(
            Message("the content of this document is not on this device"),
            next_step=Message("Ask a member who has it for a bundle."),
        )
    names = Names.decode(row.names)
    if body.size > CHUNK_SIZE * len(names.chunks) or len(names.chunks) != len(sealed_sizes(body.size)):
        raise MalformedError(_OTHER_SIZE)
    done = 0
    for piece in open_stream(body.key, attachment_place(vault, body.id), _sealed(database, blobs, names, body)):
        done += len(piece)
        yield piece
    if done != body.size:
        raise MalformedError(_OTHER_SIZE)


def _sealed(database: Database, blobs: Blobs, names: Names, body: Body) -> Iterator[bytes]:
    yield names.commitment
    sizes = sealed_sizes(body.size)
    for number, (name, size) in enumerate(zip(names.chunks, sizes, strict=True), 1):
        sealed = read_chunk(database, blobs, name, is_file=size == SEALED_CHUNK_SIZE)
        if sealed is None:
            raise VerificationError(
                Message("part {number} of {count} of the document is missing", number=number, count=len(sizes)),
                next_step=Message("Restore it from a backup, or ask the member who added it for the document."),
            )
        yield sealed


def read_chunk(database: Database, blobs: Blobs, name: bytes, *, is_file: bool) -> bytes | None:
    """Return a sealed chunk whose hash is its name, or None.

    Raises:
        VerificationError: something else stands there.
    """
    if is_file:
        sealed = blobs.get(name)
    else:
        with database.reading() as rows:
            sealed = rows.tail(name)
    if sealed is not None and chunk_name(sealed) != name:
        raise VerificationError(Message("a chunk of a document was altered: {name}", name=name.hex()))
    return sealed


def lacking_chunks(rows: Rows, blobs: Blobs, names: Names) -> int:
    """Return how many chunks of an attachment are not here, or are not what their names say; all are read."""
    return sum(not _is_whole(rows, blobs, name) for name in names.chunks)


def _is_whole(rows: Rows, blobs: Blobs, name: bytes) -> bool:
    if is_chunk(rows.tail(name), name, is_file=False):
        return True
    with suppress(VaultError):
        return is_chunk(blobs.get(name), name, is_file=True)
    return False


def chunks_of(attachments: Iterable[AttachmentRow]) -> set[bytes]:
    """Return the name of every chunk of these attachments, file or row."""
    found: set[bytes] = set()
    for row in attachments:
        with suppress(MalformedError):
            found.update(Names.decode(row.names).chunks)
    return found


def sweep_strays(database: Database, blobs: Blobs, *, now_s: float) -> int:
    """Delete chunks that no attachment names, files once they are untouched for an hour; return how many went."""
    with database.reading() as rows:
        named = chunks_of(rows.attachments())
        stray = set(rows.tail_keys()) - named
    if stray:
        with database.transaction() as rows:
            stray -= chunks_of(rows.attachments())
            rows.delete_tails(stray)
    return blobs.sweep(named, now_s=now_s) + len(stray)


def forget(
    database: Database,
    blobs: Blobs,
    compartment: bytes,
    digests: Collection[bytes],
    listed: Mapping[bytes, Container[bytes]],
) -> None:
    """Delete attachments of a compartment for good: rows, last chunks, files, and what the write-ahead log has of them.

    Whoever erases a document calls this with the digests of its bodies (`Document.bodies` of each of its versions),
    after the operation was committed that lists each of them as erased: an item of kind 6 beside those of its versions
    (`Work.erase`). Others call it when that operation comes to them. A chunk stays that another attachment names which
    a list names for its compartment: somebody may have listed there what is not theirs. A row that no list names keeps
    nothing, and goes too where it stands under such a digest. Files go first, so that a full disk has room for the
    rest, and a crash leaves the row by which the next call finds what is left. Calling twice is as once.

    `listed`: digest -> the tags under which lists name an attachment.

    Raises:
        TryAgainError: a file cannot be deleted now; call it again.
    """
    with database.reading() as rows:
        attachments = rows.attachments()
    going = {(compartment, digest) for digest in digests}
    found = [row for row in attachments if (row.compartment, row.digest) in going]
    if not found:
        return
    others = [row for row in attachments if (row.compartment, row.digest) not in going]
    names = chunks_of(found) - chunks_of(row for row in others if is_listed(row, listed))
    blobs.delete(names)
    false = [row for row in others if row.digest in digests and not is_listed(row, listed)]
    with database.transaction() as rows:
        rows.delete_attachments([*found, *false])
        rows.delete_tails(names)
    database.truncate_wal()
