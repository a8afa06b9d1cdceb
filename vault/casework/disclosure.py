"""What left the vault and what opens it, what was put before a second person, and their approval: kept in the case."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.checks import checked_bytes, checked_id, checked_items, checked_line, checked_ref, checked_text
from vault.casework.dates import checked_day
from vault.errors import UsageError
from vault.ids import DIGEST_SIZE
from vault.words.message import Message

# What left the vault: kept in the case, so that a later export to the same recipient asks only what is new.

_LONGEST_ENTITY_BYTES = 4096


@unique
class ByHand(StrEnum):
    """What somebody hid who read the pages and saw it there, though no question was about it."""

    NAME = "name"
    PLACE = "place"
    NUMBER = "number"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decided surface form: what a person chose for a word or number that nobody had registered.

    `kind` is what a form is that no question was about (`ByHand`): it is hidden wherever it stands as it is written.
    Empty for what was asked.
    """

    form: str = field(repr=False)
    action: str
    kind: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", checked_line(self.kind, "kind of a decision", optional=True))
        object.__setattr__(self, "form", checked_line(self.form, "form of a decision"))
        object.__setattr__(self, "action", checked_line(self.action, "action of a decision"))


@dataclass(frozen=True, slots=True)
class PseudonymGiven:
    """Which code stands for whom. `entity` is a record id, or `form:` and the form of someone without a record."""

    entity: bytes = field(repr=False)
    code: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "entity", _checked_entity(self.entity))
        object.__setattr__(self, "code", checked_line(self.code, "code of a pseudonym"))


def _checked_entity(value: object) -> bytes:
    if not isinstance(value, bytes) or not 0 < len(value) <= _LONGEST_ENTITY_BYTES:
        raise UsageError(
            Message(
                "entity of a pseudonym must be 1 to {longest_entity_bytes} bytes",
                longest_entity_bytes=_LONGEST_ENTITY_BYTES,
            )
        )
    return value


def package_file(digest: bytes, ending: str = "age") -> str:
    """Return the name of a package's file. It is made of the file's SHA-256, so it tells nothing of the case."""
    return f"referral-{digest[:8].hex()}.{ending}"


