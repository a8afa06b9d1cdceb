"""Where a text says what courts and conventions say in every text alike: headings, articles, names of courts."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from vault.data_files import read_table

_NUMBERS = r"\d{1,4}(?:(?:\s?[,§–-]\s?|\s(?:and|et|и|to|à)\s)§{0,2}\s?\d{1,4})*"


class _Formulas(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    headings: str
    phrases: str


@cache
def _formulas() -> re.Pattern[str]:
    table = read_table("vault.redaction", "formulas.toml", _Formulas)
    phrases, headings = (
        "|".join(sorted(map(_any_spaces, lines.split("\n")), key=len, reverse=True))
        for lines in (table.phrases.strip(), table.headings.strip())
    )
    return re.compile(rf"(?<![^\W_])(?:{phrases})(?![^\W_])|^[^\S\n]*(?:{headings})[^\S\n]*$", re.MULTILINE)


def _any_spaces(phrase: str) -> str:
    said = re.escape(phrase).replace(r"\ ", r"\s").replace("'", "['\N{RIGHT SINGLE QUOTATION MARK}]")
    return said.replace(r"\#", _NUMBERS)


def formulas_in(text: str) -> list[tuple[int, int]]:
    """Return where a text has such words: they tell of nobody, and are not asked about."""
    return [found.span() for found in _formulas().finditer(text)]
