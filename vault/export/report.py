"""The report as data: every string that will be shown, in order, and nothing else.

PDF, data file and the text that the verifier compares with are all made from this one value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from vault.errors import InternalError
from vault.export.legible import legible
from vault.export.shown import Dossier, Section
from vault.export.wording import USUAL_PURPOSE, Wording, wording
from vault.redaction.transform import REMOVED

ALONE, TWO_PERSON = "alone", "two-person"

_RIGHT_TO_LEFT = frozenset({"R", "AL"})

# Letters that tell the language of a script, so that a screen reader picks the right voice.
_TELLING_LETTERS = (("fa", "پچژگ"), ("ky", "ңөү"), ("uk", "іїєґ"))


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on the first page beside the case: the purpose, as agreed with the recipient, and the language.

    `release` is the rule by which it leaves: `alone`, or `two-person`.
    """

    purpose: str
    language: str = "en"
    release: str = ALONE


class Line(NamedTuple):
    """One string of the page. `ours`: a fixed word of the report, the same for every case."""

    text: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph, with the direction and language that its letters have."""

    text: str
    right_to_left: bool
    language: str


@dataclass(frozen=True, slots=True)
class Row:
    """A label and the paragraphs beside it, which are `ours` where the program itself gives them."""

    label: str
    pieces: tuple[Piece, ...] = field(repr=False)
    ours: bool = False


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


def make_report(dossier: Dossier, cover: Cover) -> Report:
    """Return the report of a dossier.

    Raises:
        UsageError: there are no fixed words in the cover's language.
    """
    words = wording(cover.language)
    purpose = cover.purpose
    if is_usual := purpose == USUAL_PURPOSE.format(profile=dossier.profile):
        purpose = words.usual_purpose.format(profile=_word(words.profiles, dossier.profile))
    return Report(
        language=cover.language,
        words=words,
        facts=(
            Row(words.purpose, _pieces(purpose, words, cover.language), ours=is_usual),
            Row(words.profile, _pieces(_word(words.profiles, dossier.profile), words, cover.language), ours=True),
            Row(words.release, _pieces(_word(words.releases, cover.release), words, cover.language), ours=True),
        ),
        groups=tuple(_groups(dossier.sections, words, cover.language)),
    )


def approved_lines(report: Report) -> tuple[Line, ...]:
    """Return every string that the page shows, in order: what readers of the finished file must find, and no more."""
    lines = [Line(report.words.title, ours=True)]
    for row in report.facts:
        lines += _row_lines(row)
    lines += (Line(text, ours=True) for text in (report.words.notice_heading, *report.words.notice))
    for group in report.groups:
        lines.append(Line(group.heading, ours=True))
        for entry in group.entries:
            for row in entry:
                lines += _row_lines(row)
    return tuple(line for line in lines if line.text)


def in_words(text: str, words: Wording) -> str:
    """Return a redacted text with what stands for something removed in the language of the report."""
    return text.replace(REMOVED, words.removed)


def _row_lines(row: Row) -> list[Line]:
    return [Line(row.label, ours=True), *(Line(piece.text, row.ours) for piece in row.pieces)]


def _word(words: Mapping[str, str], key: str) -> str:
    try:
        return words[key]
    except KeyError:
        raise InternalError("a key of a profile has no word in the language of the report") from None


def _groups(sections: Sequence[Section], words: Wording, language: str) -> Iterator[Group]:
    heading, entries = "", list[tuple[Row, ...]]()
    for section in sections:
        if entries and section.heading != heading:
            yield Group(_word(words.headings, heading), tuple(entries))
            entries = []
        heading = section.heading
        entries.append(
            tuple(
                Row(_word(words.labels, block.label), _pieces(block.text, words, language)) for block in section.blocks
            )
        )
    if entries:
        yield Group(_word(words.headings, heading), tuple(entries))


def _pieces(text: str, words: Wording, language: str) -> tuple[Piece, ...]:
    lines = (" ".join(legible(line).split()) for line in in_words(text, words).splitlines())
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
