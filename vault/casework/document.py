"""A paper of a case: what its file is, from whom and when, and where its content is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar, Final

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.errors import MalformedError
from vault.ids import DIGEST_SIZE, ID_SIZE, RecordId
from vault.words.codes import word_of
from vault.words.message import Message, listed

# What a record keeps of a body that is sealed apart from it: how it is found, and how it is opened.

_KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class Body:
    """An attachment (FORMAT.md 8).

    Attributes:
        digest: by which a list names it.
        id: what its seal is bound to, with the vault.
        key: of this body alone.
        size: of the content, in bytes.
    """

    digest: bytes
    id: bytes
    key: bytes = field(repr=False)
    size: int

    def __post_init__(self) -> None:
        widths = len(self.digest), len(self.id), len(self.key)
        if widths != (DIGEST_SIZE, ID_SIZE, _KEY_SIZE) or self.size < 0:
            raise MalformedError(Message("an attachment has a part of the wrong size"))


# What a file is, by its first bytes; its name is believed only where these leave it open.
FIRST_BYTES: Final = 4096
PLAIN: Final = "text/plain"
PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNKNOWN: Final = "application/octet-stream"
_ZIP = "application/zip"
_AT_START: Sequence[tuple[bytes, str]] = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"PK\x03\x04", _ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    (b"{\\rtf", "application/rtf"),
)
_BOXES = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"avif": "image/avif"}


def media_of(first: bytes, name: str) -> str:
    """Return the media type of a file that begins with these bytes (at most 4,096 are looked at)."""
    first = first[:FIRST_BYTES]
    for start, media in _AT_START:
        if first.startswith(start):
            return DOCX if media == _ZIP and name.casefold().endswith(".docx") else media
    if first[4:8] == b"ftyp":
        return _BOXES.get(first[8:12], "video/mp4")
    if first[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(first[8:12], UNKNOWN)
    return PLAIN if first and _is_text(first) else UNKNOWN


def _is_text(first: bytes) -> bool:
    if b"\0" in first:
        return False
    try:
        first.decode()
    except UnicodeDecodeError as fault:
        return fault.start >= len(first) - 3  # a letter that the first bytes cut in two
    return True


# A paper of a case: of what kind, from whom and when, and where its content is sealed.
# A new version of a paper is a new version of the record, with a content of its own; the history keeps the others.
@unique
class DocumentKind(StrEnum):
    """What a paper is."""

    OTHER = "other"  # first: what stands where nobody chose
    PASSPORT = "passport"
    ID_CARD = "id-card"
    BIRTH_CERTIFICATE = "birth-certificate"
    MARRIAGE_CERTIFICATE = "marriage-certificate"
    MILITARY_ID = "military-id"
    DRAFT_NOTICE = "draft-notice"
    ASYLUM_APPLICATION = "asylum-application"
    ASYLUM_CERTIFICATE = "asylum-certificate"
    INTERVIEW_RECORD = "interview-record"
    DECISION = "decision"
    APPEAL = "appeal"
    DETENTION_ORDER = "detention-order"
    EXTENSION_ORDER = "extension-order"
    EXTRADITION_REQUEST = "extradition-request"
    ARREST_WARRANT = "arrest-warrant"
    INDICTMENT = "indictment"
    JUDGMENT = "judgment"
    SEARCH_RECORD = "search-record"
    WANTED_PRINTOUT = "wanted-printout"
    INTERPOL_REPLY = "interpol-reply"
    INTERIM_MEASURE_LETTER = "interim-measure-letter"
    POWER_OF_ATTORNEY = "power-of-attorney"
    CONSENT_FORM = "consent-form"
    MEDICAL_REPORT = "medical-report"
    ISTANBUL_PROTOCOL_REPORT = "istanbul-protocol-report"
    COUNTRY_INFO = "country-info"
    PRESS_ARTICLE = "press-article"
    PHOTO = "photo"
    AUDIO = "audio"
    VIDEO = "video"
    SCREENSHOT = "screenshot"
    CORRESPONDENCE = "correspondence"
    TRANSLATION = "translation"
    LAISSEZ_PASSER = "laissez-passer"
    VISA = "visa"
    TICKET = "ticket"


@unique
class Authenticity(StrEnum):
    """What lies before us: the paper itself, or something made of it."""

    ORIGINAL = "original"
    CERTIFIED_COPY = "certified-copy"
    COPY = "copy"
    SCREENSHOT = "screenshot"
    UNKNOWN = "unknown"


@unique
class ReadBy(StrEnum):
    """How the text of a paper was read."""

    PLAIN = "plain"
    PDF = "pdf"
    DOCX = "docx"
    OCR = "ocr"
    CHAT = "chat"  # message by message (`casework.papers.chat`)
    NOTHING = "nothing"  # a content without text, or of a kind that this program does not read
    UNREADABLE = "unreadable"  # damaged, too large, or made to harm who reads it
    PART = "part"  # more text than is kept, or reading took too long


_READ_WORDS: Final[Mapping[ReadBy, Message]] = {
    ReadBy.PLAIN: Message("Its text is searched."),
    ReadBy.PDF: Message("Its text was read; search finds it."),
    ReadBy.DOCX: Message("Its text was read; search finds it."),
    ReadBy.CHAT: Message("It is a chat: its messages were read; search finds them."),
    ReadBy.OCR: Message(
        "Its text was read from a picture, in no language that anybody named, and may be nonsense; search finds it."
        " Once its language is named, it can be read again."
    ),
    ReadBy.PART: Message("A part of its text was read; search finds that part."),
    ReadBy.UNREADABLE: Message(
        "Its text could not be read: the file is damaged, too large or made to do harm. The paper itself is kept."
    ),
    ReadBy.NOTHING: Message("No text was found in it."),
}
_HAS_TEXT: Final = frozenset(ReadBy) - {ReadBy.UNREADABLE, ReadBy.NOTHING}


_IN_LANGUAGE: Final = Message("Its text was read from a picture in {language} and may have errors; search finds it.")


def read_words(read_by: ReadBy, holders: Sequence[str] | None, language: str | None = None) -> Message:
    """Return how the text of a paper was read, and who can search it: of a section, its `holders`; of a case, all.

    `language` is the one that somebody named of the paper.
    """
    said = _READ_WORDS[read_by]
    if read_by is ReadBy.OCR and language:
        said = Message(_IN_LANGUAGE.template, language=language)
    if holders is None or read_by not in _HAS_TEXT:
        return said
    return Message("{said} Only who holds its section can search it: {names}.", said=said, names=listed(holders))


@dataclass(frozen=True, slots=True)
class Document(FormedRecord):
    """One paper. Its facts are those of the form; the rest the program adds.

    Attributes:
        name: of the file that was added, without its folder.
        media: what the file is, by its first bytes, such as application/pdf.
        content_hash: SHA-256 of the content.
        body: where the content is sealed.
        extracted: where its text is sealed, in UTF-8; None until it was read, or where there is none.
        read_by: how it was read; None until it was.
    """

    KIND: ClassVar[str] = "document"
    FORM: ClassVar[Form] = Form(
        Message("document"),
        (
            FormField("kind", Message("Kind of paper"), Shape.WORD, DocumentKind, is_required=True),
            FormField("title", Message("Title")),
            FormField("from_whom", Message("From")),
            FormField("received", Message("Received"), Shape.DATE),
            FormField("dated", Message("Date on the paper"), Shape.DATE),
            FormField("language", Message("Language")),
            FormField("authenticity", Message("Original or copy"), Shape.WORD, Authenticity),
            FormField("translation_of", Message("Translation of"), Shape.RECORD),
            FormField("text", Message("Remarks"), Shape.TEXT),
        ),
        headline=("title", "from_whom"),
        dated_by="received",
    )

    kind: DocumentKind
    body: Body = field(repr=False)
    content_hash: bytes = field(repr=False)
    title: str | None = field(default=None, repr=False)
    from_whom: str | None = field(default=None, repr=False)
    received: str | None = None
    dated: str | None = None
    language: str | None = None
    authenticity: Authenticity | None = None
    translation_of: RecordId | None = None
    text: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    media: str | None = None
    extracted: Body | None = field(default=None, repr=False)
    read_by: ReadBy | None = None

    @property
    def bodies(self) -> tuple[Body, ...]:
        """The attachments of this version: what goes with it when it is erased."""
        return (self.body,) if self.extracted is None else (self.body, self.extracted)

    @property
    def called(self) -> str:
        """What a person calls it: its title, or the name of its file, or its kind."""
        return self.title or self.name or str(word_of(self.kind))
