"""A case: its kind and stage, who holds it, its restricted sections, and what keeps it from being erased."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum, unique
from types import MappingProxyType
from typing import ClassVar, Final

from vault.casework.checks import (
    checked_bytes,
    checked_id,
    checked_items,
    checked_line,
    checked_moment_ms,
    checked_ref,
    checked_word,
)
from vault.casework.dates import checked_day
from vault.casework.vocabulary import Risk, word_of
from vault.errors import UsageError
from vault.ids import DIGEST_SIZE
from vault.words.message import Message

# Kinds of case, and the stages each kind can be in.


@unique
class CaseKind(StrEnum):
    """What a case is about."""

    ASYLUM = "asylum"
    EXTRADITION = "extradition"
    DETENTION = "detention"
    FAMILY = "family"
    OTHER = "other"


@unique
class AsylumStage(StrEnum):
    """From the first wish to be protected to its end."""

    PRE_REG = "pre-reg"
    CLAIM_EXPRESSED = "claim-expressed"
    REGISTERED = "registered"
    CERT_ISSUED = "cert-issued"
    INTERVIEWED = "interviewed"
    DECISION_PENDING = "decision-pending"
    RECOGNISED = "recognised"
    COMPLEMENTARY = "complementary"
    REFUSED_1 = "refused-1"
    APPEAL_1 = "appeal-1"
    APPEAL_2 = "appeal-2"
    SUPREME = "supreme"
    FINAL_REFUSED = "final-refused"
    SUBSEQUENT = "subsequent"
    MANDATE_RSD = "mandate-rsd"
    MANDATE_RECOGNISED = "mandate-recognised"
    RESETTLEMENT_SUBMITTED = "resettlement-submitted"
    TRAVEL_DOC = "travel-doc"
    DEPARTED = "departed"
    CEASED = "ceased"
    WITHDRAWN = "withdrawn"


@unique
class ExtraditionStage(StrEnum):
    """From a flag in a system to surrender or release."""

    FLAGGED = "flagged"
    LOCATED = "located"
    ARRESTED_NO_REQUEST = "arrested-no-request"
    PROVISIONAL = "provisional"
    REQUEST_RECEIVED = "request-received"
    COURT_DETENTION = "court-detention"
    PROSECUTOR_CHECK = "prosecutor-check"
    DECIDED_GRANT = "decided-grant"
    DECIDED_REFUSE = "decided-refuse"
    APPEAL = "appeal"
    FINAL = "final"
    SURRENDER_WINDOW = "surrender-window"
    SURRENDERED = "surrendered"
    RELEASED = "released"
    REFUSED_AT_RISK = "refused-at-risk"  # the most dangerous time: a refused extradition is followed by abductions
    DISAPPEARED = "disappeared"


@unique
class DetentionStage(StrEnum):
    """From arrest to how it ended."""

    ARRESTED = "arrested"
    ORDERED = "ordered"
    EXTENDED = "extended"
    APPEAL = "appeal"
    RELEASED = "released"
    BAIL = "bail"
    HOUSE_ARREST = "house-arrest"
    DEPORTED = "deported"
    DISAPPEARED = "disappeared"


@unique
class GeneralStage(StrEnum):
    """For kinds of case without a procedure of their own."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


Stage = AsylumStage | ExtraditionStage | DetentionStage | GeneralStage

STAGES: Mapping[CaseKind, type[AsylumStage] | type[ExtraditionStage] | type[DetentionStage] | type[GeneralStage]] = (
    MappingProxyType(
        {
            CaseKind.ASYLUM: AsylumStage,
            CaseKind.EXTRADITION: ExtraditionStage,
            CaseKind.DETENTION: DetentionStage,
            CaseKind.FAMILY: GeneralStage,
            CaseKind.OTHER: GeneralStage,
        }
    )
)


def first_stage(kind: CaseKind) -> Stage:
    """Return the stage that a case of this kind starts in when nobody names one."""
    stages: Iterable[Stage] = STAGES[kind]
    return next(iter(stages))


