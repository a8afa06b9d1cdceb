"""The content of a paper goes to a file, in clear: asked where, and said what that means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, Command
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow, FormRows
from tui.text.safe_content import safe_content
from tui.values.values_papers import PaperShown
from tui.values.values_people import Whereabouts
from tui.widgets.fields import SafeInput
from vault.words.message import Message

if TYPE_CHECKING:
    from pathlib import Path

_NO_NAME: Final = re.compile(r"[\x00-\x1f/\\:]")
_ABOUT: Final = Message(
    "The file will be in clear: anybody who has this computer or the stick can read it. The log says that"
    " the paper left. Delete the file when nobody needs it there."
)


def file_name(name: str) -> str:
    """Return under which name a paper is written where a person names a folder alone.

    A colleague may have chosen it: it stays in that folder, and is no `.profile` that a system reads.
    """
    return _NO_NAME.sub("_", name).lstrip(". ") or "paper"


class PaperSave(FormScreen):
    """Ends with a sentence that says where the file is, or with nothing.

    Args:
        where: where the paper stands.
        why: the reason that goes into the log.
        paper: what is known of it.
    """

    NAME = Message("Save a paper")
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4,enter", "keep", Message("Write the file"), "F4", Message("write the file")),
        BROWSE,
        BACK,
    )

    def __init__(self, where: Whereabouts, why: str, paper: PaperShown) -> None:
        super().__init__()
        self._where, self._why, self._paper = where, why, paper

    @override
    def compose_middle(self) -> Iterable[Widget]:
        new = file_name(self._paper.name)
        yield FormRows(
            FormRow(Message("File"), PlaceInput(new=new, placeholder="/media/stick/order.jpg", id="out")),
            Static(safe_content(_ABOUT), classes="about"),
        )

    def on_mount(self) -> None:
        """Say which paper it is."""
        self.head(self._paper.called, self._paper.size)

    @on(SafeInput.Submitted)
    def action_keep(self) -> None:
        """Write it."""
        out = self.place("out")
        if out is None:
            return
        where, why = self._where, self._why
        self.work_long(
            Message("Writing the file"),
            lambda vault, progress, stopped: vault.papers.save(
                where.home, where.record, out, why, progress=progress, stopped=stopped
            ),
            self._saved,
            when_stopped=Message("Stopped. There is no file."),
        )

    def _saved(self, out: Path) -> None:
        self.end(Message("The paper is at {path}, in clear. Delete it when nobody needs it there.", path=out))
