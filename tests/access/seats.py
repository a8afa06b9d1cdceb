"""An invented seat: its secrets, and a `keys` file of its folder in which nothing but its doors opens."""

from __future__ import annotations

from vault.ids import MemberId, SeatId, VaultId
from vault.seal.entrance.doors import DoorKeys, make_doors
from vault.seal.entrance.keyfile import DOOR_COUNT, DOOR_SIZE, KeyFile, KeyHeader, SeatSecrets, make_key_file
from vault.seal.entrance.passphrase import FLOOR
from vault.seal.recipients import KemPrivate

VAULT, MEMBER = VaultId(b"v" * 16), MemberId(b"m" * 16)
SECRETS = SeatSecrets(
    seat=b"s" * 16,
    kem_seed=b"k" * 96,
    identity_seed=b"i" * 32,
    keyring_key=b"r" * 32,
    index_key=b"x" * 32,
    draft_key=b"d" * 32,
    pin_key=b"p" * 32,
    anchor=b"v" * 16 + b"a" * 16,
)
SEAT = SeatId(SECRETS.seat)
KEM = KemPrivate.from_seed(SECRETS.kem_seed)
DATABASE_KEY = b"K" * 32


def keys_file(*, with_doors: bool = False) -> KeyFile:
    """Return the `keys` file of a folder of VAULT; `with_doors` the seat opens its own to DATABASE_KEY."""
    closed = (bytes(DOOR_SIZE),) * DOOR_COUNT
    return make_key_file(
        KeyHeader(VAULT, b"f" * 16, 3, b"S" * 32, FLOOR),
        doors=make_doors(VAULT, DoorKeys(DATABASE_KEY), [(SEAT, KEM.public)]) if with_doors else closed,
        recovery_door=bytes(DOOR_SIZE),
        attempts_public=KEM.public,
        slots={},
    )
