"""Lists of cases from a spreadsheet: looked at first, then made as a whole, and taken back as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, NEXT_FIELD, Command
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, FormScreen, PlaceInput
from tui.text.safe_content import safe_content
from tui.values.code_words import choices
from tui.values.exchange_shown import ListShown, ResultText
from tui.widgets.fields import SafeInput
from vault.casework.case import CaseKind
from vault.progress import Progress, Stopped
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway

_IMPORT, _TEMPLATE, _UNDO = "import", "template", "undo"
_ACTS: Final = (
    (_IMPORT, Message("import the cases of a list")),
    (_TEMPLATE, Message("write an empty list to fill in (.csv or .xlsx)")),
    (_UNDO, Message("take the last list back, within 10 minutes")),
)
_ANSWERS: Final = (
    ("skip", Message("leave these rows out")),
    ("make", Message("make them")),
    ("join", Message("make them, and show whom to join")),
)
_WAYS: Final = {
    "number": Message("Same number"),
    "name": Message("Same name"),
    "file": Message("Twice in it"),
    "register": Message("Colleagues"),
}
_ABOUT: Final = Message(
    "One row is one case: case, client, names, phones, born, sex, nationality, stage, next date, note. The first row "
    "has these words: Ctrl+T writes an empty list. A row with a fault is left out. The file stays there, in clear."
)


class _AnswerRow(Vertical):
    """What happens to the rows with people who are known in one way."""

    def __init__(self, way: str, label: Message) -> None:
        self.way, self.answer = way, ChoiceField(_ANSWERS)
        super().__init__(FormRow(label, self.answer), classes="place")


class ListsScreen(FormScreen):
    """F4 looks at the list; F4 again makes its cases."""

    NAME = Message("Import a list")
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Look at the list; again: make its cases"), "F4", Message("do it")),
        Command(
            "ctrl+t", "template", Message("Write an empty list to fill in"), "Ctrl+T", Message("empty list"), rank=3
        ),
        BROWSE,
        NEXT_FIELD,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._ways: tuple[str, ...] | None = None  # of the list that was looked at
        self._to_mend: Words = ""

    @override
    def compose_middle(self) -> Iterable[Widget]:
        kind = FormRow(Message("Kind"), ChoiceField(choices(CaseKind), id="kind"))
        file = FormRow(Message("File"), PlaceInput(placeholder="/media/stick/cases.xlsx", id="file"))
        yield FormRows(
            FormRow(Message("What"), ChoiceField(_ACTS, id="act")),
            Vertical(file, id="place-file", classes="place"),
            Vertical(kind, id="place-kind", classes="place"),
            *(_AnswerRow(way, label) for way, label in _WAYS.items()),
            Static(safe_content(_ABOUT), classes="about"),
            Static("", id="result"),
        )

    def on_mount(self) -> None:
        self._show_act()
        self.query_one("#file").focus()

    @on(ChoiceField.Changed, "#act")
    def _show_act(self) -> None:
        act = self.word("act")
        self.query_one("#place-file").display = act != _UNDO
        self.query_one("#place-kind").display = act == _IMPORT
        self.query_one("#file", PlaceInput).new = "cases.xlsx" if act == _TEMPLATE else ""
        self._forget()

    @on(ChoiceField.Changed, "#kind")
    @on(SafeInput.Changed, "#file")
    def _forget(self) -> None:
        """Look at the list anew before anything is made: it is another list now."""
        self._ways = None
        self._show_ways()
        self.write("result", "")

    def _show_ways(self) -> None:
        for row in self.query(_AnswerRow):
            row.display = row.way in (self._ways or ())

    def action_template(self) -> None:
        self.query_one("#act", ChoiceField).take(_TEMPLATE)
        self.query_one("#file").focus()
        self.say(Message("Where does the empty list go? F4 writes it."))

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        act = self.word("act")
        if act == _UNDO:
            self._ask_to_undo()
            return
        file = self.place("file")
        if file is None:
            return
        self.say("")
        if act == _TEMPLATE:
            self.ask(lambda vault: vault.exchange.write_template(file), self._done)
        elif self._ways is None:
            kind = self.word("kind")
            reading = Message("Reading the list")
            self.work_long(reading, lambda vault, _, __: vault.exchange.look_at_list(file, kind), self._looked_at)
        else:
            self._make()

    def _looked_at(self, shown: ListShown) -> None:
        self.write("result", *shown.lines)
        if shown.is_faulty:
            self.warn(Message("Nothing was made. Correct the list, then F4 reads it again."))
            return
        self._ways, self._to_mend = tuple(shown.ways), shown.to_mend
        self._show_ways()
        self.say(Message("Nothing is made yet. F4 makes these cases."))
        if shown.ways:
            next(row.answer for row in self.query(_AnswerRow) if row.display).focus()

    def _make(self) -> None:
        answers = {row.way: row.answer.value for row in self.query(_AnswerRow) if row.display}

        def work(vault: Gateway, progress: Progress, stopped: Stopped) -> ResultText:
            return vault.exchange.make_list(answers, progress, stopped)

        stopped = Message("Stopped. No case was made.")
        self.work_long(Message("Making the cases"), work, self._made, when_stopped=stopped)

    def _made(self, told: ResultText) -> None:
        self._forget()
        self._done(told)
        if self._to_mend:

            def write() -> None:
                self.ask(lambda vault: vault.exchange.write_to_mend(), self._done)

            self.confirm(Message("Some rows had a fault"), self._to_mend, write)

    def _ask_to_undo(self) -> None:
        def undo() -> None:
            doing = Message("Taking the list back")
            self.work_long(doing, lambda vault, _, __: vault.exchange.take_list_back(), self._done)

        told = Message("They are erased, as if they had not been made.")
        self.confirm(Message("Take back every case of the last list?"), told, undo)

    def _done(self, told: ResultText) -> None:
        self.write("result", *told.lines)
        self.say(told.lines[0])
