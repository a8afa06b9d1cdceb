"""Days in the words of a report: one form for each language, whatever precision the date has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple, Protocol

from anyascii import anyascii

from vault.errors import InternalError
from vault.export.fonts import drawable, font_folders
from vault.export.report_wording import OWN_PURPOSES, Wording, code_in_words, wording
from vault.redaction.spelled import ENGLISH, FRENCH, OF_RUSSIAN, RUSSIAN
from vault.redaction.transform import REMOVED
from vault.words.message import Message

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2}))?)?)?(~?)", re.ASCII)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Months alone and after a day, `about`, and how the first of a month is written."""

    months: Sequence[str]
    of_months: Sequence[str]
    about: str
    first: str = "1"


CALENDARS: Mapping[str, _Calendar] = {
    "en": _Calendar(ENGLISH, ENGLISH, "about"),
    "fr": _Calendar(FRENCH, FRENCH, "vers", first="1er"),
    "ru": _Calendar(RUSSIAN, OF_RUSSIAN, "около"),
}


def in_days(text: str, language: str) -> str:
    """Return a date of casework (`vault.casework.dates`) in words; any other text stays as it is."""
    match = _WRITTEN.fullmatch(text)
    if match is None or not 1 <= int(match[2] or 1) <= _MONTHS:
        return text
    calendar = CALENDARS[language]
    year, month, day, time, about = match.groups()
    words = year
    if month is not None and day is None:
        words = f"{calendar.months[int(month) - 1]} {year}"
    elif month is not None:
        number = calendar.first if int(day) == 1 else str(int(day))
        words = f"{number} {calendar.of_months[int(month) - 1]} {year}"
    words = f"{words}, {time}" if time else words
    return f"{calendar.about} {words}" if about else words


# Text as the page shows it, where that differs from the text as it was written.
# Only the page is changed; the data file keeps every character. Each change keeps words readable and makes programs
# read back exactly the letters that are drawn: a vowel mark that stands higher than others is drawn on its own and
# carries its letter along, so that readers would find the letter twice.

# Vowel signs, tanwin, shadda, small signs, tatweel: printed prose leaves them out.
_ARABIC_MARKS = re.compile(
    "[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
)
_MARKED_LETTERS = str.maketrans({"ۀ": "ه", "ۂ": "ہ", "ۓ": "ے"})
_NON_JOINERS = "\u200c\u200d"


def legible(text: str) -> str:
    """Return the line as it is drawn: composed, without Arabic vowel marks and direction controls.

    Letters that neither font has are written in Latin letters.
    """
    composed = unicodedata.normalize("NFC", text)
    plain = _ARABIC_MARKS.sub("", composed).translate(_MARKED_LETTERS)
    points = drawable(font_folders())
    return "".join(_drawn(character, points) for character in plain)


def _drawn(character: str, points: frozenset[int]) -> str:
    if character in _NON_JOINERS:
        return character
    category = unicodedata.category(character)
    if category in {"Cf", "Cc"}:
        return ""
    if character.isspace():
        return " "
    return character if ord(character) in points else anyascii(character)


# The form of what a report is made of: a redacted dossier has it, and what a data file says of one.
# Whoever makes a package needs the redacted dossier itself (`package.prepare`); to make the report alone, to compare
# a finished one with it, the form is enough.
class Block(Protocol):
    """One paragraph."""

    @property
    def label(self) -> str:
        """The key of its label."""

    @property
    def text(self) -> str:
        """Single spaces, and line breaks only between paragraphs."""


class Section(Protocol):
    """What one record gave."""

    @property
    def heading(self) -> str:
        """A key of the profile."""

    @property
    def blocks(self) -> Sequence[Block]:
        """In their order."""


class Dossier(Protocol):
    """All that a report shows, its cover aside."""

    @property
    def profile(self) -> str:
        """The name of the table of what may leave."""

    @property
    def sections(self) -> Sequence[Section]:
        """In their order."""


