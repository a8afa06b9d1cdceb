"""The papers of a case: which there are, their content, and that they go."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from vault.access.session import Session
from vault.casework.papers.body import Body
from vault.casework.papers.document import Document
from vault.errors import NotFoundError, UsageError, VerificationError
from vault.ids import CompartmentId, VersionId
from vault.index.heads import heads_in
from vault.policy.roles import Action
from vault.progress import Progress
from vault.records.attachments import read_body, row_of
from vault.records.work import Entry
from vault.seal.attachments import ContentHash
from vault.services.cases.cases import log_view
from vault.services.cases.editing import Edited, Place, edit
from vault.services.cases.story import typed_values
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.reading import Stored, read_heads, stored_of_kind
from vault.store.blobs import Blobs
from vault.store.files import new_file
from vault.words.message import Message

_NO_DATE = "9999"


def list_in(session: Session, case: CompartmentId, *, why: str = "casework") -> list[Stored[Document]]:
    """Return the papers of a case by the day on which they came; opening them opens the case, in the log before."""
    up_to_date_index(session)  # rights may have ended
    log_view(session, case, why=why)
    heads = heads_in(up_to_date_index(session), case, Document.KIND)
    versions = read_heads(session, case, frozenset(VersionId(head.version) for head in heads))
    found = stored_of_kind(versions, Document)
    return sorted(found, key=lambda paper: (paper.value.received or _NO_DATE, paper.written_ms, paper.record))


def show(session: Session, place: Place, *, why: str = "casework") -> Stored[Document]:
    """Return what is known of one paper, after the view of its case is in the log.

    Raises:
        NotFoundError: there is no such document.
    """
    for paper in list_in(session, place.case, why=why):
        if paper.record == place.record:
            return paper
    raise NotFoundError(Message("there is no such document in this case"))


def is_here(session: Session, document: Document) -> bool:
    """Say whether the content of a paper was fetched to this device."""
    with session.database.reading() as rows:
        return row_of(rows, document.body.digest) is not None


def is_whole(session: Session, document: Document) -> bool:
    """Say whether the content of a paper is on this device, and has the size and hash that its record says."""
    hashed, size = ContentHash(), 0
    try:
        with closing(content_of(session, document.body)) as pieces:
            for piece in hashed.passing(pieces):
                size += len(piece)
    except (NotFoundError, VerificationError):
        return False
    return (size, hashed.digest()) == (document.body.size, document.content_hash)


def change(session: Session, place: Place, typed: Mapping[str, str]) -> Edited:
    """Change facts of a paper to what was typed; an empty text empties a field that may be empty.

    Raises:
        UsageError: no such field, or a value of another shape.
    """
    up_to_date_index(session)
    session.require(Action.CASE_WRITE, place.case)
    values = typed_values(session, place.case, Document.FORM, typed)
    if not values:
        raise UsageError(Message("there is nothing to change"))
    return edit(session, place, Document, lambda document: replace(document, **values))


def save(
    session: Session,
    place: Place,
    out: Path,
    *,
    why: str = "casework",
    progress: Progress = lambda done, total: None,
) -> Document:
    """Write the content of a paper to a new file, in clear, and return what it was; that it left is in the log before.

    Where it is not whole, no file is left.

    Raises:
        NotFoundError: no such document, or its content is not on this device.
        RefusedError: something is at `out` already. TryAgainError: no room.
        VerificationError: it is not whole.
    """
    up_to_date_index(session)
    rule = session.require(Action.CASE_READ, place.case)
    document = show(session, place, why=why).value
    audit = audit_of(session, place.case)
    hashed = ContentHash()
    with new_file(out) as write, closing(content_of(session, document.body)) as pieces:
        with session.work() as work:
            work.commit(Entry(act="file.view", why=why, obj=audit, covers={Document.KIND: 1}, pol=rule))
        done = 0
        for piece in hashed.passing(pieces):
            write(piece)
            done += len(piece)
            progress(done, document.body.size)
        if hashed.digest() != document.content_hash:
            raise VerificationError(Message("the document is not the one that its record tells of"))
    return document


def content_of(session: Session, body: Body) -> Generator[bytes]:
    """Yield the content of a body, piece by piece, for services that asked before; see `read_body`."""
    return read_body(session.database, Blobs(session.folder.blobs_dir), session.vault, body)
