"""Many cases at once: marked in the list, then assigned, flagged or closed, each with an entry of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import Command
from tui.screens.frame.choice_field import Choose
from tui.widgets.virtual_list import VirtualList
from vault.acts.case import CLOSE, EDIT
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway

_CHANGE, _CLOSE, _UNMARK = "change", "close", "unmark"
_ACTS: Final = (
    (_CHANGE, Message("Change their risk, or who is responsible")),
    (_CLOSE, Message("Close them")),
    (_UNMARK, Message("Take the marks away")),
)


class ManyCases(ActScreen):
    """A list of cases whose rows can be marked. It says which list, and which of all cases it lists now."""

    MARKING: ClassVar[tuple[Command, ...]] = (
        Command("f4", "many", Message("Assign, flag or close the marked cases"), "F4", Message("marked"), rank=0),
        Command("", "mark", Message("Mark the case, or remove its mark"), "Space", Message("mark"), rank=2),
        Command("ctrl+a", "mark_all", Message("Mark all cases that are listed, up to 500"), "Ctrl+A"),
    )

    has_marked = False
    """Whether any case is marked."""
    _told = ""

    @property
    def case_list(self) -> VirtualList:
        """Where they are marked."""
        raise NotImplementedError

    def listed(self) -> Callable[[Gateway], tuple[str, ...]]:
        """Return what finds the cases that are listed now, up to as many as may be changed at once."""
        raise NotImplementedError

    def action_refresh(self, stand_on: str = "") -> None:
        """Read the list again."""
        raise NotImplementedError

    def unmark(self) -> None:
        """Take all marks away."""
        self._mark_these(())

    def action_mark(self) -> None:
        """Mark the case under the cursor."""
        self.case_list.action_mark()

    def action_mark_all(self) -> None:
        """Mark all that are listed."""
        self.ask(self.listed(), self._mark_these)

    def _mark_these(self, cases: Sequence[str]) -> None:
        self.case_list.mark(cases)

    @on(VirtualList.Marked)
    def _tell_marked(self) -> None:
        count = len(self.case_list.marked)
        self.has_marked, had_marked = count > 0, self.has_marked
        if not (count or had_marked):
            return
        marked = plural(
            "{count} case is marked; F4 assigns, flags or closes it.",
            "{count} cases are marked; F4 assigns, flags or closes them.",
            count=count,
        )
        if count:
            self.say(marked)
            self._told = self.said
        elif self.said == self._told:  # what was done with them stays
            self.say("")
        self.show_keys()

    def action_many(self) -> None:
        """Ask what shall be done with them."""
        count = len(self.case_list.marked)
        question = plural("{count} case is marked. What now?", "{count} cases are marked. What now?", count=count)
        self.app.push_screen(Choose(question, _ACTS), self._begin)

    def _begin(self, chosen: str | None) -> None:
        cases = {"case": tuple(sorted(self.case_list.marked))}
        about = plural("{count} marked case", "{count} marked cases", count=len(cases["case"]))
        if chosen == _CHANGE:
            self.app.push_screen(ActForm(EDIT, cases, about), self._ended)
        elif chosen == _CLOSE:
            self.do(Doing(CLOSE, cases, lambda told: self.show_told(CLOSE.title, told, self._ended)))
        elif chosen == _UNMARK:
            self.unmark()

    def _ended(self, words: Words | None) -> None:
        if words:
            self.unmark()
            self.action_refresh()
            self.say(words)
