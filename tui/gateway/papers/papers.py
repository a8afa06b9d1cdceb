"""Papers of a case: added, read, saved, changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tui.gateway.story import record_shown
from tui.gateway.subject import Subject, case_id, record_id
from tui.values.values_papers import PaperPage, PaperShown, SenderShown
from vault.access.session import Session
from vault.casework.papers.document import Document
from vault.display import DAY, bytes_text, time_text
from vault.errors import NotFoundError
from vault.ids import CompartmentId, RecordId
from vault.services.cases.editing import Place
from vault.services.papers import adding, paper_text, papers
from vault.services.papers import senders as find_senders
from vault.services.projection import authors
from vault.services.projection.reading import Stored
from vault.words.message import Message


class Papers(Subject):
    """Keeps and shows the papers of a case. What takes long returns None once it was stopped."""

    def open(self, case: str, record: str, why: str) -> PaperPage:
        """Return a paper of a case or section with its text as it was read."""
        place = _place(case, record)
        shown = papers_shown(self._session, papers.list_in(self._session, place.case, why=why), place.case)
        by_id = {paper.record: paper for paper in shown}
        if record not in by_id:
            raise NotFoundError(Message("there is no such document in this case"))
        text = paper_text.text_of(self._session, place, why=why).text
        senders = tuple(map(_sender, find_senders.senders_of(self._session, place, why=why)))
        return PaperPage(by_id[record], text, tuple(each for each in shown if each.record != record), senders)

    def language_of(self, home: str) -> str:
        """Return in which language a new paper there probably is; empty where the case tells none."""
        return paper_text.proposed_language(self._session, case_id(home))


def _sender(found: find_senders.Sender) -> SenderShown:
    alike = tuple(name for _, name in found.alike)
    return SenderShown(found.name, found.messages, alike, found.is_number)


def papers_shown(session: Session, stored: Iterable[Stored[Document]], home: CompartmentId) -> tuple[PaperShown, ...]:
    """Return papers of one case, or of one section, which was opened."""
    every = tuple(stored)
    holders = paper_text.searched_by(session, home) if every else None
    by = authors.written_by(session, every)
    called = {paper.record: paper.value.called for paper in every}
    return tuple(_shown(session, paper, by.get(paper.record, ""), called, holders) for paper in every)


def _shown(
    session: Session,
    paper: Stored[Document],
    by: str,
    called: Mapping[RecordId, str],
    holders: tuple[str, ...] | None,
) -> PaperShown:
    document = paper.value
    return PaperShown(
        facts=record_shown(paper, by, called),
        called=document.called,
        day=document.received or time_text(paper.written_ms, DAY),
        size=bytes_text(document.body.size),
        media=document.media or "",
        name=document.name or "",
        is_here=papers.is_here(session, document),
        travels=document.body.size <= adding.TRAVELS_LIMIT,
        read_by=paper_text.read_said(document, holders) or "",
    )


def _place(case: str, record: str) -> Place:
    return Place(case_id(case), record_id(record), Document.KIND)
