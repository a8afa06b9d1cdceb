"""age: how bytes leave for somebody who has no seat (FORMAT.md 8)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pyrage  # type: ignore[import-untyped]  # ships no types

from vault.errors import BrokenSealError, UsageError
from vault.seal.recovery import words_of
from vault.words.message import Message


def seal_for(age_recipient: str, plaintext: bytes) -> bytes:
    """Return an age file that only the holder of the X25519 recipient `age1...` opens.

    age proves no sender, and does not withstand a later quantum computer.

    Raises:
        UsageError: not such a recipient.
    """
    return bytes(pyrage.encrypt(plaintext, [_recipient(age_recipient)]))


def seal_stream(age_recipient: str, pieces: Iterator[bytes], write: Callable[[bytes], object]) -> None:
    """Write such an age file piece by piece, in little memory. What `pieces` or `write` raise, this raises.

    Raises:
        UsageError: not such a recipient.
    """
    recipient, pipe = _recipient(age_recipient), _Pipe(pieces, write)
    try:
        pyrage.encrypt_io(pipe, pipe, [recipient])
    except Exception:  # the library says an exception of ours in words of its own
        if pipe.fault is None:
            raise
    if pipe.fault is not None:
        raise pipe.fault


class _Pipe:
    """What the library takes for a file, on both sides."""

    def __init__(self, pieces: Iterator[bytes], write: Callable[[bytes], object]) -> None:
        self._pieces, self._write = pieces, write
        self._left = b""
        self.fault: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes, and none at the end."""
        try:
            while not self._left:
                self._left = next(self._pieces)
        except StopIteration:
            return b""
        except BaseException as fault:
            self.fault = fault
            raise
        size = len(self._left) if size < 0 else size
        piece, self._left = self._left[:size], self._left[size:]
        return piece

    def write(self, data: bytes) -> int:
        """Pass on what was sealed."""
        try:
            self._write(data)
        except BaseException as fault:
            self.fault = fault
            raise
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""


def open_with(identity_text: str, untrusted: bytes) -> bytes:
    """Return the content of an age file with the identity `AGE-SECRET-KEY-1...`.

    Raises:
        UsageError: not such an identity.
        BrokenSealError: altered, cut, or for another recipient.
    """
    identity = _identity(identity_text)
    try:
        return bytes(pyrage.decrypt(untrusted, [identity]))
    except pyrage.DecryptError:
        raise BrokenSealError(Message("age file does not open with this identity")) from None


def fingerprint(age_recipient: str) -> str:
    """Return the 13 words by which two people compare an age recipient aloud.

    Raises:
        UsageError: not an X25519 recipient `age1...`; nothing that is not a key has a fingerprint.
    """
    text = str(_recipient(age_recipient))
    return " ".join(words_of(hashlib.sha256(b"casevault/age" + text.encode("ascii")).digest()))


def make_identity() -> str:
    """Return a fresh age identity `AGE-SECRET-KEY-1...`: what a recipient keeps to themselves."""
    return str(pyrage.x25519.Identity.generate())


def recipient_of(identity_text: str) -> str:
    """Return the recipient `age1...` that belongs to an identity.

    Raises:
        UsageError: not such an identity.
    """
    return str(_identity(identity_text).to_public())


def _identity(text: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        raise UsageError(
            Message("this is not an age identity"), next_step=Message("Name the file that `age-keygen` wrote.")
        ) from None


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise UsageError(
            Message("this is not an age recipient (age1...)"),
            next_step=Message("Ask the recipient for the public key; copy all of it."),
        ) from None