# The report as data: every string that will be shown, in order, and nothing else.
# PDF, data file and the text that the verifier compares with are all made from this one value.
ALONE, TWO_PERSON = "alone", "two-person"
READ, UNREAD = "read", "unread"
NOTE = "note"
_OF_ONE_PERSON = frozenset({"client", "relative", "witness", "persecutor", "other-person"})  # the heading is of one
_OF_A_NOTE = frozenset({"date", "written", "kind", "by", "text"})
DAYS = frozenset({
    *("date", "date-of-birth", "opened", "written"),
    *("when", "until", "taken", "ends-by-order", "lawyer-let-in", "ended", "seen", "lifted"),
    *("stage-since", "closed", "extended", "latest", "over"),
})  # fmt: skip

_RIGHT_TO_LEFT = frozenset({"R", "AL"})

# Letters that tell the language of a script, so that a screen reader picks the right voice.
_TELLING_LETTERS = (("fa", "پچژگ"), ("ky", "ңөү"), ("uk", "іїєґ"))


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on the first page beside the case, and how the report leaves.

    The purpose is as agreed with the recipient; `release` is the rule by which it leaves. `pages` says `read`, or
    `unread` where nobody at the organisation read the finished pages. The day, `YYYY-MM-DD`, dates the file too;
    without one it is dated as one of 2000. Of the others an empty one leaves its row out.
    """

    purpose: str
    language: str = "en"
    release: str = ALONE
    pages: str = READ
    day: str = ""
    organisation: str = ""
    reference: str = ""
    contact: str = ""
    recipient: str = ""


class Line(NamedTuple):
    """One string of the page. `ours`: a fixed word of the report, or what the organisation says of itself."""

    text: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph, with the direction and language that its letters have; `ours` as in a line."""

    text: str
    right_to_left: bool
    language: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A label and the paragraphs beside it."""

    label: str
    pieces: tuple[Piece, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record: on its first line a number, a day and what it is; then rows, and paragraphs without a label."""

    head: tuple[Piece, ...] = field(repr=False)
    rows: tuple[Row, ...]
    body: tuple[Piece, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Consecutive records under one heading."""

    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that the pages show, page numbers aside. `running` stands on top of each page."""

    language: str
    words: Wording
    day: str
    running: str
    facts: tuple[Row, ...]
    notice: tuple[str, ...]
    groups: tuple[Group, ...]


def told(dossier: Dossier) -> list[Section]:
    """Return the sections that say something: a heading alone would still tell that there is somebody."""
    return [section for section in dossier.sections if section.blocks]


def make_report(dossier: Dossier, cover: Cover) -> Report:
    """Return the report of a dossier.

    Raises:
        UsageError: there are no fixed words in the cover's language.
    """
    words = wording(cover.language)
    return Report(
        language=cover.language,
        words=words,
        day=cover.day,
        running=running_title(cover),
        facts=tuple(_facts(dossier, cover, words)),
        notice=words.notice_of(dossier.profile),
        groups=tuple(_groups(told(dossier), words, cover.language)),
    )


def running_title(cover: Cover) -> str:
    """Return what stands on top of each page: by it two reports on a desk are told apart."""
    words = wording(cover.language)
    return " · ".join(part for part in (words.title, legible(cover.reference)) if part)


def approved_lines(report: Report) -> tuple[Line, ...]:
    """Return every string that the page shows, in order: what readers of the finished file must find, and no more."""
    lines = [Line(report.words.title, ours=True)]
    for row in report.facts:
        lines += _row_lines(row)
    lines += (Line(text, ours=True) for text in (report.words.notice_heading, *report.notice))
    for group in report.groups:
        lines.append(Line(group.heading, ours=True))
        for entry in group.entries:
            lines += _piece_lines(entry.head)
            for row in entry.rows:
                lines += _row_lines(row)
            lines += _piece_lines(entry.body)
    return tuple(line for line in lines if line.text)


def in_words(text: str, words: Wording) -> str:
    """Return a redacted text with what stands for something removed in the language of the report."""
    return text.replace(REMOVED, words.removed)


def _facts(dossier: Dossier, cover: Cover, words: Wording) -> Iterator[Row]:
    is_ours = cover.purpose in OWN_PURPOSES
    released = [_word(words.releases, cover.release)] + ([words.unread] if cover.pages == UNREAD else [])
    rows = (
        (words.day, in_days(cover.day, cover.language), True),
        (words.reference, cover.reference, True),
        (words.organisation, cover.organisation, True),
        (words.contact, cover.contact, True),
        (words.recipient, cover.recipient, True),
        (words.purpose, words.purposes[cover.purpose] if is_ours else cover.purpose, is_ours),
        (words.profile, _word(words.profiles, dossier.profile), True),
        (words.release, "\n".join(released), True),
    )
    for label, text, ours in rows:
        if text:
            yield Row(label, _pieces(text, words, cover.language, ours=ours))


def _row_lines(row: Row) -> list[Line]:
    return [Line(row.label, ours=True), *_piece_lines(row.pieces)]


def _piece_lines(pieces: Sequence[Piece]) -> list[Line]:
    return [Line(piece.text, piece.ours) for piece in pieces]


def _word(words: Mapping[str, str], key: str) -> str:
    try:
        return words[key]
    except KeyError:
        raise InternalError(Message("a key of a profile has no word in the language of the report")) from None


def _groups(sections: Sequence[Section], words: Wording, language: str) -> Iterator[Group]:
    for heading, together in groupby(sections, lambda section: section.heading):
        records = list(together)
        is_list = heading == NOTE or len(records) > 1
        entries = (_entry(section, n if is_list else None, words, language) for n, section in enumerate(records, 1))
        yield Group(_word(words.headings, heading), tuple(entries))


def _entry(section: Section, number: int | None, words: Wording, language: str) -> Entry:
    """Return a record: of a note the day and what it is on its first line, then the text; of others each field."""
    name = f"{_word(words.headings, section.heading)} " if section.heading in _OF_ONE_PERSON else ""
    head = [] if number is None else [_own(f"{name}{number}", language)]
    texts: dict[str, list[str]] = {}
    for block in section.blocks:
        texts.setdefault(block.label, []).append(block.text)
    if section.heading != NOTE:
        rows = (
            Row(_word(words.labels, label), _field(section.heading, label, texts, words, language)) for label in texts
        )
        return Entry(tuple(head), tuple(rows), ())
    if unknown := texts.keys() - _OF_A_NOTE:
        raise InternalError(Message("a report has no place for {count} fields of a note", count=len(unknown)))
    for label in ("date", "written"):
        head += _field(NOTE, label, texts, words, language)
    codes = (_field(NOTE, label, texts, words, language) for label in ("kind", "by"))
    what = [piece.text for pieces in codes for piece in pieces] + ([words.written] if "written" in texts else [])
    head += [_own(", ".join(what), language)] if what else []
    return Entry(tuple(head), (), _field(NOTE, "text", texts, words, language))


def _field(
    heading: str, label: str, texts: Mapping[str, Sequence[str]], words: Wording, language: str
) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for text in texts.get(label, ()):
        code = code_in_words(heading, label, text, language)
        shown = code if code is not None else in_days(text, language) if label in DAYS else text
        pieces += _pieces(shown, words, language, ours=code is not None)
    return tuple(pieces)


def _own(text: str, language: str) -> Piece:
    return Piece(text, right_to_left=False, language=language, ours=True)


def _pieces(text: str, words: Wording, language: str, *, ours: bool = False) -> tuple[Piece, ...]:
    lines = (" ".join(legible(line).split()) for line in in_words(text, words).splitlines())
    return tuple(Piece(line, _is_right_to_left(line), _language(line, language), ours) for line in lines if line)


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
