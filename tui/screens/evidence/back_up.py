"""A backup: asked where to, made in a worker, and only called one when it was opened and read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.browse import THIS_FOLDER, PlaceInput
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow
from tui.screens.frame.wording import counted
from tui.text.safe_content import safe_content
from tui.values.values import BackupMade
from tui.widgets.fields import SafeInput

_ABOUT = (
    "A new folder is made inside the one that you name, best on a stick. It is sealed and opens with the same "
    "passphrases. The newest three there stay; an older one goes once the new one was opened and every record read."
)


class BackupScreen(FormScreen):
    """Asks for the destination and shows what came of it."""

    NAME = "BACKUP"
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4,enter", "make", "Make the backup", "F4", "make the backup"),
        BROWSE,
        Command("escape", "back", "Back", "Esc", "back"),
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            FormRow("Folder", PlaceInput(new=THIS_FOLDER, placeholder="/media/stick/backups", id="destination")),
            Static(safe_content(_ABOUT), classes="about"),
            Static("", id="result"),
            classes="form",
            can_focus=False,
        )

    @on(SafeInput.Submitted)
    def action_make(self) -> None:
        """Make it."""
        destination = self.place("destination")
        if destination is None:
            return
        self.say("")
        self.work_long(
            "Making a backup, and reading it again",
            lambda vault, progress, stopped: vault.evidence.back_up(destination, progress, stopped),
            self._made,
            when_stopped="Stopped. No new backup was made; the earlier ones stand.",
        )

    def _made(self, made: BackupMade) -> None:
        words = (
            f"DONE. The backup is at {made.path}\n"
            f"It was opened again: {counted(made.operations, 'entry', 'entries')}, {counted(made.versions, 'version')}"
            f" and {counted(made.drafts, 'draft')} are in it.\n"
            f"Backups of this vault there: {made.removal}\n"
            "Keep it apart from this computer."
        )
        self.query_one("#result", Static).update(safe_content(words))
        self.say("The backup is made.")
