"""Long contents sealed as streams of chunks: bundles, and documents, whose chunks are named by hash (FORMAT.md 8)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vault.errors import BrokenSealError, MalformedError
from vault.ids import ID_SIZE
from vault.seal.envelope import FORMAT, SUITE
from vault.seal.purposes import Purpose
from vault.seal.recipients import HPKE_OVERHEAD, GrantContext, KemPrivate, open_from, seal_to
from vault.seal.sizes import KEY_SIZE, SMALLEST_PADDED_SIZE, padme, require_key, require_width
from vault.words.message import Message

# A long content sealed as a stream of chunks, whatever it is: that of a bundle or of an attachment (FORMAT.md 8).
# The nonce of a chunk is its number and whether it is the last, so that no chunk can be cut off, dropped, exchanged
# or added. The size is padded, so that it tells little. One key seals one body, ever.

CHUNK_SIZE: Final = 1 << 20
TAG_SIZE: Final = 16
SEALED_CHUNK_SIZE: Final = CHUNK_SIZE + TAG_SIZE
_LENGTH_SIZE = 8
_COUNTER_SIZE = 11


@dataclass(frozen=True, slots=True)
class BodyPlace:
    """What a body is bound to: its purpose, the vault, and what else fixes its place.

    `broken` is what a person hears where it is not what was sealed.
    """

    purpose: Purpose
    vault: bytes
    bound: bytes
    broken: Message
    next_step: Message

    @property
    def aad(self) -> bytes:
        """The bytes that are authenticated with each chunk."""
        return bytes((FORMAT, SUITE, self.purpose)) + require_width("vault", self.vault, ID_SIZE) + self.bound

    def refusal(self) -> BrokenSealError:
        """Return the one error for all that is wrong with a body."""
        return BrokenSealError(self.broken, next_step=self.next_step)


def padded_body_size(content_size: int) -> int:
    """Return the bytes that a content of this size takes in all chunks, without their tags."""
    return padme(max(_LENGTH_SIZE + content_size, SMALLEST_PADDED_SIZE))


def seal_stream(key: bytes, place: BodyPlace, pieces: Iterable[bytes], content_size: int) -> Iterator[bytes]:
    """Yield the commitment, then the sealed chunks of the pieces joined, which have `content_size` bytes.

    A key seals one body, ever.

    Raises:
        MalformedError: the pieces have another size; what was yielded is of no use then.
    """
    cipher, commitment = _cipher(key, place)
    aad = place.aad
    yield commitment
    padded = padded_body_size(content_size)
    waiting = bytearray()
    done = number = 0
    for piece in _padded(pieces, content_size):
        waiting += piece
        while len(waiting) >= CHUNK_SIZE or (waiting and done + len(waiting) >= padded):
            chunk = bytes(waiting[:CHUNK_SIZE])
            del waiting[:CHUNK_SIZE]
            done += len(chunk)
            yield cipher.encrypt(_nonce(number, is_last=done == padded), chunk, aad)
            number += 1


def open_stream(key: bytes, place: BodyPlace, untrusted: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content of a body, checked piece by piece; nothing is whole before the end is reached.

    `untrusted` is the commitment of 32 bytes, then the chunks with their tags, each but the last whole.

    Raises:
        BrokenSealError: altered, cut, reordered, longer than it was, or of another place.
    """
    chunks = iter(untrusted)
    cipher, commitment = _cipher(key, place)
    aad = place.aad
    if not hmac.compare_digest(next(chunks, b""), commitment):
        raise place.refusal()
    content_size: int | None = None
    done = opened = number = 0
    chunk = next(chunks, None)
    while chunk is not None:
        following = next(chunks, None)
        try:
            plain = cipher.decrypt(_nonce(number, is_last=following is None), chunk, aad)
        except InvalidTag:
            raise place.refusal() from None
        opened += len(plain)
        if content_size is None:
            content_size = int.from_bytes(plain[:_LENGTH_SIZE], "big")
            plain = plain[_LENGTH_SIZE:]
        content, tail = plain[: content_size - done], plain[content_size - done :]
        if any(tail):
            raise place.refusal()
        done += len(content)
        if content:
            yield content
        chunk, number = following, number + 1
    if content_size is None or opened != padded_body_size(content_size):  # which has room for all of the content
        raise place.refusal()


def _padded(pieces: Iterable[bytes], content_size: int) -> Iterator[bytes]:
    """Yield the size, the content, and zeros up to the padded size, in parts of any length."""
    yield content_size.to_bytes(_LENGTH_SIZE, "big")
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > content_size:
            break
        yield piece
    if size != content_size:
        raise MalformedError(
            Message("the content has {size} bytes or more, not {content_size}", size=size, content_size=content_size)
        )
    left = padded_body_size(content_size) - _LENGTH_SIZE - content_size
    while left:
        zeros = min(left, CHUNK_SIZE)
        yield bytes(zeros)
        left -= zeros


def _cipher(key: bytes, place: BodyPlace) -> tuple[AESGCM, bytes]:
    okm = HKDFExpand(hashes.SHA256(), 64, place.aad).derive(require_key(key))
    return AESGCM(okm[:KEY_SIZE]), okm[KEY_SIZE:]


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_COUNTER_SIZE, "big") + bytes((is_last,))


# The body of a document: chunks under a key of its own, named by their hashes (FORMAT.md 8).
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
    full, rest = divmod(padded_body_size(content_size), CHUNK_SIZE)
    return [SEALED_CHUNK_SIZE] * full + ([rest + TAG_SIZE] if rest else [])


def attachment_place(vault: bytes, identity: bytes) -> BodyPlace:
    """Return the place of the body of a document."""
    return BodyPlace(Purpose.ATTACHMENT, vault, identity, _BROKEN, _ADVICE)


# The seal of a bundle: one fresh key to each seat by HPKE, and a body of chunks under it (FORMAT.md 8).
BUNDLE_MESSAGE_SIZE = KEY_SIZE + HPKE_OVERHEAD


class Recipient(NamedTuple):
    """A seat that a bundle is for, and its 1,216-byte public KEM key."""

    seat: bytes
    kem_public: bytes


def seal_bundle_key(key: bytes, vault: bytes, recipients: Sequence[Recipient]) -> list[bytes]:
    """Return one message of 1,168 bytes for each seat. None of them says whose it is, nor who sent it."""
    require_key(key)
    return [seal_to(to.kem_public, key, GrantContext(Purpose.BUNDLE, vault, to_seat=to.seat)) for to in recipients]


def open_bundle_key(private: KemPrivate, seat: bytes, vault: bytes, untrusted: Sequence[bytes]) -> bytes:
    """Return the key of a bundle from whichever of its messages is for this seat; all are tried.

    Raises:
        BrokenSealError: none of them is, or the one that was is altered.
    """
    context = GrantContext(Purpose.BUNDLE, vault, to_seat=seat)
    found = None
    for message in untrusted:
        with suppress(BrokenSealError):
            found = open_from(private, message, context)
    if found is None or len(found) != KEY_SIZE:
        raise BrokenSealError(
            Message("the bundle is not for this device"),
            next_step=Message(
                "Ask for a bundle made for you; a bundle made before this device was admitted does not open here."
            ),
        )
    return found


def bundle_place(vault: bytes, header: bytes) -> BodyPlace:
    """Return the place of the body of a bundle; `header` is all bytes of the file before it."""
    return BodyPlace(
        Purpose.BUNDLE,
        vault,
        hashlib.sha256(header).digest(),
        Message("the bundle is damaged or was altered"),
        Message("Ask the sender to send it again."),
    )
