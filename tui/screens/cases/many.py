"""Many cases at once: marked in the list, then assigned, flagged or closed, each with an entry of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on

from tui.screens.frame.base import Command
from tui.screens.frame.choice_field import Choose
from tui.screens.frame.line_dialog import AskLine
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.result_dialog import ResultDialog
from tui.screens.frame.wording import with_roles
from tui.values.codes import choices
from tui.values.values import ManyDone
from tui.values.values_exchange import PeerShown
from tui.widgets.virtual_list import VirtualList
from vault.casework.vocabulary import Risk
from vault.progress import Progress, Stopped
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway

Work = Callable[["Gateway", tuple[str, ...], Progress, Stopped], ManyDone]

_ASSIGN, _FLAG, _CLOSE, _UNMARK = "assign", "flag", "close", "unmark"
_ACTS: Final = (
    (_ASSIGN, Message("Assign them to a member who holds them")),
    (_FLAG, Message("Flag them with a risk")),
    (_CLOSE, Message("Close them")),
    (_UNMARK, Message("Take the marks away")),
)
_STOPPED: Final = Message("Stopped. What was changed stays changed; do the same again for the others.")


class ManyCases(LongWorkScreen):
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

    def _begin(self, act: str | None) -> None:
        if act == _ASSIGN:
            self.ask(lambda vault: vault.finding.members(), self._ask_owner)
        elif act == _FLAG:
            self.unless_left(Choose(Message("How near is the harm in these cases?"), choices(Risk)), self._flag)
        elif act == _CLOSE:
            why = Message("Why are these cases closed? They leave the list; search and their references find them.")
            self.unless_left(AskLine(why), self._ask_close)
        elif act == _UNMARK:
            self.unmark()

    def _ask_owner(self, members: tuple[PeerShown, ...]) -> None:
        options = [(member.member, with_roles(member.name, member.roles)) for member in members]
        self.unless_left(Choose(Message("Who is responsible for these cases from now on?"), options), self._assign)

    def _assign(self, member: str) -> None:
        self._do(Message("Assigning the cases"), lambda vault, *given: vault.finding.assign_all(member, *given))

    def _flag(self, risk: str) -> None:
        self._do(Message("Flagging the cases"), lambda vault, *given: vault.finding.flag_all(risk, *given))

    def _ask_close(self, reason: str) -> None:
        count = len(self.case_list.marked)

        def close() -> None:
            self._do(Message("Closing the cases"), lambda vault, *given: vault.finding.close_all(reason, *given))

        self.confirm(
            plural("Close {count} case?", "Close {count} cases?", count=count),
            Message("Then you see how many dates and tasks in them are not done. Each case can be opened again."),
            close,
            yes=Message("Close"),
            no=Message("Leave them open"),
        )

    def _do(self, title: Words, work: Work) -> None:
        cases = tuple(sorted(self.case_list.marked))
        self.work_long(
            title, lambda vault, *given: work(vault, cases, *given), self._done, when_stopped=_STOPPED, alone=True
        )

    def _done(self, done: ManyDone) -> None:
        self.unmark()
        self.action_refresh()
        said: list[Words] = [
            plural(
                "{count} case was changed, {same} were so already.",
                "{count} cases were changed, {same} were so already.",
                count=done.changed,
                same=done.same,
            )
        ]
        if done.still_due:
            said.append(
                plural(
                    "{count} date or task in them is not done.",
                    "{count} dates and tasks in them are not done.",
                    count=done.still_due,
                )
            )
        if not done.refused and not done.still_due:
            self.say(said[0])
            return
        said += [Message("{ref}: {why}", ref=ref, why=why) for ref, why in done.refused]
        self.app.push_screen(ResultDialog(Message("Marked cases"), said), partial(self._say_first, said[0]))

    def _say_first(self, words: Words, _: str | None) -> None:
        self.say(words)
