"""A set of recovery sheets: for the printer or to copy by hand, then compared with the paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.drawn.pieces import FG, Line, Rows, finished
from tui.looks.signs import LASTED, WILL_LAST
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import Command, VaultScreen, leave
from tui.screens.frame.form_fields import FormRow
from tui.text.in_words import together, warning
from tui.text.safe_content import safe_content
from tui.values.access_shown import SheetsMade
from tui.widgets.drawn_parts import DrawnPart
from tui.widgets.fields import SafeInput
from vault.acts.act import Told
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Sheet

# A recovery sheet as somebody copies it by hand: how far they are, its rows of words, the vault that it belongs to.
_LEFT: Final = 0
_BAR: Final = 20
_MINUTES: Final = 2
"""About as long as one sheet takes."""
_NUMBER: Final = 4
_WORD: Final = 8
_GAP: Final = 3
_OF_VAULT: Final = 7


def paper_sheet(sheet: Sheet, width: int) -> Rows:
    """Return the rows of a sheet: words with their numbers, and behind each row what tells when a word is wrong."""
    title = Line(width)
    end = title.put(
        _LEFT,
        Message("CASEVAULT RECOVERY SHEET {number} of {total}", number=sheet.number, total=sheet.count),
        "acc",
        bold=True,
    )
    title.put(end + _GAP, Message("any {needed} open everything", needed=sheet.threshold))
    lines = [_progress(sheet, width), title, Line(width)]
    place = 1
    for row in sheet.rows:
        line = Line(width)
        line.put_right(_LEFT + 2, str(row.number), "dim")
        x = _LEFT + _GAP
        for word in row.words:
            line.put_right(x + _NUMBER, str(place), "dim")
            line.put(x + _NUMBER + 1, word, bold=True)
            x += _NUMBER + 1 + _WORD + 1
            place += 1
        line.put(x + _GAP, row.check, "acc")
        lines.append(line)
    lines += [Line(width), _line(width, Message("The vault that it belongs to:"), "dim")]
    lines += [
        _line(width, " ".join(sheet.sheets_words[at : at + _OF_VAULT]))
        for at in range(0, len(sheet.sheets_words), _OF_VAULT)
    ]
    lines += [
        _line(width, Message("The number behind a row tells a wrong word."), "dim"),
        _line(width, Message("Keep it abroad, apart from all other sheets."), "dim"),
    ]
    return finished(lines)


def _progress(sheet: Sheet, width: int) -> Line:
    done, left = sheet.number - 1, sheet.count - sheet.number + 1
    full = done * _BAR // sheet.count
    line = Line(width)
    end = line.put(_LEFT, LASTED * full, "acc")
    end = line.put(end, WILL_LAST * (_BAR - full), "mark")
    minutes = plural("about {count} minute", "about {count} minutes", count=left * _MINUTES)
    line.put(end + _GAP, Message("{done} done, {left} to go, {minutes}", done=done, left=left, minutes=minutes), "dim")
    return line


def _line(width: int, words: Message | str, means: str = FG) -> Line:
    line = Line(width)
    line.put(_LEFT, words, means)
    return line


# Sheets on their way to paper: each is compared by three of its words, and shown before where it is copied by hand.
_BEHIND_YOU: Final = Message("Is nobody behind you? F12 empties the screen at once.")
_FIELDS = ("first", "second", "third")


class SheetPaper(VaultScreen):
    """Ends with a word when three words of every sheet came back from the paper.

    Args:
        made: the set; its words stay in the gateway but for the one sheet that is shown.
        files: in which files it is for the printer; empty: each sheet is shown, to be copied by hand.
    """

    NAME = Message("Sheets on paper")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("It is on paper; then: compare the words"), "F4", Message("go on")),
        Command("tab", "app.focus_next", Message("Next word"), "Tab", Message("next word")),
        leave(Message("Leave: the drill compares all of it")),
    )

    def __init__(self, made: SheetsMade, files: Sequence[Words]) -> None:
        super().__init__()
        self._made = made
        self._files = files
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
        if self._files:
            self._show(together((*self._files, Message("Print them now. F4 asks for three words of each."))))
        else:
            self._show_sheet()

    def action_go_on(self) -> None:
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
        if self._files:
            self._ask()
        else:
            self._show_sheet()
        self.say("" if are_right else self._slip())

    def _slip(self) -> Message:
        again = Message("Look at the paper again.") if self._files else Message("Here it is once more.")
        return Message("! Those are not the words of sheet {number}. {again}", number=self._number, again=again)

    def _show_sheet(self) -> None:
        number = self._number
        self._show("")
        self.ask(
            lambda vault: (vault.recovery.sheet(number), vault.recovery.ask_again(number)),
            lambda found: self._copy(*found),
        )

    def _copy(self, sheet: Sheet, places: tuple[int, ...]) -> None:
        self._places = places
        self._show("")
        self.query_one("#copied", DrawnPart).show(partial(paper_sheet, sheet))
        if not self.said:
            self.warn(_BEHIND_YOU)

    def _show(self, text: str) -> None:
        self.head(right=self._which() if not self._files else Message("{n} sheets", n=self._made.count))
        self.query_one("#words").display = False
        sheet = self.query_one("#sheet", Static)
        sheet.display = bool(self._files)
        sheet.update(safe_content(text))
        self.query_one("#copied").display = not self._files
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


class SheetsForm(ActForm):
    """Ends with how the paper compared."""

    @override
    def done(self, told: Told) -> None:
        first, last = told.lines if told.files else (), told.lines[-1]

        def compared(word: str | None) -> None:
            said: Words = Message("Three words of each sheet were compared. Prove them now: d.")
            if not word:
                said = warning(Message("The paper was not compared. The drill (d) compares all of it."))
            self.ask(lambda vault: vault.recovery.forget(), lambda _: self.end(together((said, last), " ")))

        self.ask(
            lambda vault: vault.recovery.hold(told.sheets),
            lambda made: self.app.push_screen(SheetPaper(made, first), compared),
        )
