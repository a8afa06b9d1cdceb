"""Recovery: how it stands, and the sheets by which access comes back when a passphrase is lost."""

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
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, Command, VaultScreen, leave
from tui.screens.frame.form_fields import FormRow, FormRows
from tui.text.in_words import in_words, together, warning
from tui.text.safe_content import safe_content
from tui.values.access_shown import SheetsMade
from tui.widgets.drawn_parts import DrawnPart
from tui.widgets.fields import SafeInput
from vault.acts.act import Told
from vault.acts.recovery import CONFIRM, DRILL, FOLLOW, MAKE, NEW, status_lines
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Sheet
    from vault.services.credentials.recovery import RecoveryStatus

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


_MANAGES: Final = frozenset({"sheets", "drill", "new"})


class RecoveryScreen(ActScreen):
    """Leads to sheets, drill, and new sheets.

    Args:
        begin: an act to begin with: `sheets` or `drill`.
    """

    NAME = Message("Recovery")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("s", "sheets", Message("Make sheets: for the printer, or to copy by hand"), "s", Message("sheets")),
        Command("d", "drill", Message("Drill: prove that the sheets on paper open this vault"), "d", Message("drill")),
        Command("n", "new", Message("New sheets in place of the old ones"), "n", Message("new")),
        Command(
            "c", "confirm", Message("Compare the words of new sheets, and go by them here"), "c", Message("compare")
        ),
        Command("f", "follow", Message("Seal again what replaced sheets still open"), "f", Message("seal")),
        BACK,
    )

    def __init__(self, begin: str = "") -> None:
        super().__init__()
        self._begin = begin
        self._may_manage = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(Static("", id="standing-words"), classes="form")

    @override
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for command in self.ACTS if self._may_manage or command.action not in _MANAGES)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._refresh("")

    def _refresh(self, words: str | None) -> None:
        self.ask(lambda vault: (vault.recovery.status(), vault.recovery.may_manage), lambda found: self._show(*found))
        if words:
            self.say(words)

    def _show(self, status: RecoveryStatus, may_manage: bool) -> None:
        self._may_manage = may_manage
        self.write("standing-words", *status_lines(status))
        self.show_keys()
        begin, self._begin = self._begin, ""
        if begin == "sheets":
            self.action_sheets()
        elif begin == "drill":
            self.action_drill()

    def action_sheets(self) -> None:
        self.app.push_screen(SheetsForm(MAKE, {}, ""), self._refresh)

    def action_drill(self) -> None:
        self.app.push_screen(ActForm(DRILL, {}, ""), self._refresh)

    def action_new(self) -> None:
        self.app.push_screen(SheetsForm(NEW, {}, ""), self._refresh)

    def action_confirm(self) -> None:
        self.app.push_screen(ActForm(CONFIRM, {}, ""), self._refresh)

    def action_follow(self) -> None:
        """Seal anew; every member may do it for what they hold."""
        self.do(Doing(FOLLOW, {}, lambda told: self._refresh(together(told.lines, " "))))


# The first thing for whoever founded a vault: a lost passphrase must not lose it.
_WHY: Final = Message(
    "Without them nobody can help a member who loses the passphrase, a keyfile or this computer: what only they could"
    " open is lost for good. There is no master key, and no service that could ask for one."
)
_LAST_STEPS: Final = (
    Message("Give each to another person, outside the organisation and the country."),
    Message("Drill: type two of them back. The secret then leaves this computer."),
)
_ALL_STEPS: Final = (
    Message("Make the sheets: 3 of them, any 2 open everything. Print or copy them."),
    Message("Type three words of each from the paper."),
    *_LAST_STEPS,
)
_NONE: Final = Message("This device knows of no recovery sheets of this vault.")
_MADE: Final = Message("Recovery sheets of this vault were made here, and no drill has proven them.")
_UNTIL_MADE: Final = Message("It takes ten minutes. Until then this is proposed once a day.")
_UNTIL_PROVEN: Final = Message("Until then this is proposed once a day. You cannot mix sheets of two sets.")


class SheetsGuide(VaultScreen):
    """Ends with the act to begin with: `sheets`, `drill`, or nothing.

    Args:
        are_made: there is a set already: what is left to do is to prove it.
    """

    NAME = Message("Before anything else: recovery sheets")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Make the sheets now"), "F4", Message("make them now")),
        Command(
            "d", "begin('drill')", Message("They are on paper: prove them"), "d", Message("they are on paper: prove")
        ),
        Command("escape", "back", Message("Later"), "Esc", Message("later")),
    )

    def __init__(self, *, are_made: bool = False) -> None:
        super().__init__()
        self._are_made = are_made

    @override
    def commands(self) -> tuple[Command, ...]:
        if not self._are_made:
            return self.ACTS
        return (Command("f4", "go_on", Message("Prove the sheets"), "F4", Message("prove them")), self.ACTS[-1])

    @override
    def compose_middle(self) -> Iterable[Widget]:
        steps = _LAST_STEPS if self._are_made else _ALL_STEPS
        numbered = "\n".join(f"{number}. {in_words(step)}" for number, step in enumerate(steps, 1))
        parts = (_MADE, _WHY, numbered, _UNTIL_PROVEN) if self._are_made else (_NONE, _WHY, numbered, _UNTIL_MADE)
        yield FormRows(Static(safe_content(together(parts, "\n\n"))))

    def action_go_on(self) -> None:
        self.dismiss("drill" if self._are_made else "sheets")

    def action_begin(self, act: str) -> None:
        self.dismiss(act)
