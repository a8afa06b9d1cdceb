"""Numbers for those who ask for them, and all that a member can read, sealed: what leaves beside dossiers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, NEXT_FIELD, Command
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import BROWSE, WHOLE_PATH, FormScreen, whole_path
from tui.screens.frame.form_row import FormRow, FormRows
from tui.text.safe_content import safe_content
from tui.values.values_exchange import ResultText
from tui.widgets.fields import SafeInput
from vault.progress import Progress, Stopped
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.gateway import Gateway

_COUNTS, _ALL = "counts", "all"
_ACTS: Final = (
    (_COUNTS, Message("count people, cases and acts")),
    (_ALL, Message("export all that I can read, sealed")),
)
_ABOUT: Final = Message(
    "Counts: rows of fewer than 5 are hidden, and rows that would reveal them; a file is .csv or .xlsx, and"
    " may be left out. The full export is not redacted; the recipient's key must be confirmed."
)


class TakeOutScreen(FormScreen):
    """Shows a table of counts, or what was exported, and stays."""

    NAME = Message("Counts and full export")
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Do what is chosen"), "F4", Message("do it")),
        BROWSE,
        NEXT_FIELD,
        BACK,
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        by = FormRow.of_text("by", Message("By"), Message("some of: stage, kind, sex, age-band, nationality"))
        to = FormRow.of_text("to", Message("For"), Message("the recipient's name"))
        yield FormRows(
            FormRow(Message("What"), ChoiceField(_ACTS, id="act")),
            Vertical(by, id="by-place", classes="place"),
            Vertical(to, id="to-place", classes="place"),
            FormRow(Message("File"), PlaceInput(placeholder="/media/stick/counts.xlsx", id="file")),
            Static(safe_content(_ABOUT), classes="about"),
            Static("", id="result"),
        )

    def on_mount(self) -> None:
        """Begin at the columns."""
        self._show_act()
        self.query_one("#by").focus()

    @on(ChoiceField.Changed, "#act")
    def _show_act(self) -> None:
        is_counts = self.word("act") == _COUNTS
        self.query_one("#by-place").display = is_counts
        self.query_one("#to-place").display = not is_counts
        self.query_one("#file", PlaceInput).new = "counts.xlsx" if is_counts else "all.age"
        self.write("result", "")

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        """Do what is chosen."""
        self.say("")
        if self.word("act") == _COUNTS:
            self._count()
        else:
            self._ask_to_export()

    def _count(self) -> None:
        typed, by = self.text("file"), self.text("by")
        out = whole_path(typed)
        if typed and out is None:
            self.refuse("file", WHOLE_PATH)
            return

        def work(vault: Gateway, progress: Progress, stopped: Stopped) -> ResultText:
            return vault.exchange.count(by, out, progress, stopped)

        self.work_long(Message("Counting"), work, self._done, when_stopped=Message("Stopped. Nothing was counted."))

    def _ask_to_export(self) -> None:
        out, to = self.place("file"), self.text("to")
        if out is None:
            return

        def work(vault: Gateway, progress: Progress, stopped: Stopped) -> ResultText:
            return vault.exchange.export_all(to, out, progress, stopped)

        def export() -> None:
            stopped = Message("Stopped. Nothing was exported.")
            self.work_long(Message("Exporting everything"), work, self._done, when_stopped=stopped)

        question = Message("Export all that you can read?")
        told = Message("Every name and note leaves without any redaction. The log says so for each case.")
        self.confirm(question, told, export)

    def _done(self, told: ResultText) -> None:
        self.write("result", *told.lines)
        self.say(Message("Done."))
