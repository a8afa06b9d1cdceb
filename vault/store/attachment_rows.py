"""The rows of attachments: names of chunks, and the chunks that are too small for a file of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vault.store import sqlite_texts as sql
from vault.store.connected import Connected
from vault.store.rowtypes import AttachmentRow, TailRow


class AttachmentRows(Connected):
    """Reads and writes of attachments, as a part of `Rows`."""

    def add_attachments(self, rows: Sequence[AttachmentRow]) -> None:
        """Insert the names of attachments all chunks of which are here."""
        self._insert("attachment", rows)

    def attachments(self) -> list[AttachmentRow]:
        """Return every attachment, by digest."""
        return self._all(AttachmentRow._make, sql.ATTACHMENTS, {})

    def attachments_named(self, digest: bytes) -> list[AttachmentRow]:
        """Return what stands under a digest: one row, and false ones of other compartments perhaps."""
        return self._all(AttachmentRow._make, sql.ATTACHMENT, {"digest": digest})

    def add_tails(self, rows: Sequence[TailRow]) -> None:
        """Insert last chunks."""
        self._insert("tail", rows)

    def tail(self, name: bytes) -> bytes | None:
        """Return the last chunk of this name, as it stands here, or None."""
        row = self._first(TailRow._make, sql.TAIL, {"name": name})
        return None if row is None else row.bytes

    def tail_names(self) -> list[bytes]:
        """Return the name of every last chunk."""
        return self._scalars(sql.TAIL_NAMES, {})

    def tail_keys(self) -> list[bytes]:
        """Return the name of every row of last chunks, whatever stands beside it: chunks are not read."""
        return self._scalars(sql.TAIL_KEYS, {})

    def delete_attachments(self, rows: Collection[AttachmentRow]) -> None:
        """Delete what stands under the digests of these rows in their compartments."""
        self._run_many(sql.DELETE_ATTACHMENT, [(row.digest, row.compartment) for row in rows])

    def delete_tails(self, names: Collection[bytes]) -> None:
        """Delete last chunks."""
        self._run_many(sql.DELETE_TAIL, [(name,) for name in names])
