"""What goes between the screens of a case's story and the gateway."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.values.values import VaultStatus
from vault.words.message import Words


@dataclass(frozen=True, slots=True)
class DueShown:
    """Something that has to be kept in a case. `when` is an ISO date, perhaps with a time; empty where it has none."""

    case: str
    ref: str
    client: str = field(repr=False)
    record: str
    kind: str
    when: str
    headline: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AgendaShown:
    """A date of the agenda, and whether it still has to be kept."""

    line: DueShown
    is_due: bool


@dataclass(frozen=True, slots=True)
class HomeShown:
    """What home shows; `today` is ISO, `slips` how many are open.

    `begun` says of the four things that make a new vault safe and useful whether they are done: sheets that are proven,
    a backup, a second member, a case. Empty for who cannot do them.
    """

    today: str
    status: VaultStatus
    due: tuple[DueShown, ...] = field(repr=False)
    slips: int = 0
    begun: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One version of a record: who wrote it when, whether it stands now, and what it changed (field, value)."""

    written_ms: int
    by: str = field(repr=False)
    is_current: bool
    changed: tuple[tuple[str, Words], ...] = field(repr=False)
