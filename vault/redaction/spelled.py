"""Numbers and dates that were written as words: no pattern sees them, and every one of their words is ordinary.

Found: three or more number words in a row (one-digit numbers may stand among them), and a day, month or year of a
date in words. Each word becomes one letter for what it can be, and one expression looks at the letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vault.names.normal import NormalText
from vault.redaction.months import MONTHS
from vault.redaction.number_words import CARDINALS, ORDINALS, SMALL_CARDINALS, SMALL_ORDINALS

_FEWEST_IN_A_ROW = 3
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \n,'\-()]{0,4}|\.")

# Months that are verbs in small letters: alone beside a number they count only with a capital.
_ALSO_VERBS = frozenset({"may", "march"})
_LETTERS = {
    "c": SMALL_CARDINALS,
    "C": CARDINALS,
    "s": SMALL_ORDINALS,
    "S": ORDINALS,
    "m": frozenset(MONTHS) - _ALSO_VERBS - SMALL_CARDINALS,
    "a": frozenset({"and", "et", "и", "oh", "o"}),
    "o": frozenset({"of", "the", "day", "de", "du", "d", "le", "la", "l", "jour", "числа"}),
    "y": frozenset({"year", "annee", "annees"}),
    "r": frozenset({"года", "году", "год", "годом", "годов", "годы", "г", "гг"}),
}
_LETTER_OF = {word: letter for letter, words in _LETTERS.items() for word in words}
_ANOTHER = "x"
_VERB_OR_MONTH = "w"

# A run ends after 16 words, so that a question stays a line; the rest is the next run.
_RUN = "[cCsS1](?:a?[cCsS1]){0,15}+"
_SPELLED = re.compile(
    rf"""
      (?P<run>{_RUN}) (?: (?P<date> (?: o{{0,3}} m | o{{1,3}} w ) (?: [oa]{{0,3}} y? o? (?: {_RUN} | d ) )? r? )
        | (?P<year>r) )?
    | (?P<after> [my] ) o{{0,2}} (?P<its>{_RUN}) r?
    """,
    re.VERBOSE,
)


def spelled(text: NormalText, written: str) -> Iterator[tuple[int, int]]:
    """Yield where a text has numbers in words, in order and without overlap: places of the plain text.

    `written` is the text as written: its capitals tell a month from a verb.
    """
    places: list[tuple[int, int]] = []
    letters: list[str] = []
    before, end = "", 0
    for match in _WORD.finditer(text.text):
        word = match.group()
        letter = "y" if (before, word) == ("l", "an") else _letter(word, written[text.places[match.start()]])
        if letters and letters[-1] != _ANOTHER and _GAP.fullmatch(text.text, end, match.start()) is None:
            letters.append(_ANOTHER)
            places.append((end, end))
        if letter != _ANOTHER or letters[-1:] != [_ANOTHER]:
            letters.append(letter)
            places.append(match.span())
        before, end = word, match.end()
    for found in _SPELLED.finditer("".join(letters)):
        if _is_meant(found):
            yield places[found.start()][0], places[found.end() - 1][1]


def _letter(word: str, first: str) -> str:
    if word.isdigit():
        return "1" if len(word) == 1 else "d" if len(word) <= 4 else _ANOTHER
    if word in _ALSO_VERBS:
        return "m" if first.isupper() else _VERB_OR_MONTH
    return _LETTER_OF.get(word, _ANOTHER)


def _is_meant(found: re.Match[str]) -> bool:
    numbers = (found["run"] or found["its"]).replace("a", "")
    words = numbers.replace("1", "")
    if found["date"]:
        return bool(words) or any(letter in "cCsS" for letter in found["date"])
    if not words:
        return False
    if len(numbers) >= _FEWEST_IN_A_ROW:
        return True
    if found["year"]:
        # "The year ninety" in Russian is an ordinal; "two years" is not.
        return numbers[-1] == "S" or (numbers[-1] == "s" and len(numbers) > 1)
    # A small number counts what follows: "in March two men came".
    return numbers[-1] in "CS" if found["after"] == "y" else found["after"] == "m" and numbers != "c"
