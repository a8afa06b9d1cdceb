"""What screens show around a case: its people, what is due, what changed, and home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.values.cases_shown import DraftShown, PersonShown, VaultStatus
from vault.casework.person import Person
from vault.words.message import Words

if TYPE_CHECKING:
    from vault.services.cases.intake import SlipLine
    from vault.services.cases.story_records import LeftOut
    from vault.services.cases.two_versions import InTwo
    from vault.services.exports.ledger import Given

# What goes between the screen of a person and the gateway.


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a person or a paper stands: a case and a record of it, or of a restricted section of it."""

    case: str
    ref: str
    record: str
    section: str = ""

    @property
    def home(self) -> str:
        """The id of the section, or of the case."""
        return self.section or self.case


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that is known of a person.

    `kin` is who belongs to them, each with what they are; `others` the other people of the case; `cases` the cases in
    which they stand; `written` who wrote each version when, the newest first; `both` what each of two versions says.
    """

    shown: PersonShown
    person: Person = field(repr=False)
    kin: tuple[tuple[str, Words], ...] = field(default=(), repr=False)
    others: tuple[tuple[str, Words], ...] = field(default=(), repr=False)
    given: Sequence[Given] = ()
    cases: tuple[tuple[str, str, bool], ...] = field(default=(), repr=False)
    written: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)
    both: tuple[Words, ...] = field(default=(), repr=False)


# What goes between the screens of a case's story and the gateway.
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
    left: tuple[LeftOut, ...] = ()
    more: int = 0
    has_begun_slip: bool = False
    calls: Sequence[SlipLine] = field(default=(), repr=False)
    drafts: tuple[DraftShown, ...] = field(default=(), repr=False)
    in_two: Sequence[InTwo] = ()
