"""What goes between the screens and the gateway about others: bundles, questions to a second person, emergencies."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.values.values import QuestionShown
from vault.words.message import Words


@dataclass(frozen=True, slots=True)
class PeerShown:
    """A member to whom a bundle can be made, or for whom something is done."""

    member: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApproverShown:
    """A member who may approve; `is_here`: at this keyboard; `unlocks_first`: once they have unlocked it here."""

    name: str = field(repr=False)
    roles: tuple[str, ...]
    is_here: bool
    unlocks_first: bool = False


@dataclass(frozen=True, slots=True)
class ResultText:
    """What came of an act, in sentences; `pending`: something waits for a person or for another bundle."""

    lines: tuple[Words, ...] = field(repr=False)
    pending: bool = False


@dataclass(frozen=True, slots=True)
class AskStep:
    """How far a question to somebody elsewhere came: it lies in a file for these, or forms are open."""

    names: tuple[str, ...] = field(default=(), repr=False)
    questions: tuple[QuestionShown, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A question of another member: the things first, then what its asker says of them.

    Attributes:
        asker: who asks, by the newest roster.
        lines: all of it, to be read.
        reasons: codes, of which the approver gives one.
    """

    asker: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    reasons: tuple[str, ...]
