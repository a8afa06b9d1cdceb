"""Two stores of one vault: rows of a real one, and an empty one, with a bundle between them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.seal.places import fixed
from vault.access.session import Session
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import Genesis
from vault.log.verify import verify_log
from vault.seal.bodies import Recipient
from vault.seal.recipients import KemPrivate
from vault.seal.signing import is_signed_raw, public_key, sign
from vault.store.blobs import Blobs
from vault.store.engine import Database, open_database
from vault.store.rows import Rows
from vault.store.schema import make_tables
from vault.sync.bundle_file import Bundle, Manifest, Position, open_bundle
from vault.sync.bundle_making import Made, make_bundle
from vault.sync.row_import import Imported, import_into
from vault.sync.selecting import Extent, Request

IDENTITY = fixed("identity of the maker")
MAKER, RECEIVER, MEMBER = fixed("maker", 16), fixed("receiver", 16), fixed("member", 16)
KEM = KemPrivate.from_seed(fixed("kem of the receiver", 96))
OTHER_KEM = KemPrivate.from_seed(fixed("kem of another", 96))
TABLES = ("genesis", "operation", "checkpoint", "epoch", "granted", "version", "version_key")


@dataclass
class Sender:
    """A store that bundles are made of."""

    session: Session

    @property
    def database(self) -> Database:
        return self.session.database

    @property
    def vault(self) -> bytes:
        return self.session.vault

    def sizes(self) -> dict[bytes, int]:
        return {origin: extent.size for origin, extent in self.extents().items()}

    def extents(self) -> dict[bytes, Extent]:
        with self.database.reading() as rows:
            return {row.origin: extent(rows, row.bytes, row.origin) for row in rows.geneses()}

    def compartments(self) -> set[bytes]:
        with self.database.reading() as rows:
            return {EpochNotice.decode(row.bytes).compartment for row in rows.epochs()}

    def make(
        self,
        path: Path,
        *,
        have: Mapping[bytes, int] | None = None,
        base: Mapping[bytes, int] | None = None,
        compartments: Collection[bytes] | None = None,
        base_compartments: Collection[bytes] | None = None,
        base_keys: Mapping[bytes, int] | None = None,
        seats: Collection[bytes] = (),
        logs: Mapping[bytes, Extent] | None = None,
    ) -> Made:
        request = Request(
            logs=self.extents() if logs is None else logs,
            have=have or {},
            base=base or {},
            base_compartments=(self.compartments() if base else ()) if base_compartments is None else base_compartments,
            base_keys=base_keys or {},
            seats=seats,
            compartments=self.compartments() if compartments is None else compartments,
        )
        draft = Manifest(
            self.vault,
            MAKER,
            public_key(IDENTITY),
            MEMBER,
            1_764_000_000_000,
            Position(bytes(32), 0),
            0,
            0,
            bytes(32),
            {},
        )
        with self.database.reading() as rows:
            return make_bundle(
                rows,
                request,
                draft,
                [Recipient(RECEIVER, KEM.public)],
                path,
                blobs=blobs_of(self.database),
                sign=lambda purpose, message: (public_key(IDENTITY), sign(IDENTITY, purpose, message)),
            )


def extent(rows: Rows, genesis: bytes, origin: bytes) -> Extent:
    report = verify_log(genesis, rows.operations(origin), rows.checkpoints(origin), is_signed_raw)
    return Extent(report.size, report.rejected)


@contextmanager
def empty_store(folder: Path) -> Iterator[Database]:
    database = open_database(folder / "receiver.db", bytes(32), create=True)
    try:
        make_tables(database)
        yield database
    finally:
        database.close()


def blobs_of(database: Database) -> Blobs:
    return Blobs(database.path.with_name("blobs"))


def opened(path: Path, vault: bytes) -> Bundle:
    return open_bundle(path, KEM, RECEIVER, vault)


def take(
    database: Database,
    path: Path,
    vault: bytes,
    *,
    pins: Mapping[bytes, tuple[int, bytes]] | None = None,
    unknown: Collection[bytes] = (),
) -> Imported:
    def knows(origin: bytes, genesis: Genesis) -> bool:
        del origin
        return genesis.seat not in unknown

    return import_into(database, opened(path, vault), blobs_of(database), knows=knows, pins=pins or {})


def rows_of(database: Database, *tables: str) -> dict[str, set[tuple[object, ...]]]:
    """Return every row of the tables that travel."""
    with database.reading() as rows:
        return {
            table: {tuple(row) for row in rows.connection.exec_driver_sql(f"SELECT * FROM {table}")}
            for table in tables or TABLES
        }
