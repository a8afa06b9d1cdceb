"""One paper: what is known of it, and the text that was read in it. Its content leaves only where a person says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.cases.paper_form import PaperForm, said_of_paper
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import Command
from tui.screens.frame.form_fields import Choose
from tui.screens.frame.looking_back import UNDO, Erases
from tui.screens.people.person_form import PersonForm
from tui.text.calendar import day_and_year, day_said
from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.values.cases_shown import PaperPage, PaperShown
from tui.values.code_words import word_of
from tui.values.story_shown import Whereabouts
from tui.widgets.long_text import LongText
from tui.widgets.numbered_parts import Lines, PartsPane, Section
from tui.widgets.text_cells import Cell, Column, broken, fit_cells
from tui.widgets.virtual_list import ListRow
from vault.acts.document import SAVE, TEXT
from vault.casework.vocabulary import PersonRole
from vault.words.message import Message, Words, joined, plural

if TYPE_CHECKING:
    from vault.services.paper_text import Sender

# Papers as rows of the list of a case, and what is known of one in lines.

PAPER_COLUMNS: Final = (Column("", 11), Column("", 18, rank=1), Column(""))
_NOT_HERE: Final = Message("NOT ON THIS DEVICE")


def paper_row(paper: PaperShown) -> ListRow:
    """Return the row of a paper: when it came, of which kind it is, what it is called."""
    day = day_said(paper.day)
    when: Words = paper.day if day is None else day_and_year(day[0])
    called: list[Cell] = [] if paper.is_here else [Cell(_NOT_HERE, Token.WARN, bold=True), Cell("  ")]
    kind = Cell(word_of(paper.facts.typed["kind"]), Token.DIM)
    return ListRow(paper.record, (Cell(when, Token.DIM), kind, (*called, Cell(paper.called))))


def fact_lines(paper: PaperShown) -> list[tuple[Words, Words]]:
    """Return the facts of a paper with their labels; codes as words."""
    said: list[tuple[Words, Words]] = [
        (label, word_of(value) if isinstance(value, str) else value) for label, value in paper.facts.lines
    ]
    said += [(Message("Kept by"), paper.facts.by)] if paper.facts.by else []
    said.append((Message("File"), paper.name))
    said.append((Message("Size"), paper.size))
    said.append((Message("Format"), paper.media))
    return said


def state_lines(paper: PaperShown) -> list[Words]:
    """Return what a person has to know of the content: whether it is here, travels, and was read."""
    lines: list[Words] = []
    if not paper.is_here:
        lines.append(Message("! It is not on this device yet: the next bundle or a backup brings it."))
    if not paper.travels:
        lines.append(Message("! It is larger than a bundle: other members do not get it. Backups contain it."))
    lines.append(paper.read_by or Message("Its text was not read yet; r reads it."))
    return lines


def paper_lines(paper: PaperShown) -> list[Words]:
    """Return all that is known of a paper, line by line."""
    facts = [Message("{label}: {value}", label=label, value=value) for label, value in fact_lines(paper)]
    return [*state_lines(paper), *facts]


_NO_NAME: Final = re.compile(r"[\x00-\x1f/\\:]")
_NO_TEXT: Final = Message("No text; s saves the content to a file, to be looked at elsewhere.")
_SEARCHED_APART: Final = Message("It is in a restricted section: the search (F3) looks there after F2, `sections`.")


class PaperScreen(Erases, ActScreen):
    """Ends with the id of the paper's record, or with nothing once it was removed."""

    NAME = Message("Paper")
    AUTO_FOCUS = "#paper-text"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "edit", Message("Change what is known of it"), "Enter", Message("edit")),
        Command("s", "save", Message("Save its content to a file, in clear"), "s", Message("save")),
        Command("r", "read", Message("Read its text, or read it again"), "r", Message("read")),
        Command("plus,equals_sign", "version", Message("Add its next version from a file"), "+", Message("version")),
        Command("p", "person", Message("Add a sender of this chat to the people of the case"), "p"),
        Command("x", "remove", Message("Erase it for good, with all its versions"), "x"),
        Command("escape", "back", Message("Back"), "Esc", Message("back")),
        Command("v", "history", Message("What it said before, and who wrote it"), "v"),
        UNDO,
        Command("f5", "refresh", Message("Read it again"), "F5"),
    )

    def __init__(self, where: Whereabouts, why: str) -> None:
        super().__init__()
        self._where = where
        self._why = why
        self._page: PaperPage | None = None

    @override
    def commands(self) -> tuple[Command, ...]:
        # Of the earlier versions of what stands in a section nothing is kept in the index.
        return tuple(command for command in self.ACTS if command.action != "history" or not self._where.section)

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Container(
            PartsPane(id="paper-facts"),
            Vertical(
                Static(safe_content(Message("Text")), classes="pane-head"),
                LongText(id="paper-text"),
                id="paper-reading",
            ),
            id="paper",
        )

    def on_mount(self) -> None:
        self.head("", self._where.ref)
        self.action_refresh()

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        where, why = self._where, self._why
        self.ask(lambda vault: vault.papers.open(where.home, where.record, why), self._show)

    def action_edit(self) -> None:
        self._fill(is_version=False)

    def action_version(self) -> None:
        self._fill(is_version=True)

    def _fill(self, *, is_version: bool) -> None:
        if self._page is not None:
            form = PaperForm(self._where, self._page.others, self._page.shown, is_version=is_version)
            self.app.push_screen(form, lambda _: self.action_refresh())

    def action_save(self) -> None:
        if self._page is not None:
            said = {**said_of_paper(self._where), "why": (self._why,)}
            name = {"out": file_name(self._page.shown.name)}
            form = ActForm(SAVE, said, self._page.shown.called, first=name)
            self.app.push_screen(form, lambda told: self.say(told or ""))

    def action_read(self) -> None:
        said = {**said_of_paper(self._where), "again": ("yes",), "why": (self._why,)}
        self.do(Doing(TEXT, said, lambda _: self.action_refresh()))

    def action_person(self) -> None:
        """Ask who of those that wrote is to be a person of the case, and fill the form in."""
        senders = () if self._page is None else self._page.senders
        unknown = [(sender.name, sender.name) for sender in senders if not sender.alike]
        if unknown:
            self.app.push_screen(Choose(Message("Who is to be a person of the case?"), unknown), self._add_person)
        else:
            self.say(Message("All who wrote in it are among the people of the case already."))

    def _add_person(self, name: str | None) -> None:
        if name and self._page is not None:
            is_number = any(sender.is_number for sender in self._page.senders if sender.name == name)
            first = {"role": PersonRole.THIRD.value, "phones" if is_number else "names": name}
            where = Whereabouts(self._where.case, self._where.ref, "")
            self.app.push_screen(PersonForm(where, first=first), lambda _: self.action_refresh())

    def action_remove(self) -> None:
        if self._page is not None:
            self.erase(self._page.shown.called, f"{self._where.home}/{self._where.record}", ends=True)

    def action_history(self) -> None:
        where, why = self._where, self._why
        if self._page is not None:
            self.ask(lambda vault: vault.story.history(where.case, where.record, "document", why), self.show_history)

    @override
    def action_back(self) -> None:
        self.end(self._where.record)

    def _show(self, page: PaperPage) -> None:
        self._page = page
        shown = page.shown
        kind = word_of(shown.facts.typed["kind"])
        right = Message("{kind} in {ref}", kind=kind, ref=self._where.ref)
        if shown.heads > 1:
            versions = plural("{count} version", "{count} versions", count=shown.heads)
            right = Message("{right}  {versions}", right=right, versions=versions)
        self.head(shown.called, right)
        about = Section(
            1, Message("About it"), lambda width: _facts(shown, width, in_section=bool(self._where.section))
        )
        senders = page.senders
        wrote = Section(2, Message("Who wrote"), lambda width: _senders(senders, width), str(len(senders)))
        self.query_one("#paper-facts", PartsPane).show([about, wrote] if senders else [about])
        self.query_one("#paper-text", LongText).show(page.text or _NO_TEXT)


