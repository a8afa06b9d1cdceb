"""A backup: asked where to, made in a worker, and only called one when it was opened and read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, Command
from tui.screens.frame.browse import THIS_FOLDER, PlaceInput
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow, FormRows
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeInput
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from tui.gateway import MadeBackup

_ABOUT = Message(
    "A new folder is made inside the one that you name, best on a stick. It is sealed and opens with the"
    " same passphrases. The newest three there stay; an older backup is removed once the new one was opened"
    " and every record in it read."
)


class BackupScreen(FormScreen):
    """Asks for the destination and shows what came of it."""

    NAME = Message("Backup")
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4,enter", "make", Message("Make the backup"), "F4", Message("make the backup")),
        BROWSE,
        BACK,
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow(
                Message("Folder"), PlaceInput(new=THIS_FOLDER, placeholder="/media/stick/backups", id="destination")
            ),
            Static(safe_content(_ABOUT), classes="about"),
            Static("", id="result"),
        )

    @on(SafeInput.Submitted)
    def action_make(self) -> None:
        """Make it."""
        destination = self.place("destination")
        if destination is None:
            return
        self.say("")
        self.work_long(
            Message("Making a backup, and reading it again"),
            lambda vault, progress, stopped: vault.evidence.back_up(destination, progress, stopped),
            self._made,
            when_stopped=Message("Stopped. No new backup was made; the earlier backups stay."),
        )

    def _made(self, made: MadeBackup) -> None:
        words = Message(
            "DONE. The backup is at {path}\n"
            "It was opened again: {entries}, {versions} and {drafts} are in it.\n"
            "Backups of this vault there: {removal}\n"
            "Keep it apart from this computer.",
            path=made.path,
            entries=plural("{count} entry", "{count} entries", count=made.operations),
            versions=plural("{count} saved change", "{count} saved changes", count=made.versions),
            drafts=plural("{count} draft", "{count} drafts", count=made.drafts),
            removal=made.removal,
        )
        broken = [Message("NOT WHOLE: {broken}", broken=broken) for broken in made.broken]
        self.write("result", words, made.said_of_cases, *broken)
        self.say(Message("The backup is made."))
