"""What a member is typing: one SQLCipher file each, durable when `save` returns, in every backup, no cache.

A draft causes no operation until it is finished; only its own member's key opens the file.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from vault.clock import now_ms
from vault.store.engine import Database, open_database

_metadata = sa.MetaData()
_draft = sa.Table(
    "draft",
    _metadata,
    sa.Column("compartment", sa.LargeBinary, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("saved_ms", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("compartment", "record", name="draft_pk"),
)
_PLACE = sa.and_(_draft.c.compartment == sa.bindparam("compartment"), _draft.c.record == sa.bindparam("record"))
# A text field of a terminal can hold halves of characters; they are the person's too.
_ENCODING = ("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Draft:
    """Unfinished content for one record; `kind` is the caller's word for what is typed."""

    compartment: bytes
    record: bytes
    kind: str
    saved_ms: int
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The content, if it was saved as text."""
        return self.content.decode(*_ENCODING)


class Drafts:
    """One member's drafts, open. Threads queue on the lock of its database."""

    def __init__(self, database: Database, raw_key: bytes) -> None:
        self._database = database
        self._raw_key = raw_key

    def save(
        self, compartment: bytes, record: bytes, content: bytes | str, kind: str, *, saved_ms: int | None = None
    ) -> None:
        """Keep this content in place of what was kept for the record; on the medium when this returns.

        Raises:
            TryAgainError: no room; the earlier draft stands.
        """
        row = {
            "compartment": compartment,
            "record": record,
            "kind": kind,
            "saved_ms": now_ms() if saved_ms is None else saved_ms,
            "content": content.encode(*_ENCODING) if isinstance(content, str) else content,
        }
        with self._database.transaction() as rows:
            rows.connection.execute(sa.delete(_draft).where(_PLACE), {"compartment": compartment, "record": record})
            rows.connection.execute(sa.insert(_draft), row)

    def list(self) -> list[Draft]:
        """Return all drafts, the last saved first."""
        with self._database.reading() as rows:
            found = rows.connection.execute(
                sa.select(_draft).order_by(_draft.c.saved_ms.desc(), _draft.c.compartment, _draft.c.record)
            )
            return [Draft(*row) for row in found]

    def delete(self, compartment: bytes, record: bytes) -> None:
        """Forget the draft for a record, if there is one; its pages are overwritten."""
        with self._database.transaction() as rows:
            rows.connection.execute(sa.delete(_draft).where(_PLACE), {"compartment": compartment, "record": record})
        self._database.truncate_wal()

    def copy_to(self, path: Path) -> None:
        """Write a copy under the same key to a new file, for a backup. Every page is ciphertext on its way.

        Raises:
            RefusedError: the file exists already.
            TryAgainError: no room for it.
        """
        with closing(open_database(path, self._raw_key, create=True)) as copy:
            self._database.copy_pages_to(copy)

    def close(self) -> None:
        """Leave one file behind."""
        self._database.close()


def open_drafts(path: Path, raw_key: bytes, *, ballast: Path | None = None) -> Drafts:
    """Open a member's drafts, or begin them where there is no file yet.

    Raises:
        WrongPassphraseError: the file belongs to another key.
        OpenElsewhereError: another process has it.
        TryAgainError: no room.
    """
    new = not path.exists() or path.stat().st_size == 0
    database = open_database(path, raw_key, create=new, ballast=ballast)
    try:
        with database.transaction() as rows:
            # Also after a crash between the file and its table.
            _metadata.create_all(rows.connection)
    except BaseException:
        database.close()
        raise
    return Drafts(database, raw_key)
