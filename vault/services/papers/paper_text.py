"""The text of a paper: read once by a process that is shut in, kept sealed beside the paper, and searched."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace

from vault.access.session import Session
from vault.casework.papers.document import Document, ReadBy
from vault.errors import NotFoundError, TryAgainError
from vault.export.paper_text.asking import MOST_BYTES, ReadText, read_text
from vault.ids import CompartmentId, VersionId
from vault.policy.roles import Action
from vault.progress import Progress
from vault.records.attachments import SealedBody, discard_sealed, seal_into
from vault.records.codec import to_fields
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.services.cases.editing import Place
from vault.services.cases.sections import is_section
from vault.services.grants.sharing import holders_of
from vault.services.papers.homes import heads, pseudonym_to_write, require_write
from vault.services.papers.papers import content_of, show
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.extracted import extracted_text
from vault.services.projection.reading import stored_of_kind
from vault.store.blobs import Blobs
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class PaperText:
    """What a paper says, and how that was read; None where nobody read it yet."""

    text: str
    read_by: ReadBy | None


def text_of(session: Session, place: Place, *, why: str = "casework") -> PaperText:
    """Return the text of a paper as it was read, after the view of its case is in the log.

    Raises:
        NotFoundError: there is no such document.
    """
    document = show(session, place, why=why).value
    return PaperText(extracted_text(session, document.extracted), document.read_by)


def searched_by(session: Session, home: CompartmentId) -> tuple[str, ...] | None:
    """Return the names of those who can search the papers of a section; None of a case: there all who hold it can."""
    session.require(Action.CASE_READ, home)
    if not is_section(session, home):
        return None
    names = names_of_members(session)
    return tuple(sorted((name_in(names, member) for member in holders_of(session, home).members), key=str.casefold))


def read_and_keep(session: Session, place: Place, *, progress: Progress = lambda done, total: None) -> PaperText:
    """Read the text of a paper now and keep it in its next version. When this returns, it is durable.

    What somebody changes in its facts meanwhile stays.

    Raises:
        NotFoundError: no such document, or its content is not on this device.
        VerificationError: its content is not whole.
        TryAgainError: its content was replaced meanwhile.
        DependencyMissingError: a library is not installed.
    """
    before, _, _ = _newest(session, place)
    read = _read(session, before, progress)
    document, versions, parents = _newest(session, place)
    if document.body != before.body:
        raise TryAgainError(Message("the document was replaced while its text was read"))
    rule, audit = require_write(session, place.case), pseudonym_to_write(session, place.case)
    blobs, sealed = Blobs(session.folder.blobs_dir), _sealed(session, read)
    if read.is_whole:
        way = ReadBy.NOTHING if sealed is None else ReadBy(read.by)
    else:
        way = ReadBy.UNREADABLE if sealed is None else ReadBy.PART
    changed = replace(document, extracted=None if sealed is None else sealed.body, read_by=way)
    try:
        with session.work(place.case) as work:
            if sealed is not None:
                work.attach(place.case, sealed)
            known = {name: part for version in versions for name, part in version.content.fields.items()}
            work.write(place.case, place.record, Document.KIND, to_fields(changed, known=known), parents)
            work.commit(Entry(act="document.add", obj=audit, covers={Document.KIND: 1}, pol=rule))
    except BaseException:
        if sealed is not None:
            discard_sealed(blobs, sealed)
        raise
    return PaperText(read.text, way)


def _newest(session: Session, place: Place) -> tuple[Document, list[OpenedVersion], list[VersionId]]:
    """Return the document as it stands now, and all versions that stand, for who may write there."""
    require_write(session, place.case)
    versions = heads(session, place.case, place.record)
    found = stored_of_kind(versions, Document)
    if not found:
        raise NotFoundError(Message("there is no such document in this case"))
    return found[0].value, versions, [version.id for version in versions]


def _read(session: Session, document: Document, progress: Progress) -> ReadText:
    if document.body.size > MOST_BYTES:
        return ReadText("nothing", "", is_whole=False)
    with closing(content_of(session, document.body)) as pieces:
        content = b"".join(pieces)
    return read_text(content, document.media or "", progress=progress)


def _sealed(session: Session, read: ReadText) -> SealedBody | None:
    if not read.text:
        return None
    encoded = read.text.encode()
    return seal_into(Blobs(session.folder.blobs_dir), session.vault, [encoded], len(encoded))
