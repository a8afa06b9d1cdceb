"""Who comes in: admitted once the words on both sides are compared by voice, some by two people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, NEXT_FIELD, READ_AGAIN, Command, leave
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, FormScreen, PlaceInput
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.screen_words import ADMITTED_AS
from tui.screens.members.member_changes import ChangingScreen
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.values.access_shown import Changed, NewMember, RequestShown
from tui.values.code_words import words_of
from tui.widgets.fields import SafeInput
from tui.widgets.overlays import Confirm
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.progress import Progress, Stopped
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway


# Admit who asks to join: the words on both sides are compared by voice before anybody is in.
_ABOUT: Final = Message(
    "The request is the file that came back from the new device. F4 reads it and shows 13 words: the new"
    " member sees the same words, unless somebody changed a file on the way."
)
_CASES: Final = (("yes", Message("yes: all that this device opens")), ("no", Message("no: it starts empty")))
_COMPARE: Final = Message(
    "Let them read the words to you, by voice. If all 13 are the same: F4. If a word differs: Esc; admit nobody."
)
_NOT_ADMITTED: Final = Message(
    "Nobody is admitted. Where a word differs: carry the request yourself, and compare again."
)
_DAYS: Final = {"intake": "30"}
"""What is proposed for a role until somebody types another number."""
_LETS_IN: Final = Message("Yes lets this device in. Words that differ mean that a file was changed.")
_WORDS_IN_A_LINE: Final = 5
_MOST_NAMES = 100


class AdmitScreen(FormScreen, ChangingScreen):
    """First the request, then the words, then the yes.

    Args:
        asked: an admission that somebody proposed, in place of a request.
    """

    NAME = Message("Admit")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Read the request; then: the words are the same"), "F4", Message("go on")),
        Command(
            "ctrl+g",
            "by_sheets",
            Message("The words are the same: the recovery sheets admit, in place of a second person"),
            "Ctrl+G",
            Message("by sheets"),
            rank=2,
        ),
        BROWSE,
        NEXT_FIELD,
        leave(Message("Leave; nobody is admitted")),
    )

    def __init__(self, asked: RequestShown | None = None) -> None:
        super().__init__()
        self._asked = asked
        self._is_proposal = asked is not None
        self._read = Path()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            Vertical(
                FormRow(Message("Request"), PlaceInput(placeholder="/media/stick/request", id="request")),
                Static(safe_content(_ABOUT), id="about-request", classes="about"),
                id="the-request",
            ),
            Vertical(
                Static(safe_content(Message("It must show these words:"))),
                Static("", id="words", classes="words"),
                Static("", id="who-asks"),
                Vertical(
                    FormRow.of_text("name", Message("Name")),
                    FormRow(Message("As"), ChoiceField(ADMITTED_AS, id="like")),
                    FormRow.of_text("days", Message("For days"), Message("empty: no end"), value=_DAYS["intake"]),
                    id="newcomer",
                ),
                FormRow(
                    Message("Its bundle"),
                    PlaceInput(new="admitted.bundle", placeholder="/media/stick/admitted.bundle", id="bundle"),
                ),
                Vertical(FormRow(Message("Your cases"), ChoiceField(_CASES, id="cases")), id="own"),
                id="asked",
            ),
        )

    def on_mount(self) -> None:
        self.query_one("#asked").display = False
        self.query_one("#request").focus()
        if self._asked is not None:
            self.query_one("#the-request").display = False
            self._show(self._asked)

    @on(SafeInput.Changed, "#request")
    def _other_request(self) -> None:
        if not self._is_proposal:
            self._asked = None
            self.query_one("#asked").display = False
            self.query_one("#about-request").display = True

    @on(ChoiceField.Changed, "#like")
    def _propose_days(self) -> None:
        self.query_one("#days", SafeInput).value = _DAYS.get(self.word("like"), "")

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        if self._asked is not None:
            self._compare(self._asked)
        elif (request := self.place("request")) is not None:
            self._read = request
            self.say("")
            self.ask(lambda vault: vault.members.look(request), self._show)

    def action_by_sheets(self) -> None:
        if self._asked is None:
            self.action_go_on()
        else:
            self._compare(self._asked, by_sheets=True)

    def _show(self, asked: RequestShown) -> None:
        self._asked = asked
        self.query_one("#about-request").display = False
        self.query_one("#asked").display = True
        is_new = not asked.is_device and not self._is_proposal
        self.query_one("#newcomer").display = is_new
        self.query_one("#own").display = asked.is_yours
        self.write("who-asks", _who(asked))
        self.write("words", in_rows(asked.words))
        if not self._is_proposal:
            self.query_one("#bundle", SafeInput).value = str(_free(self._read))
        self.query_one("#name" if is_new else "#bundle").focus()
        self.say(_COMPARE)

    def _compare(self, asked: RequestShown, *, by_sheets: bool = False) -> None:
        days = self.text("days")
        if days and not days.isdecimal():
            self.refuse("days", Message("Type a number of days, or nothing for no end."))
            return
        bundle = self.place("bundle")
        if bundle is None:
            return
        new = NewMember(self.text("name"), self.word("like"), int(days or 0))

        def answered(yes: bool | None) -> None:
            if yes:
                self._admit(asked, new, bundle, by_sheets=by_sheets)
            else:
                self.say(_NOT_ADMITTED)

        question = Confirm(
            Message("Did they read all 13 words to you exactly as they are here?"),
            together((in_rows(asked.words), _LETS_IN), "\n\n"),
            yes=Message("All the same"),
            no=Message("No, or not yet"),
        )
        self.app.push_screen(question, answered)

    def _admit(self, asked: RequestShown, new: NewMember, bundle: Path, *, by_sheets: bool) -> None:
        with_cases = asked.is_yours and self.word("cases") == "yes"

        def act(vault: Gateway, progress: Progress, stopped: Stopped) -> Changed:
            return vault.members.admit(
                asked,
                new,
                bundle,
                with_cases=with_cases,
                by_sheets=by_sheets,
                progress=progress,
                stopped=stopped,
            )

        self.change(
            Message("Admitting, and writing what their device needs"),
            act,
            lambda: self.end("admitted"),
            when_stopped=Message("Stopped: they are admitted, without a bundle."),
        )


def _free(request: Path) -> Path:
    """Return the first name for a bundle beside a request that nothing has."""
    first = request.with_name("admitted.bundle")
    names = (first, *(first.with_stem(first.stem + str(number)) for number in range(2, _MOST_NAMES)))
    return next((name for name in names if not name.exists()), first)


def in_rows(words: Iterable[str]) -> str:
    """Return the words as they are read out: numbered rows of a few."""
    every = list(words)
    rows = [every[at : at + _WORDS_IN_A_LINE] for at in range(0, len(every), _WORDS_IN_A_LINE)]
    return "\n".join("   ".join(row) for row in rows)


def _who(asked: RequestShown) -> Message:
    who = Message("Somebody new asks to join.")
    if asked.is_device:
        who = Message("A further device asks to be let in. As the request says, it belongs to {name}.", name=asked.name)
    elif asked.by:
        roles = words_of(asked.roles)
        who = Message("As {name}, somebody new asks to join as {roles}.", name=asked.name, roles=roles)
    return Message("{who} Proposed by {names}.", who=who, names=", ".join(asked.by)) if asked.by else who


# Admissions that somebody proposed: a second person compares the words too.
class ProposalsScreen(ListScreen):
    """A list; each is agreed to on a form of its own."""

    NAME = Message("Admissions that wait")
    COLUMNS = (
        Column(Message("id"), 8, rank=1),
        Column(Message("whose"), 20),
        Column(Message("roles")),
        Column(Message("proposed by"), 20),
    )
    LIST = "proposals"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "open", Message("Compare the 13 words, and agree"), "Enter", Message("agree")),
        READ_AGAIN,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[str, RequestShown] = {}

    @override
    def action_refresh(self) -> None:
        self.ask(lambda vault: vault.members.proposals(), self._show)

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        asked = self.at_cursor(self._waiting)
        if asked is not None:
            self.app.push_screen(AdmitScreen(asked))

    def _show(self, waiting: tuple[RequestShown, ...]) -> None:
        self._waiting, self._is_read = {each.seat: each for each in waiting}, True
        self.show_rows((ListRow(each.seat, _cells(each)) for each in waiting), self._list.cursor)
        self.head(plural("{count} admission", "{count} admissions", count=len(waiting)))


def _cells(asked: RequestShown) -> tuple[Words, ...]:
    what = Message("a further device") if asked.is_device else words_of(asked.roles)
    return asked.seat[:8], asked.name, what, ", ".join(asked.by)
