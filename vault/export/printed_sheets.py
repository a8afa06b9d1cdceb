"""The fixed words of a recovery sheet, in three languages: who finds it in ten years knows what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import msgspec

from vault.data_files import read_table
from vault.errors import UsageError
from vault.export.paper_pages import set_page
from vault.seal.recovery import WORDS_PER_ROW, Sheet
from vault.words.message import Message


class SheetWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands on a sheet in one language.

    `set_words` has places for `needed` and `count`; `place` for `number` and `count`.
    """

    title: str
    place: str
    set_words: str
    belongs: str
    row: str
    check: str
    made: str
    what_heading: str
    what: tuple[str, ...]
    do_heading: str
    do: tuple[str, ...]
    name: str
    signature: str


LANGUAGES: Final = ("en", "fr", "ru")


@cache
def sheet_words(language: str) -> SheetWords:
    """Return the words of one language.

    Raises:
        UsageError: there are none in it.
    """
    if language not in LANGUAGES:
        raise UsageError(Message("no sheet in this language; languages are: {names}", names=", ".join(LANGUAGES)))
    return read_table("vault.export", f"words/sheet.{language}.toml", SheetWords)


# A recovery sheet on paper: as text for the terminal, and as one page of PDF. Nothing here is written to disk.
_ROOT_WORDS_PER_LINE = 7


def sheet_text(sheet: Sheet) -> str:
    """Return a sheet as lines of at most 72 columns, for a terminal that is cleared behind it."""
    lines = []
    for row in sheet.rows:
        first = (row.number - 1) * WORDS_PER_ROW + 1
        words = "  ".join(f"{place:>2} {word:<8}" for place, word in enumerate(row.words, first))
        lines.append(f"{row.number:>3}   {words}   {row.check}")
    return "\n".join(
        [
            f"CASEVAULT RECOVERY SHEET {sheet.number} of {sheet.count} (any {sheet.threshold} open everything)",
            "Keep it outside the organisation and outside the country, apart from the others.",
            "",
            "Row   Words                                   Check",
            *lines,
            "",
            "The vault that it belongs to:",
            f"  {' '.join(sheet.sheets_words[:_ROOT_WORDS_PER_LINE])}",
            f"  {' '.join(sheet.sheets_words[_ROOT_WORDS_PER_LINE:])}",
            "",
        ]
    )


def render_sheet(sheet: Sheet, *, day: str, languages: Sequence[str] = LANGUAGES) -> bytes:
    """Return one sheet as a PDF of one A4 page, its words in large type with fonts inside.

    The first language is that of the headings.

    Raises:
        UsageError: no words in one of the languages.
        RefusedError: it cannot be set.
        DependencyMissingError: a font package is not installed.
    """
    return set_page(
        "sheet",
        _value(sheet, day, languages),
        not_made=Message("the sheet could not be made"),
        several=Message("the sheet came out in more than one file"),
    )


def _value(sheet: Sheet, day: str, languages: Sequence[str]) -> dict[str, object]:
    places = {"number": sheet.number, "count": sheet.count, "needed": sheet.threshold, "day": day}
    head = sheet_words(languages[0])
    blocks = [(language, sheet_words(language)) for language in languages]
    return {
        "language": languages[0],
        "title": head.title,
        "titles": [{"language": language, "text": words.title} for language, words in blocks[1:]],
        "place": head.place.format(**places),
        "number": sheet.number,
        "count": sheet.count,
        "made": head.made.format(**places),
        "heads": {
            "row": _each_once([(language, words.row) for language, words in blocks]),
            "check": _each_once([(language, words.check) for language, words in blocks]),
            "belongs": _each_once([(language, words.belongs) for language, words in blocks]),
        },
        "sign": [
            _each_once([(language, words.name) for language, words in blocks]),
            _each_once([(language, words.signature) for language, words in blocks]),
        ],
        "rows": [
            {"number": row.number, "words": [[word[:4], word[4:]] for word in row.words], "check": row.check}
            for row in sheet.rows
        ],
        "root": list(sheet.sheets_words),
        "blocks": [
            {
                "language": language,
                "lead": words.set_words.format(**places),
                "what_heading": words.what_heading,
                "what": [text.format(**places) for text in words.what],
                "do_heading": words.do_heading,
                "do": [text.format(**places) for text in words.do],
            }
            for language, words in blocks
        ],
    }


def _each_once(said: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Return what languages say, and what two of them say alike once, in the first of them."""
    first = {text: language for language, text in reversed(said)}
    return [{"language": first[text], "text": text} for text in dict.fromkeys(text for _, text in said)]
