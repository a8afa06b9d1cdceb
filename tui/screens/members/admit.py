"""Admit who asks to join: the words on both sides are compared by voice before anybody is in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow
from tui.screens.frame.long_work import Progress, Stopped
from tui.screens.members.changing import ChangingScreen
from tui.text.safe_content import safe_content
from tui.values.values_members import Changed, RequestShown
from tui.widgets.confirm import Confirm
from tui.widgets.fields import SafeInput

if TYPE_CHECKING:
    from tui.gateway import Gateway

_ABOUT: Final = (
    "The request is the file that came back from the new device. F4 reads it and shows 13 words: who joins sees the "
    "same words, unless somebody changed a file on the way."
)
_CASES: Final = (("yes", "yes: all that this device opens"), ("no", "no: it starts empty"))
_WORDS_IN_A_LINE: Final = 5


class AdmitScreen(FormScreen, ChangingScreen):
    """First the request, then the words, then the yes."""

    NAME = "ADMIT"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", "Read the request; then: the words are the same", "F4", "go on"),
        BROWSE,
        Command("tab", "app.focus_next", "Next field", "Tab", "next field"),
        Command("escape", "back", "Leave; nobody is admitted", "Esc", "leave"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._asked: RequestShown | None = None
        self._read = Path()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            FormRow("Request", PlaceInput(placeholder="/media/stick/request", id="request")),
            Static(safe_content(_ABOUT), id="about-request", classes="about"),
            Vertical(
                Static("It must show these words:"),
                Static("", id="words", classes="words"),
                Static("", id="who"),
                FormRow("Its bundle", PlaceInput(new="admitted.bundle", id="bundle")),
                Vertical(FormRow("Your cases", ChoiceField(_CASES, id="cases")), id="own"),
                id="asked",
            ),
            classes="form",
            can_focus=False,
        )

    def on_mount(self) -> None:
        """Ask for the request first."""
        self.query_one("#asked").display = False
        self.query_one("#request").focus()

    @on(SafeInput.Changed, "#request")
    def _other_request(self) -> None:
        self._asked = None
        self.query_one("#asked").display = False
        self.query_one("#about-request").display = True

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        """Read the request; once it was read, ask whether the words are the same."""
        if self._asked is None:
            request = self.place("request")
            if request is not None:
                self._read = request
                self.say("")
                self.ask(lambda vault: vault.members.look(request), self._show)
            return
        bundle = self.place("bundle")
        if bundle is not None:
            self._compare(self._asked, bundle)

    def _show(self, asked: RequestShown) -> None:
        self._asked = asked
        self.query_one("#about-request").display = False
        self.query_one("#asked").display = True
        self.query_one("#own").display = asked.is_yours
        self.query_one("#who", Static).update(safe_content(_who(asked)))
        self.query_one("#words", Static).update(safe_content(in_lines(asked.words)))
        bundle = self.query_one("#bundle", SafeInput)
        bundle.value = str(self._read.with_name("admitted.bundle"))
        bundle.focus()
        self.say("Let them read the words to you, by voice. All 13 the same: F4. One differs: Esc, and invite anew.")

    def _compare(self, asked: RequestShown, bundle: Path) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._admit(asked, bundle)
            else:
                self.say("Nobody is admitted. Where a word differs: make a new invitation and hand it over yourself.")

        question = Confirm(
            "Did they read all 13 words to you as they stand here?",
            f"{in_lines(asked.words)}\n\nYes lets this device in. Words that differ mean that a file was changed.",
            yes="All the same",
            no="No, or not yet",
        )
        self.app.push_screen(question, answered)

    def _admit(self, asked: RequestShown, bundle: Path) -> None:
        with_cases = asked.is_yours and self.word("cases") == "yes"

        def act(vault: Gateway, by_root: bool, progress: Progress, stopped: Stopped) -> Changed:
            return vault.members.admit(
                asked, bundle, with_cases=with_cases, by_root=by_root, progress=progress, stopped=stopped
            )

        stopping = "Stopped: they are admitted, without a bundle."
        self.change("Admitting, and writing what their device needs", act, lambda: self.end("admitted"),
                    when_stopped=stopping)  # fmt: skip


def in_lines(words: Iterable[str]) -> str:
    """Return the words as they are read out: numbered rows of a few."""
    every = list(words)
    rows = [every[at : at + _WORDS_IN_A_LINE] for at in range(0, len(every), _WORDS_IN_A_LINE)]
    return "\n".join("   ".join(row) for row in rows)


def _who(asked: RequestShown) -> str:
    if asked.is_device:
        return f"A further device asks to be let in. As the request says, it belongs to: {asked.name}"
    days = f", for {asked.days} days" if asked.days else ", without an end"
    roles = ", ".join(asked.roles) or "nothing"
    return f"A device asks to join as {roles}{days}. As the request says, who asks is called: {asked.name}"
