"""A set of recovery sheets: for the printer or to copy by hand, then compared with the paper."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.credentials.sheet_paper import SheetPaper
from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.browse import THIS_FOLDER, PlaceInput
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import BROWSE, FormScreen, whole_path
from tui.screens.frame.form_row import FormRow, FormRows
from tui.text.in_words import together, warning
from tui.text.safe_content import safe_content
from tui.values.codes import LANGUAGES
from tui.values.values_own import SheetsMade
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Followed, Gateway
    from vault.errors import VaultError

_PRINT: Final = "print"
_WAYS: Final = ((_PRINT, Message("PDF files for the printer")), ("copy", Message("shown one by one, to copy by hand")))
_SHAPES: Final = (
    ("2-of-3", Message("3 sheets, any 2 open everything")),
    ("3-of-5", Message("5 sheets, any 3 open everything")),
)
_LANGUAGES: Final = (("", Message("English, French and Russian")), *LANGUAGES)
_ABOUT: Final = Message(
    "Give each sheet to a different person, outside the organisation and the country. Printers and print"
    " programs keep copies: print on one that is yours, sheet by sheet, then delete the files. Three words"
    " of each are asked from the paper."
)


class SheetsForm(FormScreen):
    """Ends with the words of what was done.

    Args:
        renews: make a new root first; the gateway has the old sheets, or their secret is here.
    """

    NAME = Message("Recovery sheets")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Make the sheets"), "F4", Message("make the sheets")),
        BROWSE,
        NEXT_FIELD,
        leave(Message("Leave")),
    )

    def __init__(self, *, renews: bool = False) -> None:
        super().__init__()
        self._renews = renews
        self._made: SheetsMade | None = None
        self._sealed: Followed | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow(Message("How many"), ChoiceField(_SHAPES, id="shape")),
            FormRow(Message("How"), ChoiceField(_WAYS, id="way")),
            Vertical(
                FormRow(Message("Folder"), PlaceInput(new=THIS_FOLDER, placeholder="/media/stick/sheets", id="out")),
                FormRow(Message("Language"), ChoiceField(_LANGUAGES, id="language")),
                id="printing",
            ),
            Static(safe_content(_ABOUT), classes="about"),
        )

    def on_mount(self) -> None:
        """Begin with the folder."""
        self.head(name=Message("New sheets") if self._renews else "")
        self.query_one("#out").focus()

    @on(ChoiceField.Changed, "#way")
    def _show_way(self) -> None:
        self.query_one("#printing").display = self._prints

    def action_go_on(self) -> None:
        """Make the set, once, then write or show it."""
        if self._prints and self._folder is None:
            self.refuse("out", Message("Type the whole path of a folder, from / or ~ on."))
        elif self._made is not None:
            self._hand_over(self._made)
        elif self._renews:
            self.work_long(
                Message("Making new sheets, and sealing again what the old ones open"),
                lambda vault, progress, stopped: vault.recovery.renew(self._shape, progress),
                self._renewed,
            )
        else:
            self.ask(lambda vault: vault.recovery.make(self._shape), self._hand_over)

    @override
    def action_back(self) -> None:
        self._leave()

    def _renewed(self, found: tuple[SheetsMade, Followed]) -> None:
        made, self._sealed = found
        self._hand_over(made)

    def _hand_over(self, made: SheetsMade) -> None:
        self._made = made
        if not self._prints:
            self._compare(())
            return
        folder, language = self._folder or Path(), self.word("language")
        languages = (language,) if language else ()

        def work(vault: Gateway) -> tuple[tuple[str, ...], Words]:
            return vault.recovery.write(folder, languages), vault.recovery.who_else_reads(folder)

        self.say(Message("Writing the sheets."))
        self.ask(work, lambda found: self._compare(found[0], found[1]), failed=self._not_written)

    def _not_written(self, error: VaultError) -> None:
        self.fail(error)
        self.query_one("#out").focus()

    def _compare(self, paths: tuple[str, ...], warning: Words = "") -> None:
        if self._made is not None:
            self.say("")
            self.app.push_screen(SheetPaper(self._made, paths, warning), self._compared)

    def _compared(self, word: str | None) -> None:
        if word:
            self._leave(Message("Three words of each sheet were compared. Give them away, then prove them: d."))
        else:
            self._leave(warning(Message("The paper was not compared. The drill (d) compares all of it.")))

    def _leave(self, *said: Words) -> None:
        burn = [] if self._sealed is None else [Message("Burn the old sheets: they still open copies from before.")]
        self.ask(lambda vault: vault.recovery.forget(), lambda _: self.end(together([*said, *burn], " ")))

    @property
    def _prints(self) -> bool:
        return self.word("way") == _PRINT

    @property
    def _shape(self) -> str:
        return self.word("shape")

    @property
    def _folder(self) -> Path | None:
        folder = whole_path(self.text("out"))
        return None if folder is None or (folder.suffix and not folder.is_dir()) else folder
