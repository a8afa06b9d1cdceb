"""Who stands in for whom, and who takes over a leaver's cases: kept in the directory, without a word of any case."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.checks import checked_id, checked_line
from vault.errors import UsageError
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who opens a member's cases when the member cannot; `deputy` is None after one was taken away."""

    KIND: ClassVar[str] = "deputy"

    member: bytes
    deputy: bytes | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "member", checked_id(self.member, "member with a deputy"))
        if self.deputy is not None:
            object.__setattr__(self, "deputy", checked_id(self.deputy, "deputy of a member"))
            if self.deputy == self.member:
                raise UsageError(
                    Message("members cannot be their own deputies"), next_step=Message("Name another member.")
                )


@dataclass(frozen=True, slots=True)
class Order:
    """That a leaver's cases go to another member: given by someone who cannot read them."""

    KIND: ClassVar[str] = "order"

    leaver: bytes
    successor: bytes
    made_by: bytes
    reason: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "leaver", checked_id(self.leaver, "leaver of an order"))
        object.__setattr__(self, "successor", checked_id(self.successor, "successor of an order"))
        object.__setattr__(self, "made_by", checked_id(self.made_by, "giver of an order"))
        object.__setattr__(self, "reason", checked_line(self.reason, "reason"))
        if self.successor == self.leaver:
            raise UsageError(
                Message("a leaver's cases must go to another member"), next_step=Message("Name another member.")
            )
