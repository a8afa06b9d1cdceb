"""Checks of fixed widths: an id or key of another length is refused before it is joined to anything."""

from __future__ import annotations

from vault.errors import MalformedError
from vault.words.message import Message

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


def require_u64(what: str, value: int) -> int:
    """Return `value` if it fits eight unsigned bytes.

    Raises:
        MalformedError: it does not, as a false row may claim.
    """
    if not 0 <= value < _U64_END:
        raise MalformedError(Message("{what} is not between 0 and 2^64 - 1", what=what))
    return value
