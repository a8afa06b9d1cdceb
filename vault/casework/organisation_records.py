"""What an organisation keeps of itself: name, members, devices, who stands in for whom, who takes over cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.checks import checked_bytes, checked_id, checked_line
from vault.errors import UsageError
from vault.ids import MemberId, SeatId
from vault.words.message import Message

# What an organisation keeps of itself in the directory and in sending: its name, members, devices and two keys.


@dataclass(frozen=True, slots=True)
class Organisation:
    """What the organisation is called, as its founder said."""

    KIND: ClassVar[str] = "organisation"

    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """What the directory says of a member who was admitted. Who writes one checks the name (`checked_name`)."""

    KIND: ClassVar[str] = "member"

    member: MemberId
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceName:
    """What a seat is called."""

    KIND: ClassVar[str] = "device"

    seat: SeatId
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AttemptsKey:
    """The seed of the key that opens hints about wrong passphrases."""

    KIND: ClassVar[str] = "attempts-key"

    kem: bytes = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kem", checked_bytes(self.kem, "seed of the attempts key", 96))


@dataclass(frozen=True, slots=True)
class PackageKey:
    """The seed of the key that signs packages."""

    KIND: ClassVar[str] = "package-key"

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", checked_bytes(self.seed, "seed of the package key", 32))


# Who stands in for whom, and who takes over a leaver's cases: kept in the directory, without a word of any case.
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
