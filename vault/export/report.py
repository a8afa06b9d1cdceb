"""The report as data: every string that will be shown, in order, and nothing else.

PDF, data file and the text that the verifier compares with are all made from this one value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from vault.export.legible import legible
from vault.export.wording import Wording, wording
from vault.redaction.dossier import RedactedDossier, RedactedSection

_RIGHT_TO_LEFT = frozenset({"R", "AL"})

# Letters that tell the language of a script, so that a screen reader picks the right voice.
_TELLING_LETTERS = (("fa", "پچژگ"), ("ky", "ңөү"), ("uk", "іїєґ"))


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on the first page beside the case: the purpose, as agreed with the recipient, and the language."""

    purpose: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph, with the direction and language that its letters have."""

    text: str
    right_to_left: bool
    language: str


@dataclass(frozen=True, slots=True)
class Row:
    """A label and the paragraphs beside it."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Consecutive records under one heading; each entry is one record."""

    heading: str
    entries: tuple[tuple[Row, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page shows, page numbers aside."""

    language: str
    words: Wording
    facts: tuple[Row, ...]
    groups: tuple[Group, ...]


def make_report(dossier: RedactedDossier, cover: Cover) -> Report:
    """Return the report of a dossier.

    Raises:
        UsageError: there are no fixed words in the cover's language.
    """
    words = wording(cover.language)
    return Report(
        language=cover.language,
        words=words,
        facts=tuple(
            Row(label, _pieces(text, cover.language))
            for label, text in ((words.purpose, cover.purpose), (words.profile, dossier.profile))
        ),
        groups=tuple(_groups(dossier.sections, cover.language)),
    )


def approved_lines(report: Report) -> tuple[str, ...]:
    """Return every string that the page shows, in order: what readers of the finished file must find, and no more."""
    lines = [report.words.title]
    for row in report.facts:
        lines += _row_lines(row)
    lines += [report.words.notice_heading, *report.words.notice]
    for group in report.groups:
        lines.append(group.heading)
        for entry in group.entries:
            for row in entry:
                lines += _row_lines(row)
    return tuple(line for line in lines if line)


def _row_lines(row: Row) -> list[str]:
    return [row.label, *(piece.text for piece in row.pieces)]


def _groups(sections: tuple[RedactedSection, ...], language: str) -> Iterator[Group]:
    heading, entries = "", list[tuple[Row, ...]]()
    for section in sections:
        if entries and section.heading != heading:
            yield Group(heading, tuple(entries))
            entries = []
        heading = section.heading
        entries.append(tuple(Row(block.label, _pieces(block.text, language)) for block in section.blocks))
    if entries:
        yield Group(heading, tuple(entries))


def _pieces(text: str, language: str) -> tuple[Piece, ...]:
    lines = (" ".join(legible(line).split()) for line in text.splitlines())
    return tuple(Piece(line, _is_right_to_left(line), _language(line, language)) for line in lines if line)


def _is_right_to_left(text: str) -> bool:
    """Say the direction of the first letter that has one (Unicode bidirectional algorithm, P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction == "L":
            return False
        if direction in _RIGHT_TO_LEFT:
            return True
    return False


def _language(text: str, default: str) -> str:
    lowered = text.casefold()
    for language, letters in _TELLING_LETTERS:
        if any(letter in lowered for letter in letters):
            return language
    letters_of = [unicodedata.name(c, "") for c in text if c.isalpha()]
    arabic = sum(name.startswith("ARABIC") for name in letters_of)
    cyrillic = sum(name.startswith("CYRILLIC") for name in letters_of)
    if 2 * arabic > len(letters_of):
        return "ar"
    return "ru" if 2 * cyrillic > len(letters_of) else default
