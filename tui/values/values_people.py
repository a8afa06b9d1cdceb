"""What goes between the screen of a person and the gateway."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.values.values import PersonShown
from vault.words.message import Words


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
class NameShown:
    """A written name: codes of its source and script. `is_used`: the person is called so; `is_over`: nobody is."""

    text: str = field(repr=False)
    kind: str
    script: str
    is_used: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class ReachShown:
    """How a person is reached. `never_use` are those lines of the case that name a number or address of theirs."""

    channel: str = ""
    address: str = field(default="", repr=False)
    hours: str = field(default="", repr=False)
    code_phrase: str = field(default="", repr=False)
    ways: tuple[str, ...] = field(default=(), repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class GivenShown:
    """A recipient who holds packages in which a person is, how many, and the day of the last one (ISO)."""

    recipient: str = field(repr=False)
    count: int
    last: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that is known of a person.

    `kin` is who belongs to them, each with what they are; `others` the other people of the case; `may_tell` who may be
    told what; `cases` the cases in which they stand; `written` who wrote each version when, the newest first; `both`
    what each of two versions says.
    """

    shown: PersonShown
    names: tuple[NameShown, ...] = field(repr=False)
    born: str = field(default="", repr=False)
    documents: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    reach: ReachShown = ReachShown()
    may_tell: str = field(default="", repr=False)
    kin: tuple[tuple[str, Words], ...] = field(default=(), repr=False)
    others: tuple[tuple[str, Words], ...] = field(default=(), repr=False)
    given: tuple[GivenShown, ...] = ()
    cases: tuple[tuple[str, str, bool], ...] = field(default=(), repr=False)
    written: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)
    both: tuple[Words, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class AlikeShown:
    """Somebody who may be the same person, and why; see `vault.services.cases.same_people`."""

    case: str
    ref: str
    record: str
    name: str = field(repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)
    numbers: tuple[str, ...] = field(default=(), repr=False)
    born: str = field(default="", repr=False)