# A case: one matter of one or more people.
@dataclass(frozen=True, slots=True)
class Case:
    """The head of a case.

    `ref` is random (`vault.ids.make_case_ref`) and no free text: it stands on pages that name nobody. `audit` is the
    name of the case in payloads.

    `owner` and `deputy` are members; `alone_reason` says why nobody stands in for the owner, and
    `no_recovery_reason` why the recovery sheets must not open the case. `stage_since` is from which day on it is in its
    stage; `closed` the day on which it was closed, and `close_reason` why. `risk_reason` is why the risk was lowered
    while an extradition stood at refused at risk.
    """

    KIND: ClassVar[str] = "case"

    title: str = field(repr=False)
    kind: CaseKind
    stage: str  # a Stage of its kind after construction; the codec cannot tell four vocabularies apart
    ref: str
    audit: bytes
    opened: str
    risk: Risk = Risk.MEDIUM
    owner: bytes | None = None
    deputy: bytes | None = None
    alone_reason: str | None = field(default=None, repr=False)
    no_recovery_reason: str | None = field(default=None, repr=False)
    stage_since: str | None = None
    closed: str | None = None
    close_reason: str | None = field(default=None, repr=False)
    risk_reason: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", checked_line(self.title, "case title"))
        object.__setattr__(self, "kind", checked_word(CaseKind, self.kind, "kind of a case"))
        object.__setattr__(self, "stage", checked_stage(self.kind, self.stage))
        object.__setattr__(self, "ref", checked_ref(self.ref))
        object.__setattr__(self, "audit", checked_id(self.audit, "audit compartment of a case"))
        object.__setattr__(self, "opened", checked_day(self.opened, "opening date of a case"))
        object.__setattr__(self, "risk", checked_word(Risk, self.risk, "risk of a case"))
        if self.owner is not None:
            object.__setattr__(self, "owner", checked_id(self.owner, "owner of a case"))
        if self.deputy is not None:
            object.__setattr__(self, "deputy", checked_id(self.deputy, "deputy of a case"))
        if self.alone_reason is not None:
            object.__setattr__(self, "alone_reason", checked_line(self.alone_reason, "reason why a case has no deputy"))
        if self.no_recovery_reason is not None:
            reason = checked_line(self.no_recovery_reason, "reason why recovery cannot open a case")
            object.__setattr__(self, "no_recovery_reason", reason)
        if self.stage_since is not None:
            object.__setattr__(self, "stage_since", checked_day(self.stage_since, "day of the stage"))
        if self.closed is not None:
            object.__setattr__(self, "closed", checked_day(self.closed, "closing day of a case"))
        if self.close_reason is not None:
            object.__setattr__(self, "close_reason", checked_line(self.close_reason, "reason for closing a case"))
        if self.risk_reason is not None:
            object.__setattr__(self, "risk_reason", checked_line(self.risk_reason, "reason for a lower risk"))

    def joined(self, beside: Sequence[Case]) -> Case:
        """Return this head with the highest risk of all, and open where any is: else what is due would show nowhere."""
        gravest = max((self, *beside), key=lambda head: tuple(Risk).index(head.risk))
        joined = replace(self, risk=gravest.risk, risk_reason=gravest.risk_reason)
        is_open = any(head.closed is None for head in beside)
        return replace(joined, closed=None, close_reason=None) if is_open else joined


def checked_stage(kind: CaseKind, stage: str) -> Stage:
    """Return the stage of a case of this kind.

    Raises:
        UsageError: this kind of case has no such stage.
    """
    found: Stage = checked_word(STAGES[kind], stage, f"stage of a case of kind {kind.value}")
    return found


# Who holds a case and until when, what a restricted section is of: kept in the compartment that it speaks of.
@unique
class GrantReason(StrEnum):
    """Why a member was given a case."""

    OWNER = "owner"
    DEPUTY = "deputy"
    COLLEAGUE = "colleague"
    AWAY = "away"
    HANDOVER = "handover"
    SUPERVISION = "supervision"
    EMERGENCY = "emergency"
    LEGAL_REFERRAL = "legal-referral"
    FIELD = "field"


