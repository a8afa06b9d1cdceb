"""The papers of a case: which there are, their content, and that they go."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from vault.access.session import Session
from vault.casework.document import Body, Document
from vault.errors import NotFoundError, UsageError, VerificationError
from vault.ids import CompartmentId
from vault.policy.roles import Action
from vault.progress import Progress
from vault.records.attachments import read_body, row_of
from vault.records.work import Entry
from vault.seal.bodies import ContentHash
from vault.services.cases.editing import Edited, Place, write_next
from vault.services.papers.homes import facts_typed, heads, papers_in, pseudonym, pseudonym_to_write, require_write
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.reading import Stored
from vault.store.blobs import Blobs
from vault.store.files import new_file, require_new
from vault.words.message import Message

_NO_DATE = "9999"


def list_in(session: Session, case: CompartmentId, *, why: str = "casework") -> list[Stored[Document]]:
    """Return the papers of a case or section by the day on which they came; that opens it, in the log before."""
    found = papers_in(session, case, why=why)
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
    rule = require_write(session, place.case)
    values = facts_typed(session, place.case, typed)
    if not values:
        raise UsageError(Message("there is nothing to change"))
    audit, versions = pseudonym_to_write(session, place.case), heads(session, place.case, place.record)
    changed = partial(replace, **values)
    return write_next(session, place, Document, versions, changed, act="case.edit", obj=audit, pol=rule)


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
    require_new(out)
    document = show(session, place, why=why).value
    audit = pseudonym(session, place.case)
    hashed = ContentHash()
    with new_file(out) as write, closing(content_of(session, document.body)) as pieces:
        session.log_act(Entry(act="file.view", why=why, obj=audit, covers={Document.KIND: 1}, pol=rule))
        done = 0
        for piece in hashed.passing(pieces):
            write(piece)
            done += len(piece)
            progress(done, document.body.size)
        if hashed.digest() != document.content_hash:
            raise VerificationError(Message("the document is not the one that its record describes"))
    return document


def content_of(session: Session, body: Body) -> Generator[bytes]:
    """Yield the content of a body, piece by piece, for services that asked before; see `read_body`."""
    return read_body(session.database, Blobs(session.folder.blobs_dir), session.vault, body)
