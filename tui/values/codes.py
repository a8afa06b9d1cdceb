"""The words for codes as a form offers them, and what else stands in the language of its reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from vault.casework.script import Script
from vault.words.codes import CODES, word_of, words_of
from vault.words.message import Message, Words, filled

__all__ = ["CODES", "LANGUAGES", "SCRIPTS", "choices", "with_kind", "word_of", "words_of"]

LANGUAGES: Final = (("en", Message("English")), ("fr", Message("French")), ("ru", Message("Russian")))
"""In which a report, a letter or a recovery sheet can be."""
SCRIPTS: Final[Mapping[str, Message]] = {
    Script.LATIN.value: Message("Latin"),
    Script.CYRILLIC.value: Message("Cyrillic"),
    Script.ARABIC.value: Message("Arabic"),
}


def with_kind(sentence: Words) -> Words:
    """Return a sentence of the library, the code of a kind of record in it as the word for that."""
    values = dict(sentence.values) if isinstance(sentence, Message) else {}
    kind = values.get("kind")
    if not isinstance(sentence, Message) or not isinstance(kind, str):
        return sentence
    return filled(sentence, **(values | {"kind": word_of(kind)}))


def choices(codes: Iterable[str]) -> list[tuple[str, Words]]:
    """Return codes with their words, for a field that offers them."""
    return [(code, word_of(code)) for code in codes]
