"""A long content sealed as a stream of chunks, whatever it is: that of a bundle or of an attachment (FORMAT.md 8).

The nonce of a chunk is its number and whether it is the last, so that no chunk can be cut off, dropped, exchanged or
added. The size is padded, so that it tells little. One key seals one body, ever.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vault.errors import BrokenSealError, MalformedError
from vault.ids import ID_SIZE
from vault.seal.envelope import FORMAT, SUITE
from vault.seal.padding import SMALLEST_PADDED_SIZE, padme
from vault.seal.purposes import Purpose
from vault.seal.widths import KEY_SIZE, require_key, require_width
from vault.words.message import Message

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
