"""Cases as screens show them: the list, one with its notes, records and papers, hits, the log. Ids are hexadecimal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from tui.values.forms_typed import FormPlace, FormTyped, SlipTyped
from vault.casework.differences import Piece
from vault.casework.note import AMENDS, TEXT, Note
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.casework.case import Case
    from vault.services.cases.intake import SlipLine
    from vault.services.cases.searching import FoundRecord
    from vault.services.paper_text import Sender

# Records of a case as the screens show them: what stands in them, and the stages that the case came to.


@dataclass(frozen=True, slots=True)
class RecordShown:
    """A record with a form: under which date it stands (ISO, or empty), as typed, and in lines with their labels.

    `form` is the code of the organisation's form that it was filled in by; empty for all others.
    `missed` says for how long nothing was heard of a check-in.
    """

    record: str
    kind: str
    when: str
    headline: Words = field(repr=False)
    is_due: bool
    typed: Mapping[str, str] = field(repr=False)
    lines: tuple[tuple[Message, Words], ...] = field(repr=False)
    by: str = field(default="", repr=False)
    heads: int = 1
    form: str = ""
    missed: Words | None = None


@dataclass(frozen=True, slots=True)
class StageShown:
    """A stage that a case came to, by its code, and since which day (ISO)."""

    stage: str
    since: str


# Papers of a case as the screens show them.
@dataclass(frozen=True, slots=True)
class PaperShown:
    """A paper: its facts as a record with a form, what people call it, and what is known of its content.

    `day` is ISO: of the day on which it came, or else was kept. `name` is of its file. `read_by` says how its text was
    read, in words; empty where nobody read it yet. `travels`: a bundle can carry it.
    """

    facts: RecordShown
    called: str = field(repr=False)
    day: str
    size: Words
    media: str
    name: str = field(repr=False)
    is_here: bool = True
    travels: bool = True
    read_by: Words = ""

    @property
    def record(self) -> str:
        return self.facts.record

    @property
    def heads(self) -> int:
        """How many versions of it stand beside one another."""
        return self.facts.heads


@dataclass(frozen=True, slots=True)
class PaperPage:
    """One paper with its text; `others` are the other papers of its case, `senders` who wrote in it as in a chat."""

    shown: PaperShown
    text: str = field(default="", repr=False)
    others: tuple[PaperShown, ...] = ()
    senders: tuple[Sender, ...] = ()


# What the gateway hands to the screens: frozen values in plain types, made for showing. Ids are hexadecimal.
@dataclass(frozen=True, slots=True)
class Alert:
    """Something to look at, and the place of `app.go` where it is settled; empty where none is known."""

    words: Words = field(repr=False)
    place: str = ""


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """How this vault stands.

    `lacks` are standing shortcomings, such as `no recovery sheets`; `may` the acts that this member's roles allow, of
    those that begin from the list.
    """

    member: str = field(repr=False)
    backup_ms: int | None
    alarms: tuple[Words, ...] = ()
    lacks: tuple[Alert, ...] = ()
    drafts: int = 0
    may: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One row of the list. `place` is the gateway's own: where the row stands in the order that was asked for.

    `more_people` are those beside the client. `is_alone`: no other member can open it. `due` is the next date, ISO, or
    empty, `today` the day it is counted from.
    """

    case: str
    ref: str
    client: str = field(repr=False)
    title: str = field(repr=False)
    stage: str
    heads: int = 1
    place: object = field(default=None, repr=False)
    is_alone: bool = False
    due: str = ""
    risk: str = ""
    today: str = ""
    more_people: int = 0


@dataclass(frozen=True, slots=True)
class PreviewShown:
    """What stands beside the list of the case under the cursor; `dates` are (kind, ISO date or empty, headline).

    `never_use` is what must never be used; `more_people` and `more_contacts` are how many there are beside these.
    `states` are (stage, risk) of each version of a case that has two.
    """

    title: str = field(repr=False)
    kind: str
    stage: str
    risk: str
    clients: tuple[str, ...] = field(repr=False)
    others: tuple[str, ...] = field(repr=False)
    contacts: tuple[tuple[str, Words], ...] = field(repr=False)
    dates: tuple[tuple[str, str, Words], ...] = field(repr=False)
    owner: str = field(default="", repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)
    more_people: int = 0
    more_contacts: int = 0
    states: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CaseListStart:
    """The beginning of a list: how many rows it has, and the first page of them. `more`: a filter that is too wide.

    `own` is how many open cases name this member as their owner, of a list without a filter.
    """

    count: int
    rows: tuple[CaseLine, ...] = field(repr=False)
    more: bool = False
    own: int = 0


