"""age: how bytes leave for somebody who has no seat (FORMAT.md 8)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pyrage  # type: ignore[import-untyped]  # ships no types

from vault.errors import BrokenSealError, UsageError
from vault.seal import age_pq
from vault.seal.recovery import words_of
from vault.words.message import Message


def seal_for(age_recipient: str, plaintext: bytes) -> bytes:
    """Return an age file that only the holder of the recipient `age1...` or `age1pq1...` opens.

    age proves no sender. Only the second withstands a later quantum computer.

    Raises:
        UsageError: not such a recipient.
    """
    if holds_against_quantum(age_recipient):
        sealed: list[bytes] = []
        seal_stream(age_recipient, iter([plaintext]), sealed.append)
        return b"".join(sealed)
    return bytes(pyrage.encrypt(plaintext, [_recipient(age_recipient)]))


def seal_stream(age_recipient: str, pieces: Iterator[bytes], write: Callable[[bytes], object]) -> None:
    """Write such an age file piece by piece, in little memory. What `pieces` or `write` raise, this raises.

    Raises:
        UsageError: not such a recipient.
    """
    if holds_against_quantum(age_recipient):
        age_pq.seal(_checked_pq(age_recipient), pieces, write)
        return
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
    """Return the content of an age file with the identity `AGE-SECRET-KEY-1...` or `AGE-SECRET-KEY-PQ-1...`.

    Raises:
        UsageError: not such an identity.
        BrokenSealError: altered, cut, or for another recipient.
    """
    try:
        if identity_text.startswith(age_pq.SECRET_PREFIX):
            recipient_of(identity_text)
            return age_pq.unseal(identity_text, untrusted)
        return bytes(pyrage.decrypt(untrusted, [_identity(identity_text)]))
    except (pyrage.DecryptError, ValueError):
        raise BrokenSealError(Message("age file does not open with this identity")) from None


def fingerprint(age_recipient: str) -> str:
    """Return the 13 words by which two people compare an age recipient aloud.

    Raises:
        UsageError: not a recipient `age1...` or `age1pq1...`; nothing that is not a key has a fingerprint.
    """
    is_pq = holds_against_quantum(age_recipient)
    text = _checked_pq(age_recipient) if is_pq else str(_recipient(age_recipient))
    return " ".join(words_of(hashlib.sha256(b"casevault/age" + text.encode("ascii")).digest()))


def holds_against_quantum(age_recipient: str) -> bool:
    """Return if what is sealed to this recipient also withstands a later quantum computer."""
    return age_recipient.startswith(age_pq.PUBLIC_PREFIX)


def make_identity() -> str:
    """Return a fresh age identity `AGE-SECRET-KEY-1...`: what a recipient keeps to themselves."""
    return str(pyrage.x25519.Identity.generate())


def recipient_of(identity_text: str) -> str:
    """Return the recipient `age1...` or `age1pq1...` that belongs to an identity.

    Raises:
        UsageError: not such an identity.
    """
    if not identity_text.startswith(age_pq.SECRET_PREFIX):
        return str(_identity(identity_text).to_public())
    try:
        return age_pq.recipient_of(identity_text)
    except ValueError:
        raise _no_identity() from None


def _identity(text: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        raise _no_identity() from None


def _no_identity() -> UsageError:
    return UsageError(
        Message("this is not an age identity"), next_step=Message("Name the file that `age-keygen` wrote.")
    )


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise _no_recipient() from None


def _checked_pq(text: str) -> str:
    try:
        age_pq.check_recipient(text)
    except ValueError:
        raise _no_recipient() from None
    return text


def _no_recipient() -> UsageError:
    return UsageError(
        Message("this is not an age recipient (age1...)"),
        next_step=Message("Ask the recipient for the public key; copy all of it."),
    )
