"""What the forms have in common: their fields by name, and a place for a file that is a whole path."""

from __future__ import annotations

from pathlib import Path

from textual import on

from tui.screens.frame.base import Command
from tui.screens.frame.browse import Browse, PlaceInput, start_of
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form_row import label_of
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.wording import named_problem, sentence
from tui.widgets.date_field import DateInput
from tui.widgets.fields import SafeInput
from vault.errors import VaultError
from vault.words.message import Message, Words

WHOLE_PATH = Message("Type the whole path, from / or ~ on.")
BROWSE = Command(
    "down", "browse", Message("Choose the file by looking into folders and sticks"), "Down", Message("browse"), rank=2
)
"""For the table of a form with a `PlaceInput`."""


class FormScreen(LongWorkScreen):
    """A screen to type into: only its own keys leave it."""

    HOLDS_TYPING = True

    @on(DateInput.Explained)
    def _say_how_counted(self, event: DateInput.Explained) -> None:
        self.say(event.words)

    def text(self, field: str) -> str:
        """Return what was typed into a field."""
        place = self.query_one(f"#{field}", SafeInput)
        return place.written if isinstance(place, DateInput) else place.value.strip()

    def word(self, field: str) -> str:
        """Return what was chosen in a field."""
        return self.query_one(f"#{field}", ChoiceField).value

    def action_browse(self) -> None:
        """Choose the file of the field in use, or of the first one, by looking."""
        fields = list(self.query(PlaceInput))
        field = next((field for field in fields if field.has_focus), fields[0])

        def chosen(path: str) -> None:
            field.value = path
            field.focus()

        self.unless_left(Browse(start_of(field.value.strip()), new=field.new), chosen)

    def place(self, field: str) -> Path | None:
        """Return the path that was typed; None after saying what is wrong, with the cursor in that field."""
        path = whole_path(self.text(field))
        if path is None:
            self.refuse(field, WHOLE_PATH)
        return path

    def fail_at(self, field: str, named: str, error: VaultError) -> None:
        """Say what is wrong with a field, by its label, and put the cursor there; `named` is how the error calls it."""
        place = self.query_one(f"#{field}")
        label = label_of(place)
        self.warn(sentence(error) if label is None else named_problem(error, named, label))
        place.focus()

    def refuse(self, field: str, problem: Words) -> None:
        """Say what is wrong, and put the cursor where."""
        self.warn(problem)
        self.query_one(f"#{field}").focus()


def whole_path(typed: str) -> Path | None:
    """Return an absolute path, or None for anything else."""
    path = Path(typed).expanduser()
    return path if typed and path.is_absolute() else None
