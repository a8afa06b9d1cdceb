"""The words for codes as a form offers them, and what else stands in the language of its reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from vault.casework.script import Script
from vault.words.codes import CODES, word_of, words_of
from vault.words.message import Message, Words

__all__ = ["CODES", "LANGUAGES", "SCRIPTS", "choices", "word_of", "words_of"]

LANGUAGES: Final = (("en", Message("English")), ("fr", Message("French")), ("ru", Message("Russian")))
"""In which a report, a letter or a recovery sheet can be."""
SCRIPTS: Final[Mapping[str, Message]] = {
    Script.LATIN.value: Message("Latin"),
    Script.CYRILLIC.value: Message("Cyrillic"),
    Script.ARABIC.value: Message("Arabic"),
}


def choices(codes: Iterable[str]) -> list[tuple[str, Words]]:
    """Return codes with their words, for a field that offers them."""
    return [(code, word_of(code)) for code in codes]
