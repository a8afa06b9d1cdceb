"""Who can open a case: given to a member until a day, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, VaultScreen, leave
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.screen_words import MAY_BE_KEPT, named, with_roles
from tui.text.in_words import warning
from tui.text.safe_content import safe_content
from tui.values.access_shown import AccessShown, HolderLine
from tui.values.cases_shown import CaseShown
from tui.values.code_words import choices, word_of
from tui.values.exchange_shown import PeerShown, ResultText
from tui.values.forms_typed import FormPlace
from tui.widgets.fields import SafeInput
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow
from vault.words.message import Message, Words, plural

# Give a case to a member: to whom, for how long, and why.
GRANT: Final = "grant"
_ABOUT: Final = Message(
    "They can open everything in this case, also what was written before, but not its restricted sections."
    " With a last day, the right ends by itself: what is written later is under another key."
)


class GrantForm(KeptForm):
    """Ends with a word once the case was given."""

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
        self.head(self._ref)
        self.query_one("#member").focus()

    @on(SafeInput.Submitted)
    def _day_given(self) -> None:
        self.query_one("#why").focus()

    def action_finish(self) -> None:
        case, member, until, why = self._case, self.word("member"), self.text("until"), self.word("why")
        self.ask(lambda vault: vault.sharing.give(case, member, until=until, why=why), self._given)

    def _given(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog(Message("Given"), told.lines), lambda _: self.end("given"))


class TellingScreen(VaultScreen):
    """A screen that says who can open something, and changes it."""

    def action_refresh(self) -> None:
        raise NotImplementedError

    def tell_done(self, told: ResultText) -> None:
        """Tell what was done, over what is shown as it is now."""
        self.app.push_screen(ResultDialog(Message("Done"), told.lines))
        self.action_refresh()


_SHARING: Final = frozenset({"give", "take_back"})


class AccessScreen(ListScreen, TellingScreen):
    """The holders of one case."""

    NAME = Message("Who can open it")
    COLUMNS = (
        Column(Message("who"), 24),
        Column(Message("until"), 10),
        Column(Message("why"), 14, rank=1),
        Column(Message("given by")),
    )
    LIST = "holders"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("g", "give", Message("Grant it to a member, until a day or without an end"), "g", Message("give")),
        Command("t", "take_back", Message("Revoke it from the member under the cursor"), "t", Message("revoke")),
        Command("f5", "refresh", Message("Read again"), "F5"),
        Command("escape", "back", Message("Back to the case"), "Esc", Message("back")),
    )

    def __init__(self, case: CaseShown) -> None:
        super().__init__()
        self._case = case.case
        self._ref = case.ref
        self._named = {case.deputy: Message("deputy"), case.owner: Message("owner")}
        self._shown: AccessShown | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static("", id="alone", classes="warning")
        yield from super().compose_middle()
        yield Static("", id="keys", classes="below")

    def on_mount(self) -> None:
        self.head(self._ref)

    @override
    def commands(self) -> tuple[Command, ...]:
        may_share = self._shown is not None and self._shown.may_share
        return tuple(command for command in self.ACTS if may_share or command.action not in _SHARING)

    @override
    def action_refresh(self) -> None:
        case = self._case
        self.ask(lambda vault: vault.sharing.who(case), self._show)

    def action_give(self) -> None:
        case = self._case
        self.ask(lambda vault: (vault.sharing.candidates(case), vault.sharing.reasons), self._offer)

    def action_take_back(self) -> None:
        holder, shown = self._here(), self._shown
        if holder is None or shown is None:
            return
        if holder.is_you:
            self.warn(Message("You cannot revoke a case from yourself. Ask another holder."))
            return
        self.confirm(
            Message("Revoke the case from {name}?", name=holder.name),
            MAY_BE_KEPT,
            partial(self._take_back, holder.member),
            yes=Message("Revoke"),
            no=Message("Leave it"),
        )

    def _offer(self, found: tuple[tuple[PeerShown, ...], tuple[str, ...]]) -> None:
        candidates, reasons = found
        if not candidates:
            self.say(
                Message("Nobody else to give it to: all who have a device and a role that opens cases hold it already.")
            )
            return
        self.unless_left(GrantForm(self._case, self._ref, candidates, reasons), lambda _: self.action_refresh())

    def _take_back(self, member: str) -> None:
        case = self._case
        self.ask(lambda vault: vault.sharing.take_back(case, member), self.tell_done)

    def _show(self, shown: AccessShown) -> None:
        self._shown = shown
        self.show_rows((ListRow(holder.member, self._cells(holder)) for holder in shown.holders), self._list.cursor)
        alone = self.query_one("#alone", Static)
        alone.display = bool(shown.only_you)
        alone.update(safe_content(warning(shown.only_you)))
        self.head(self._ref, plural("{count} member", "{count} members", count=len(shown.holders)))
        self.write("keys", shown.sheets)
        self.show_keys()

    def _cells(self, holder: HolderLine) -> tuple[Words, ...]:
        why = word_of(holder.why) or self._named.get(holder.member, "")
        return named(holder.name, is_you=holder.is_you), holder.until, why, holder.given_by

    def _here(self) -> HolderLine | None:
        holders = () if self._shown is None else self._shown.holders
        return self.at_cursor({holder.member: holder for holder in holders})
