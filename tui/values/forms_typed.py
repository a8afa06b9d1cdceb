"""What somebody typed: which form it is and what is not kept of it yet, a call slip, a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vault.words.message import Words

# Forms as a draft keeps them: which one it is, and what was typed into it and is not kept yet.

SLIP = "slip-corrected"
"""The form that corrects an open call slip."""


@dataclass(frozen=True, slots=True)
class FormPlace:
    """Which form, and of what.

    Attributes:
        form: the app's word for it.
        case, ref, section: where it was opened; empty for a form of no case, whose `ref` may be a member's name.
        record: what it changes; empty where something new is made.
        about: what tells it from others of its kind, such as the kind of the record.
    """

    form: str
    case: str = ""
    ref: str = field(default="", repr=False)
    record: str = ""
    section: str = ""
    about: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What its draft is found by: case or section, and the record, or form and kind of a new one."""
        return self.section or self.case, self.record, "" if self.record else f"{self.form}:{self.about}"


@dataclass(frozen=True, slots=True)
class FormTyped:
    """What stands in a form and is not kept yet: the fields that somebody changed, by their names.

    `at` is the field that had the focus, `steps` what can be taken back in each (`tui.widgets.fields`).
    `turn` grows with each save of a session: threads may overtake one another, and an older text must not win.
    """

    place: FormPlace
    typed: Mapping[str, str] = field(repr=False)
    at: str = ""
    steps: Mapping[str, object] = field(default_factory=dict, repr=False)
    saved_ms: int = 0
    turn: int = 0


# Call slips as screens have them: one that is being typed, and cases that a call reminds of.
@dataclass(frozen=True, slots=True)
class SlipTyped:
    """A call slip that is not kept yet. `record` names the draft, `begun_ms` is when the call came.

    `turn` grows with each save of a session: threads may overtake one another, and an older text must not win.
    """

    record: str
    begun_ms: int
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    language: str = field(default="", repr=False)
    said: str = field(default="", repr=False)
    call_back: str = field(default="", repr=False)
    saved_ms: int = 0
    turn: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed yet."""
        return not "".join((self.number, self.name, self.language, self.said, self.call_back)).strip()


@dataclass(frozen=True, slots=True)
class SlipBegun:
    """What F9 finds: the slip to go on with, or why this member keeps none. `last` is the one kept before."""

    slip: SlipTyped | None
    refusal: Words = field(default="", repr=False)
    last: SlipTyped | None = None


@dataclass(frozen=True, slots=True)
class CaseLike:
    """A case that a number or a name reminds of."""

    case: str
    ref: str
    client: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reminding:
    """Cases that a call reminds of: by its number, and by the name as heard; what in it must never be used."""

    by_number: tuple[CaseLike, ...] = ()
    by_name: tuple[CaseLike, ...] = ()
    do_not_call: tuple[str, ...] = field(default=(), repr=False)
