"""A new restricted section: its title, what it keeps apart, and who opens it beside oneself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.rows import FixedRows
from tui.text.safe_content import safe_content
from tui.values.codes import word_of
from tui.values.values_access import HolderLine
from tui.values.values_forms import FormPlace
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import VirtualList
from vault.words.message import Message

NEW_SECTION: Final = "section"
_WORDS: Final = {
    "location": Message("location: where somebody is"),
    "health": Message("health: how somebody is"),
    "sources": Message("sources: who told us"),
}
_ABOUT: Final = Message(
    "A new section is empty: nothing of the case moves into it by itself. If there are recovery sheets, they open it"
    " too. Nobody else who holds the case learns that it exists. Space marks who else opens it:"
)


class NewSection(KeptForm):
    """Ends with the id of the section that was made.

    Args:
        case: its id.
        ref: its reference.
        kinds: what a section can keep apart.
        others: who else holds the case.
    """

    NAME = Message("New section")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Make the section"), "F4", Message("make it")),
        NEXT_FIELD,
        leave(Message("Leave; nothing is made")),
    )

    def __init__(self, case: str, ref: str, kinds: Sequence[str], others: Sequence[HolderLine]) -> None:
        super().__init__()
        self._case = case
        self._ref = ref
        self._kinds = kinds
        self._others = others

    @override
    def compose_middle(self) -> Iterable[Widget]:
        rows = [ListRow(other.member, (other.name,)) for other in self._others]
        yield FormRows(
            FormRow.of_text("title", Message("Title"), Message("for those who open it")),
            FormRow(
                Message("Kind"),
                ChoiceField([(kind, _WORDS.get(kind, word_of(kind))) for kind in self._kinds], id="kind"),
            ),
            Static(safe_content(_ABOUT), classes="about"),
            Vertical(VirtualList((Column(""),), FixedRows(rows), id="others", has_states=True), id="others-place"),
        )

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(NEW_SECTION, self._case, self._ref)

    def on_mount(self) -> None:
        """Begin with the title."""
        self.head(self._ref)
        self.query_one("#title").focus()
        self.query_one("#others", VirtualList).styles.height = max(1, min(len(self._others), 8))
        if not self._others:
            self.query_one("#others-place").display = False
            self.say(Message("Nobody else holds this case: only you and the sheets will open the section."))

    def action_finish(self) -> None:
        """Make it."""
        case, what, title = self._case, self.word("kind"), self.text("title")
        if not title:
            self.refuse("title", Message("Type a title first."))
            return
        members = tuple(sorted(self.query_one("#others", VirtualList).marked))
        self.ask(lambda vault: vault.sections.create(case, what, title, members), self.end)