@dataclass(frozen=True, slots=True)
class RemovedIn:
    """Where in one value of a field of a version something was removed: pairs of start and end, in its order.

    They are half-open and in characters. Without a version: what no record has word for word, one pair for each.
    """

    version: bytes = b""
    field: str = ""
    value: int = 0
    places: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        version = checked_bytes(self.version, "version of a removal", DIGEST_SIZE) if self.version else b""
        object.__setattr__(self, "version", version)
        object.__setattr__(self, "field", checked_line(self.field, "field of a removal", optional=True))
        if self.value < 0 or len(self.places) % 2 or any(place < 0 for place in self.places):
            raise UsageError(Message("places of removals are pairs of numbers"))


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One package made: for whom, under which profile, why, and how it can be recognised.

    `recipient` is the partner's record id, `package` the random id in its manifest, `digest` SHA-256 of the
    sealed file, `series` the run of packages that share pseudonyms, `read` the ids of the versions that the package was
    made of: what was kept in it holds there, and is asked about again in any other text. `contact` is whom its report
    names to be called, `pages` whether anybody read them (`read` or `unread`), `consents` the records of the case by
    which it was agreed, `reference` what the recipient quotes: drawn for them and this case. Packages of older programs
    had that of the case. `review` is the task by which a second person reviews what left before anybody approved it.
    `papers` are the versions of the documents that left with it, in its order; `removed` where the records have what
    its report numbers as removed, from R1 on.
    """

    KIND: ClassVar[str] = "disclosure"

    recipient: bytes
    profile: str
    purpose: str = field(repr=False)
    package: bytes
    digest: bytes
    made: str
    series: str = "main"
    decisions: tuple[Decision, ...] = field(default=(), repr=False)
    pseudonyms: tuple[PseudonymGiven, ...] = field(default=(), repr=False)
    read: tuple[bytes, ...] = ()
    contact: str = field(default="", repr=False)
    pages: str = ""
    consents: tuple[bytes, ...] = ()
    reference: str = ""
    review: bytes = b""
    papers: tuple[bytes, ...] = ()
    removed: tuple[RemovedIn, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "recipient", checked_id(self.recipient, "recipient of a disclosure"))
        object.__setattr__(self, "profile", checked_line(self.profile, "profile of a disclosure"))
        object.__setattr__(self, "purpose", checked_line(self.purpose, "purpose of a disclosure"))
        object.__setattr__(self, "package", checked_id(self.package, "package of a disclosure"))
        object.__setattr__(self, "digest", checked_bytes(self.digest, "digest of a disclosure", DIGEST_SIZE))
        object.__setattr__(self, "made", checked_day(self.made, "day of a disclosure"))
        object.__setattr__(self, "series", checked_line(self.series, "series of a disclosure"))
        for name in ("contact", "pages"):
            object.__setattr__(self, name, checked_line(getattr(self, name), f"{name} of a disclosure", optional=True))
        object.__setattr__(self, "decisions", checked_items(self.decisions, Decision, "decisions of a disclosure"))
        object.__setattr__(
            self, "pseudonyms", checked_items(self.pseudonyms, PseudonymGiven, "pseudonyms of a disclosure")
        )
        object.__setattr__(
            self, "consents", tuple(checked_id(record, "consent in a disclosure") for record in self.consents)
        )
        object.__setattr__(
            self, "read", tuple(checked_bytes(digest, "version in a disclosure", DIGEST_SIZE) for digest in self.read)
        )
        object.__setattr__(
            self, "papers", tuple(checked_bytes(paper, "paper of a disclosure", DIGEST_SIZE) for paper in self.papers)
        )
        object.__setattr__(self, "reference", checked_ref(self.reference) if self.reference else "")
        object.__setattr__(self, "review", checked_id(self.review, "review of a disclosure") if self.review else b"")
        object.__setattr__(self, "removed", checked_items(self.removed, RemovedIn, "removals of a disclosure"))


@dataclass(frozen=True, slots=True)
class Supplement:
    """One removal of a package that left, by its id and number; why it is told now is a code of the log."""

    package: bytes
    number: int
    why: str


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words that open one page: kept until somebody tells them by telephone, and in no package.

    `package` is the id in the manifest, `digest` SHA-256 of the file that they open, `told` the day on which a member
    first had them shown; empty until then.
    """

    KIND: ClassVar[str] = "page-words"

    package: bytes
    words: str = field(repr=False)
    digest: bytes
    told: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "package", checked_id(self.package, "package of the words of a page"))
        object.__setattr__(self, "words", checked_line(self.words, "words of a page"))
        object.__setattr__(self, "digest", checked_bytes(self.digest, "digest of a page", DIGEST_SIZE))
        if self.told:
            object.__setattr__(self, "told", checked_day(self.told, "day on which words of a page were told"))


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back of a package: that it was opened, or the reply form that only who opened it can make.

    `package` is the id in its manifest, `day` when we heard, `answer` one of the words of a referral or empty,
    `numbers` the removals that they ask about (`R12`).
    """

    KIND: ClassVar[str] = "package-heard"

    package: bytes
    day: str
    answer: str = ""
    numbers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "package", checked_id(self.package, "package of a reply"))
        object.__setattr__(self, "day", checked_day(self.day, "day of a reply"))
        object.__setattr__(self, "answer", checked_line(self.answer, "answer of a reply", optional=True))
        numbers = tuple(checked_line(number, "number in a reply") for number in self.numbers)
        object.__setattr__(self, "numbers", numbers)


# What was put before a second person, and the approval that came of it: kept in the case that it is about.
_LONGEST_APPROVAL = 1_024


@dataclass(frozen=True, slots=True)
class Approving:
    """One question to a second person, and the answer where there is one.

    Attributes:
        act: the act of the log that is to be approved.
        digest: what it is done with (FORMAT.md 5).
        approval: the signed approval; empty while the answer is awaited.
        day, language, contact, pages, reference: what the shown files say of themselves.
        said: what was written for this export alone.
        papers: the records of the documents that go with it.
        pseudonyms, decisions: with which the files that were shown can be made again, byte for byte.
    """

    KIND: ClassVar[str] = "approval"

    act: str
    digest: bytes
    approval: bytes = b""
    decisions: tuple[Decision, ...] = field(default=(), repr=False)
    pseudonyms: tuple[PseudonymGiven, ...] = field(default=(), repr=False)
    day: str = ""
    language: str = ""
    contact: str = field(default="", repr=False)
    pages: str = ""
    reference: str = ""
    said: str = field(default="", repr=False)
    papers: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "act", checked_line(self.act, "act to be approved"))
        object.__setattr__(self, "digest", checked_bytes(self.digest, "digest to be approved", DIGEST_SIZE))
        if len(self.approval) > _LONGEST_APPROVAL:
            raise UsageError(
                Message("an approval has at most {longest_approval} bytes", longest_approval=_LONGEST_APPROVAL)
            )
        object.__setattr__(self, "decisions", checked_items(self.decisions, Decision, "decisions of an approval"))
        for name in ("day", "language", "contact", "pages", "reference"):
            object.__setattr__(self, name, checked_line(getattr(self, name), f"{name} of a report", optional=True))
        object.__setattr__(self, "papers", tuple(checked_id(paper, "paper of an approval") for paper in self.papers))
        object.__setattr__(self, "said", checked_text(self.said, "text of a report", optional=True))
        object.__setattr__(
            self, "pseudonyms", checked_items(self.pseudonyms, PseudonymGiven, "pseudonyms of an approval")
        )
