"""A case: one matter of one or more people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from vault.casework.checks import checked_id, checked_line, checked_ref, checked_word
from vault.casework.dates import checked_day
from vault.casework.stages import STAGES, CaseKind, Stage
from vault.casework.vocabulary import Risk


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
