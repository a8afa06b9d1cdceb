"""The body of a document: chunks under a key of its own, named by their hashes (FORMAT.md 8)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from vault.errors import MalformedError
from vault.seal.bodies import (
    CHUNK_SIZE,
    SEALED_CHUNK_SIZE,
    TAG_SIZE,
    BodyPlace,
    open_stream,
    padded_body_size,
    seal_stream,
)
from vault.seal.purposes import Purpose
from vault.words.message import Message

NAME_SIZE: Final = 32
NAMES_LIMIT: Final = 1 << 20
"""The most bytes that the names of one attachment take: a body of 32 GiB."""
_BROKEN: Final = Message("the document is not what was added: a part of it is missing or was altered")
_ADVICE: Final = Message("Restore it from a backup, or ask the member who added it for the document.")


class Names(NamedTuple):
    """What an attachment is committed to: the commitment of its key, and the hashes of its sealed chunks in order."""

    commitment: bytes
    chunks: tuple[bytes, ...]

    @classmethod
    def decode(cls, untrusted: bytes) -> Names:
        """Return the names in these bytes.

        Raises:
            MalformedError: not the commitment and at least one name, or more than 1 MiB.
        """
        if not 2 * NAME_SIZE <= len(untrusted) <= NAMES_LIMIT or len(untrusted) % NAME_SIZE:
            raise MalformedError(Message("the names of an attachment have {count} bytes", count=len(untrusted)))
        parts = tuple(untrusted[at : at + NAME_SIZE] for at in range(0, len(untrusted), NAME_SIZE))
        return cls(parts[0], parts[1:])

    def encode(self) -> bytes:
        """Return the bytes that the digest is over."""
        return self.commitment + b"".join(self.chunks)

    @property
    def digest(self) -> bytes:
        """The name of the attachment, as a list says it."""
        return names_digest(self.encode())


class ContentHash:
    """The SHA-256 of a content that passes by in pieces."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def passing(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the pieces as they are."""
        for piece in pieces:
            self._hash.update(piece)
            yield piece

    def digest(self) -> bytes:
        """Return the digest of what passed."""
        return self._hash.digest()


def names_digest(names: bytes) -> bytes:
    """Return by which 32 bytes a list names an attachment with these names."""
    return hashlib.sha256(names).digest()


def chunk_name(sealed: bytes) -> bytes:
    """Return the name of a sealed chunk: its SHA-256."""
    return hashlib.sha256(sealed).digest()


def is_chunk(untrusted: bytes | None, name: bytes, *, is_file: bool) -> bool:
    """Say whether bytes are the chunk of this name, at its place: a full one is a file, a shorter one is a row."""
    return untrusted is not None and is_file is (len(untrusted) == SEALED_CHUNK_SIZE) and chunk_name(untrusted) == name


def sealed_sizes(content_size: int) -> list[int]:
    """Return how many bytes each sealed chunk of a content of this size has: all but the last are 1 MiB and a tag."""
    padded = padded_body_size(content_size)
    full, rest = divmod(padded, CHUNK_SIZE)
    return [SEALED_CHUNK_SIZE] * full + ([rest + TAG_SIZE] if rest else [])


def seal_attachment(
    key: bytes, vault: bytes, identity: bytes, pieces: Iterable[bytes], content_size: int
) -> Iterator[bytes]:
    """Yield the commitment, then the sealed chunks. A key seals one body, ever.

    Raises:
        MalformedError: the pieces do not have `content_size` bytes.
    """
    return seal_stream(key, _place(vault, identity), pieces, content_size)


def open_attachment(key: bytes, vault: bytes, identity: bytes, untrusted: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content, piece by piece; see `open_stream`.

    Raises:
        BrokenSealError: not what was sealed there.
    """
    return open_stream(key, _place(vault, identity), untrusted)


def _place(vault: bytes, identity: bytes) -> BodyPlace:
    return BodyPlace(Purpose.ATTACHMENT, vault, identity, _BROKEN, _ADVICE)
