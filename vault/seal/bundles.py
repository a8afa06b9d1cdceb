"""The seal of a bundle: one fresh key to each seat by HPKE, and a body of chunks under it (FORMAT.md 8).

The body is a stream in the manner of STREAM: the nonce of a chunk is its number and whether it is the last, so that no
chunk can be cut off, dropped, exchanged or added. Its size is padded, so that it tells little.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vault.errors import BrokenSealError, MalformedError
from vault.ids import ID_SIZE
from vault.seal.envelope import FORMAT, SUITE
from vault.seal.padding import SMALLEST_PADDED_SIZE, padme
from vault.seal.purposes import Purpose
from vault.seal.recipients import HPKE_OVERHEAD, GrantContext, KemPrivate, open_from, seal_to
from vault.seal.widths import KEY_SIZE, require_key, require_width
from vault.words.message import Message

CHUNK_SIZE = 1 << 20
BUNDLE_MESSAGE_SIZE = KEY_SIZE + HPKE_OVERHEAD
_LENGTH_SIZE = 8
_COUNTER_SIZE = 11


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
        try:
            found = open_from(private, message, context)
        except BrokenSealError:
            continue
    if found is None or len(found) != KEY_SIZE:
        raise BrokenSealError(
            Message("the bundle is not for this device"),
            next_step=Message(
                "Ask for a bundle made for you; a bundle made before this device was admitted does not open here."
            ),
        )
    return found


def seal_body(key: bytes, vault: bytes, header: bytes, pieces: Iterable[bytes], content_size: int) -> Iterator[bytes]:
    """Yield the sealed body of the pieces joined, which have `content_size` bytes. A key seals one body, ever.

    Raises:
        MalformedError: the pieces have another size; what was yielded is of no use then.
    """
    cipher, commitment, aad = _body_cipher(key, vault, header)
    yield commitment
    padded = _padded_size(content_size)
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


def open_body(key: bytes, vault: bytes, header: bytes, untrusted: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content of a body, checked piece by piece; nothing is whole before the end is reached.

    Args:
        key: of `open_bundle_key`.
        vault: the vault, 16 bytes.
        header: all bytes of the file before the body.
        untrusted: the body: the commitment of 32 bytes, then its chunks with their tags, each but the last whole.

    Raises:
        BrokenSealError: altered, cut, reordered, longer than it was, or of another header.
    """
    chunks = iter(untrusted)
    cipher, commitment, aad = _body_cipher(key, vault, header)
    if not hmac.compare_digest(next(chunks, b""), commitment):
        raise _broken()
    content_size: int | None = None
    done = opened = number = 0
    chunk = next(chunks, None)
    while chunk is not None:
        following = next(chunks, None)
        try:
            plain = cipher.decrypt(_nonce(number, is_last=following is None), chunk, aad)
        except InvalidTag:
            raise _broken() from None
        opened += len(plain)
        if content_size is None:
            content_size = int.from_bytes(plain[:_LENGTH_SIZE], "big")
            plain = plain[_LENGTH_SIZE:]
        content, tail = plain[: content_size - done], plain[content_size - done :]
        if any(tail):
            raise _broken()
        done += len(content)
        if content:
            yield content
        chunk, number = following, number + 1
    if content_size is None or opened != _padded_size(content_size):  # which has room for all of the content
        raise _broken()


def _padded_size(content_size: int) -> int:
    return padme(max(_LENGTH_SIZE + content_size, SMALLEST_PADDED_SIZE))


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
            Message(
                "a bundle's content has {size} bytes or more, not {content_size}", size=size, content_size=content_size
            )
        )
    left = _padded_size(content_size) - _LENGTH_SIZE - content_size
    while left:
        zeros = min(left, CHUNK_SIZE)
        yield bytes(zeros)
        left -= zeros


def _body_cipher(key: bytes, vault: bytes, header: bytes) -> tuple[AESGCM, bytes, bytes]:
    aad = bytes((FORMAT, SUITE, Purpose.BUNDLE)) + require_width("vault", vault, ID_SIZE)
    aad += hashlib.sha256(header).digest()
    okm = HKDFExpand(hashes.SHA256(), 64, aad).derive(require_key(key))
    return AESGCM(okm[:KEY_SIZE]), okm[KEY_SIZE:], aad


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_COUNTER_SIZE, "big") + bytes((is_last,))


def _broken() -> BrokenSealError:
    return BrokenSealError(
        Message("the bundle is damaged or was altered"), next_step=Message("Ask the sender to send it again.")
    )
