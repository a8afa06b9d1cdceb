"""Text as the page shows it, where that differs from the text as it was written.

Only the page is changed; the data file keeps every character. Each change keeps words readable and makes programs
read back exactly the letters that are drawn: a vowel mark that stands higher than others is drawn on its own and
carries its letter along, so that readers would find the letter twice.
"""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

from vault.export.font_tables import drawable
from vault.export.fonts import font_folders

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
