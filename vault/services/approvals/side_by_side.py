"""What an approver reads of an export: line by line what leaves, and beside it what of it stays here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from vault.export.dossier_report import Group, Piece, Report, Row
from vault.export.shown_text import legible
from vault.redaction.transform import tidy
from vault.services.approvals.question import ApprovalQuestion

_STANDS_FOR = re.compile(r"(\[[^\[\]]{1,24}\])")
"""What stands in a report for something that stays: a code of a person, or that it was removed."""

Pieces = tuple[tuple[str, bool], ...]
"""A text in parts: of what leaves, True stands for something that stays here; beside it, True is that."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One line of the finished pages.

    Attributes:
        ours: a heading, or a label: the report's own words.
        leaves: what others wrote.
        stays: the same in the case, where the one who reads holds it.
        hidden: how many places stand for something that stays here.
        is_heading: it begins a part.
    """

    ours: str = ""
    leaves: Pieces = field(default=(), repr=False)
    stays: Pieces = field(default=(), repr=False)
    hidden: int = 0
    is_heading: bool = False


def side_by_side(question: ApprovalQuestion, own: Collection[str] = ()) -> tuple[Beside, ...]:
    """Return what the pages of a question show, in their order; `own` are the texts of the case.

    What is hidden is told by what stands for it; what it was, only by a text of the case that says all else alike.
    """
    if (report := question.report) is None:
        return ()
    texts = {line for text in own for line in _lines(text)}
    return tuple(beside(each, texts) if each.leaves else each for each in _of_pages(report))


def _of_pages(report: Report) -> Iterator[Beside]:
    yield Beside(report.words.title, is_heading=True)
    for group in report.first_page:
        yield from _group(group)
    yield Beside(report.words.about, is_heading=True)
    for row in report.facts:
        yield from _row(row)
    yield Beside(report.words.notice_heading, is_heading=True)
    yield from map(Beside, report.notice)
    for group in report.groups:
        yield from _group(group)


def _group(group: Group) -> Iterator[Beside]:
    yield Beside(group.heading, is_heading=True)
    for entry in group.entries:
        if entry.head:
            yield Beside(" · ".join(piece.text for piece in entry.head))
        for row in entry.rows:
            yield from _row(row)
        yield from map(_piece, entry.body)


def _row(row: Row) -> Iterator[Beside]:
    first, *more = row.pieces or (Piece("", right_to_left=False, language="", ours=True),)
    yield _piece(first, f"{row.label}: ")
    yield from map(_piece, more)


def _piece(piece: Piece, label: str = "") -> Beside:
    return Beside(label + piece.text) if piece.ours else Beside(label, ((piece.text, False),))


def beside(line: Beside, own: Collection[str]) -> Beside:
    """Return a line in parts, and what of it stays here, by these paragraphs of the case."""
    text = line.leaves[0][0]
    parts = _STANDS_FOR.split(text)  # what stands for something is at each odd place
    leaves = tuple((part, bool(place % 2)) for place, part in enumerate(parts) if part)
    found = [stays for each in own if (stays := _filled(parts[::2], each)) is not None]
    # Of two texts that would fit, neither is shown: an approver must not compare with another one.
    return Beside(line.ours, leaves, found[0] if len(found) == 1 else (), len(parts) // 2)


def _lines(text: str) -> list[str]:
    """Return the paragraphs of a text of the case as a report shows them."""
    return [" ".join(legible(line).split()) for line in tidy(text).splitlines()]


def _filled(kept: Sequence[str], own: str) -> Pieces | None:
    """Return a text of the case with what is between what was kept of it; None where it does not hold all of that."""
    first, *between = kept
    if not own.startswith(first):
        return None
    pieces, end = [(first, False)], len(first)
    for place, part in enumerate(between, 1):
        is_last = place == len(between)
        start = (len(own) - len(part)) if is_last else own.find(part, end)
        if start < end or not own.startswith(part, start):
            return None
        pieces += ((own[end:start], True), (part, False))
        end = start + len(part)
    return tuple(piece for piece in pieces if piece[0]) if end == len(own) else None
