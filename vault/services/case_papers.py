"""The papers of a case or a section: added, listed, changed, saved."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from vault.access.session import Session
from vault.casework.document import FIRST_BYTES, Body, Document, media_of
from vault.display import one_line
from vault.errors import MalformedError, NotFoundError, TryAgainError, UsageError, VerificationError
from vault.ids import CompartmentId, RecordId, VersionId, make_id
from vault.index.heads import heads_in, heads_of
from vault.policy.roles import Action
from vault.progress import Progress, Stopped
from vault.records.attachment_bodies import SealedBody, discard_sealed, read_body, row_of, seal_into
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.seal.bodies import ContentHash
from vault.services.cases import sections
from vault.services.cases.cases import log_view
from vault.services.cases.editing import Edited, Place, locate, write_next
from vault.services.cases.story_records import typed_values
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.short_ids import the_one_named, typed_id
from vault.services.projection.stored_records import Stored, read_heads, read_versions, stored_of_kind
from vault.store.blobs import Blobs
from vault.store.files import new_file, opened_to_read, read_pieces, require_new
from vault.words.message import Message

# Where papers stand: in a case, or in a restricted section of one, of which the index knows nothing.

_TRANSLATION_OF = "translation_of"


def place_of(
    session: Session, text: str, section: CompartmentId | None = None, *, case: CompartmentId | None = None
) -> Place:
    """Return the paper with this id, or this beginning of one: of any case, of this one, or of this section.

    Raises:
        NotFoundError: none, or several.
    """
    if section is None:
        return locate(session, text, frozenset({Document.KIND}), case=case)
    papers = stored_of_kind(sections.opened_to_read(session, section), Document)
    found = the_one_named(typed_id(text), [paper.record for paper in papers])
    if found is None:
        raise NotFoundError(Message("there is no such document in this section"))
    return Place(section, RecordId(found), Document.KIND)


def facts_typed(session: Session, home: CompartmentId, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the facts that were typed; a paper is the translation of one that stands in the same place.

    Raises:
        UsageError, NotFoundError: no such field, a value of another shape, or no such paper there.
    """
    if not sections.is_section(session, home):
        return typed_values(session, home, Document.FORM, typed)
    original = typed.get(_TRANSLATION_OF, "").strip()
    found = {_TRANSLATION_OF: place_of(session, original, home).record.hex()} if original else {}
    return Document.FORM.from_typed({**typed, **found})


def papers_in(session: Session, home: CompartmentId, *, why: str) -> list[Stored[Document]]:
    """Return the papers there; opening them opens the case or the section, in the log before."""
    index = up_to_date_index(session)  # rights may have ended
    if sections.is_section(session, home):
        return list(sections.open_section(session, home, why=why).papers)
    log_view(session, home, why=why)
    heads = heads_in(index, home, Document.KIND)
    return stored_of_kind(read_heads(session, home, frozenset(VersionId(head.version) for head in heads)), Document)


def heads(session: Session, home: CompartmentId, record: RecordId) -> list[OpenedVersion]:
    """Return the versions of a paper that stand, for a caller that asked to read or write there."""
    if sections.is_section(session, home):
        found = sections.opened_to_read(session, home)
        return [version for version in found if (version.record, version.content.kind) == (record, Document.KIND)]
    wanted = heads_of(up_to_date_index(session), home, record, Document.KIND)
    return read_versions(session, home, record, frozenset(map(VersionId, wanted)))


def require_write(session: Session, home: CompartmentId) -> str:
    """Return the rule by which this member may write there; of a section, for who may still open its case."""
    up_to_date_index(session)  # rights may have ended
    rule = session.require(Action.CASE_WRITE, home)
    if sections.is_section(session, home):
        sections.opened_to_read(session, home)
    return rule


def pseudonym_to_write(session: Session, home: CompartmentId) -> bytes:
    """Return under which pseudonym the log names the place, ready to be written to."""
    return sections.opened_to_write(session, home) if sections.is_section(session, home) else audit_of(session, home)


def pseudonym(session: Session, home: CompartmentId) -> bytes:
    """Return under which pseudonym the log names the place."""
    return sections.head_of(session, home).audit if sections.is_section(session, home) else audit_of(session, home)


def case_of(session: Session, home: CompartmentId) -> CompartmentId:
    """Return the case: of a section, or itself."""
    return CompartmentId(sections.head_of(session, home).case) if sections.is_section(session, home) else home


# The papers of a case: which there are, their content, and that they go.
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
    session: Session, place: Place, out: Path, *, why: str = "casework", progress: Progress = lambda done, total: None
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


# Add a paper to a case: read its file once, seal it as it is read, and keep what it is.
# The file itself stays where it is: nothing of it is written anywhere but sealed.
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


def add_paper(
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
