"""The keyring: every epoch key that a seat has opened, so that unlock needs no HPKE (FORMAT.md 3)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from vault.errors import MalformedError, VerificationError
from vault.ids import ID_SIZE
from vault.seal.keys import derive_wrap_key
from vault.seal.widths import KEY_SIZE, require_key, require_width

_Id = Annotated[bytes, msgspec.Meta(min_length=ID_SIZE, max_length=ID_SIZE)]
_Key = Annotated[bytes, msgspec.Meta(min_length=KEY_SIZE, max_length=KEY_SIZE)]


class Keyring:
    """Opened epoch keys by epoch id. It lives as long as one session; nothing of it is global."""

    __slots__ = ("_epochs", "_keys", "_wrap_keys")

    def __init__(self) -> None:
        self._keys: dict[bytes, tuple[bytes, bytes]] = {}
        self._epochs: dict[bytes, list[bytes]] = {}
        self._wrap_keys: dict[bytes, bytes] = {}

    def __len__(self) -> int:
        return len(self._keys)

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
        entry = (compartment, key)
        held = self._keys.setdefault(epoch, entry)
        if held != entry:
            raise VerificationError(f"epoch {epoch.hex()} is held with another key")
        if held is entry:
            self._epochs.setdefault(compartment, []).append(epoch)

    def get(self, epoch: bytes) -> bytes | None:
        """Return the key of an epoch, or None when this seat never opened it."""
        entry = self._keys.get(epoch)
        return None if entry is None else entry[1]

    def wrap_key(self, epoch: bytes) -> bytes | None:
        """Return the key that wraps version keys in this epoch, derived once per keyring, or None."""
        derived = self._wrap_keys.get(epoch)
        if derived is None and (key := self.get(epoch)) is not None:
            derived = self._wrap_keys[epoch] = derive_wrap_key(key)
        return derived

    def compartment_of(self, epoch: bytes) -> bytes | None:
        """Return the compartment of an epoch, or None when this seat never opened it."""
        entry = self._keys.get(epoch)
        return None if entry is None else entry[0]

    def epochs_of(self, compartment: bytes) -> tuple[bytes, ...]:
        """Return the ids of the epochs held in a compartment, in the order in which they were added."""
        return tuple(self._epochs.get(compartment, ()))

    def compartments(self) -> tuple[bytes, ...]:
        """Return the compartments of which at least one epoch is held, in the order in which they were added."""
        return tuple(self._epochs)

    def drop(self, epoch: bytes) -> None:
        """Forget an epoch; nothing happens if it is not held."""
        entry = self._keys.pop(epoch, None)
        self._wrap_keys.pop(epoch, None)
        if entry is None:
            return
        remaining = self._epochs[entry[0]]
        remaining.remove(epoch)
        if not remaining:
            del self._epochs[entry[0]]

    def encode(self) -> bytes:
        """Return the keyring row's content: MessagePack array of [epoch, compartment, key], before it is sealed."""
        return msgspec.msgpack.encode([(epoch, compartment, key) for epoch, (compartment, key) in self._keys.items()])

    @classmethod
    def decode(cls, content: bytes) -> Keyring:
        """Return the keyring of an opened row.

        Raises:
            MalformedError: not the content that `encode` gives.
            VerificationError: one epoch stands there with two keys.
        """
        try:
            entries = msgspec.msgpack.decode(content, type=list[tuple[_Id, _Id, _Key]])
        except (msgspec.DecodeError, ValueError):  # bytes that are no UTF-8 too
            raise MalformedError("keyring row cannot be read") from None
        keyring = cls()
        for epoch, compartment, key in entries:
            keyring._hold(epoch, compartment, key)
        return keyring
