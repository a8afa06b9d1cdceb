"""Erase for good: what goes and what stays is read first, with a reason and, above a limit, before a second person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.erasing.hold import HoldScreen
from tui.screens.frame.base import BACK, NEXT_FIELD, Command, leave
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.choice_field import ChoiceField, Choose
from tui.screens.frame.form import BROWSE, WHOLE_PATH
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.line_dialog import ask_new_file
from tui.screens.frame.looking_back import LooksBack
from tui.screens.frame.result_dialog import ResultDialog
from tui.screens.frame.second_rows import ALONE, ANSWER, ASK, HERE, SecondedScreen, SecondRows
from tui.screens.frame.whole_text import WholeText
from tui.text.in_words import together
from tui.values.codes import LANGUAGES, choices
from tui.values.values_erasing import ErasePreview
from tui.values.values_exchange import ResultText
from tui.widgets.fields import SafeInput
from tui.widgets.long_text import LongText
from vault.errors import NotAsShownError
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Approver, Gateway
    from vault.errors import VaultError

_REASONS: Final = ("subject-request", "retention", "mistake", "court-order")
_NOT_HERE: Final = Message("Nobody can approve it at this keyboard now. Do it at a device that both of you use.")
_TITLE_OF: Final = "title-"
_KEEPS_TITLE: Final = Message("empty: the title stays as it is")
_HELD: Final = Message(
    "Nothing of it is erased while the legal hold stands. Release the hold first (F2, hold in the case)."
)


class EraseScreen(SecondedScreen):
    """Ends with a word once it is erased.

    Args:
        ids: of the records, cases or slips that go.
        about: what a person calls them.
    """

    DEFAULT_CSS = """
    EraseScreen #titles { height: auto; }
    """
    NAME = Message("Erase for good")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Erase it for good"), "F4", Message("erase")),
        NEXT_FIELD,
        BROWSE,
        leave(Message("Leave; nothing is erased")),
    )

    def __init__(self, ids: Sequence[str], about: Words) -> None:
        super().__init__()
        self._ids, self._about = tuple(ids), about
        self._preview: ErasePreview | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            Static("", id="goes"),
            FormRow(Message("Reason"), ChoiceField(choices(_REASONS), value=_REASONS[0], id="why")),
            Vertical(id="titles"),
            SecondRows(),
        )

    def on_mount(self) -> None:
        """Read what goes."""
        self.head(self._about)
        self.query_one("#why").focus()
        self._read()

    def _read(self) -> None:
        ids = self._ids
        self.ask(lambda vault: (vault.erasing.preview(ids), vault.approvals.approvers()), self._show)

    def _show(self, found: tuple[ErasePreview, tuple[Approver, ...]]) -> None:
        self._preview, approvers = found
        self.write("goes", together(self._preview.lines))
        self.call_later(self._show_titles, self._preview)
        rows = self.query_one(SecondRows)
        rows.display = self._preview.needs_second
        if self._preview.needs_second:
            self.call_later(rows.show, approvers)

    async def _show_titles(self, preview: ErasePreview) -> None:
        """Offer another title for each case that names who goes in its title."""
        rows = self.query_one("#titles", Vertical)
        await rows.remove_children()
        await rows.mount(
            *(
                FormRow.of_text(f"{_TITLE_OF}{case}", Message("New title of {case}", case=ref), _KEEPS_TITLE)
                for case, ref in preview.titles
            )
        )

    def _titles(self) -> dict[str, str]:
        """Return the new titles that were typed, by the ids of their cases."""
        fields = self.query_one("#titles").query(SafeInput)
        return {(field.id or "").removeprefix(_TITLE_OF): title for field in fields if (title := field.value.strip())}

    @override
    def action_browse(self) -> None:
        if self.query(PlaceInput):  # none where nobody has to approve
            super().action_browse()

    def action_go_on(self) -> None:
        """Ask once more."""
        preview, rows = self._preview, self.query_one(SecondRows)
        if preview is None:
            return
        if preview.nothing_goes:
            self.warn(_HELD)
            return
        if preview.needs_second and rows.way in {ASK, ANSWER}:
            self._go_by_file(rows)
            return
        if preview.needs_second and rows.way not in {HERE, ALONE}:
            self.warn(_NOT_HERE)
            return
        name = rows.who if preview.needs_second and rows.way == HERE else ""
        asked = Message("{name} is asked here.", name=name) if name else ""
        alone = Message("It is done ALONE, and the log says so.") if preview.needs_second and not name else asked
        self._confirm(preview, alone, lambda: self._erase(preview, name))

    def _confirm(self, preview: ErasePreview, second: Words, erase: Callable[[], None]) -> None:
        self.confirm(
            plural("Erase {count} record for good?", "Erase {count} records for good?", count=preview.records),
            Message("It cannot be brought back. {second}", second=second),
            erase,
            yes=Message("Erase"),
            no=Message("Keep"),
        )

    def _go_by_file(self, rows: SecondRows) -> None:
        """Write the question, or erase with the answer that came back."""
        file, preview, ids, why, who = rows.file, self._preview, self._ids, self.word("why"), rows.who
        if file is None or preview is None:
            self.refuse("second-file", WHOLE_PATH)
        elif rows.way == ANSWER:
            approved = Message("A second person approved it.")
            self._confirm(preview, approved, lambda: self._erase(preview, "", file))
        else:
            self.ask(
                lambda vault: vault.erasing.ask(ids, preview, why=why, approver=who, out=file),
                self._asked,
                failed=self._stopped,
            )

    def _asked(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog(Message("Nothing is erased yet"), told.lines))

    def _stopped(self, error: VaultError) -> None:
        """Say why; where something else would go now, show the new list."""
        self.fail(error)
        if isinstance(error, NotAsShownError):
            self._read()

    def _erase(self, preview: ErasePreview, name: str, answer: Path | None = None) -> None:
        ids, why, titles = self._ids, self.word("why"), self._titles()

        def work(vault: Gateway) -> ResultText:
            here = vault.approvals.at_this_keyboard(name, self.lend) if name else None
            second = here if answer is None else vault.erasing.answered(answer)
            return vault.erasing.erase(ids, preview, why=why, second=second, titles=titles)

        self.say(Message("The second person is asked now.") if name else "")
        self.ask(work, self._erased, failed=self._stopped)

    def _erased(self, told: ResultText) -> None:
        """Show the letter; leaving it goes back to where the record stood."""
        self.app.push_screen(LetterScreen(told), lambda _: self.end(Message("It is erased.")))


class LetterScreen(WholeText):
    """The letter about an erasure: read in the language of who gets it, and printed where the person says."""

    NAME = Message("Letter")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("ctrl+p", "print", Message("Write the letter as a PDF"), "Ctrl+P", Message("print")),
        Command("l", "language", Message("The letter in English, French or Russian"), "l", Message("language")),
        BACK,
    )

    def __init__(self, told: ResultText) -> None:
        super().__init__(Message("The letter about it"), together(told.lines))
        self._told, self._language = told, ""

    def action_language(self) -> None:
        """Ask in which language it is read and printed."""
        question = Choose(Message("In which language is the letter?"), LANGUAGES, at=self._language)
        self.unless_left(question, self._show_in)

    def _show_in(self, language: str) -> None:
        told = self._told

        def show(text: str) -> None:
            self._language = language
            self.query_one("#whole", LongText).show(text)

        self.ask(lambda vault: vault.erasing.letter_in(told, language), show)

    def action_print(self) -> None:
        """Ask where the letter shall go."""
        question = Message(
            "A new file for the letter, a PDF. It names nobody whose records were erased, and it is not encrypted."
        )
        ask_new_file(self, question, "/media/stick/letter.pdf", self._print)

    def _print(self, out: Path) -> None:
        told, language = self._told, self._language
        self.ask(lambda vault: vault.erasing.print_letter(told, out, language), self.say)


class Erases(LooksBack):
    """A screen from which what stands under its cursor is erased."""

    def erase(self, about: Words, *ids: str, ends: bool = False) -> None:
        """Show what goes with these records, and erase them if the person says so; `ends` leaves this screen then."""
        self.app.push_screen(EraseScreen(ids, about), lambda word: self._after_erasing(word, ends=ends))

    def show_hold(self, case: str, ref: str, then: Callable[[str | None], None]) -> None:
        """Show the legal hold of a case; `then` gets the words of what was done."""
        self.app.push_screen(HoldScreen(case, ref), then)

    def _after_erasing(self, word: str | None, *, ends: bool) -> None:
        if word and ends:
            self.end(word)
        elif word:
            self.action_refresh()
            self.say(word)
