"""The pack for somebody who is gone: which facts are confirmed, then sealed for a recipient or as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.widget import Widget
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.frame.base import BACK, READ_AGAIN, Command, VaultScreen
from tui.screens.frame.choice_field import Choose
from tui.screens.frame.dialogs import ask_new_file
from tui.screens.referral.export import ExportScreen
from tui.screens.referral.questions import QuestionsScreen
from tui.values.values_safety import PackShown
from tui.widgets.cells import Cell
from tui.widgets.long_text import LongText
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Question

_PROFILE: Final = "disappearance"
_NOTHING: Final = Message(
    "No fact of this case is confirmed, so nothing can leave. Open the record (d in the case) and say who confirms it."
)


class PackFacts(VaultScreen):
    """What is confirmed of a case, and what is not.

    Args:
        shown: as it was read.
    """

    NAME = Message("Somebody is gone")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Seal the pack for a recipient"), "F4", Message("for a recipient")),
        Command("ctrl+p", "print", Message("Print what is confirmed as a page"), "Ctrl+P", Message("page")),
        READ_AGAIN,
        BACK,
    )

    def __init__(self, shown: PackShown) -> None:
        super().__init__()
        self._shown = shown
        self._decided: dict[str, str] = {}

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield LongText(first=tuple(_cells(self._shown)), id="facts")

    def on_mount(self) -> None:
        """Say which case it is."""
        self._tell()
        self.query_one("#facts").focus()

    def action_refresh(self) -> None:
        """Read the facts again."""
        case = self._shown.case
        self.ask(lambda vault: vault.safety.facts(case), self._show)

    def _show(self, shown: PackShown) -> None:
        self._shown = shown
        self.query_one("#facts", LongText).show("", first=tuple(_cells(shown)))
        self._tell()

    def _tell(self) -> None:
        count = self._shown.count
        self.head(self._shown.ref, plural("{count} fact is confirmed", "{count} facts are confirmed", count=count))
        self.say(Message("Nothing is written yet. What is not confirmed stays here.") if count else _NOTHING)

    def action_go_on(self) -> None:
        """Go on to the export, by the profile of the pack."""
        if self._has_facts():
            self.app.push_screen(ExportScreen(self._shown.case, self._shown.ref, profile=_PROFILE))

    def action_print(self) -> None:
        """Ask of which client the page tells, where there are several, and where it goes."""
        clients = self._shown.clients
        if not self._has_facts():
            return
        if len(clients) > 1:
            question = Choose(Message("Which client is the page about?"), clients)
            self.unless_left(question, self._ask_where)
        else:
            self._ask_where("")

    def _ask_where(self, client: str) -> None:
        """Ask where the page of this client goes; empty for the only one, or for nobody."""
        question = Message(
            "A new file for the page, such as a PDF. It names the client, and of others what you decide. It is not"
            " encrypted."
        )
        ask_new_file(self, question, "/media/stick/facts.pdf", lambda out: self._write(out, client))

    def _write(self, out: Path, client: str) -> None:
        """Write the page; names that are open are decided first."""
        shown, decided = self._shown, self._decided

        def written(done: Message | tuple[Question, ...]) -> None:
            if isinstance(done, Message):
                self.say(done)
                return
            questions = QuestionsScreen(shown.ref, done, decided, lambda: None)
            self.app.push_screen(questions, lambda word: self._write(out, client) if word else self._tell())

        self.ask(lambda vault: vault.safety.print_pack(shown, out, client, decided), written)

    def _has_facts(self) -> bool:
        if not self._shown.count:
            self.warn(_NOTHING)
        return bool(self._shown.count)


def _cells(shown: PackShown) -> Iterator[Cell]:
    yield from _part(Message("Confirmed: this leaves"), shown.confirmed)
    yield from _part(Message("Not confirmed: this stays here"), shown.unconfirmed)
    yield from _part(Message("A reader will miss"), tuple(Message("  {line}", line=line) for line in shown.lacks))


def _part(title: Words, lines: tuple[Words, ...]) -> Iterator[Cell]:
    yield Cell(title, Token.ACC, bold=True)
    yield from map(Cell, lines or (Message("  nothing"),))
    yield Cell("")