def file_name(name: str) -> str:
    """Return under which name a paper is written where a person names a folder alone.

    A colleague may have chosen it: it stays in that folder, and is no `.profile` that a system reads.
    """
    return _NO_NAME.sub("_", name).lstrip(". ") or "paper"


def _senders(senders: Sequence[Sender], width: int) -> Lines:
    lines: list[list[Cell]] = []
    for sender in senders:
        known = joined([name for _, name in sender.alike], ", ") or Message("not entered; p adds")
        said = Message("{messages}  {name}: {known}", messages=sender.messages, name=sender.name, known=known)
        lines += [list(row) for row in broken([Cell(said, Token.FG if sender.alike else Token.WARN)], width)]
    return lines


def _facts(paper: PaperShown, width: int, *, in_section: bool) -> Lines:
    """Return what a person has to know of the content, then the facts, labels in one column."""
    lines: list[list[Cell]] = []
    for words in (*state_lines(paper), *([_SEARCHED_APART] if in_section else [])):
        is_warning = in_words(words).startswith("! ")
        lines += [list(row) for row in broken([Cell(words, Token.WARN if is_warning else Token.FG)], width)]
    facts = fact_lines(paper)
    column = max(cell_len(in_words(label)) for label, _ in facts) + 2
    for label, value in facts:
        for place, row in enumerate(broken([Cell(value)], max(width - column, 1))):
            before = [Cell(" " * column)] if place else fit_cells(Cell(label, Token.DIM), column)
            lines.append([*before, *row])
    return lines
