"""Who is in and who can open what: members and their devices, one's own ways in, holders of cases and sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.values.cases_shown import NoteShown, PaperShown, PersonShown
from tui.values.code_words import word_of
from vault.ids import MemberId
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.services.members.members import MemberShown

# What goes between the screens of an organisation and the gateway: members, their devices, and changes of both.


@dataclass(frozen=True, slots=True)
class MembersShown:
    """The members, whether somebody audits who does nothing else, and the acts that this member's roles allow.

    `deputies` open new cases of a member too; `lent` says to whom the cases of one are lent, and until when, as far as
    this member's own cases tell; `you` are one of them.
    """

    members: Sequence[MemberShown]
    separated: bool
    may: frozenset[str]
    deputies: Mapping[MemberId, str] = field(default_factory=dict, repr=False)
    lent: Mapping[MemberId, str] = field(default_factory=dict, repr=False)
    you: MemberId | None = None


# What goes between the screens of a case's access and the gateway: who can open it, and its restricted sections.
@dataclass(frozen=True, slots=True)
class HolderLine:
    """A member who can open a case or a section.

    `until` is the last day, `why` the reason that was written down and `given_by` by whom; each empty where there is
    none.
    """

    member: str
    name: str = field(repr=False)
    until: str = ""
    why: str = ""
    given_by: str = field(default="", repr=False)
    is_you: bool = False


@dataclass(frozen=True, slots=True)
class AccessShown:
    """Who can open a case.

    `sheets` says whether recovery sheets open it, `only_you` warns where no other member can open it; `may_share`: this
    member's role gives and takes it.
    """

    holders: tuple[HolderLine, ...]
    sheets: Words
    only_you: Words
    may_share: bool


@dataclass(frozen=True, slots=True)
class SectionLine:
    """A restricted section in the list of those that this member holds."""

    section: str
    what: str
    title: str = field(repr=False)
    holders: int
    with_recovery: bool

    @property
    def called(self) -> Message:
        """What it keeps apart, and its title."""
        return Message("{kind}: {title}", kind=word_of(self.what), title=self.title)


@dataclass(frozen=True, slots=True)
class SectionShown:
    """A restricted section as opened."""

    what: str
    title: str = field(repr=False)
    holders: tuple[HolderLine, ...] = field(repr=False)
    sheets: Words
    persons: tuple[PersonShown, ...] = field(default=(), repr=False)
    notes: tuple[NoteShown, ...] = field(default=(), repr=False)
    papers: tuple[PaperShown, ...] = field(default=(), repr=False)
    may_share: bool = False


# What goes between the screens of one's own access and the gateway: factors, made passphrases, recovery sheets.
@dataclass(frozen=True, slots=True)
class ProofTyped:
    """What opens one's seat now, as typed once more, and what shall open it: a passphrase, or the PIN of a new key.

    Whoever gets it wipes both passphrases.
    """

    passphrase: bytearray = field(repr=False)
    keyfile: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)
    new: bytearray = field(default_factory=bytearray, repr=False)


@dataclass(frozen=True, slots=True)
class SheetsMade:
    """A set of sheets that the gateway holds until it is told to forget them. No word of them.

    `needed` of them open everything; `asked` has for each the places of the words to ask for.
    """

    count: int
    needed: int
    asked: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class TypingPlace:
    """Where somebody stands who types sheets: the next sheet and row, how many are needed, whether that was all.

    `name` is what to call that sheet: `second sheet (number 3)`, once its number is known.
    """

    sheet: int
    name: str
    row: int
    needed: int | None
    is_enough: bool


@dataclass(frozen=True, slots=True)
class BackPlan:
    """What sheets would bring back, in words; `opened` is the day on which this account opened its vault, or empty."""

    said: Words
    opened: str
