"""What goes between the screens of a case's access and the gateway: who can open it, and its restricted sections."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.values.codes import word_of
from tui.values.values import NoteShown, PersonShown
from tui.values.values_papers import PaperShown
from vault.words.message import Message, Words


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

    `sheets` says whether recovery sheets open it, `only_you` warns where no other member can open it. It had `keys` so
    far; two are current after two people changed it at once; `pending` versions do not lie under the current key yet.
    `cost_versions` and `cost_holders` are what a new key would cost; `may_share`: this member's role gives and takes
    it.
    """

    holders: tuple[HolderLine, ...]
    sheets: Words
    only_you: Words
    keys: int
    current: int
    pending: int
    cost_versions: int
    cost_holders: int
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
