"""One note beside the tables of a backup's file: what was copied and when, under the file's own seal."""

from __future__ import annotations

import sqlalchemy as sa

from vault.errors import MalformedError
from vault.store.engine import Database
from vault.words.message import Message

MANIFEST_TABLE = "manifest"
_metadata = sa.MetaData()
_manifest = sa.Table(MANIFEST_TABLE, _metadata, sa.Column("bytes", sa.LargeBinary, primary_key=True))


def put_manifest(database: Database, manifest: bytes) -> None:
    """Keep the note in a file that has none yet."""
    with database.transaction() as rows:
        _metadata.create_all(rows.connection)
        rows.connection.execute(sa.insert(_manifest), {"bytes": manifest})


def read_manifest(database: Database) -> bytes:
    """Return the note.

    Raises:
        MalformedError: the file has none, or more than one.
    """
    with database.reading() as rows:
        has_table = sa.inspect(rows.connection).has_table(_manifest.name)
        found = rows.connection.scalars(sa.select(_manifest)).all() if has_table else []
    if len(found) != 1:
        raise MalformedError(
            Message("{name} holds {count} manifests, not one", name=database.path.name, count=len(found))
        )
    return bytes(found[0])
