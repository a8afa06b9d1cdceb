"""Add a paper to a case: read its file once, seal it as it is read, and keep what it is.

The file itself stays where it is: nothing of it is written anywhere but sealed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vault.access.session import Session
from vault.casework.document import FIRST_BYTES, Body, Document, media_of
from vault.display import one_line
from vault.errors import MalformedError, NotFoundError, TryAgainError, VerificationError
from vault.ids import CompartmentId, RecordId, VersionId, make_id
from vault.progress import Progress, Stopped
from vault.records.attachments import SealedBody, discard_sealed, read_body, seal_into
from vault.records.work import Entry
from vault.seal.bodies import ContentHash
from vault.services.papers.homes import heads, pseudonym_to_write, require_write
from vault.services.projection.reading import stored_of_kind
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
    """Keep a file as a paper of a case or of a section, or as the next version of one. Then it is durable.

    `facts` are values of the fields of the form; of a next version they are changed, and the others stay. `progress` is
    told bytes, from the calling thread.

    Raises:
        NotFoundError: no such file, or no such document in the case.
        TryAgainError: the file cannot be read, or changed while it was read, or there is no room; nothing is left.
        CancelledError: as asked; nothing is left.
    """
    rule = require_write(session, case)
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
        audit = pseudonym_to_write(session, case)
        with session.work(case) as work:
            work.attach(case, sealed)
            work.keep(case, document, record, parents)
            work.commit(Entry(act="document.add", obj=audit, covers={Document.KIND: 1}, pol=rule))
    except BaseException:
        discard_sealed(blobs, sealed)
        raise
    return Added(case, record, size, media, size <= TRAVELS_LIMIT)


def keep_again(session: Session, document: Document, home: CompartmentId) -> RecordId:
    """Keep a paper in another place, its content and its text sealed anew: a key of the place before opens neither.

    Raises:
        NotFoundError: its content is not on this device.
        VerificationError: it is not whole, or not what its record says. Nothing was written.
        TryAgainError: no room.
    """
    rule, blobs, made = require_write(session, home), Blobs(session.folder.blobs_dir), list[SealedBody]()
    try:
        for body in document.bodies:
            made.append(_sealed_anew(session, blobs, body, document))
        content, *texts = (sealed.body for sealed in made)
        audit = pseudonym_to_write(session, home)
        with session.work(home) as work:
            for sealed in made:
                work.attach(home, sealed)
            record = work.keep(home, replace(document, body=content, extracted=next(iter(texts), None)))
            work.commit(Entry(act="document.add", obj=audit, covers={Document.KIND: 1}, pol=rule))
    except BaseException:
        for sealed in made:
            discard_sealed(blobs, sealed)
        raise
    return record


def _sealed_anew(session: Session, blobs: Blobs, body: Body, document: Document) -> SealedBody:
    session.database.require_room(body.size + _ROOM_BESIDE)
    hashed = ContentHash()
    with closing(read_body(session.database, blobs, session.vault, body)) as pieces:
        sealed = seal_into(blobs, session.vault, hashed.passing(pieces), body.size)
    if body == document.body and hashed.digest() != document.content_hash:
        discard_sealed(blobs, sealed)
        raise VerificationError(Message("the document is not the one that its record describes"))
    return sealed


def _place(
    session: Session, case: CompartmentId, version_of: RecordId | None
) -> tuple[RecordId, list[VersionId], dict[str, Any]]:
    """Return the record, what its next version replaces, and the facts that this goes on with."""
    if version_of is None:
        return RecordId(make_id()), [], {}
    versions = heads(session, case, version_of)
    found = stored_of_kind(versions, Document)
    if not found:
        raise NotFoundError(Message("there is no such document in this case"))
    facts = {field.name: getattr(found[0].value, field.name) for field in Document.FORM.fields}
    return version_of, [version.id for version in versions], facts
