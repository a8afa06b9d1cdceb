"""Pages: the rows of a bundle, each page of one kind and one log; widths are fixed, nothing nests (FORMAT.md 8).

What follows from other bytes is not carried: ids and digests are computed here, so that no row can lie about them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import NamedTuple, TypeVar

from vault.errors import MalformedError
from vault.ids import ZERO_DIGEST
from vault.log.header import NUMBER_LIMIT
from vault.log.items import ITEM_SIZE, LIST_LIMIT
from vault.log.operation import OPERATION_LIMIT
from vault.words.message import Message

PAGE_TARGET = 512 * 1024
VERSION_LIMIT = 1 << 20  # `seal.padding.VERSION_CONTENT_LIMIT` follows from it
PAGE_LIMIT = 2 << 20
NOTE_LIMIT = 4_096
NOTICE_LIMIT = 32 * 1024
GRANT_LIMIT = 4_096

_HEAD = struct.Struct(">B32sI")
_LENGTH = struct.Struct(">I")
_OPERATION = struct.Struct(">QIII")
_PLACE = struct.Struct(">QI")
_GRANT = struct.Struct(">QI16s16s16sI")
_VERSION = struct.Struct(">QI16s16sI")
_VERSION_KEY = struct.Struct(">QI16s40s")


class PageKind(IntEnum):
    """What the rows of a page are, in the order in which a bundle has them."""

    GENESIS = 1
    CHECKPOINT = 2
    OPERATION = 3
    EPOCH = 4
    GRANT = 5
    VERSION = 6
    VERSION_KEY = 7


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


SentRow = bytes | SentOperation | SentEpoch | SentGrant | SentVersion | SentVersionKey
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
    if number not in _DECODERS:
        return Page(None, origin, (), count)
    kind = PageKind(number)
    reader = _Reader(untrusted, _HEAD.size)
    rows = []
    try:
        while reader.at < len(untrusted):
            rows.append(_DECODERS[kind](reader))
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
    match row:
        case SentOperation():
            encoded = _OPERATION.pack(row.seq, len(row.header), len(row.list), len(row.sealed))
            encoded += row.header + row.list + row.sealed
        case SentEpoch():
            encoded = _PLACE.pack(row.seq, row.n) + _sized(row.notice)
        case SentGrant():
            encoded = _GRANT.pack(*row[:-1], len(row.sealed)) + row.sealed
        case SentVersion():
            encoded = _VERSION.pack(*row[:-1], len(row.blob)) + row.blob
        case SentVersionKey():
            encoded = _VERSION_KEY.pack(*row)
        case _:
            encoded = _sized(row)
    if _DECODERS[kind](_Reader(encoded, 0)) != row:
        raise MalformedError(Message("a {name} does not fit a bundle", name=kind.name.lower()))
    return encoded


def _sized(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value


class _Reader:
    """Reads a page from front to back."""

    __slots__ = ("_bytes", "at")

    def __init__(self, untrusted: bytes, at: int) -> None:
        self._bytes = untrusted
        self.at = at

    def unpack(self, layout: struct.Struct) -> tuple[int | bytes, ...]:
        """Return fixed fields."""
        fields: tuple[int | bytes, ...] = layout.unpack_from(self._bytes, self.at)
        self.at += layout.size
        return fields

    def take(self, what: str, size: int, limit: int) -> bytes:
        """Return `size` bytes, at most `limit`."""
        if size > limit:
            raise MalformedError(
                Message("a bundle carries {what} of {size} bytes, more than {limit}", what=what, size=size, limit=limit)
            )
        if self.at + size > len(self._bytes):
            raise MalformedError(Message("a page of a bundle ends within {what}", what=what))
        self.at += size
        return self._bytes[self.at - size : self.at]


def _read_bytes(reader: _Reader, what: str, limit: int) -> bytes:
    (size,) = reader.unpack(_LENGTH)
    return reader.take(what, int(size), limit)


def _read_operation(reader: _Reader) -> SentOperation:
    seq, *sizes = (int(number) for number in reader.unpack(_OPERATION))
    if sum(sizes) > OPERATION_LIMIT or sizes[1] > ITEM_SIZE * LIST_LIMIT:
        raise MalformedError(
            Message(
                "a bundle carries an operation of {sum} bytes or a list of {sizes}: too large",
                sum=sum(sizes),
                sizes=sizes[1],
            )
        )
    header, items, sealed = (reader.take("an operation", size, OPERATION_LIMIT) for size in sizes)
    return SentOperation(seq, header, items, sealed)


def _read_epoch(reader: _Reader) -> SentEpoch:
    seq, n = reader.unpack(_PLACE)
    return SentEpoch(int(seq), int(n), _read_bytes(reader, "an epoch", NOTICE_LIMIT))


def _read_grant(reader: _Reader) -> SentGrant:
    *fixed, size = reader.unpack(_GRANT)
    return SentGrant._make((*fixed, reader.take("a grant", int(size), GRANT_LIMIT)))


def _read_version(reader: _Reader) -> SentVersion:
    *fixed, size = reader.unpack(_VERSION)
    return SentVersion._make((*fixed, reader.take("a version", int(size), VERSION_LIMIT)))


def _read_version_key(reader: _Reader) -> SentVersionKey:
    return SentVersionKey._make(reader.unpack(_VERSION_KEY))


_DECODERS: dict[int, Callable[[_Reader], SentRow]] = {
    PageKind.GENESIS: lambda reader: _read_bytes(reader, "a genesis", NOTE_LIMIT),
    PageKind.CHECKPOINT: lambda reader: _read_bytes(reader, "a checkpoint", NOTE_LIMIT),
    PageKind.OPERATION: _read_operation,
    PageKind.EPOCH: _read_epoch,
    PageKind.GRANT: _read_grant,
    PageKind.VERSION: _read_version,
    PageKind.VERSION_KEY: _read_version_key,
}
