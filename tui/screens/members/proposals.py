"""A proposal: a change of members that several have to sign. It is read here, signed, and made to count."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, Command
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.dialogs import AskLine, no_whole_path
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.members.changing import ChangingScreen
from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeInput
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import ProposalShown

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
        """Ask for the file."""
        self.query_one("#file").focus()

    @on(SafeInput.Changed, "#file")
    def _other_file(self) -> None:
        self._read = None
        self.query_one("#about-proposal").display = True
        self.write("proposal", "")

    @on(SafeInput.Submitted)
    def action_read(self) -> None:
        """Read the proposal."""
        file = self.place("file")
        if file is not None:
            self.say("")
            self.ask(lambda vault: vault.proposals.show(file), lambda shown: self._show(file, shown))

    def action_sign(self) -> None:
        """Sign what is shown."""
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
        """Make it count."""
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
