"""A letter: a few pages for the seats of one member, sealed to each by HPKE (FORMAT.md 8). It names nobody.

format u8 | suite u8 | vault 16 | count u8 | count times: size u32 | HPKE message
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from vault.errors import BrokenSealError, MalformedError, RefusedError
from vault.ids import ID_SIZE
from vault.seal.envelope import FORMAT, SUITE
from vault.seal.padding import SMALLEST_PADDED_SIZE, padme
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from, seal_to
from vault.seal.widths import require_width
from vault.words.message import Message

MOST_SEATS = 32
LETTER_LIMIT = 70 * 1024 * 1024
_HEAD = struct.Struct(f">BB{ID_SIZE}sB")
_HEADROOM = 64 * 1024
_SIZE = struct.Struct(">I")
_MARK = b"\x80"


def seal_letter(content: bytes, vault: bytes, seats: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return the file that opens for each of these (seat, public KEM key).

    Raises:
        MalformedError: for nobody, or for more seats than a letter has.
        RefusedError: longer than 70 MiB for all of them together.
    """
    if not 0 < len(seats) <= MOST_SEATS:
        raise MalformedError(Message("a letter is for 1 to {most_seats} seats", most_seats=MOST_SEATS))
    marked = content + _MARK
    padded = marked.ljust(padme(max(len(marked), SMALLEST_PADDED_SIZE)), b"\0")
    if len(seats) * len(padded) > LETTER_LIMIT - _HEADROOM:
        raise RefusedError(
            Message("this is too large for a sealed file to {count} devices", count=len(seats)),
            next_step=Message("Ask a second person at this keyboard, or make several smaller exports."),
        )
    messages = [seal_to(public, padded, _context(vault, seat)) for seat, public in seats]
    return _HEAD.pack(FORMAT, SUITE, require_width("vault", vault, ID_SIZE), len(messages)) + b"".join(
        _SIZE.pack(len(message)) + message for message in messages
    )


def open_letter(private: KemPrivate, seat: bytes, vault: bytes, untrusted: bytes) -> bytes:
    """Return the content of a letter to this seat. Who wrote it, the letter does not prove.

    Raises:
        MalformedError: no letter of this vault.
        BrokenSealError: none of its messages is for this seat, or the one that was is altered.
    """
    for message in _messages(vault, untrusted):
        try:
            padded = open_from(private, bytes(message), _context(vault, seat))
        except BrokenSealError:
            continue
        content, mark, zeros = padded.rpartition(_MARK)
        if not mark or zeros.strip(b"\0") or len(padded) != padme(max(len(content) + 1, SMALLEST_PADDED_SIZE)):
            raise MalformedError(Message("a letter is not padded as its format says"))
        return content
    raise BrokenSealError(
        Message("this sealed file is not for this device, or it was altered"),
        next_step=Message("Ask the sender for a new file."),
    )


def _messages(vault: bytes, untrusted: bytes) -> list[memoryview]:
    if len(untrusted) < _HEAD.size:
        raise MalformedError(
            Message("the file is not a sealed file of CaseVault"), next_step=Message("Check the path.")
        )
    form, suite, of, count = _HEAD.unpack_from(untrusted)
    if (form, suite, of) != (FORMAT, SUITE, vault) or not 0 < count <= MOST_SEATS:
        raise MalformedError(
            Message("the file is not a sealed file of this vault"), next_step=Message("Check the path.")
        )
    # Views, not copies: what is no letter of ours costs no more memory than its own size.
    view, messages, at = memoryview(untrusted), list[memoryview](), _HEAD.size
    for _ in range(count):
        if len(untrusted) < at + _SIZE.size:
            raise MalformedError(Message("a letter was cut"))
        (size,) = _SIZE.unpack_from(untrusted, at)
        messages.append(view[at + _SIZE.size : at + _SIZE.size + size])
        at += _SIZE.size + size
    if at != len(untrusted):
        raise MalformedError(Message("a letter was cut or extended"))
    return messages


def _context(vault: bytes, seat: bytes) -> GrantContext:
    return GrantContext(Purpose.LETTER, vault, to_seat=seat)
