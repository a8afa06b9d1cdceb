"""What screens show of others and of what is lost: how far they know of it, emergencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vault.words.message import Words

if TYPE_CHECKING:
    from vault.services.exchange.known_peers import Standing

# What goes between the screens and the gateway about others: bundles, questions to a second person, emergencies.


@dataclass(frozen=True, slots=True)
class ResultText:
    """What came of an act, in sentences."""

    lines: tuple[Words, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StandingShown:
    """What would be lost with this computer, and how far the others know of it; times in ms UTC, or None for never.

    `last` is what the last import of this session brought, with when.
    """

    backup_ms: int | None
    checked_ms: int | None
    proven_ms: int | None
    lack_of_sheets: Words = ""
    members: Sequence[Standing] = ()
    last_ms: int = 0
    last: tuple[Words, ...] = field(default=(), repr=False)


# What goes between the screens of an emergency and the gateway.
@dataclass(frozen=True, slots=True)
class PackShown:
    """The facts of a case that may be in a pack: `count` are confirmed.

    `clients` are of whom it can tell, id and name. `mark` is the gateway's own.
    """

    case: str
    ref: str
    confirmed: tuple[Words, ...] = field(repr=False)
    unconfirmed: tuple[Words, ...] = field(repr=False)
    lacks: tuple[Words, ...]
    count: int
    clients: tuple[tuple[str, Words], ...] = field(default=(), repr=False)
    mark: object = field(default=None, repr=False)
