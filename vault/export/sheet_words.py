"""The fixed words of a recovery sheet, in three languages: who finds it in ten years knows what to do with it."""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec

from vault.data_files import read_table
from vault.errors import UsageError
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
