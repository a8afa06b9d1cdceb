"""The text of a paper, read once by a process that is shut in; and who wrote in a chat that is kept as one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from vault.access.session import Session
from vault.casework.contact import digits_of
from vault.casework.document import Document, ReadBy, read_words
from vault.casework.person import Person
from vault.casework.script import Script
from vault.casework.vocabulary import PersonRole
from vault.errors import NotFoundError, TryAgainError
from vault.export.paper_text.asking import MOST_BYTES, ReadText, lack_of, read_text
from vault.export.paper_text.chats import senders_in
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.file import Index
from vault.index.full_text import people_reached
from vault.index.heads import heads_in
from vault.index.people_index import find_alike
from vault.policy.roles import Action
from vault.progress import Progress
from vault.records.attachment_bodies import SealedBody, discard_sealed, seal_into
from vault.records.versions import OpenedVersion, to_fields
from vault.records.work import Entry
from vault.services.case_papers import case_of, content_of, heads, pseudonym_to_write, require_write, show
from vault.services.cases.case_people import names_in
from vault.services.cases.editing import Place
from vault.services.cases.sections import is_section, opened_to_read
from vault.services.grants.sharing import holders_of
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.stored_records import Stored, extracted_text, read_heads, stored_of_kind
from vault.store.blobs import Blobs
from vault.words.message import Message

# The text of a paper: read once by a process that is shut in, kept sealed beside the paper, and searched.

_T = TypeVar("_T", Document, Person)
_MAY_BE_PICTURES: Final = ("image/", "application/pdf")
_OF_COUNTRY: Final = {
    **dict.fromkeys(("BY", "KG", "KZ", "RU", "TJ", "TM", "UZ"), "Russian"),
    **dict.fromkeys(("AF", "IR"), "Persian"),
    **dict.fromkeys(("EG", "IQ", "SD", "SY", "YE"), "Arabic"),
    "TR": "Turkish",
    "UA": "Ukrainian",
}
"""The language that offices there write papers in, of countries that many clients come from: only a proposal."""


@dataclass(frozen=True, slots=True)
class PaperText:
    """What a paper says, and how that was read; None where nobody read it yet. `language` is of its record."""

    text: str
    read_by: ReadBy | None
    language: str | None = None


def text_of(session: Session, place: Place, *, why: str = "casework") -> PaperText:
    """Return the text of a paper as it was read, after the view of its case is in the log.

    Raises:
        NotFoundError: there is no such document.
    """
    document = show(session, place, why=why).value
    return PaperText(extracted_text(session, document.extracted), document.read_by, document.language)


def read_said(document: Document, holders: Sequence[str] | None) -> Message | None:
    """Say how the text of a paper was read, or why it cannot be read here; None where only nobody read it yet."""
    if document.read_by is not None:
        return read_words(document.read_by, holders, document.language)
    lack = lack_of(document.language or "") if (document.media or "").startswith(_MAY_BE_PICTURES) else None
    if lack is None:
        return None
    return Message("Its text was not read: {lack}. {step}", lack=lack.message, step=lack.next_step)


def proposed_language(session: Session, home: CompartmentId) -> str:
    """Return in which language a new paper of a case or section probably is; nothing where the case tells none.

    That is the language of the paper that was kept last with one, or else one that its clients' names or countries
    point to.
    """
    session.require(Action.CASE_READ, home)
    case = case_of(session, home)
    known = [paper for paper in _stored(session, home, Document) if paper.value.language]
    if known:
        return max(known, key=lambda paper: paper.written_ms).value.language or ""
    clients = [each.value for each in _stored(session, case, Person) if each.value.role is PersonRole.CLIENT]
    countries = {country for client in clients for country in client.nationalities}
    scripts = {name.script for client in clients for name in client.names}
    by_country = next((_OF_COUNTRY[country] for country in sorted(countries & _OF_COUNTRY.keys())), "")
    if Script.CYRILLIC in scripts:
        return by_country if by_country == "Ukrainian" else "Russian"
    if Script.ARABIC in scripts:
        return by_country if by_country == "Persian" else "Arabic"
    return by_country


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
        DependencyMissingError: a library is not installed, or what reads a picture in the language of the paper: then
            nothing is written, and it stays unread.
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
    return PaperText(read.text, way, changed.language)


def _stored(session: Session, home: CompartmentId, kind: type[_T]) -> list[Stored[_T]]:
    """Return the records of a kind as they stand, of a place that the caller may read."""
    if is_section(session, home):
        return stored_of_kind(opened_to_read(session, home), kind)
    index = up_to_date_index(session)
    heads = frozenset(VersionId(head.version) for head in heads_in(index, home, kind.KIND))
    return stored_of_kind(read_heads(session, home, heads), kind)


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
    return read_text(content, document.media or "", document.language or "", progress=progress)


def _sealed(session: Session, read: ReadText) -> SealedBody | None:
    if not read.text:
        return None
    encoded = read.text.encode()
    return seal_into(Blobs(session.folder.blobs_dir), session.vault, [encoded], len(encoded))


# Who wrote in a chat that is kept as a paper, and who of its case that may be: a proposal, for a member to decide.
MOST_SENDERS: Final = 200
_MOST_ALIKE = 5
_LAST_DIGITS: Final = 9
_FEWEST_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who wrote in a chat, as the telephone called them, and people of the case who may be they."""

    name: str = field(repr=False)
    messages: int
    alike: tuple[tuple[RecordId, str], ...] = field(default=(), repr=False)

    @property
    def is_number(self) -> bool:
        """Say whether the telephone knew a number alone."""
        return _is_number(self.name)


def _is_number(name: str) -> bool:
    return len(digits_of(name)) >= _FEWEST_DIGITS and not any(letter.isalpha() for letter in name)


def senders_of(session: Session, place: Place, *, why: str = "casework") -> tuple[Sender, ...]:
    """Return who wrote in a chat, who wrote most first; nobody where the paper is no chat. The view is in the log.

    Raises:
        NotFoundError: there is no such document.
    """
    read = text_of(session, place, why=why)
    if read.read_by not in {ReadBy.CHAT, ReadBy.PART}:
        return ()
    index, case = up_to_date_index(session), case_of(session, place.case)
    names = names_in(session, case)
    return tuple(
        Sender(name, count, _alike(index, case, name, names))
        for name, count in senders_in(read.text).most_common(MOST_SENDERS)
    )


def _alike(
    index: Index, case: CompartmentId, name: str, names: dict[RecordId, str]
) -> tuple[tuple[RecordId, str], ...]:
    if _is_number(name):
        found = people_reached(index, digits_of(name)[-_LAST_DIGITS:])
    else:
        found = [(heard.case, heard.record) for heard in find_alike(index, name, limit=_MOST_ALIKE, in_part=True)]
    here = dict.fromkeys(RecordId(record) for home, record in found if home == case)
    return tuple((record, names[record]) for record in here if record in names)
