"""A legal hold: while it stands, nothing of its case is erased."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.checks import checked_bytes, checked_items, checked_line
from vault.casework.dates import checked_day
from vault.errors import UsageError
from vault.ids import DIGEST_SIZE
from vault.words.message import Message


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
        release_reason: why it was.
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
