"""How an act gets its second person: at this keyboard, by a file that goes out, or by one that came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import BROWSE, WHOLE_PATH, FormScreen, whole_path
from tui.screens.frame.form_row import FormRow, FormRows
from tui.text.in_words import in_words, warning
from tui.text.safe_content import safe_content
from tui.values.codes import words_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Approver

HERE: Final = "here"
ASK: Final = "ask"
ANSWER: Final = "answer"
ALONE: Final = "alone"
_WAYS: Final = (
    (HERE, Message("a second person at this keyboard")),
    (ASK, Message("somebody elsewhere: write a question")),
    (ANSWER, Message("an answer that came back")),
)
_WHO: Final = Message("Who")
_NEEDED: Final = Message("A second person has to approve this. How are they asked?")
_NOT_HERE: Final = Message("Nobody can approve it at this keyboard now. Do it at a device that both of you use.")


class SecondRows(Vertical):
    """The rows of a form that say who else has to approve.

    Args:
        only_here: leave out the ways by file.
    """

    DEFAULT_CSS = """
    SecondRows { height: auto; }
    """

    def __init__(self, *, only_here: bool = False) -> None:
        super().__init__(id="second-rows")
        self._only_here = only_here
        self._approvers: tuple[Approver, ...] = ()

    async def show(self, approvers: tuple[Approver, ...]) -> None:
        """Show who may approve; nobody: the act is done alone."""
        self._approvers = approvers
        await self.remove_children()
        here = [approver for approver in approvers if approver.is_here]
        if not approvers:
            await self._say(Message("Nobody else could approve it: it is done ALONE, and the log says so."))
            return
        ways = [way for way in _WAYS if way[0] == HERE or not self._only_here]
        if not here:
            ways = [way for way in ways if way[0] != HERE]
        first = ", ".join(approver.name for approver in approvers if approver.unlocks_first)
        if first:
            words = Message(
                "Once they have unlocked this vault here under their own name, they can approve it here: {names}.",
                names=first,
            )
            await self._say(warning(words))
        if not ways:
            away = ", ".join(approver.name for approver in approvers if not approver.unlocks_first)
            if away:
                cannot = Message(
                    "Those who may approve it cannot unlock this vault on this computer: {names}.", names=away
                )
                await self._say(warning(cannot))
            return
        await self.mount(FormRow(Message("Approved by"), ChoiceField(ways, id="second-way")))
        if here:
            await self.mount(FormRow(_WHO, ChoiceField([_words(approver) for approver in here], id="second-here")))
        if not self._only_here:
            every = Message("all who may: {names}", names=", ".join(approver.name for approver in approvers))
            await self.mount(
                FormRow(_WHO, ChoiceField([("", every), *map(_words, approvers)], id="second-elsewhere")),
                FormRow(Message("File"), PlaceInput(placeholder="/media/stick/question", id="second-file")),
            )
        self._fit()

    async def _say(self, words: Words) -> None:
        await self.mount(Static(safe_content(words)))

    @on(ChoiceField.Changed, "#second-way")
    def _fit(self) -> None:
        way = self.way
        for file in self.query("#second-file").results(PlaceInput):
            file.new = "question" if way == ASK else ""
            file.placeholder = "/media/stick/question" if way == ASK else "/media/stick/answer"
        shown = {"second-here": {HERE}, "second-elsewhere": {ASK}, "second-file": {ASK, ANSWER}}
        for name, ways in shown.items():
            for field in self.query(f"#{name}"):
                if field.parent is not None:
                    field.parent.display = way in ways

    @property
    def way(self) -> str:
        """How the second person is asked; `alone` where there is none, empty where none can be asked here."""
        for field in self.query("#second-way").results(ChoiceField):
            return field.value
        return "" if self._approvers else ALONE

    @property
    def who(self) -> str:
        """Whose approval is asked for; empty for all who may give it."""
        wanted = "#second-here" if self.way == HERE else "#second-elsewhere"
        return next((field.value for field in self.query(wanted).results(ChoiceField)), "")

    @property
    def file(self) -> Path | None:
        """The question to write or the answer that came; None while it is no whole path."""
        return next((whole_path(field.value.strip()) for field in self.query("#second-file").results(PlaceInput)), None)


def _words(approver: Approver) -> tuple[str, Words]:
    return approver.name, f"{approver.name}, {in_words(words_of(approver.roles))}"


class SecondForm(FormScreen):
    """Asks how an act gets its second person.

    Args:
        about: what the act is called.
        approvers: who may approve it.
        then: gets the way, whose approval is asked for, and the file of a way by file.
    """

    NAME = Message("A second person")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Go on in this way"), "F4", Message("go on")),
        NEXT_FIELD,
        BROWSE,
        leave(Message("Leave; nothing is done")),
    )

    def __init__(
        self, about: Words, approvers: tuple[Approver, ...], then: Callable[[str, str, Path | None], None]
    ) -> None:
        super().__init__()
        self._about, self._approvers, self._then = about, approvers, then

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(Static(safe_content(_NEEDED), classes="about"), SecondRows())

    async def on_mount(self) -> None:
        """Show the ways."""
        self.head(self._about)
        await self.query_one(SecondRows).show(self._approvers)
        for field in self.query("#second-way").results(ChoiceField):
            field.focus()

    def action_finish(self) -> None:
        """Go on in the way that was chosen."""
        rows = self.query_one(SecondRows)
        way, who, file = rows.way, rows.who, rows.file
        if not way:
            self.warn(_NOT_HERE)
        elif way != HERE and file is None:
            self.refuse("second-file", WHOLE_PATH)
        else:
            self.app.pop_screen()
            self._then(way, who, file)
