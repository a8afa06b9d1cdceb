"""Where papers stand: in a case, or in a restricted section of one, of which the index knows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vault.access.session import Session
from vault.casework.document import Document
from vault.errors import NotFoundError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.heads import heads_in, heads_of
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion
from vault.services.cases import sections
from vault.services.cases.cases import log_view
from vault.services.cases.editing import Place, locate
from vault.services.cases.story import typed_values
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.reading import Stored, read_heads, read_versions, stored_of_kind
from vault.services.projection.short_ids import the_one_named, typed_id
from vault.words.message import Message

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
