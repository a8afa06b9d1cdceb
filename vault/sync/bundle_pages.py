"""Pages: the rows of a bundle, each page of one kind and one log; widths are fixed, nothing nests (FORMAT.md 8).

What follows from other bytes is not carried: ids and digests are computed here, so that no row can lie about them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import Any, NamedTuple, TypeVar

from vault.errors import MalformedError
from vault.ids import ZERO_DIGEST
from vault.log.operation import NUMBER_LIMIT, OPERATION_LIMIT
from vault.words.message import Message

PAGE_TARGET = 512 * 1024
VERSION_LIMIT = 1 << 20  # `seal.padding.VERSION_CONTENT_LIMIT` follows from it
PAGE_LIMIT = 2 << 20
NOTE_LIMIT = 4_096
NOTICE_LIMIT = 32 * 1024
GRANT_LIMIT = 4_096
NAMES_LIMIT = 1 << 20
CHUNK_LIMIT = (1 << 20) + 16

_HEAD = struct.Struct(">B32sI")


class PageKind(IntEnum):
    """What the rows of a page are, in the order in which a bundle has them."""

    GENESIS = 1
    CHECKPOINT = 2
    OPERATION = 3
    EPOCH = 4
    GRANT = 5
    VERSION = 6
    VERSION_KEY = 7
    ATTACHMENT = 8
    CHUNK = 9


COUNTED = tuple(kind for kind in PageKind if kind <= PageKind.VERSION_KEY)
"""The kinds whose rows a manifest counts; programs that do not know the others pass them by."""


class SentOperation(NamedTuple):
    """An entry of the page's log."""

    seq: int
    header: bytes
    list: bytes
    sealed: bytes


class SentEpoch(NamedTuple):
    """A notice, and the place in the page's log that lists it."""

    seq: int
    n: int
    notice: bytes


class SentGrant(NamedTuple):
    """A key sealed to a seat, and the place in the page's log that lists it."""

    seq: int
    n: int
    compartment: bytes
    epoch: bytes
    seat: bytes
    sealed: bytes


class SentVersion(NamedTuple):
    """A sealed version, and the place in the page's log that lists it."""

    seq: int
    n: int
    compartment: bytes
    record: bytes
    blob: bytes


class SentVersionKey(NamedTuple):
    """A wrapped key of the version that the page's log lists at this place."""

    seq: int
    n: int
    epoch: bytes
    wrap: bytes


class SentAttachment(NamedTuple):
    """The names of an attachment, and the place in the page's log that lists it."""

    seq: int
    n: int
    compartment: bytes
    names: bytes


class SentChunk(NamedTuple):
    """A sealed chunk, by its number in the attachment that the page's log lists at this place."""

    seq: int
    n: int
    number: int
    sealed: bytes


SentRow = bytes | SentOperation | SentEpoch | SentGrant | SentVersion | SentVersionKey | SentAttachment | SentChunk
_Row = TypeVar("_Row", bound=SentRow)


class Page(NamedTuple):
    """Rows of one kind. `kind` is None where this program does not know it: kept apart and counted."""

    kind: PageKind | None
    origin: bytes
    rows: tuple[SentRow, ...]
    claimed: int

    def of(self, row_type: type[_Row]) -> Iterator[_Row]:
        """Yield the rows of a page whose kind has this type of row."""
        for row in self.rows:
            if isinstance(row, row_type):
                yield row


def encode_pages(kind: PageKind, rows: Iterable[SentRow], origin: bytes = ZERO_DIGEST) -> Iterator[tuple[int, bytes]]:
    """Yield (rows in it, page) until all rows are in some page; no rows give no page.

    Raises:
        MalformedError: a row is larger than a bundle may carry.
    """
    held: list[bytes] = []
    size = 0
    for row in rows:
        encoded = _encode_row(kind, row)
        if held and size + len(encoded) > PAGE_TARGET:
            yield len(held), _HEAD.pack(kind, origin, len(held)) + b"".join(held)
            held, size = [], 0
        held.append(encoded)
        size += len(encoded)
    if held:
        yield len(held), _HEAD.pack(kind, origin, len(held)) + b"".join(held)


