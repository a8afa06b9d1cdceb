"""What an organisation keeps of itself in the directory and in sending: its name, members, devices and two keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.checks import checked_bytes
from vault.ids import MemberId, SeatId


@dataclass(frozen=True, slots=True)
class Organisation:
    """What the organisation is called, as its founder said."""

    KIND: ClassVar[str] = "organisation"

    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """What the directory says of a member beside the roster. Who writes one checks the name (`checked_name`).

    `until` is from when on the member may do nothing any more, ms UTC; None for no end.
    """

    KIND: ClassVar[str] = "member"

    member: MemberId
    name: str = field(repr=False)
    until: int | None = None


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
