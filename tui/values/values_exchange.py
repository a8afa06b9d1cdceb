"""What goes between the screens and the gateway about others: bundles, questions to a second person, emergencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vault.words.message import Words


@dataclass(frozen=True, slots=True)
class PeerShown:
    """A member to whom a bundle can be made, or a case opened, with their roles."""

    member: str
    name: str = field(repr=False)
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultText:
    """What came of an act, in sentences; `pending`: something waits for a person or for another bundle."""

    lines: tuple[Words, ...] = field(repr=False)
    pending: bool = False


@dataclass(frozen=True, slots=True)
class ListShown:
    """What a list of cases would make; `ways` has how many of it may be known already in each way.

    `is_faulty`: nothing of it can be made. `to_mend` asks where to write its rows with a fault, if it has some.
    """

    lines: tuple[Words, ...] = field(repr=False)
    ways: Mapping[str, int] = field(default_factory=dict)
    is_faulty: bool = False
    to_mend: Words = ""


@dataclass(frozen=True, slots=True)
class WithWhom:
    """How far this device and another member know of each other; times of the newest, in ms UTC, or None.

    `waiting` is how much was written here since the last bundle for them.
    """

    member: str
    name: str = field(repr=False)
    came: bool
    came_ms: int | None
    sent: bool
    sent_ms: int | None
    waiting: int


@dataclass(frozen=True, slots=True)
class StandingShown:
    """What would be lost with this computer, and how far the others know of it; times in ms UTC, or None for never.

    `last` is what the last import of this session brought, with when.
    """

    backup_ms: int | None
    checked_ms: int | None
    proven_ms: int | None
    lack_of_sheets: Words = ""
    members: tuple[WithWhom, ...] = ()
    last_ms: int = 0
    last: tuple[Words, ...] = field(default=(), repr=False)
