"""Add a paper to a case: read its file once, seal it as it is read, and keep what it is.

The file itself stays where it is: nothing of it is written anywhere but sealed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vault.access.session import Session
from vault.casework.papers.document import Document
from vault.casework.papers.media import FIRST_BYTES, media_of
from vault.display import one_line
from vault.errors import MalformedError, NotFoundError, TryAgainError
from vault.ids import CompartmentId, RecordId, VersionId, make_id
from vault.index.heads import heads_of
from vault.policy.roles import Action
from vault.progress import Progress, Stopped
from vault.records.attachments import discard_sealed, seal_into
from vault.records.work import Entry
from vault.seal.attachments import ContentHash
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.reading import read_versions, stored_of_kind
from vault.store.blobs import Blobs
from vault.store.files import opened_to_read, read_pieces
from vault.words.message import Message

TRAVELS_LIMIT = 896 << 20
"""The largest content that a bundle carries; what is larger is in backups alone."""
_PIECE = 1 << 20
_LONGEST_NAME = 200
_ROOM_BESIDE = 16 << 20


@dataclass(frozen=True, slots=True)
class Added:
    """A paper that is durable. `travels`: a bundle can carry it."""

    case: CompartmentId
    record: RecordId
    size: int
    media: str
    travels: bool


def add(
    session: Session,
    case: CompartmentId,
    source: Path,
    facts: Mapping[str, Any],
    *,
    version_of: RecordId | None = None,
    progress: Progress = lambda done, total: None,
    cancelled: Stopped = lambda: False,
) -> Added:
    """Keep a file as a paper of a case, or as the next version of one. When this returns, it is durable.

    `facts` are values of the fields of the form; of a next version they are changed, and the others stay. `progress` is
    told bytes, from the calling thread.

    Raises:
        NotFoundError: no such file, or no such document in the case.
        TryAgainError: the file cannot be read, or changed while it was read, or there is no room; nothing is left.
        CancelledError: as asked; nothing is left.
    """
    up_to_date_index(session)  # rights may have ended
    rule = session.require(Action.CASE_WRITE, case)
    record, parents, before = _place(session, case, version_of)
    blobs = Blobs(session.folder.blobs_dir)
    hashed = ContentHash()
    with opened_to_read(source) as file:
        size = os.fstat(file.fileno()).st_size
        media = media_of(next(read_pieces(file, source, FIRST_BYTES), b""), source.name)
        file.seek(0)
        session.database.require_room(size + _ROOM_BESIDE)
        try:
            sealed = seal_into(
                blobs,
                session.vault,
                hashed.passing(read_pieces(file, source, _PIECE)),
                size,
                progress=progress,
                cancelled=cancelled,
            )
        except MalformedError:
            raise TryAgainError(
                Message("{name} changed while it was read", name=source.name),
                next_step=Message("Close the program that writes it, then repeat."),
            ) from None
    try:
        name = one_line(source.name)[-_LONGEST_NAME:]
        document = Document(
            **{**before, **facts}, name=name, media=media, body=sealed.body, content_hash=hashed.digest()
        )
        with session.work(case) as work:
            work.attach(case, sealed)
            work.keep(case, document, record, parents)
            audit = audit_of(session, case)
            work.commit(Entry(act="document.add", obj=audit, covers={Document.KIND: 1}, pol=rule))
    except BaseException:
        discard_sealed(blobs, sealed)
        raise
    return Added(case, record, size, media, size <= TRAVELS_LIMIT)


def _place(
    session: Session, case: CompartmentId, version_of: RecordId | None
) -> tuple[RecordId, list[VersionId], dict[str, Any]]:
    """Return the record, what its next version replaces, and the facts that this goes on with."""
    if version_of is None:
        return RecordId(make_id()), [], {}
    heads = [VersionId(head) for head in heads_of(up_to_date_index(session), case, version_of, Document.KIND)]
    found = stored_of_kind(read_versions(session, case, version_of, frozenset(heads)), Document)
    if not found:
        raise NotFoundError(Message("there is no such document in this case"))
    return version_of, heads, {field.name: getattr(found[0].value, field.name) for field in Document.FORM.fields}
