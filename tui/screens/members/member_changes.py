"""Changes of who is in: done, or written down as a proposal, which is read, signed and made to count here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, Command
from tui.screens.frame.dialogs import AskLine, ResultDialog, no_whole_path
from tui.screens.frame.form_fields import Choose, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, FormScreen, PlaceInput
from tui.screens.frame.long_work import LongWorkScreen
from tui.text.in_words import in_words, together
from tui.text.safe_content import safe_content
from tui.values.access_shown import Changed
from tui.values.exchange_shown import ResultText
from tui.widgets.fields import SafeInput
from vault.progress import Progress, Stopped
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway, ProposalShown


# Changes of who is in: done, or written down as a proposal for those who have to sign them too.
Act = Callable[["Gateway", bool, Progress, Stopped], Changed]
"""Gets the gateway, whether the root signs too, how to say how far it is, and whether to stop."""

_FILE, _ROOT = "file", "root"
_WAYS: Final = (
    (_FILE, Message("Write a proposal for them to sign")),
    (_ROOT, Message("Sign with the root too, while it is here")),
)
_TOO_FEW: Final = Message(
    "Too few people to sign? An admin can sign with the recovery sheets' root instead. 1. The admin makes new recovery"
    " sheets (F2, access; then r, n). 2. Before the drill of these sheets, repeat this change: it then offers to sign"
    " with the root. If only one admin stays, admit a second admin first, in the same way."
)
_TO_SIGN: Final = Message(
    "They open it under Members, `p`, and sign. When all have, an admin or a supervisor puts it into effect"
    " there (Ctrl+G)."
)


class ChangingScreen(LongWorkScreen):
    """A screen that changes who is in."""

    def change(
        self,
        title: Words,
        act: Act,
        then: Callable[[], None],
        *,
        when_stopped: Words = "",
        when_left: Callable[[], None] = lambda: None,
    ) -> None:
        """Do it with a progress bar; where others have to sign, ask what now.

        Args:
            title: what is being done.
            act: does it.
            then: called when the person has read what came of it.
            when_stopped: see `work_long`.
            when_left: called in its place when nothing was changed, because the person left it there.
        """

        def done(changed: Changed) -> None:
            if not changed.missing:
                self._tell(ResultDialog(Message("Done"), changed.lines), then)
                return
            question = [Message("Nothing is changed yet. Who has to sign: {names}.", names=changed.missing)]
            question += [] if changed.root_is_here else [_TOO_FEW]
            choice = Choose(together(question, "\n\n"), _WAYS[: 2 if changed.root_is_here else 1])
            self.app.push_screen(choice, partial(chosen, changed))

        def chosen(changed: Changed, way: str | None) -> None:
            if way == _ROOT:
                begin(by_root=True)
            elif way == _FILE:
                asked = Message("A new file for the proposal:")
                question = AskLine(asked, hint="/media/stick/proposal", problem=no_whole_path)
                self.app.push_screen(question, partial(placed, changed))
            else:
                left()

        def placed(changed: Changed, place: str | None) -> None:
            if place:
                out, tell = Path(place).expanduser(), _proposed(place, changed.missing)
                self.ask(lambda vault: vault.proposals.keep(changed.proposal, out), lambda _: self._tell(tell, then))
            else:
                left()

        def left() -> None:
            self.say(Message("Nothing is changed."))
            when_left()

        def begin(*, by_root: bool) -> None:
            self.say("")
            self.work_long(
                title,
                lambda vault, progress, stopped: act(vault, by_root, progress, stopped),
                done,
                when_stopped=when_stopped,
                alone=True,
            )

        begin(by_root=False)

    def tell_done(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog(Message("Done"), told.lines))

    def _tell(self, tell: ResultDialog, then: Callable[[], None]) -> None:
        self.app.push_screen(tell, lambda _: then())


def _proposed(place: str, missing: Words) -> ResultDialog:
    where = Message(
        "The proposal is at {place}. It opens for members alone. Who has to sign: {names}.", place=place, names=missing
    )
    return ResultDialog(Message("Proposal"), (Message("NOTHING IS CHANGED YET."), where, _TO_SIGN))


# A proposal: a change of members that several have to sign. It is read here, signed, and made to count.
_ABOUT: Final = Message(
    "A proposal comes in a file from the member who began it, and opens for members alone. Sign only what"
    " you would decide yourself: your signature stays under it for good."
)


class ProposalScreen(FormScreen, ChangingScreen):
    """Shows a proposal; what is shown is what is signed."""

    NAME = Message("Proposal")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "read", Message("Read the proposal"), "F4", Message("read")),
        Command("f5", "sign", Message("Sign what is shown, into a new file"), "F5", Message("sign")),
        Command(
            "ctrl+g", "commit", Message("Put it into effect, once all have signed"), "Ctrl+G", Message("make it count")
        ),
        BROWSE,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._read: Path | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow(Message("File"), PlaceInput(placeholder="/media/stick/proposal", id="file")),
            Static(safe_content(_ABOUT), id="about-proposal", classes="about"),
            Static("", id="proposal"),
        )

    def on_mount(self) -> None:
        self.query_one("#file").focus()

    @on(SafeInput.Changed, "#file")
    def _other_file(self) -> None:
        self._read = None
        self.query_one("#about-proposal").display = True
        self.write("proposal", "")

    @on(SafeInput.Submitted)
    def action_read(self) -> None:
        file = self.place("file")
        if file is not None:
            self.say("")
            self.ask(lambda vault: vault.proposals.show(file), lambda shown: self._show(file, shown))

    def action_sign(self) -> None:
        file = self._read
        if file is None:
            self.warn(Message("Read it first (F4)."))
            return

        def chosen(place: str) -> None:
            out = Path(place).expanduser()
            self.ask(lambda vault: vault.proposals.sign(file, out), lambda shown: self._signed(out, shown))

        question = Message("Your signature goes into a new file, beside those that are there:")
        signed = str(file.with_name(f"{file.name}-signed"))
        self.unless_left(AskLine(question, value=signed, problem=no_whole_path), chosen)

    def action_commit(self) -> None:
        file = self._read
        if file is None:
            self.warn(Message("Read it first (F4)."))
            return
        # Read again: what came since it was shown may be what it would lose.
        self.ask(lambda vault: vault.proposals.show(file), lambda shown: self._ask_to_commit(file, shown))

    def _ask_to_commit(self, file: Path, shown: ProposalShown) -> None:
        self._show(file, shown)
        if shown.missing:
            self.warn(Message("It is not in effect yet. Who has to sign: {names}.", names=shown.missing))
            return
        lost = shown.lost

        def commit() -> None:
            self.change(
                Message("Making the proposal count"),
                lambda vault, _root, progress, _stopped: vault.proposals.commit(
                    file, progress, accepts_loss=lost is not None
                ),
                lambda: self.end("committed"),
            )

        if lost is None:
            question, yes, no = Message("Put what is shown into effect?"), Message("Make it count"), Message("Not yet")
            told = Message("It changes who is a member. Only another change that the same people sign undoes it.")
        else:
            question, yes, no = Message("Lose what came since?"), Message("Lose it"), Message("Not yet")
            told = lost
        self.confirm(question, told, commit, yes=yes, no=no)

    def _show(self, file: Path, shown: ProposalShown) -> None:
        self._read = file
        self.query_one("#about-proposal").display = False
        all_signed = Message("All have signed: Ctrl+G puts it into effect.")
        lines: list[Words] = [
            Message("Change {number} of the members", number=shown.number),
            *(f"  {in_words(change)}" for change in shown.changes),
            "",
            Message("Signed by: {names}.", names=", ".join(shown.signed_by) or Message("nobody yet")),
            Message("Has to sign: {names}.", names=shown.missing) if shown.missing else all_signed,
        ]
        self.write("proposal", *lines)

    def _signed(self, file: Path, shown: ProposalShown) -> None:
        with self.prevent(SafeInput.Changed):
            self.query_one("#file", SafeInput).value = str(file)
        self._show(file, shown)
        self.say(Message("Your signature is in {file}. Pass this file on.", file=file))
