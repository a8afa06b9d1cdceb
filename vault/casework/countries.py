"""Countries by the two letters of ISO 3166-1, with their English names: `countries.txt`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from vault.data_files import read_lines, sentence
from vault.errors import UsageError
from vault.words.message import Message

COUNTRIES: Final[Mapping[str, Message]] = {
    code: sentence(name)
    for code, _, name in (line.partition(" ") for line in read_lines("vault.casework", "countries.txt"))
}
Country: Final = StrEnum("Country", {code: code for code in COUNTRIES})  # type: ignore[misc]  # the words are data
"""The words of a field that asks for a country."""


def country_of(typed: str, field: str) -> str:
    """Return the code of a country that was typed by its code or by its English name; empty for an empty text.

    Raises:
        UsageError: there is no such country.
    """
    text = typed.strip().casefold()
    for code, name in {"": Message(""), **COUNTRIES}.items():
        if text in {code.casefold(), name.template.casefold()}:
            return code
    raise UsageError(Message("{field} must be a country, by its English name or its two letters", field=field))
