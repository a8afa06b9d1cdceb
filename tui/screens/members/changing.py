"""Changes of who is in: done, or written down as a proposal for those who have to sign them too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.screens.frame.choice_field import Choose
from tui.screens.frame.dialogs import AskLine, ResultDialog, no_whole_path
from tui.screens.frame.long_work import LongWorkScreen
from tui.text.in_words import together
from tui.values.values_members import Changed
from vault.progress import Progress, Stopped
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway

Act = Callable[["Gateway", bool, Progress, Stopped], Changed]
"""Gets the gateway, whether the root signs too, how to say how far it is, and whether to stop."""

_FILE, _ROOT = "file", "root"
_WAYS: Final = (
    (_FILE, Message("Write a proposal for them to sign")),
    (_ROOT, Message("Sign with the root too, while it is here")),
)
_TOO_FEW: Final = Message(
    "Too few people to sign? An admin can sign with the recovery sheets' root instead. 1. The admin makes new recovery"
    " sheets (F2, access; then r, n). 2. Before the drill of these sheets, repeat this change: it then offers to sign"
    " with the root. If only one admin stays, admit a second admin first, in the same way."
)
_TO_SIGN: Final = Message(
    "They open it under Members, `p`, and sign. When all have, an admin or a supervisor puts it into effect"
    " there (Ctrl+G)."
)


class ChangingScreen(LongWorkScreen):
    """A screen that changes who is in."""

    def change(
        self,
        title: Words,
        act: Act,
        then: Callable[[], None],
        *,
        when_stopped: Words = "",
        when_left: Callable[[], None] = lambda: None,
    ) -> None:
        """Do it with a progress bar; where others have to sign, ask what now.

        Args:
            title: what is being done.
            act: does it.
            then: called when the person has read what came of it.
            when_stopped: see `work_long`.
            when_left: called in its place when nothing was changed, because the person left it there.
        """

        def done(changed: Changed) -> None:
            if not changed.missing:
                self._tell(ResultDialog(Message("Done"), changed.lines), then)
                return
            question = [Message("Nothing is changed yet. Who has to sign: {names}.", names=changed.missing)]
            question += [] if changed.root_is_here else [_TOO_FEW]
            choice = Choose(together(question, "\n\n"), _WAYS[: 2 if changed.root_is_here else 1])
            self.app.push_screen(choice, partial(chosen, changed))

        def chosen(changed: Changed, way: str | None) -> None:
            if way == _ROOT:
                begin(by_root=True)
            elif way == _FILE:
                asked = Message("A new file for the proposal:")
                question = AskLine(asked, hint="/media/stick/proposal", problem=no_whole_path)
                self.app.push_screen(question, partial(placed, changed))
            else:
                left()

        def placed(changed: Changed, place: str | None) -> None:
            if place:
                out, tell = Path(place).expanduser(), _proposed(place, changed.missing)
                self.ask(
                    lambda vault: vault.proposals.keep(changed.proposal, out),
                    lambda _: self._tell(tell, then),
                )
            else:
                left()

        def left() -> None:
            self.say(Message("Nothing is changed."))
            when_left()

        def begin(*, by_root: bool) -> None:
            self.say("")
            self.work_long(
                title,
                lambda vault, progress, stopped: act(vault, by_root, progress, stopped),
                done,
                when_stopped=when_stopped,
                alone=True,
            )

        begin(by_root=False)

    def _tell(self, tell: ResultDialog, then: Callable[[], None]) -> None:
        self.app.push_screen(tell, lambda _: then())


def _proposed(place: str, missing: Words) -> ResultDialog:
    where = Message(
        "The proposal is at {place}. It opens for members alone. Who has to sign: {names}.", place=place, names=missing
    )
    return ResultDialog(Message("Proposal"), (Message("NOTHING IS CHANGED YET."), where, _TO_SIGN))
