"""What goes between the screens of a case's story and the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.values.values import DraftShown, VaultStatus
from tui.values.values_calls import SlipLine
from vault.words.message import Words


@dataclass(frozen=True, slots=True)
class DueShown:
    """Something that has to be kept in a case. `when` is an ISO date, perhaps with a time; empty where it has none.

    `check` is what a lawyer must check of the rule that gave the date, `how` how that counts; `missed` says for how
    long nothing was heard, and `step` which step of the ladder is due.
    """

    case: str
    ref: str
    client: str = field(repr=False)
    record: str
    kind: str
    when: str
    headline: Words = field(repr=False)
    check: Words | None = None
    missed: Words | None = None
    step: str = field(default="", repr=False)
    how: Words | None = None

    @property
    def key(self) -> str:
        """What tells it from all others: two cases may have a record of one id, and a case one of two kinds."""
        return f"{self.case} {self.kind} {self.record}"


@dataclass(frozen=True, slots=True)
class AgendaShown:
    """A date of the agenda, and whether it still has to be kept."""

    line: DueShown
    is_due: bool


@dataclass(frozen=True, slots=True)
class WeekShown:
    """The dates of some days, and for each day (YYYY-MM-DD) how many more there are than are shown."""

    lines: tuple[AgendaShown, ...]
    left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftShown:
    """How many more dates and tasks of a case are due than are shown, and how many of them are late."""

    case: str
    ref: str
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class InTwoShown:
    """A record with two versions; of a case `states` are (stage, risk) of each."""

    case: str
    ref: str
    record: str
    kind: str
    states: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HomeShown:
    """What home shows; `today` is ISO, `slips` how many are open.

    `begun` says of the four things that make a new vault safe and useful whether they are done: sheets that are proven,
    a backup, a second member, a case. Empty for who cannot do them.
    `left` are cases of which more is due than is shown, `more` is how much else is not.
    `has_begun_slip`: a call slip was put away, and F9 goes on with it. `calls` are the newest open slips, `drafts` what
    was typed and not finished; without their words where names are hidden.
    """

    today: str
    status: VaultStatus
    due: tuple[DueShown, ...] = field(repr=False)
    slips: int = 0
    begun: tuple[bool, ...] = ()
    left: tuple[LeftShown, ...] = ()
    more: int = 0
    has_begun_slip: bool = False
    calls: tuple[SlipLine, ...] = field(default=(), repr=False)
    drafts: tuple[DraftShown, ...] = field(default=(), repr=False)
    in_two: tuple[InTwoShown, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One version of a record: who wrote it when, whether it stands now, and what it changed (field, value)."""

    written_ms: int
    by: str = field(repr=False)
    is_current: bool
    changed: tuple[tuple[str, Words], ...] = field(repr=False)
