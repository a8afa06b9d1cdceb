"""Who can open a case: given to a member until a day, taken back by a new key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.screen_words import MAY_BE_KEPT, named, with_roles
from tui.text.in_words import together, warning
from tui.text.safe_content import safe_content
from tui.values.access_shown import AccessShown, HolderLine
from tui.values.cases_shown import CaseShown
from tui.values.code_words import choices, word_of
from tui.values.exchange_shown import PeerShown, ResultText
from tui.values.forms_typed import FormPlace
from tui.widgets.fields import SafeInput
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow
from vault.progress import Progress, Stopped
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway


# Give a case to a member: to whom, for how long, and why.
GRANT: Final = "grant"
_ABOUT: Final = Message(
    "They can open everything in this case, also what was written before, but not its restricted sections."
    " With a last day, the right ends by itself: the day after, the key changes."
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


# A new key of a case or a section: one act with one bar, and what came of it is told before the screen reads again.
class NewKeyScreen(LongWorkScreen):
    """A screen that says who can open something, and changes it by its key."""

    def action_refresh(self) -> None:
        raise NotImplementedError

    def make_new_key(self, work: Callable[[Gateway, Progress, Stopped], ResultText]) -> None:
        """Make it and wrap under it, with a bar; stopped, it counts already and the rest is wrapped later."""
        self.work_long(
            Message("Making a new key, and wrapping under it"),
            work,
            self.tell_done,
            when_stopped=Message("Stopped."),
            alone=True,
        )

    def tell_done(self, told: ResultText) -> None:
        """Tell what was done, over what is shown as it is now."""
        self.app.push_screen(ResultDialog(Message("Done"), told.lines))
        self.action_refresh()


_SAME: Final = Message("The same members open it. An older copy of its key opens nothing new.")
_SHARING: Final = frozenset({"give", "take_back", "new_key"})


class AccessScreen(ListScreen, NewKeyScreen):
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
        Command("k", "new_key", Message("Make a new key for the same members"), "k", Message("new key")),
        Command("r", "wrap_anew", Message("Rewrap the rest under the newest key"), "r"),
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
            together((MAY_BE_KEPT, _cost(shown)), "\n\n"),
            partial(self._take_back, holder.member),
            yes=Message("Revoke"),
            no=Message("Leave it"),
        )

    def action_new_key(self) -> None:
        if self._shown is None:
            return
        self.confirm(
            Message("Make a new key of this case?"),
            together((_SAME, _cost(self._shown)), "\n\n"),
            self._make_key,
            yes=Message("Make a new key"),
            no=Message("Keep this one"),
        )

    def action_wrap_anew(self) -> None:
        case = self._case
        self.work_long(
            Message("Rewrapping keys"),
            lambda vault, progress, stopped: vault.sharing.wrap_anew(case, progress, stopped),
            self.tell_done,
            when_stopped=Message("Stopped. What was rewrapped stays so; the rest waits."),
            alone=True,
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
        self.make_new_key(lambda vault, progress, stopped: vault.sharing.take_back(case, member, progress, stopped))

    def _make_key(self) -> None:
        case = self._case
        self.make_new_key(lambda vault, progress, stopped: vault.sharing.new_key(case, progress, stopped))

    def _show(self, shown: AccessShown) -> None:
        self._shown = shown
        self.show_rows((ListRow(holder.member, self._cells(holder)) for holder in shown.holders), self._list.cursor)
        alone = self.query_one("#alone", Static)
        alone.display = bool(shown.only_you)
        alone.update(safe_content(warning(shown.only_you)))
        self.head(self._ref, plural("{count} member", "{count} members", count=len(shown.holders)))
        self.write("keys", *_lines(shown))
        self.show_keys()

    def _cells(self, holder: HolderLine) -> tuple[Words, ...]:
        why = word_of(holder.why) or self._named.get(holder.member, "")
        return named(holder.name, is_you=holder.is_you), holder.until, why, holder.given_by

    def _here(self) -> HolderLine | None:
        holders = () if self._shown is None else self._shown.holders
        return self.at_cursor({holder.member: holder for holder in holders})


def _lines(shown: AccessShown) -> list[Words]:
    lines: list[Words] = [shown.sheets, plural("{count} key so far.", "{count} keys so far.", count=shown.keys)]
    if shown.current > 1:
        lines.append(
            Message(
                "{current} of them are current: two people changed it at once; the next change joins them.",
                current=shown.current,
            )
        )
    if shown.pending:
        lines.append(
            plural(
                "{count} saved change is not under the newest key yet: r rewraps it.",
                "{count} saved changes are not under the newest key yet: r rewraps them.",
                count=shown.pending,
            )
        )
    return lines


def _cost(shown: AccessShown) -> Message:
    """Say what a new key costs; the member who loses the case gets none, so that it is this at most."""
    return Message(
        "A new key: {versions} to rewrap, for {devices} now.",
        versions=plural("{count} saved change", "{count} saved changes", count=shown.cost_versions),
        devices=plural("{count} device that holds it", "{count} devices that hold it", count=shown.cost_holders),
    )
