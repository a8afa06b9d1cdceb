"""Doors: the database key, sealed to each seat of a folder and to recovery (FORMAT.md 3)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from vault.errors import BrokenSealError, MalformedError, RefusedError
from vault.ids import RECOVERY_SEAT
from vault.seal.entrance.keyfile import DOOR_COUNT
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, make_kem_seed, open_from, seal_to
from vault.seal.sizes import KEY_SIZE, require_key, require_width
from vault.words.message import Message

_NO_KEY = bytes(KEY_SIZE)

Shuffle = Callable[[list[bytes]], None]

_shuffle = secrets.SystemRandom().shuffle


@dataclass(frozen=True, slots=True)
class DoorKeys:
    """The key of the database, and the one before it while a change of key may be unfinished."""

    new: bytes = field(repr=False)
    old: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        # Zeros mean "no key" in a door: a database under them would be open to all.
        for key in (self.new, self.old):
            if key is not None and require_key(key) == _NO_KEY:
                raise MalformedError(Message("database key is empty"))

    def encode(self) -> bytes:
        """Return the 64 bytes that a door seals."""
        return self.new + (self.old or _NO_KEY)

    @classmethod
    def decode(cls, content: bytes) -> DoorKeys:
        """Return the keys of an opened door.

        Raises:
            MalformedError: other than 64 bytes, or without a key.
        """
        require_width("door content", content, 2 * KEY_SIZE)
        old = content[KEY_SIZE:]
        return cls(content[:KEY_SIZE], None if old == _NO_KEY else old)


def make_doors(
    vault: bytes, keys: DoorKeys, seats: Sequence[tuple[bytes, bytes]], shuffle: Shuffle = _shuffle
) -> tuple[bytes, ...]:
    """Return 32 doors in random order: one for each (seat id, public KEM key), the others for nobody.

    Raises:
        RefusedError: more seats than doors.
    """
    if len(seats) > DOOR_COUNT:
        raise RefusedError(
            Message("a folder has doors for {door_count} seats, not {count}", door_count=DOOR_COUNT, count=len(seats))
        )
    doors = [seal_to(public, keys.encode(), _door_context(vault, seat)) for seat, public in seats]
    nobody = KemPrivate.from_seed(make_kem_seed()).public
    while len(doors) < DOOR_COUNT:
        doors.append(seal_to(nobody, secrets.token_bytes(2 * KEY_SIZE), GrantContext(Purpose.DOOR, vault)))
    shuffle(doors)
    return tuple(doors)


def make_recovery_door(vault: bytes, keys: DoorKeys, recovery_public: bytes) -> bytes:
    """Return the door that only the recovery key opens."""
    return seal_to(recovery_public, keys.encode(), _door_context(vault, RECOVERY_SEAT))


def open_doors(private: KemPrivate, seat: bytes, vault: bytes, untrusted_doors: Sequence[bytes]) -> DoorKeys:
    """Return the database key from whichever door opens for this seat; all are tried, always.

    Raises:
        BrokenSealError: none opens.
        MalformedError: one opens, but holds no key.
    """
    context = _door_context(vault, seat)
    content: bytes | None = None
    for door in untrusted_doors:
        with suppress(BrokenSealError):
            content = open_from(private, door, context)
    if content is None:
        raise BrokenSealError(Message("no door opens for seat {seat}", seat=seat.hex()))
    return DoorKeys.decode(content)


def open_recovery_door(private: KemPrivate, vault: bytes, untrusted_door: bytes) -> DoorKeys:
    """Return the database key with the recovery key.

    Raises:
        BrokenSealError: the door does not open.
        MalformedError: it opens, but holds no key.
    """
    return DoorKeys.decode(open_from(private, untrusted_door, _door_context(vault, RECOVERY_SEAT)))


def _door_context(vault: bytes, seat: bytes) -> GrantContext:
    return GrantContext(Purpose.DOOR, vault, to_seat=seat)