def decode_page(untrusted: bytes) -> Page:
    """Return the rows of a page, each within its limit. Nothing is reserved for a count before its bytes are there.

    Raises:
        MalformedError: not exactly what `encode_pages` gives, or a row beyond its limit.
    """
    if not _HEAD.size <= len(untrusted) <= PAGE_LIMIT:
        raise MalformedError(Message("a page of a bundle has {count} bytes", count=len(untrusted)))
    number, origin, count = _HEAD.unpack_from(untrusted)
    if number not in _LAYOUTS:
        return Page(None, origin, (), count)
    kind = PageKind(number)
    at = _HEAD.size
    rows = []
    try:
        while at < len(untrusted):
            row, at = _decode_row(kind, untrusted, at)
            rows.append(row)
    except struct.error:
        raise MalformedError(Message("a page of a bundle ends within a {name}", name=kind.name.lower())) from None
    if len(rows) != count or not rows:
        raise MalformedError(
            Message("a page of a bundle has {count} rows of {count_2}", count=len(rows), count_2=count)
        )
    if any(not isinstance(row, bytes) and row.seq >= NUMBER_LIMIT for row in rows):
        raise MalformedError(Message("a page of a bundle names a position that no log has"))
    return Page(kind, origin, tuple(rows), count)


def _encode_row(kind: PageKind, row: SentRow) -> bytes:
    layout = _LAYOUTS[kind]
    fields: tuple[Any, ...] = (row,) if isinstance(row, bytes) else row
    fixed, parts = fields[: len(fields) - len(layout.limits)], fields[len(fields) - len(layout.limits) :]
    encoded = layout.fixed.pack(*fixed, *map(len, parts)) + b"".join(parts)
    if _decode_row(kind, encoded, 0) != (row, len(encoded)):
        raise MalformedError(Message("a {name} does not fit a bundle", name=kind.name.lower()))
    return encoded


def _decode_row(kind: PageKind, untrusted: bytes, at: int) -> tuple[SentRow, int]:
    """Return the row that begins there, and where it ends; each part is bounded before it is read."""
    layout = _LAYOUTS[kind]
    fields = layout.fixed.unpack_from(untrusted, at)
    at += layout.fixed.size
    fixed, sizes = fields[: len(fields) - len(layout.limits)], fields[len(fields) - len(layout.limits) :]
    if kind is PageKind.OPERATION and sum(sizes) > OPERATION_LIMIT:
        raise MalformedError(
            Message(
                "a bundle carries an operation of {sum} bytes: too large",
                sum=sum(sizes),
            )
        )
    parts = []
    for size, limit in zip(sizes, layout.limits, strict=True):
        if size > limit:
            raise MalformedError(
                Message(
                    "a bundle carries {what} of {size} bytes, more than {limit}",
                    what=layout.what,
                    size=size,
                    limit=limit,
                )
            )
        if at + size > len(untrusted):
            raise MalformedError(Message("a page of a bundle ends within {what}", what=layout.what))
        parts.append(untrusted[at : at + size])
        at += size
    return layout.make(*fixed, *parts), at


class _Layout(NamedTuple):
    """How a row stands in a page: fields of fixed width, of which the last are the sizes of the parts behind them."""

    make: Callable[..., SentRow]
    what: str
    fixed: struct.Struct
    limits: tuple[int, ...] = ()


_LAYOUTS: dict[int, _Layout] = {
    PageKind.GENESIS: _Layout(bytes, "a genesis", struct.Struct(">I"), (NOTE_LIMIT,)),
    PageKind.CHECKPOINT: _Layout(bytes, "a checkpoint", struct.Struct(">I"), (NOTE_LIMIT,)),
    PageKind.OPERATION: _Layout(SentOperation, "an operation", struct.Struct(">QIII"), (OPERATION_LIMIT,) * 3),
    PageKind.EPOCH: _Layout(SentEpoch, "an epoch", struct.Struct(">QII"), (NOTICE_LIMIT,)),
    PageKind.GRANT: _Layout(SentGrant, "a grant", struct.Struct(">QI16s16s16sI"), (GRANT_LIMIT,)),
    PageKind.VERSION: _Layout(SentVersion, "a version", struct.Struct(">QI16s16sI"), (VERSION_LIMIT,)),
    PageKind.VERSION_KEY: _Layout(SentVersionKey, "a wrapped key", struct.Struct(">QI16s40s")),
    PageKind.ATTACHMENT: _Layout(SentAttachment, "an attachment", struct.Struct(">QI16sI"), (NAMES_LIMIT,)),
    PageKind.CHUNK: _Layout(SentChunk, "a chunk", struct.Struct(">QIII"), (CHUNK_LIMIT,)),
}
