"""The text of a paper, read once by a process that is shut in; and who wrote in a chat that is kept as one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final, TypeVar

from vault.access.session import Session
from vault.casework.contact import digits_of
from vault.casework.document import Document, ReadBy, read_words
from vault.casework.person import Person
from vault.casework.script import Script
from vault.casework.vocabulary import PersonRole
from vault.errors import DependencyMissingError, LeakError, NotFoundError, TryAgainError
from vault.export.children import DEPENDENCY_MISSING, TooSlowError, ask_child, command_of
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
from vault.words.message import Message, listed

# Ask the process that reads papers: what it read, and which language of a picture nothing here reads.

MOST_BYTES: Final = 64 << 20
"""The largest content that is read; a larger one keeps its facts alone."""
MEMORY_BYTES: Final = 1 << 30
"""What the process, and tesseract, may write in, each, where the system holds to it."""
_SECONDS = 240
_BESIDE_SECONDS = 60
_PLACES = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/opt/local/bin"
_PLACES_ON_WINDOWS = r"C:\Program Files\Tesseract-OCR"
_PACKAGE: Final = "tesseract-ocr"
LANGUAGES: Final[Mapping[str, Message]] = {
    "eng": Message("English"), "rus": Message("Russian"), "fra": Message("French"), "kir": Message("Kyrgyz"),
    "ara": Message("Arabic"), "fas": Message("Persian"), "uzb": Message("Uzbek"), "kaz": Message("Kazakh"),
    "tgk": Message("Tajik"), "ukr": Message("Ukrainian"), "tur": Message("Turkish"), "aze": Message("Azerbaijani"),
    "bel": Message("Belarusian"), "deu": Message("German"), "hye": Message("Armenian"), "kat": Message("Georgian"),
    "kmr": Message("Kurdish"), "pol": Message("Polish"), "pus": Message("Pashto"), "spa": Message("Spanish"),
    "uig": Message("Uyghur"),
}  # fmt: skip
"""Languages of the people whom this program serves, as tesseract calls them."""
_ALSO: Final[Mapping[str, str]] = {
    "anglais": "eng", "английский": "eng", "русский": "rus", "russe": "rus", "français": "fra", "francais": "fra",
    "французский": "fra", "кыргызча": "kir", "кыргызский": "kir", "киргизский": "kir", "arabe": "ara",
    "арабский": "ara", "العربية": "ara", "dari": "fas", "farsi": "fas", "persan": "fas", "персидский": "fas",
    "дари": "fas", "فارسی": "fas", "دری": "fas", "узбекский": "uzb", "oʻzbekcha": "uzb", "казахский": "kaz",
    "қазақша": "kaz", "таджикский": "tgk", "тоҷикӣ": "tgk", "украинский": "ukr", "українська": "ukr", "турецкий": "tur",
    "türkçe": "tur", "turc": "tur",
}  # fmt: skip
_BETWEEN: Final = re.compile(r"[,;/&+]|\band\b|\bet\b|\bи\b")
# Of a paper whose language nobody named; more at once take longer and read no better.
_MOST_LANGUAGES = 4


@dataclass(frozen=True, slots=True)
class ReadText:
    """What was read: by which way, the text, and whether it is all that there is to read."""

    by: str
    text: str
    is_whole: bool


NOTHING: Final = ReadText("nothing", "", is_whole=True)
_UNREADABLE = ReadText("nothing", "", is_whole=False)


def read_text(
    content: bytes, media: str, language: str = "", *, progress: Progress = lambda done, total: None
) -> ReadText:
    """Return the text of a paper, read by a process that is shut in (`limiting`) and ends by itself.

    A picture is read in the `language` that a person named, or else in those that are installed. `progress` is told
    percents. What the process cannot read, and what ends it, gives no text and no error.

    Raises:
        DependencyMissingError: a library is not installed, or what reads a picture in its language: another language
            would read nonsense.
    """
    if len(content) > MOST_BYTES or not content:
        return NOTHING if not content else _UNREADABLE
    _installed.cache_clear()  # somebody may have installed what was lacking
    lack = lack_of(language)
    ocr = None if lack else _ocr(language)
    header = json.dumps({"media": media, "ocr": ocr, "seconds": _SECONDS}).encode()
    task = len(header).to_bytes(4, "big") + header + content
    try:
        command = command_of("vault.export.paper_text", memory=MEMORY_BYTES, runs=ocr and ocr[0])
        code, answer = ask_child(command, task, seconds=_SECONDS + _BESIDE_SECONDS, progress=progress)
        if code == DEPENDENCY_MISSING:
            raise DependencyMissingError(Message("the library that reads PDF files is not installed"))
        said = json.loads(answer)
        read = ReadText(str(said["by"]), str(said["text"]), is_whole=bool(said["whole"]))
        is_unseen = bool(said["unseen"])
    except (TooSlowError, OSError, LeakError, ValueError, KeyError, TypeError):
        return _UNREADABLE
    if lack is None or not is_unseen:
        return read
    if not read.text:
        raise lack
    return replace(read, is_whole=False)


def lack_of(language: str) -> DependencyMissingError | None:
    """Return what is not installed, so that no picture in this language is read here; None where one is."""
    codes = _codes_of(language)
    if language.strip() and not codes:
        return DependencyMissingError(
            Message("pictures in the language of this paper are not read by this program"),
            next_step=Message("It reads: {names}.", names=listed(list(LANGUAGES.values()))),
        )
    found = _installed()
    packages = [f"{_PACKAGE}-{code}" for code in codes if found is None or code not in found[1]]
    if found is None:
        return DependencyMissingError(
            Message("pictures are not read on this computer"),
            next_step=Message("Install {packages}, then read it again.", packages=listed([_PACKAGE, *packages])),
        )
    if not packages:
        return None
    return DependencyMissingError(
        Message(
            "pictures in {language} are not read on this computer",
            language=listed([LANGUAGES[code] for code in codes if code not in found[1]]),
        ),
        next_step=Message("Install {packages}, then read it again.", packages=listed(packages)),
    )


def _codes_of(language: str) -> tuple[str, ...]:
    """Return how tesseract calls the languages that a person named, perhaps several with commas between."""
    known = {str(name).casefold(): code for code, name in LANGUAGES.items()} | {code: code for code in LANGUAGES}
    known |= {name.casefold(): code for name, code in _ALSO.items()}
    parts = (part.strip() for part in _BETWEEN.split(language.casefold()))
    return tuple(dict.fromkeys(known[part] for part in parts if part in known))


def _ocr(language: str) -> tuple[str, str] | None:
    """Return the program that reads pictures and the languages in which it does; None where it is not installed."""
    found = _installed()
    if found is None:
        return None
    program, installed = found
    usual = [code for code in LANGUAGES if code in installed][:_MOST_LANGUAGES]
    return program, "+".join(_codes_of(language) or usual)


@cache
def _installed() -> tuple[str, frozenset[str]] | None:
    """Return the program that reads pictures and its languages; None where it is not installed, or has none."""
    program = shutil.which("tesseract", path=_PLACES) or shutil.which("tesseract", path=_PLACES_ON_WINDOWS)
    if program is None:
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a program at a fixed place, without a shell
            (program, "--list-langs"), capture_output=True, env={}, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    installed = frozenset(answer.stdout.decode(errors="replace").split()) & LANGUAGES.keys()
    return (program, installed) if installed else None


def can_read_pictures() -> bool:
    """Say whether tesseract is installed, with a language."""
    return _installed() is not None


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
