"""The papers that somebody chose to leave with an export: what is on them, and what is painted over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.document import Document
from vault.errors import NotFoundError, RefusedError, UsageError, VerificationError
from vault.export.archive import MOST_PAPERS
from vault.export.paper_text.asking import MOST_BYTES
from vault.export.redrawn.drawn_anew import paint, read_pages
from vault.export.redrawn.layout import Page, PaintedPaper, left_of, text_of
from vault.ids import CompartmentId, RecordId, VersionId, short_id
from vault.index.heads import heads_in
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, of_kind
from vault.redaction.coarser import Coarser
from vault.redaction.dossier import RedactedDossier
from vault.redaction.profile import PAPER, Profile
from vault.redaction.source import SourceRecord, said_on_paper
from vault.seal.bodies import ContentHash
from vault.services.case_papers import content_of
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message, Words, plural

_STEP = Message("Leave this document out, and hand it over yourself if it is needed.")


@dataclass(frozen=True, slots=True)
class LeavingPaper:
    """A paper that leaves: its record and version, and its pages as they were read. Its content is read again."""

    record: RecordId
    version: VersionId
    document: Document
    pages: tuple[Page, ...] = field(repr=False)

    @property
    def text(self) -> str:
        return text_of(self.pages)

    def source(self) -> SourceRecord:
        """Return its text as redaction takes it."""
        return said_on_paper(self.document.kind, self.version, self.text)


def papers_leaving(
    session: Session, versions: Sequence[OpenedVersion], chosen: Iterable[bytes], profile: Profile
) -> tuple[LeavingPaper, ...]:
    """Return the chosen papers of a case, whose `versions` these are, in the order in which they were chosen.

    Raises:
        UsageError: more than a package holds.
        NotFoundError: there is no such document, or its content is not on this device.
        RefusedError: by this profile it stays, somebody changed it on two devices, or it cannot be drawn anew.
        DependencyMissingError: nothing here reads it.
        VerificationError: it is not whole.
    """
    records = tuple(dict.fromkeys(chosen))
    if len(records) > MOST_PAPERS:
        raise UsageError(
            Message("a package holds at most {most} documents", most=MOST_PAPERS),
            next_step=Message("Make several packages."),
        )
    heads: dict[bytes, list[tuple[OpenedVersion, Document]]] = {}
    for version, document in of_kind(versions, Document):
        heads.setdefault(version.record, []).append((version, document))
    leaving, before = [], dict(session.papers_read)
    session.papers_read.clear()
    for record in records:
        if not (found := heads.get(record)):
            raise NotFoundError(Message("there is no document with the id {id} in this case", id=short_id(record)))
        name, (version, document) = short_id(record), found[0]
        if len(found) > 1:
            raise _refused(name, Message("it was changed on two devices"))
        if profile.rule(PAPER, document.kind) is None:
            raise _refused(name, Message("by the profile {profile}, it stays here", profile=profile.name))
        if (pages := before.get(version.id)) is None:
            pages = read_pages(_content(session, name, document), document.language or "", name)
        session.papers_read[version.id] = pages
        leaving.append(LeavingPaper(RecordId(record), version.id, document, pages))
    return tuple(leaving)


def painted(
    session: Session, papers: Sequence[LeavingPaper], dossier: RedactedDossier, coarser: Coarser
) -> tuple[PaintedPaper, ...]:
    """Return the papers drawn anew, without what the dossier hides on them and what it tells less exactly elsewhere.

    Raises:
        RefusedError: one cannot be.
    """
    made = []
    for paper, left in zip(papers, dossier.papers, strict=True):
        pages = left_of(paper.pages, (*left.hidden, *coarser.places(paper.text)))
        name = short_id(paper.record)
        pdf = paint(_content(session, name, paper.document), pages, name)
        made.append(PaintedPaper(pdf, pages, paper.document.language or ""))
    return tuple(made)


def _content(session: Session, name: str, document: Document) -> bytes:
    if document.body.size > MOST_BYTES:
        raise _refused(name, Message("it is too large"))
    hashed = ContentHash()
    with closing(content_of(session, document.body)) as pieces:
        content = b"".join(hashed.passing(pieces))
    if hashed.digest() != document.content_hash:
        raise VerificationError(Message("the document {name} is not the one that its record describes", name=name))
    return content


def _refused(name: str, why: Message) -> RefusedError:
    return RefusedError(
        Message("the document {name} cannot go into a package: {why}", name=name, why=why), next_step=_STEP
    )


def papers_staying(session: Session, case: CompartmentId) -> int:
    """Return how many papers of a case stay here when it is exported, if none is chosen."""
    session.require(Action.CASE_EXPORT, case)
    return len({head.record for head in heads_in(up_to_date_index(session), case, Document.KIND)})


def staying_lines(count: int) -> list[Words]:
    """Return the same for who is about to export; nothing where the case has no paper."""
    told = plural(
        "{count} document of the case stays here. Hand it over yourself if needed.",
        "{count} documents of the case stay here. Hand them over yourself if needed.",
        count=count,
    )
    return [told] if count else []
