"""The seal of a bundle: one fresh key to each seat by HPKE, and a body of chunks under it (FORMAT.md 8)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from vault.errors import BrokenSealError
from vault.seal.bodies import CHUNK_SIZE as CHUNK_SIZE  # noqa: PLC0414 - a bundle's chunks have it
from vault.seal.bodies import BodyPlace, open_stream, seal_stream
from vault.seal.purposes import Purpose
from vault.seal.recipients import HPKE_OVERHEAD, GrantContext, KemPrivate, open_from, seal_to
from vault.seal.widths import KEY_SIZE, require_key
from vault.words.message import Message

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
    return seal_stream(key, _place(vault, header), pieces, content_size)


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
    return open_stream(key, _place(vault, header), untrusted)


def _place(vault: bytes, header: bytes) -> BodyPlace:
    return BodyPlace(
        Purpose.BUNDLE,
        vault,
        hashlib.sha256(header).digest(),
        Message("the bundle is damaged or was altered"),
        Message("Ask the sender to send it again."),
    )
