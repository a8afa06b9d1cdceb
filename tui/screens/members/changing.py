"""Changes of who is in: done, or written down as a proposal for those who have to sign them too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.screens.frame.choice_field import Choose
from tui.screens.frame.line_dialog import AskLine, no_whole_path
from tui.screens.frame.long_work import LongWorkScreen, Progress, Stopped
from tui.screens.frame.result_dialog import ResultDialog
from tui.values.values_members import Changed

if TYPE_CHECKING:
    from tui.gateway import Gateway

Act = Callable[["Gateway", bool, Progress, Stopped], Changed]
"""Gets the gateway, whether the root signs too, how to say how far it is, and whether to stop."""

_FILE, _ROOT = "file", "root"
_WAYS: Final = (
    (_FILE, "Write a proposal for them to sign"),
    (_ROOT, "Sign with the root too, which lies in this vault for now"),
)
_TOO_FEW: Final = (
    "Are there not so many? Then an admin makes new recovery sheets (F2, access; then r, n): until a drill proves them"
    " the root lies here and can sign too. Have it admit a second admin first."
)


class ChangingScreen(LongWorkScreen):
    """A screen that changes who is in."""

    def change(
        self,
        title: str,
        act: Act,
        then: Callable[[], None],
        *,
        when_stopped: str = "",
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
                self._tell(ResultDialog("DONE", changed.lines), then)
                return
            too_few = "" if changed.root_is_here else f"\n\n{_TOO_FEW}"
            question = f"Nothing is changed yet. Who has to sign: {changed.missing}.{too_few}"
            choice = Choose(question, _WAYS[: 2 if changed.root_is_here else 1])
            self.app.push_screen(choice, partial(chosen, changed))

        def chosen(changed: Changed, way: str | None) -> None:
            if way == _ROOT:
                begin(by_root=True)
            elif way == _FILE:
                question = AskLine("A new file for the proposal:", hint="/media/stick/proposal", problem=no_whole_path)
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
            self.say("Nothing is changed.")
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


def _proposed(place: str, missing: str) -> ResultDialog:
    lines = (
        "NOTHING IS CHANGED YET.",
        f"The proposal is at {place}. It opens for members alone. Who has to sign: {missing}.",
        "They open it under Members, `p`, and sign. When all have, an admin or a supervisor makes it count there (F9).",
    )
    return ResultDialog("PROPOSAL", lines)
