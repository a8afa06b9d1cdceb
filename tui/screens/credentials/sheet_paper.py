"""Sheets on their way to paper: each is compared by three of its words, and shown before where it is copied by hand."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.drawn.paper_sheet import paper_sheet
from tui.screens.frame.base import Command, VaultScreen, leave
from tui.screens.frame.form_row import FormRow
from tui.text.in_words import together, warning
from tui.text.safe_content import safe_content
from tui.values.values_own import SheetShown, SheetsMade
from tui.widgets.drawn import DrawnPart
from tui.widgets.fields import SafeInput
from vault.words.message import Message, Words

_BEHIND_YOU: Final = Message("Is nobody behind you? F12 empties the screen at once.")
_FIELDS = ("first", "second", "third")


class SheetPaper(VaultScreen):
    """Ends with a word when three words of every sheet came back from the paper.

    Args:
        made: the set; its words stay in the gateway but for the one sheet that is shown.
        paths: where it lies for the printer; empty: each sheet is shown, to be copied by hand.
        warning: why others may get a copy of what lies there.
    """

    NAME = Message("Sheets on paper")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("It is on paper; then: compare the words"), "F4", Message("go on")),
        Command("tab", "app.focus_next", Message("Next word"), "Tab", Message("next word")),
        leave(Message("Leave: the drill compares all of it")),
    )

    def __init__(self, made: SheetsMade, paths: tuple[str, ...], warning: Words = "") -> None:
        super().__init__()
        self._made = made
        self._paths = paths
        self._warning = warning
        self._number = 1
        self._places = made.asked[0]

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            Static("", id="sheet"),
            DrawnPart(lambda width: (), id="copied"),
            Vertical(
                Static("", id="question", classes="label"),
                *(FormRow("", SafeInput(id=name, compact=True)) for name in _FIELDS),
                id="words",
            ),
            classes="form",
        )

    def on_mount(self) -> None:
        """Say where the files are, or show the first sheet."""
        if self._paths:
            names = "\n".join(f"  {path}" for path in self._paths)
            said = [Message("The sheets are in\n{files}", files=names)]
            if self._warning:
                said.append(Message("! Others may get a copy there: {why}.", why=self._warning))
            said.append(Message("Print them now. F4 asks for three words of each."))
            self._show(together(said, "\n\n"))
        else:
            self._show_sheet()

    def action_go_on(self) -> None:
        """Ask for three words; then compare them."""
        if not self._asks:
            self._ask()
            return
        number, places = self._number, self._places
        typed = [self._take(name) for name in _FIELDS]
        self.ask(lambda vault: vault.recovery.are_words(number, places, typed), self._compared)

    @on(SafeInput.Submitted)
    def _next(self, event: SafeInput.Submitted) -> None:
        if event.input.id == _FIELDS[-1]:
            self.action_go_on()
        else:
            self.app.action_focus_next()

    def _compared(self, are_right: bool) -> None:
        if are_right and self._number == self._made.count:
            self.dismiss("compared")
            return
        if are_right:
            self._number += 1
            self._places = self._made.asked[self._number - 1]
        if self._paths:
            self._ask()
        else:
            self._show_sheet()
        self.say("" if are_right else self._slip())

    def _slip(self) -> Message:
        again = Message("Look at the paper again.") if self._paths else Message("Here it is once more.")
        return Message("! Those are not the words of sheet {number}. {again}", number=self._number, again=again)

    def _show_sheet(self) -> None:
        number = self._number
        self._show("")
        self.ask(
            lambda vault: (vault.recovery.sheet(number), vault.recovery.ask_again(number)),
            lambda found: self._copy(*found),
        )

    def _copy(self, sheet: SheetShown, places: tuple[int, ...]) -> None:
        self._places = places
        self._show("")
        self.query_one("#copied", DrawnPart).show(partial(paper_sheet, sheet))
        if not self.said:
            self.warn(_BEHIND_YOU)

    def _show(self, text: str) -> None:
        self.head(right=self._which() if not self._paths else Message("{n} sheets", n=self._made.count))
        self.query_one("#words").display = False
        sheet = self.query_one("#sheet", Static)
        sheet.display = bool(self._paths)
        sheet.update(safe_content(text))
        self.query_one("#copied").display = not self._paths
        self.query_one(VerticalScroll).focus()

    def _which(self) -> Message:
        return Message(
            "sheet {number} of {total}, any {needed} open everything",
            number=self._number,
            total=self._made.count,
            needed=self._made.needed,
        )

    def _ask(self) -> None:
        self.head(right=self._which())
        sheet = self.query_one("#sheet", Static)
        sheet.update("")
        sheet.display = False
        copied = self.query_one("#copied", DrawnPart)
        copied.show(lambda width: ())
        copied.display = False
        if self.said == warning(_BEHIND_YOU):
            self.say("")
        self.query_one("#words").display = True
        self.write("question", Message("From the paper: sheet {number}", number=self._number))
        for row, place in zip(self.query(FormRow), self._places, strict=True):
            row.relabel(Message("word {place}", place=place))
        self.query_one(f"#{_FIELDS[0]}").focus()

    def _take(self, name: str) -> str:
        field = self.query_one(f"#{name}", SafeInput)
        typed, field.value = field.value, ""
        return typed

    @property
    def _asks(self) -> bool:
        return bool(self.query_one("#words").display)
