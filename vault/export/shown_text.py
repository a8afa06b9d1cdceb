"""Text as a report shows it: days in the words of its language, letters that its fonts have, which way they run."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anyascii import anyascii

from vault.export.fonts import drawable, font_folders
from vault.redaction.spelled import ENGLISH, FRENCH, OF_RUSSIAN, RUSSIAN

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


def is_day(text: str) -> bool:
    """Say whether a text is a date of casework, whatever its precision."""
    match = _WRITTEN.fullmatch(text)
    return match is not None and 1 <= int(match[2] or 1) <= _MONTHS


def in_days(text: str, language: str) -> str:
    """Return a date of casework (`vault.casework.dates`) in words; any other text stays as it is."""
    if (match := _WRITTEN.fullmatch(text)) is None or not is_day(text):
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


_RIGHT_TO_LEFT = frozenset({"R", "AL"})

# Letters that tell the language of a script, so that a screen reader picks the right voice.
_TELLING_LETTERS = (("fa", "پچژگ"), ("ky", "ңөү"), ("uk", "іїєґ"))


def is_right_to_left(text: str) -> bool:
    """Say the direction of the first letter that has one (Unicode bidirectional algorithm, P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction == "L":
            return False
        if direction in _RIGHT_TO_LEFT:
            return True
    return False


def language_of(text: str, default: str) -> str:
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
