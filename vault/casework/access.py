"""Who holds a case and until when, what a restricted section is of: kept in the compartment that it speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.checks import checked_id, checked_line, checked_moment_ms, checked_word


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
