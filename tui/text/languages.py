"""Languages that callers speak, offered while somebody types; any other word is taken as it is."""

from __future__ import annotations

from typing import Final

from tui.text.in_words import in_words
from vault.words.message import Message

# fmt: off
_WORDS: Final = (
    Message("Arabic"), Message("Armenian"), Message("Azerbaijani"), Message("Belarusian"), Message("Chechen"),
    Message("Dari"), Message("English"), Message("French"), Message("Georgian"), Message("German"),
    Message("Kazakh"), Message("Kurdish"), Message("Kyrgyz"), Message("Pashto"), Message("Persian"),
    Message("Polish"), Message("Russian"), Message("Spanish"), Message("Tajik"), Message("Turkish"),
    Message("Turkmen"), Message("Ukrainian"), Message("Uyghur"), Message("Uzbek"),
)
# fmt: on


def languages() -> list[str]:
    """Return their names in the language of the app, sorted."""
    return sorted(map(in_words, _WORDS))
