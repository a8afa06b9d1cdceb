"""Papers as rows of the list of a case, and what is known of one in lines."""

from __future__ import annotations

from typing import Final

from tui.looks.tokens import Token
from tui.text.calendar import day_and_year
from tui.text.due_words import day_said
from tui.values.codes import word_of
from tui.values.values_papers import PaperShown
from tui.widgets.cells import Cell
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from vault.words.message import Message, Words

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
