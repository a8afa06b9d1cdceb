"""Changes of who is in: done, or written down as a proposal for those who have to sign them too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.screens.asking import AskLine, no_whole_path
from tui.screens.choosing import Choose
from tui.screens.long_work import LongWorkScreen, Progress, Stopped
from tui.screens.telling import Tell
from tui.values_members import Changed

if TYPE_CHECKING:
    from tui.gateway import Gateway

Act = Callable[["Gateway", bool, Progress, Stopped], Changed]
"""Gets the gateway, whether the root signs too, how to say how far it is, and whether to stop."""

_FILE, _ROOT = "file", "root"
_WAYS: Final = (
    (_FILE, "Write a proposal for them to sign"),
    (_ROOT, "Sign with the root too, which lies in this vault for now"),
)


class ChangingScreen(LongWorkScreen):
    """A screen that changes who is in."""

    def change(self, title: str, act: Act, then: Callable[[], None], *, when_stopped: str = "") -> None:
        """Do it with a progress bar; where others have to sign, ask what now.

        Args:
            title: what is being done.
            act: does it.
            then: called when the person has read what came of it; not when nothing was changed.
            when_stopped: see `work_long`.
        """
        self._change(title, act, then, when_stopped, by_root=False)

    def _change(self, title: str, act: Act, then: Callable[[], None], when_stopped: str, *, by_root: bool) -> None:
        def done(changed: Changed) -> None:
            if not changed.missing:
                self.app.push_screen(Tell("DONE", changed.lines), lambda _: then())
                return

            def chosen(way: str | None) -> None:
                if way == _ROOT:
                    self._change(title, act, then, when_stopped, by_root=True)
                elif way == _FILE:
                    self._ask_place(changed, then)
                else:
                    self.say("Nothing is changed.")

            question = f"Nothing is changed yet. Who has to sign: {changed.missing}."
            self.app.push_screen(Choose(question, _WAYS[: 2 if changed.root_is_here else 1]), chosen)

        self.say("")
        self.work_long(
            title,
            lambda vault, progress, stopped: act(vault, by_root, progress, stopped),
            done,
            when_stopped=when_stopped,
            alone=True,
        )

    def _ask_place(self, changed: Changed, then: Callable[[], None]) -> None:
        def kept(place: str) -> None:
            lines = (
                "NOTHING IS CHANGED YET.",
                f"The proposal is at {place}. It opens for members alone. Who has to sign: {changed.missing}.",
                "They open it under Members, `p`, and sign. When all have, anybody of them makes it count.",
            )
            self.app.push_screen(Tell("PROPOSAL", lines), lambda _: then())

        def chosen(place: str | None) -> None:
            if place:
                out = Path(place).expanduser()
                self.ask(lambda vault: vault.proposals.keep(changed.proposal, out), lambda _: kept(place))
            else:
                self.say("Nothing is changed.")

        question = "A new file for the proposal:"
        self.app.push_screen(AskLine(question, hint="/media/stick/proposal", problem=no_whole_path), chosen)
