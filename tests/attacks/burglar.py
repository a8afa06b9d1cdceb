"""Everything that somebody's keys turn into plaintext: no policy, no index, no program, only the format and arithmetic.

`everything` is given folders, the secrets of a seat and database keys that leaked besides. It opens each SQLCipher file
with each key, each grant with the seat's private key, each wrap with each epoch key and each blob with each key, until
nothing more opens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # sqlcipher3 ships no types

from vault.errors import VaultError
from vault.log.epoch_notice import EpochNotice
from vault.seal.entrance.keyfile import SeatSecrets
from vault.seal.envelope import LocalContext, VersionContext, open_sealed
from vault.seal.keyring import Keyring, derive_wrap_key, unwrap
from vault.seal.purposes import LOCAL_PURPOSES, Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from

Row = tuple[object, ...]
Tables = dict[str, list[Row]]


@dataclass
class Loot:
    """What one pair of hands got so far."""

    vault: bytes
    secrets: SeatSecrets
    keys: set[bytes]
    tables: Tables = field(default_factory=dict)
    plaintext: list[bytes] = field(default_factory=list)

    def rows(self, table: str) -> list[Row]:
        return list(dict.fromkeys(self.tables.get(table, ())))

    def open_grants(self) -> None:
        """Open what was sealed to the seat, whatever row says it was: each epoch is tried with each giver."""
        private = KemPrivate.from_seed(self.secrets.kem_seed)
        homes: dict[object, set[bytes]] = {}
        for _, _, notice in self.rows("epoch"):
            with suppress(VaultError):
                read = EpochNotice.decode(_bytes(notice))
                homes.setdefault(read.epoch, set()).add(read.compartment)
        for _, epoch, seat, giver, sealed in self.rows("granted"):
            for home, to in product(homes.get(epoch, ()), {_bytes(seat), self.secrets.seat}):
                context = GrantContext(Purpose.GRANT, self.vault, home, _bytes(epoch), _bytes(giver), to)
                with suppress(VaultError):
                    self.keys.add(open_from(private, _bytes(sealed), context))

    def open_local_rows(self) -> None:
        """Open the rows that never leave a device, whoever's they are."""
        for seat, purpose, number, blob in self.rows("local"):
            for key in tuple(self.keys):
                with suppress(VaultError, ValueError):
                    assert isinstance(purpose, int)
                    assert isinstance(number, int)
                    if Purpose(purpose) not in LOCAL_PURPOSES:
                        continue
                    context = LocalContext(Purpose(purpose), self.vault, _bytes(seat), number)
                    content = open_sealed(key, _bytes(blob), context)
                    self.plaintext.append(content)
                    if purpose == Purpose.KEYRING:
                        held = Keyring.decode(content)
                        for compartment in held.compartments():
                            self.keys |= {held.get(epoch) or b"" for epoch in held.epochs_of(compartment)}

    def open_versions(self) -> None:
        """Open each version with every key there is, and with all that its wraps give under any of them."""
        wraps: dict[Row, set[bytes]] = {}
        for origin, seq, n, _, wrapped in self.rows("version_key"):
            wraps.setdefault((origin, seq, n), set()).add(_bytes(wrapped))
        wrap_keys = [derive_wrap_key(key) for key in self.keys]
        for origin, seq, n, _, compartment, record, blob in self.rows("version"):
            assert isinstance(seq, int)
            given = set(self.keys)
            for wrap_key, wrapped in product(wrap_keys, wraps.get((origin, seq, n), ())):
                with suppress(VaultError):
                    given.add(unwrap(wrap_key, wrapped))
            context = VersionContext(self.vault, _bytes(compartment), _bytes(record), _bytes(origin), seq)
            for key in given:
                with suppress(VaultError):
                    self.plaintext.append(open_sealed(key, _bytes(blob), context))


def everything(folders: Iterable[Path], vault: bytes, secrets: SeatSecrets, leaked: Collection[bytes] = ()) -> bytes:
    """Return all that becomes readable, joined: cells of files that open, what was sealed, and the raw files."""
    own = (secrets.keyring_key, secrets.index_key, secrets.draft_key, secrets.pin_key, secrets.identity_seed)
    loot = Loot(vault, secrets, {*own, *leaked})
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    files = [path for path in files if path.name != "ballast"]  # 16 MiB of nothing
    for path in files:
        loot.plaintext.append(path.name.encode() + path.read_bytes())
    for path, key in product((path for path in files if path.suffix == ".db"), tuple(loot.keys)):
        for table, rows in _tables(path, key):
            loot.tables.setdefault(table, []).extend(rows)
            for row in rows:
                loot.plaintext += [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
    loot.open_local_rows()
    loot.open_grants()
    loot.open_versions()
    return b"\x00".join(loot.plaintext)


def _bytes(cell: object) -> bytes:
    assert isinstance(cell, bytes)
    return cell


def _tables(path: Path, key: bytes) -> Iterator[tuple[str, list[Row]]]:
    connection = driver.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        connection.execute("PRAGMA cipher_page_size=8192")
        try:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        except driver.DatabaseError:
            return
        for name in names:
            with suppress(driver.DatabaseError):
                yield name, connection.execute(f'SELECT * FROM "{name}"').fetchall()
    finally:
        connection.close()
