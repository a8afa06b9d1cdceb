"""Keys of epochs and versions, and the keyring of all that a seat has opened, so that unlock needs no HPKE."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from typing import Annotated, Protocol

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from vault.errors import BrokenSealError, MalformedError, VerificationError
from vault.ids import DIGEST_SIZE, ID_SIZE, RandomBytes
from vault.seal.sizes import KEY_SIZE, require_key, require_width
from vault.words.message import Message

# Keys that belong to epochs and versions: their ids, wraps and one-way steps (FORMAT.md 3).

WRAP_SIZE = 40

_SHA256 = hashes.SHA256()


def make_key(random: RandomBytes = secrets.token_bytes) -> bytes:
    """Return a fresh 32-byte key."""
    return random(KEY_SIZE)


def epoch_id(compartment: bytes, origin: bytes, epoch_key: bytes) -> bytes:
    """Return the 16-byte name of a key: a hash of it and of the log in which it was made."""
    return _named_hash(
        b"casevault/key",
        require_width("compartment", compartment, ID_SIZE),
        require_width("origin", origin, DIGEST_SIZE),
        require_key(epoch_key),
    )


def compartment_id(origin: bytes, seq: int, n: int) -> bytes:
    """Return the 16-byte id of the compartment that place `n` in the list of (origin, seq) founds."""
    return _named_hash(
        b"casevault/compartment",
        require_width("origin", origin, DIGEST_SIZE),
        seq.to_bytes(8, "big"),
        n.to_bytes(4, "big"),
    )


def derive_wrap_key(epoch_key: bytes) -> bytes:
    """Return the 32-byte key that wraps version keys in this epoch."""
    return HKDFExpand(_SHA256, KEY_SIZE, b"wrap").derive(require_key(epoch_key))


def wrap(wrap_key: bytes, version_key: bytes) -> bytes:
    """Return the 40-byte AES-KW wrap. Deterministic: two devices that rotate the same epoch write equal rows."""
    return aes_key_wrap(require_key(wrap_key), require_key(version_key))


def unwrap(wrap_key: bytes, untrusted_wrap: bytes) -> bytes:
    """Return the 32-byte version key.

    A wrap binds no context: whether it belongs to a version, that version's commitment says.

    Raises:
        BrokenSealError: altered, of another length, or of another epoch.
    """
    if len(untrusted_wrap) != WRAP_SIZE:
        raise BrokenSealError(
            Message("wrap has {count} bytes, not {wrap_size}", count=len(untrusted_wrap), wrap_size=WRAP_SIZE)
        )
    try:
        return aes_key_unwrap(require_key(wrap_key), untrusted_wrap)
    except InvalidUnwrap:
        raise BrokenSealError(Message("wrap does not open under this epoch")) from None


def derive_entry_key(ratchet_key: bytes) -> bytes:
    """Return the key that seals the payload of the log entry at this step of the audit ratchet."""
    return hmac.digest(require_key(ratchet_key), b"entry", "sha256")


def derive_next_ratchet(ratchet_key: bytes) -> bytes:
    """Return the next step of the audit ratchet; there is no way back from it."""
    return hmac.digest(require_key(ratchet_key), b"next", "sha256")


def derive_index_tag(index_key: bytes, record: bytes, heads: bytes) -> bytes:
    """Return the 32-byte tag of one record in the index digest; `heads` = its head version ids, sorted and joined."""
    return hmac.digest(require_key(index_key), require_width("record", record, ID_SIZE) + heads, "sha256")


def _named_hash(name: bytes, *parts: bytes) -> bytes:
    return hashlib.sha256(name + b"".join(parts)).digest()[:ID_SIZE]


# The keyring: every epoch key that a seat has opened, so that unlock needs no HPKE (FORMAT.md 3).
_Id = Annotated[bytes, msgspec.Meta(min_length=ID_SIZE, max_length=ID_SIZE)]
_FIRST_SIZE = 4096
_Key = Annotated[bytes, msgspec.Meta(min_length=KEY_SIZE, max_length=KEY_SIZE)]


class KeyStore(Protocol):
    """Where a keyring's keys rest: memory of which the caller knows more than Python does."""

    def __len__(self) -> int:
        """Return how many bytes there are."""

    def read(self, start: int, size: int) -> bytes:
        """Return a copy of some of them."""

    def write(self, start: int, data: bytes) -> None:
        """Overwrite some of them."""

    def larger(self, size: int) -> KeyStore:
        """Return a store of at least this size with the same bytes, and wipe this one."""

    def close(self) -> None:
        """Wipe it."""


class _PlainStore:
    """Ordinary memory, for a keyring that lives as long as one check."""

    def __init__(self) -> None:
        self._bytes = bytearray(_FIRST_SIZE)

    def __len__(self) -> int:
        return len(self._bytes)

    def read(self, start: int, size: int) -> bytes:
        return bytes(memoryview(self._bytes)[start : start + size])

    def write(self, start: int, data: bytes) -> None:
        self._bytes[start : start + len(data)] = data

    def larger(self, size: int) -> _PlainStore:
        self._bytes += bytes(size - len(self._bytes))
        return self

    def close(self) -> None:
        self._bytes[:] = bytes(len(self._bytes))


