"""The contents of documents in a backup: chunks by name, each read and hashed as it is copied."""

from __future__ import annotations

from dataclasses import dataclass

from vault.errors import MalformedError, VaultError
from vault.progress import CancelledError, StepProgress, Stopped
from vault.records.attachments import lacking_chunks
from vault.seal.bodies import Names, chunk_name
from vault.store.blobs import Blobs
from vault.store.engine import Database
from vault.words.message import Message

_SETTLED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class ContentState:
    """How many attachments there are, and how many of their chunks are not there or not what their names say."""

    attachments: int
    missing: int


def copy_chunks(
    source: Blobs,
    target: Blobs,
    *,
    progress: StepProgress = lambda what, done, total: None,
    cancelled: Stopped = lambda: False,
) -> None:
    """Copy every chunk that is what its name says to another place; what is not stays behind.

    Raises:
        TryAgainError: no room. CancelledError: as asked.
    """
    names = list(source.names())
    for start in range(0, len(names), _SETTLED_AT_ONCE):
        copied = []
        for done, name in enumerate(names[start : start + _SETTLED_AT_ONCE], start):
            if cancelled():
                raise CancelledError
            sealed = _read(source, name)
            if sealed is not None:
                target.put(name, sealed)
                copied.append(name)
            progress(Message("Copying documents"), done + 1, len(names))
        target.settle(copied)


def content_state(tables: Database, blobs: Blobs, cancelled: Stopped = lambda: False) -> ContentState:
    """Read every chunk that the attachments of a database name, and say what is not there.

    Raises:
        CancelledError: as asked.
    """
    with tables.reading() as rows:
        attachments = rows.attachments()
    missing = 0
    for row in attachments:
        if cancelled():
            raise CancelledError
        try:
            names = Names.decode(row.names)
        except MalformedError:
            missing += 1
            continue
        with tables.reading() as rows:
            missing += lacking_chunks(rows, blobs, names)
    return ContentState(len(attachments), missing)


def _read(source: Blobs, name: bytes) -> bytes | None:
    try:
        sealed = source.get(name)
    except VaultError:
        return None
    return sealed if sealed is not None and chunk_name(sealed) == name else None
