"""Forms as a draft keeps them: which one it is, and what was typed into it and is not kept yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

"""The form of a case that is made of a call slip; lists of drafts know its name too."""


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

    `at` is the field that had the focus, `steps` what can be taken back in each (`tui.values.typing_steps`).
    `turn` grows with each save of a session: threads may overtake one another, and an older text must not win.
    """

    place: FormPlace
    typed: Mapping[str, str] = field(repr=False)
    at: str = ""
    steps: Mapping[str, object] = field(default_factory=dict, repr=False)
    saved_ms: int = 0
    turn: int = 0
