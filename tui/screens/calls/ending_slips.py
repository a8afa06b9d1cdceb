"""Which case gets the words of a slip."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import Command, leave
from tui.screens.frame.list_rows import OneList
from tui.values.cases_shown import CaseListStart
from tui.values.code_words import word_of
from tui.values.forms_typed import Reminding
from tui.widgets.fields import SafeInput
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.services.cases.intake import SlipLine
from vault.words.message import Message


class PickCase(OneList):
    """Ends with the case that was chosen, or empty.

    Args:
        slip: what it is chosen for: cases that the call reminds of are offered first.
    """

    NAME = Message("Into which case?")
    COLUMNS = (
        Column(Message("ref"), 10),
        Column(Message("client"), 20),
        Column(Message("title"), rank=1),
        Column(Message("stage"), 16),
    )
    LIST = "cases"
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "take", Message("Move the words into the case under the cursor"), "F4", Message("move it there")),
        Command("down", "to_list", Message("From the words to the cases"), "Down", Message("cases")),
        leave(Message("Leave; the slip stays open")),
    )

    def __init__(self, slip: SlipLine | None = None) -> None:
        super().__init__()
        self._slip = slip
        self._wish = 0

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield SafeInput(placeholder=Message("a reference, or names of cases and people"), id="wanted", compact=True)
        yield from super().compose_middle()

    def on_mount(self) -> None:
        self.query_one("#wanted").focus()
        if self._slip is None:
            self._read()
            return
        number, name = self._slip.said.number, self._slip.said.name
        self.ask(lambda vault: vault.intake.remind(number, name), self._offer)

    def _offer(self, found: Reminding) -> None:
        like = {case.case: case for case in (*found.by_number, *found.by_name)}
        if like and not self._words:
            self.show_rows(ListRow(case.case, (case.ref, case.client, "", "")) for case in like.values())
            self.say(Message("These cases may fit the call. Type a reference or a name for others."))
        else:
            self._read()

    @property
    def _words(self) -> str:
        return self.query_one("#wanted", SafeInput).value

    @on(SafeInput.Changed, "#wanted")
    def _read(self) -> None:
        self._wish += 1
        wish, words = self._wish, self._words

        def show(start: CaseListStart) -> None:
            if wish == self._wish:
                self._show(start)

        self.ask(lambda vault: vault.finding.start("name", words), show)

    def _show(self, start: CaseListStart) -> None:
        rows = [ListRow(row.case, (row.ref, row.client, row.title, word_of(row.stage))) for row in start.rows]
        self.show_rows(rows)
        more = Message("There are more; type a reference or a name to see fewer.")
        self.say(more if start.count > len(rows) else "" if rows else Message("No open case matches."))

    @on(SafeInput.Submitted, "#wanted")
    def action_take(self) -> None:
        self._list.action_open()

    @on(VirtualList.Opened)
    def _chosen(self, event: VirtualList.Opened) -> None:
        self.end(event.row.key)
