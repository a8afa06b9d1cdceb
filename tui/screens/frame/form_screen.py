"""What the forms have in common: their fields by name, and a place for a file, typed or chosen by looking."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.desk import Answer
from tui.screens.frame.form_fields import ChoiceField, label_of
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.screen_words import named_problem, sentence
from tui.text.safe_content import safe_content
from tui.widgets.date_field import DateInput
from tui.widgets.fields import SafeInput
from tui.widgets.overlays import Sheet
from tui.widgets.screen_lines import Hint, KeyLine
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.errors import VaultError
from vault.words.message import Message, Words

# Choosing a file by looking: the folders of this computer, and the sticks that are plugged in.

THIS_FOLDER: Final = "."
"""In place of the name of a new file: the folder itself is wanted."""
_MOST: Final = 2_000
_MOUNTED_UNDER: Final = ("/media", "/run/media", "/Volumes", "/mnt")


class PlaceInput(SafeInput):
    """Where a file is, or shall be: typed, or chosen by looking (Down).

    Args:
        proposed: what stands there at first, and goes with the first letter that is typed.
        new: the name of a new file, or `THIS_FOLDER`; empty for one that is there.
    """

    def __init__(self, proposed: str = "", *, new: str = "", placeholder: Words = "", id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(proposed, placeholder=placeholder, id=id, compact=True, select_on_focus=bool(proposed))
        self.new = new


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a folder."""

    path: Path
    label: str
    is_folder: bool


class Browse(Sheet[str]):
    """Shows a folder; the result is the path of the file that was chosen, or of a new one in the folder shown.

    Args:
        start: where to begin.
        new: the name of a new file; empty for one that is there.
    """

    DEFAULT_CSS = """
    Browse VirtualList { height: 13; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "here", show=False),
        Binding("backspace,left", "up", show=False),
    ]

    def __init__(self, start: Path, *, new: str = "") -> None:
        super().__init__()
        self._folder = start
        self._new = new
        self._entries: dict[str, Entry] = {}

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("", id="folder")
            yield VirtualList((Column(""),), id="entries")
            here = Hint("F4", Message("this folder") if self._new == THIS_FOLDER else Message("new file here"))
            yield KeyLine(
                Hint("Enter", Message("choose")),
                Hint("Backspace", Message("folder above")),
                *([here] if self._new else []),
                Hint("Esc", Message("back")),
            )

    def on_mount(self) -> None:
        self.query_one(VirtualList).focus()
        self._go(self._folder)

    def action_up(self) -> None:
        self._go(self._folder.parent)

    def action_here(self) -> None:
        if self._new:
            self.dismiss(str(self._folder / self._new))

    def on_answer(self, answer: Answer) -> None:
        answer.stop()
        answer.deliver()

    @on(VirtualList.Opened)
    def _chosen(self, event: VirtualList.Opened) -> None:
        entry = self._entries[event.row.key]
        if entry.is_folder:
            self._go(entry.path)
        elif self._new:
            wants_folder = self._new == THIS_FOLDER
            there = Message("This file is there already. F4 makes a new one.")
            words = Message("F4 takes this folder.") if wants_folder else there
            self.query_one("#folder", Static).update(safe_content(words))
        else:
            self.dismiss(str(entry.path))

    def _go(self, folder: Path) -> None:
        """Look into a folder, in a worker: a stick that does not answer must not keep the lock key waiting."""

        def look() -> None:
            self.post_message(Answer(partial(self._show, folder, entries_of(folder))))

        self.run_worker(look, thread=True)

    def _show(self, folder: Path, entries: list[Entry] | None) -> None:
        if entries is None:
            self.query_one("#folder", Static).update(safe_content(Message("{folder} cannot be read.", folder=folder)))
            return
        self._folder = folder
        self._entries = {str(number): entry for number, entry in enumerate(entries)}
        self.query_one("#folder", Static).update(safe_content(str(folder)))
        rows = [ListRow(key, (entry.label,)) for key, entry in self._entries.items()]
        self.query_one(VirtualList).show_source(FixedRows(rows))


def start_of(typed: str) -> Path:
    """Return the folder to begin in: that of what was typed so far, or the home folder."""
    path = Path(typed).expanduser()
    if typed and path.is_absolute():
        for folder in (path, path.parent):
            if folder.is_dir():
                return folder
    return Path.home()


def entries_of(folder: Path) -> list[Entry] | None:
    """Return what is in a folder, folders first, with the sticks before all else; None where it cannot be read.

    A name that is hidden or could not be printed as it is is left out.
    """
    try:
        with os.scandir(folder) as found:
            inside = [(entry.is_dir(), entry.name) for entry, _ in zip(found, range(_MOST), strict=False)]
    except OSError:
        return None
    shown = sorted((not is_folder, name.casefold(), name) for is_folder, name in inside if _is_plain(name))
    own = [Entry(folder / name, name if is_file else f"{name}/", not is_file) for is_file, _, name in shown]
    above = [] if folder.parent == folder else [Entry(folder.parent, "..", is_folder=True)]
    sticks = [Entry(stick, f"{stick}/", is_folder=True) for stick in _sticks() if stick != folder]
    return [*sticks, *above, *own]


def _is_plain(name: str) -> bool:
    return name.isprintable() and not name.startswith(".")


def _sticks() -> Iterable[Path]:
    for under in map(Path, _MOUNTED_UNDER):
        for pattern in ("*", "*/*"):
            try:
                found = sorted(under.glob(pattern))
            except OSError:
                continue
            yield from (path for path in found if _is_plain(path.name) and path.is_mount())


# What the forms have in common: their fields by name, and a place for a file that is a whole path.
WHOLE_PATH = Message("Type the whole path, from / or ~ on.")
BROWSE = Command(
    "down", "browse", Message("Choose the file by looking into folders and sticks"), "Down", Message("browse"), rank=2
)
"""For the table of a form with a `PlaceInput`."""


class FormScreen(LongWorkScreen):
    """A screen to type into: only its own keys leave it."""

    HOLDS_TYPING = True

    def watch_focused(self, field: Widget | None) -> None:
        """Stand in the first field where the one in use went away or came too late: else what is typed goes nowhere."""
        if field is None and self.app.app_focus:
            self.call_after_refresh(self._stand_in_first)

    def _stand_in_first(self) -> None:
        if self.focused is None:
            self.set_focus(next(iter(self.focus_chain), None))

    @on(DateInput.Explained)
    def _say_how_counted(self, event: DateInput.Explained) -> None:
        self.say(event.words)

    def text(self, field: str) -> str:
        place = self.query_one(f"#{field}", SafeInput)
        return place.written if isinstance(place, DateInput) else place.value.strip()

    def word(self, field: str) -> str:
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


def whole_path(typed: str, *, beside: Path | None = None) -> Path | None:
    """Return an absolute path, or None for anything else; a relative one counts from `beside`, where that is said."""
    try:
        path = Path(typed).expanduser()
    except RuntimeError:  # ~ and the name of nobody here
        return None
    path = path if beside is None else beside / path
    return path if typed and path.is_absolute() else None