@dataclass(frozen=True, slots=True)
class PersonShown:
    """A person of a case, with the lines that say all of them, and as a form says it."""

    record: str
    role: str
    name: Words = field(repr=False)
    lines: tuple[Words, ...] = field(repr=False)
    heads: int = 1
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class NoteShown:
    """A note of a case; `by` is the name of who wrote it."""

    record: str
    note: Note
    written_ms: int
    heads: int = 1
    by: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DraftShown:
    """A note that was typed and not finished. `record` names the draft.

    `typed` holds each field of the note as typed (`vault.casework.note.typed_note`).
    `steps` is what can be taken back in each field (`tui.widgets.fields`).
    `section` is the restricted section that it is for, or empty for the case itself.
    `turn` grows with each save of a session: threads may overtake one another, and an older text must not win.
    """

    case: str
    record: str
    ref: str
    saved_ms: int
    typed: Mapping[str, str] = field(repr=False)
    cursor: tuple[int, int] = (0, 0)
    turn: int = 0
    section: str = ""
    steps: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        """The text as far as it was typed."""
        return self.typed.get(TEXT, "")

    @property
    def amends(self) -> str:
        """The record of the note that it corrects, or empty."""
        return self.typed.get(AMENDS, "")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody was when the app locked: a case, and a record, a draft or a form in it, if any.

    A form may stand outside any case.
    """

    case: str
    record: str = ""
    draft: str = ""
    form: FormPlace | None = None


Typed = DraftShown | SlipTyped | FormTyped
"""What is typed and not kept yet, as the drafts have it."""


@dataclass(frozen=True, slots=True)
class CaseShown:
    """A case as opened: what it says of itself, its people, its notes and this member's drafts for it.

    `story` are its records with a form by their date, `stages` what it came to, oldest first; `today` is ISO.

    `alone` says that no other member can open it, and why; `namesakes` that other cases bear its reference; `never_use`
    is what must never be used to reach its people; `silence` for how long there was no contact; `both` what each
    version of a record with two says, by its id, empty for what the case says of itself.
    """

    case: str
    ref: str
    head: Case = field(repr=False)
    heads: int = 1
    safe_contacts: tuple[Words, ...] = field(default=(), repr=False)
    persons: tuple[PersonShown, ...] = field(default=(), repr=False)
    notes: tuple[NoteShown, ...] = field(default=(), repr=False)
    drafts: tuple[DraftShown, ...] = field(default=(), repr=False)
    alone: Words = field(default="", repr=False)
    namesakes: Words = ""
    silence: Words = ""
    never_use: tuple[str, ...] = field(default=(), repr=False)
    story: tuple[RecordShown, ...] = field(default=(), repr=False)
    stages: tuple[StageShown, ...] = ()
    today: str = ""
    papers: tuple[PaperShown, ...] = field(default=(), repr=False)
    both: Mapping[str, tuple[Words, ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class FoundShown:
    """The hits of a search, and whether older ones were left out.

    `slips` are open calls with the words; `of` is how many open cases there are, 0 where that is not known.
    `leaves_sections`: nothing was found, and restricted sections of this member were not searched.
    """

    hits: tuple[FoundRecord, ...]
    more: bool
    slips: Sequence[SlipLine] = ()
    of: int = 0
    leaves_sections: bool = False


@dataclass(frozen=True, slots=True)
class LogLineShown:
    """One entry of the log: no word of any case is in it.

    Attributes:
        seq: its place in the log that it stands in.
        when_ms: its time, which is a claim; None where this seat may not read the entry.
        by: the member in whose log it stands.
        act, outcome: codes; of an entry that cannot be read `?` and why.
        case: the reference where this member holds the case, else `~` and the beginning of its pseudonym.
        why: code of the reason.
        covers: how much it covers, in words.
        whom: the members or recipients that it names.
    """

    seq: int
    when_ms: int | None
    by: str = field(repr=False)
    act: str
    outcome: str
    case: str
    why: str
    covers: str
    whom: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LogShown:
    """The newest entries; all of `total` are in `days`.

    `days` has for each day of this computer's zone how many entries it has, and the letters of what matters among them.
    """

    lines: tuple[LogLineShown, ...]
    total: int
    days: Mapping[date, tuple[int, str]] = field(default_factory=dict)


# Two versions of a record beside one another, as the screens show them.
@dataclass(frozen=True, slots=True)
class SideShown:
    """Who wrote a version when, and on which device; `is_here`: on this computer."""

    written_ms: int
    by: str = field(repr=False)
    device: str = field(repr=False)
    is_here: bool


@dataclass(frozen=True, slots=True)
class VersionsShown:
    """Two versions of a record, piece by piece. `found` is the gateway's own."""

    case: str
    record: str
    kind: str
    left: SideShown
    right: SideShown
    pieces: tuple[Piece, ...] = field(repr=False)
    found: object = field(default=None, repr=False)
