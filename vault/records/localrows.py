"""What a seat keeps from one session to the next: the key that signs next, and the audit ratchet (FORMAT.md 7)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from vault.errors import MalformedError
from vault.ids import CompartmentId, EpochId, Origin
from vault.seal.keyring import derive_entry_key, derive_next_ratchet
from vault.seal.signing import public_key
from vault.words.message import Message

_Form = TypeVar("_Form")


@dataclass(frozen=True, slots=True)
class Ratchet:
    """The one key with which this seat can seal the next payload; it cannot open an earlier one.

    `step` entries were sealed in this epoch so far; `day` is the day (UTC) on which the epoch began, `first`
    the position of its first entry (None in rows of before this was kept).
    """

    compartment: CompartmentId
    epoch: EpochId
    key: bytes = field(repr=False)
    step: int
    day: int
    first: int | None = None

    def is_at(self, size: int) -> bool:
        """Say whether this is the ratchet of a log of this size: an older row would seal with a key used before."""
        return self.first is None or self.first + self.step == size

    def entry_key(self) -> bytes:
        """Return the key of the next entry's payload."""
        return derive_entry_key(self.key)

    def advanced(self) -> Ratchet:
        """Return the ratchet behind the next entry."""
        return replace(self, key=derive_next_ratchet(self.key), step=self.step + 1)


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The signing key of the running session and the one that follows it.

    `began_at` is the size of the log at which the session's first entry stands, or None before it.
    """

    number: int
    seed: bytes = field(repr=False)
    following_seed: bytes = field(repr=False)
    began_at: int | None = None


class SessionSecret(msgspec.Struct, frozen=True):
    """The session row's content: its log, the seed of the next session's key, the key that signed last."""

    origin: bytes
    seed: bytes
    signer: bytes


def decoded(content: bytes, form: type[_Form], otherwise: Message) -> _Form:
    """Return what opened bytes hold; MalformedError with this text: they are not of the form."""
    try:
        return msgspec.msgpack.decode(content, type=form)
    except ValueError:  # msgspec's errors, and bytes that are no UTF-8
        raise MalformedError(otherwise) from None


def encode_session(origin: Origin, keys: SessionKeys) -> bytes:
    """Return the content of the session row: what the next unlock needs to go on from here."""
    return msgspec.msgpack.encode(SessionSecret(origin, keys.following_seed, public_key(keys.seed)))


def decode_session(content: bytes) -> SessionSecret:
    """Return what an opened session row says.

    Raises:
        MalformedError: not what `encode_session` gives.
    """
    return decoded(content, SessionSecret, Message("the session row cannot be read"))


class _RatchetContent(msgspec.Struct, frozen=True):
    compartment: bytes
    epoch: bytes
    key: bytes
    i: int
    day: int
    first: int | None = None


def encode_ratchet(ratchet: Ratchet) -> bytes:
    """Return the content of the ratchet row."""
    return msgspec.msgpack.encode(
        _RatchetContent(ratchet.compartment, ratchet.epoch, ratchet.key, ratchet.step, ratchet.day, ratchet.first)
    )


def decode_ratchet(content: bytes) -> Ratchet:
    """Return the ratchet of an opened row.

    Raises:
        MalformedError: not what `encode_ratchet` gives.
    """
    c = decoded(content, _RatchetContent, Message("the ratchet row cannot be read"))
    return Ratchet(CompartmentId(c.compartment), EpochId(c.epoch), c.key, c.i, c.day, c.first)
