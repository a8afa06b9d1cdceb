"""A proposal: a change of members that several have to sign. It is read here, signed, and made to count."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow
from tui.screens.frame.line_dialog import AskLine, no_whole_path
from tui.screens.members.changing import ChangingScreen
from tui.text.safe_content import safe_content
from tui.values.values_members import ProposalShown
from tui.widgets.confirm import Confirm
from tui.widgets.fields import SafeInput

_ABOUT: Final = (
    "A proposal comes in a file from whoever began it, and opens for members alone. Sign only what you would decide "
    "yourself: your signature stands under it for good."
)


class ProposalScreen(FormScreen, ChangingScreen):
    """Shows a proposal; what is shown is what is signed."""

    NAME = "PROPOSAL"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "read", "Read the proposal", "F4", "read"),
        Command("f5", "sign", "Sign what is shown, into a new file", "F5", "sign"),
        Command("f9", "commit", "Make it count, once all have signed", "F9", "make it count"),
        BROWSE,
        Command("escape", "back", "Back", "Esc", "back"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._read: Path | None = None
        self._missing = ""

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            FormRow("File", PlaceInput(placeholder="/media/stick/proposal", id="file")),
            Static(safe_content(_ABOUT), id="about-proposal", classes="about"),
            Static("", id="proposal"),
            classes="form",
            can_focus=False,
        )

    def on_mount(self) -> None:
        """Ask for the file."""
        self.query_one("#file").focus()

    @on(SafeInput.Changed, "#file")
    def _other_file(self) -> None:
        self._read = None
        self.query_one("#about-proposal").display = True
        self.query_one("#proposal", Static).update("")

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
            self.say("! Read it first (F4).")
            return

        def chosen(place: str | None) -> None:
            if place:
                out = Path(place).expanduser()
                self.ask(lambda vault: vault.proposals.sign(file, out), lambda shown: self._signed(out, shown))

        question = "Your signature goes into a new file, beside those that are there:"
        signed = str(file.with_name(f"{file.name}-signed"))
        self.app.push_screen(AskLine(question, value=signed, problem=no_whole_path), chosen)

    def action_commit(self) -> None:
        """Make it count."""
        file = self._read
        if file is None:
            self.say("! Read it first (F4).")
            return
        if self._missing:
            self.say(f"! It does not count yet. Who has to sign: {self._missing}.")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.change(
                    "Making the proposal count",
                    lambda vault, _root, progress, _stopped: vault.proposals.commit(file, progress),
                    lambda: self.end("committed"),
                )

        question = Confirm(
            "Make what is shown count?",
            "It changes who is in, and is undone only by another change that the same people sign.",
            yes="Make it count",
            no="Not yet",
        )
        self.app.push_screen(question, answered)

    def _show(self, file: Path, shown: ProposalShown) -> None:
        self._read, self._missing = file, shown.missing
        self.query_one("#about-proposal").display = False
        lines = [f"CHANGE {shown.number} OF WHO IS IN", *(f"  {change}" for change in shown.changes), ""]
        lines.append(f"Signed by: {', '.join(shown.signed_by) or 'nobody yet'}.")
        lines.append(f"Has to sign: {shown.missing}." if shown.missing else "All have signed: F9 makes it count.")
        self.query_one("#proposal", Static).update(safe_content("\n".join(lines)))

    def _signed(self, file: Path, shown: ProposalShown) -> None:
        with self.prevent(SafeInput.Changed):
            self.query_one("#file", SafeInput).value = str(file)
        self._show(file, shown)
        self.say(f"Your signature is in {file}. Pass this file on.")
