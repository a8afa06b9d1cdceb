"""Somebody with the database key in hand, and nothing else: rows are edited from outside the program.

The key is taken as an attacker would have it who read the memory of a running session: the seat's door of the `keys`
file. No module of the product writes here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # sqlcipher3 ships no types

from tests.services.founded import MEMBER, PASSPHRASE
from vault.access.seat_keys.rekeying import read_key_file
from vault.seal.entrance.doors import open_doors
from vault.seal.entrance.keyfile import SeatSecrets, unlock
from vault.seal.recipients import KemPrivate


@dataclass(frozen=True, slots=True)
class Outsider:
    """The keys of one vault, learned once; they fit every copy of it."""

    key: bytes
    secrets: SeatSecrets

    @contextmanager
    def rows(self, path: Path) -> Iterator[Any]:
        """Yield a cursor over the real file; what it did is committed at the end."""
        connection = driver.connect(str(path / "vault.db"), isolation_level=None)
        try:
            connection.execute(f"PRAGMA key=\"x'{self.key.hex()}'\"")
            connection.execute("PRAGMA cipher_page_size=8192")
            connection.execute("BEGIN IMMEDIATE")
            yield connection.cursor()
            connection.execute("COMMIT")
        finally:
            connection.close()


def learn(path: Path) -> Outsider:
    """Take the keys of a vault, as its founder has them."""
    return learn_as(path, MEMBER, PASSPHRASE)


def learn_as(path: Path, name: str, passphrase: bytes) -> Outsider:
    """Take the keys of a vault as one of its members has them."""
    file = read_key_file(path / "keys")
    secrets = unlock(file, bytearray(passphrase), name).secrets
    doors = open_doors(KemPrivate.from_seed(secrets.kem_seed), secrets.seat, file.header.vault, file.doors)
    return Outsider(doors.new, secrets)


def flipped(value: bytes, at: int | None = None) -> bytes:
    """Return the bytes with one bit changed, in the middle if no place is given."""
    place = len(value) // 2 if at is None else at
    return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]


def digest_of(*parts: bytes) -> bytes:
    """Return the digest of an operation's row as its format document gives it, written again from it."""
    return sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest()
