"""Give a case to a member: to whom, for how long, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.wording import with_roles
from tui.text.safe_content import safe_content
from tui.values.codes import choices
from tui.values.values_exchange import PeerShown, ResultText
from tui.values.values_forms import FormPlace
from tui.widgets.fields import SafeInput
from vault.words.message import Message

GRANT: Final = "grant"
_ABOUT: Final = Message(
    "They can open everything in this case, also what was written before, but not its restricted sections."
    " With a last day, the right ends by itself: the day after, the key changes."
)


class GrantForm(KeptForm):
    """Ends with a word once the case was given.

    Args:
        case: its id.
        ref: its reference.
        candidates: to whom it can be given.
        reasons: the codes that can be written down.
    """

    NAME = Message("Give the case")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Give it"), "F4", Message("give it")),
        NEXT_FIELD,
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(self, case: str, ref: str, candidates: Sequence[PeerShown], reasons: Sequence[str]) -> None:
        super().__init__()
        self._case = case
        self._ref = ref
        self._candidates = candidates
        self._reasons = reasons

    @override
    def compose_middle(self) -> Iterable[Widget]:
        members = [(candidate.member, with_roles(candidate.name, candidate.roles)) for candidate in self._candidates]
        yield FormRows(
            FormRow(Message("To"), ChoiceField(members, id="member")),
            FormRow.of_text("until", Message("Last day"), Message("e.g. 2026-12-24; empty: no end")),
            FormRow(Message("Why"), ChoiceField(choices(self._reasons), id="why")),
            Static(safe_content(_ABOUT), classes="about"),
        )

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(GRANT, self._case, self._ref)

    @override
    def filled_at_first(self) -> dict[str, str]:
        return {name: said for name, said in super().filled_at_first().items() if name != "member"}

    def on_mount(self) -> None:
        """Begin with the member."""
        self.head(self._ref)
        self.query_one("#member").focus()

    @on(SafeInput.Submitted)
    def _day_given(self) -> None:
        self.query_one("#why").focus()

    def action_finish(self) -> None:
        """Give it."""
        case, member, until, why = self._case, self.word("member"), self.text("until"), self.word("why")
        self.ask(lambda vault: vault.sharing.give(case, member, until=until, why=why), self._given)

    def _given(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog(Message("Given"), told.lines), lambda _: self.end("given"))
