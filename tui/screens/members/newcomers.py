"""Who comes in: invited by a file that holds no secret, admitted once the words on both sides are compared by voice."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, FormScreen, PlaceInput
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.screen_words import INVITED_AS
from tui.screens.members.member_changes import ChangingScreen
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.values.access_shown import Changed, RequestShown
from tui.values.code_words import words_of
from tui.values.exchange_shown import ResultText
from tui.values.forms_typed import FormPlace
from tui.widgets.fields import SafeInput
from tui.widgets.overlays import Confirm
from vault.progress import Progress, Stopped
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway


# Admit who asks to join: the words on both sides are compared by voice before anybody is in.
_ABOUT: Final = Message(
    "The request is the file that came back from the new device. F4 reads it and shows 13 words: the new"
    " member sees the same words, unless somebody changed a file on the way."
)
_CASES: Final = (("yes", Message("yes: all that this device opens")), ("no", Message("no: it starts empty")))
_COMPARE: Final = Message(
    "Let them read the words to you, by voice. If all 13 are the same: F4. If a word differs: Esc, and"
    " invite them again."
)
_NOT_ADMITTED: Final = Message(
    "Nobody is admitted. Where a word differs: make a new invitation and hand it over yourself."
)
_LETS_IN: Final = Message("Yes lets this device in. Words that differ mean that a file was changed.")
_WORDS_IN_A_LINE: Final = 5
_MOST_NAMES = 100


class AdmitScreen(FormScreen, ChangingScreen):
    """First the request, then the words, then the yes."""

    NAME = Message("Admit")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Read the request; then: the words are the same"), "F4", Message("go on")),
        BROWSE,
        NEXT_FIELD,
        leave(Message("Leave; nobody is admitted")),
    )

    def __init__(self) -> None:
        super().__init__()
        self._asked: RequestShown | None = None
        self._read = Path()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow(Message("Request"), PlaceInput(placeholder="/media/stick/request", id="request")),
            Static(safe_content(_ABOUT), id="about-request", classes="about"),
            Vertical(
                Static(safe_content(Message("It must show these words:"))),
                Static("", id="words", classes="words"),
                Static("", id="who-asks"),
                FormRow(Message("Its bundle"), PlaceInput(new="admitted.bundle", id="bundle")),
                Vertical(FormRow(Message("Your cases"), ChoiceField(_CASES, id="cases")), id="own"),
                id="asked",
            ),
        )

    def on_mount(self) -> None:
        self.query_one("#asked").display = False
        self.query_one("#request").focus()

    @on(SafeInput.Changed, "#request")
    def _other_request(self) -> None:
        self._asked = None
        self.query_one("#asked").display = False
        self.query_one("#about-request").display = True

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        if self._asked is None:
            request = self.place("request")
            if request is not None:
                self._read = request
                self.say("")
                self.ask(lambda vault: vault.members.look(request), self._show)
            return
        bundle = self.place("bundle")
        if bundle is not None:
            self._compare(self._asked, bundle)

    def _show(self, asked: RequestShown) -> None:
        self._asked = asked
        self.query_one("#about-request").display = False
        self.query_one("#asked").display = True
        self.query_one("#own").display = asked.is_yours
        self.write("who-asks", _who(asked))
        self.write("words", in_rows(asked.words))
        bundle = self.query_one("#bundle", SafeInput)
        bundle.value = str(_free(self._read))
        bundle.focus()
        self.say(_COMPARE)

    def _compare(self, asked: RequestShown, bundle: Path) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._admit(asked, bundle)
            else:
                self.say(_NOT_ADMITTED)

        question = Confirm(
            Message("Did they read all 13 words to you exactly as they are here?"),
            together((in_rows(asked.words), _LETS_IN), "\n\n"),
            yes=Message("All the same"),
            no=Message("No, or not yet"),
        )
        self.app.push_screen(question, answered)

    def _admit(self, asked: RequestShown, bundle: Path) -> None:
        with_cases = asked.is_yours and self.word("cases") == "yes"

        def act(vault: Gateway, by_root: bool, progress: Progress, stopped: Stopped) -> Changed:
            return vault.members.admit(
                asked, bundle, with_cases=with_cases, by_root=by_root, progress=progress, stopped=stopped
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
    if asked.is_device:
        return Message(
            "A further device asks to be let in. As the request says, it belongs to: {name}", name=asked.name
        )
    roles = words_of(asked.roles) or Message("nothing")
    joins = Message("A device asks to join as {roles}, without an end.", roles=roles)
    if asked.days:
        joins = plural(
            "A device asks to join as {roles}, for {count} day.",
            "A device asks to join as {roles}, for {count} days.",
            count=asked.days,
            roles=roles,
        )
    return Message("{joins} The request gives their name as: {name}", joins=joins, name=asked.name)


# An invitation: for somebody new, or for a further device of a member. A file that holds no secret.
INVITE: Final = "invite"
_ABOUT_INVITATION: Final = (
    Message(
        "The invitation is a small file: hand it over yourself, say on a stick. The person who gets it answers on "
        "their own device with a request, which you admit here after comparing 13 words by voice."
    ),
    Message("Are you alone? Admit a second admin first: now you sign alone, and later most changes need two people."),
)
_DAYS: Final = {"intake": "30"}
"""What is proposed for a role until somebody types another number."""


class InviteForm(KeptForm):
    """Writes the file, and says how to go on.

    Args:
        member: whose further device it is for, or empty for somebody new.
        name: that member's name.
    """

    NAME = Message("Invite")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Write the invitation"), "F4", Message("write it")),
        BROWSE,
        NEXT_FIELD,
        leave(Message("Leave; nothing is written")),
    )

    def __init__(self, member: str = "", name: str = "") -> None:
        super().__init__()
        self._member = member
        self._owner = name

    @override
    def compose_middle(self) -> Iterable[Widget]:
        new = (
            FormRow(Message("As"), ChoiceField(INVITED_AS, id="like")),
            FormRow.of_text("days", Message("For days"), Message("empty: no end"), value=_DAYS["intake"]),
        )
        yield FormRows(
            *(() if self._member else new),
            FormRow(Message("File"), PlaceInput(new="invitation", placeholder="/media/stick/invitation", id="out")),
            Static(safe_content(together(_ABOUT_INVITATION[: 1 if self._member else 2], "\n\n")), classes="about"),
        )

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(INVITE, ref=self._owner, about=self._member)

    def on_mount(self) -> None:
        self.head(Message("a further device of {member}", member=self._owner) if self._member else "")
        self.query_one("#out" if self._member else "#like").focus()

    @on(ChoiceField.Changed, "#like")
    def _propose_days(self) -> None:
        self.query_one("#days", SafeInput).value = _DAYS.get(self.word("like"), "")

    @on(SafeInput.Submitted, "#out")
    def action_finish(self) -> None:
        days = 0
        if not self._member:
            typed = self.text("days")
            if typed and not typed.isdecimal():
                self.refuse("days", Message("Type a number of days, or nothing for no end."))
                return
            days = int(typed or 0)
        out = self.place("out")
        if out is None:
            return
        like, member = "" if self._member else self.word("like"), self._member

        def work(vault: Gateway) -> ResultText:
            return vault.members.invite_device(member, out) if member else vault.members.invite(like, days, out)

        self.ask(work, self._written)

    def _written(self, told: ResultText) -> None:
        self.say("")
        self.app.push_screen(ResultDialog(Message("Invited"), told.lines), lambda _: self.end("invited"))
