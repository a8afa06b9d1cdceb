"""What keeps a case and for how long: a legal hold, while which nothing of it is erased, and rules of retention.

A rule is a proposal to the people who hold closed cases. Nothing is ever erased by a rule alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from vault.casework.checks import checked_bytes, checked_items, checked_line
from vault.casework.dates import checked_day
from vault.casework.stages import CaseKind
from vault.casework.vocabulary import word_of
from vault.errors import UsageError
from vault.ids import DIGEST_SIZE
from vault.words.message import Message

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