@unique
class SectionKind(StrEnum):
    """What a restricted section keeps apart from the rest of its case."""

    LOCATION = "location"
    HEALTH = "health"
    SOURCES = "sources"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Access:
    """Until when a member holds the compartment that this stands in. `until` is a moment in ms UTC, or no end.

    `given_by` is a claim: who wrote it, its log says.
    """

    KIND: ClassVar[str] = "access"

    member: bytes
    why: GrantReason
    given_by: bytes
    until: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "member", checked_id(self.member, "member of an access"))
        object.__setattr__(self, "why", checked_word(GrantReason, self.why, "reason of an access"))
        object.__setattr__(self, "given_by", checked_id(self.given_by, "giver of an access"))
        if self.until is not None:
            object.__setattr__(self, "until", checked_moment_ms(self.until, "end of an access"))


@dataclass(frozen=True, slots=True)
class Section:
    """The head of a restricted section. `case` is the compartment that it belongs to; `audit` names it in payloads."""

    KIND: ClassVar[str] = "section"

    case: bytes
    what: SectionKind
    title: str = field(repr=False)
    audit: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "case", checked_id(self.case, "case of a section"))
        object.__setattr__(self, "what", checked_word(SectionKind, self.what, "kind of a section"))
        object.__setattr__(self, "title", checked_line(self.title, "title of a section"))
        object.__setattr__(self, "audit", checked_id(self.audit, "audit pseudonym of a section"))


# What keeps a case and for how long: a legal hold, while which nothing of it is erased, and rules of retention.
# A rule is a proposal to the people who hold closed cases. Nothing is ever erased by a rule alone.
MOST_MONTHS: Final = 1_200


@dataclass(frozen=True, slots=True)
class LogSize:
    """How many entries of a log were here."""

    origin: bytes
    size: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", checked_bytes(self.origin, "log of a legal hold", DIGEST_SIZE))
        if self.size < 0:
            raise UsageError(Message("{field} must be a number from 0 on", field="size of a log"))


@dataclass(frozen=True, slots=True)
class Hold:
    """The hold on a case. It stands until somebody releases it; on `review` somebody is to ask whether it has to.

    Attributes:
        reason: why, in words.
        review: the day on which to ask, YYYY-MM-DD.
        since: the logs as they were when this version was written: what they list as erased later is later.
        released: the day on which it was released.
        release_reason: why it was; nobody releases a hold without one.
    """

    KIND: ClassVar[str] = "hold"

    reason: str = field(repr=False)
    review: str
    since: tuple[LogSize, ...] = ()
    released: str | None = None
    release_reason: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", checked_line(self.reason, "reason of a legal hold"))
        object.__setattr__(self, "review", checked_day(self.review, "review day of a legal hold"))
        object.__setattr__(self, "since", checked_items(self.since, LogSize, "logs of a legal hold"))
        if self.released is not None:
            object.__setattr__(self, "released", checked_day(self.released, "release day of a legal hold"))
        if self.release_reason is not None:
            reason = checked_line(self.release_reason, "reason for releasing a legal hold")
            object.__setattr__(self, "release_reason", reason)
        elif self.released is not None:
            raise UsageError(Message("the release of a legal hold needs a reason"))


@dataclass(frozen=True, slots=True)
class KeptFor:
    """Cases of a kind are proposed to be erased so many months after they were closed."""

    kind: str
    months: int

    def __post_init__(self) -> None:
        word_of(CaseKind, self.kind, "kind of case")
        if not 1 <= self.months <= MOST_MONTHS:
            raise UsageError(Message("{field} must be a number from 1 to {most}", field="months", most=MOST_MONTHS))


@dataclass(frozen=True, slots=True)
class Retention:
    """The rules of the organisation, one for a kind of case at most; a kind without one is kept."""

    KIND: ClassVar[str] = "retention"

    rules: tuple[KeptFor, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", checked_items(self.rules, KeptFor, "rules of retention"))