class Keyring:
    """Opened epoch keys by epoch id. It lives as long as one session; nothing of it is global.

    The keys rest in `store`; what is asked for is a copy, and its caller lets go of it as soon as it can.
    """

    __slots__ = ("_cells", "_compartments", "_epochs", "_free", "_store", "_used", "_wrap_cells")

    def __init__(self, store: KeyStore | None = None) -> None:
        self._store: KeyStore = _PlainStore() if store is None else store
        self._used = 0
        self._free: list[int] = []
        self._cells: dict[bytes, int] = {}
        self._wrap_cells: dict[bytes, int] = {}
        self._compartments: dict[bytes, bytes] = {}
        self._epochs: dict[bytes, list[bytes]] = {}

    def __len__(self) -> int:
        return len(self._cells)

    def __contains__(self, epoch: bytes) -> bool:
        return epoch in self._cells

    def add(self, compartment: bytes, epoch: bytes, key: bytes) -> None:
        """Keep the 32-byte key of an epoch. The caller has checked that it hashes to the epoch's id.

        Raises:
            VerificationError: this epoch is held with another key or in another compartment.
            MalformedError: an id or the key has another length.
        """
        require_width("compartment", compartment, ID_SIZE)
        require_width("epoch", epoch, ID_SIZE)
        self._hold(epoch, compartment, require_key(key))

    def _hold(self, epoch: bytes, compartment: bytes, key: bytes) -> None:
        held = self._cells.get(epoch)
        if held is None:
            self._note(epoch, compartment, self._keep(key))
        elif (self._compartments[epoch], self._store.read(held, KEY_SIZE)) != (compartment, key):
            raise VerificationError(Message("epoch {epoch} is held with another key", epoch=epoch.hex()))

    def _note(self, epoch: bytes, compartment: bytes, cell: int) -> None:
        self._cells[epoch] = cell
        self._compartments[epoch] = compartment
        self._epochs.setdefault(compartment, []).append(epoch)

    def _keep(self, key: bytes) -> int:
        if self._free:
            cell = self._free.pop()
        else:
            cell = self._used
            self._make_room(KEY_SIZE)
        self._store.write(cell, key)
        return cell

    def _make_room(self, size: int) -> None:
        self._used += size
        if self._used > len(self._store):
            self._store = self._store.larger(max(self._used, 2 * len(self._store)))

    def _wipe(self, cell: int) -> None:
        self._store.write(cell, bytes(KEY_SIZE))
        self._free.append(cell)

    def get(self, epoch: bytes) -> bytes | None:
        """Return the key of an epoch, or None when this seat never opened it."""
        cell = self._cells.get(epoch)
        return None if cell is None else self._store.read(cell, KEY_SIZE)

    def wrap_key(self, epoch: bytes) -> bytes | None:
        """Return the key that wraps version keys in this epoch, derived once per keyring, or None."""
        cell = self._wrap_cells.get(epoch)
        if cell is not None:
            return self._store.read(cell, KEY_SIZE)
        key = self.get(epoch)
        if key is None:
            return None
        derived = derive_wrap_key(key)
        self._wrap_cells[epoch] = self._keep(derived)
        return derived

    def compartment_of(self, epoch: bytes) -> bytes | None:
        """Return the compartment of an epoch, or None when this seat never opened it."""
        return self._compartments.get(epoch)

    def epochs_of(self, compartment: bytes) -> tuple[bytes, ...]:
        """Return the ids of the epochs held in a compartment, in the order in which they were added."""
        return tuple(self._epochs.get(compartment, ()))

    def compartments(self) -> tuple[bytes, ...]:
        """Return the compartments of which at least one epoch is held, in the order in which they were added."""
        return tuple(self._epochs)

    def drop(self, epoch: bytes) -> None:
        """Forget an epoch and overwrite its key; nothing happens if it is not held."""
        cell = self._cells.pop(epoch, None)
        derived = self._wrap_cells.pop(epoch, None)
        if derived is not None:
            self._wipe(derived)
        if cell is None:
            return
        self._wipe(cell)
        compartment = self._compartments.pop(epoch)
        remaining = self._epochs[compartment]
        remaining.remove(epoch)
        if not remaining:
            del self._epochs[compartment]

    def copy(self, store: KeyStore | None = None) -> Keyring:
        """Return another keyring with the same keys, which go from store to store."""
        other = Keyring(store)
        for epoch, compartment, key in self._entries():
            other._hold(epoch, compartment, key)
        return other

    def close(self) -> None:
        """Forget every key and overwrite them all."""
        for held in (self._cells, self._wrap_cells, self._compartments, self._epochs):
            held.clear()
        self._store.close()

    def encode(self) -> bytes:
        """Return the keyring row's content: MessagePack array of [epoch, compartment, key], before it is sealed."""
        return msgspec.msgpack.encode(list(self._entries()))

    def _entries(self) -> Iterator[tuple[bytes, bytes, bytes]]:
        for epoch, cell in self._cells.items():
            yield epoch, self._compartments[epoch], self._store.read(cell, KEY_SIZE)

    @classmethod
    def decode(cls, content: bytes, store: KeyStore | None = None) -> Keyring:
        """Return the keyring of an opened row.

        Raises:
            MalformedError: not the content that `encode` gives.
            VerificationError: one epoch stands there twice.
        """
        try:
            entries = msgspec.msgpack.decode(content, type=list[tuple[_Id, _Id, _Key]])
        except ValueError:  # msgspec's errors, and bytes that are no UTF-8
            raise MalformedError(Message("keyring row cannot be read")) from None
        keyring = cls(store)
        for place, (epoch, compartment, _) in enumerate(entries):
            keyring._note(epoch, compartment, place * KEY_SIZE)
        if len(keyring) < len(entries):
            raise VerificationError(Message("keyring row names one epoch twice"))
        keyring._make_room(len(entries) * KEY_SIZE)
        for place, (_, _, key) in enumerate(entries):
            keyring._store.write(place * KEY_SIZE, key)
        return keyring
