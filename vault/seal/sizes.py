"""Fixed widths, checked before ids and keys are joined; and padding to sizes that tell little (FORMAT.md 4)."""

from __future__ import annotations

from vault.errors import MalformedError
from vault.seal.purposes import Purpose
from vault.words.message import Message

# Padding: 0x80, then zeros, to a size that tells little about the content (FORMAT.md 4).

SMALLEST_PADDED_SIZE = 256
AUDIT_SIZES = (256, 512, 1024, 4096)
SLOT_SIZE = 952

_MARK = b"\x80"
VERSION_CONTENT_LIMIT = 1_032_191
"""The longest content of a version that a bundle carries: one byte more is sealed in more than 1 MiB (FORMAT.md 8)."""


def padme(size: int) -> int:
    """Return the smallest Padme size not below `size` (>= 2): at most 12 % more, O(log log) bits told."""
    exponent = size.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (size + mask) & ~mask


def padded_size(purpose: Purpose, content_size: int) -> int:
    """Return the size that `content_size` bytes and the mark take when sealed for `purpose`.

    Raises:
        MalformedError: audit payloads end at 4,095 bytes, slots at 951.
    """
    needed = content_size + 1
    if purpose is Purpose.AUDIT:
        for size in AUDIT_SIZES:
            if needed <= size:
                return size
        raise MalformedError(
            Message(
                "audit payload of {content_size} bytes is longer than {audit_sizes}",
                content_size=content_size,
                audit_sizes=AUDIT_SIZES[-1] - 1,
            )
        )
    if purpose is Purpose.SLOT:
        if needed > SLOT_SIZE:
            raise MalformedError(
                Message(
                    "slot content of {content_size} bytes is longer than {slot_size}",
                    content_size=content_size,
                    slot_size=SLOT_SIZE - 1,
                )
            )
        return SLOT_SIZE
    return padme(max(needed, SMALLEST_PADDED_SIZE))


def pad(purpose: Purpose, content: bytes) -> bytes:
    """Return `content`, the mark 0x80 and zeros, in the one size that the purpose gives it."""
    return (content + _MARK).ljust(padded_size(purpose, len(content)), b"\0")


def unpad(purpose: Purpose, padded: bytes) -> bytes:
    """Return the content. One content has one padded form: any other tail or size is refused.

    Raises:
        MalformedError: no mark, or not the size that the purpose gives to this content.
    """
    size = len(padded.rstrip(b"\0")) - 1
    if padded[size : size + 1] != _MARK or padded_size(purpose, size) != len(padded):
        raise MalformedError(Message("padding is not that of the format"))
    return padded[:size]


# Checks of fixed widths: an id or key of another length is refused before it is joined to anything.
KEY_SIZE = 32

_U64_END = 1 << 64


def require_width(what: str, value: bytes, size: int) -> bytes:
    """Return `value` if it has `size` bytes.

    Raises:
        MalformedError: it has not. The text names what and both lengths, never the value.
    """
    if len(value) != size:
        raise MalformedError(Message("{what} has {count} bytes, not {size}", what=what, count=len(value), size=size))
    return value


def require_key(key: bytes) -> bytes:
    """Return `key` if it has 32 bytes: an empty or short key is refused, never stretched or padded."""
    return key if len(key) == KEY_SIZE else require_width("key", key, KEY_SIZE)


def require_u64(what: str, value: int) -> None:
    """Return if a number fits eight unsigned bytes.

    Raises:
        MalformedError: it does not, as a false row may claim.
    """
    if not 0 <= value < _U64_END:
        raise MalformedError(Message("{what} is not between 0 and 2^64 - 1", what=what))
