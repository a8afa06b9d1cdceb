"""Codes of casework and keys of profiles in the words of a report. The data file keeps the codes and the keys.

The words stand in `words/codes.LANGUAGE.toml`. What a report says that it has none of is written to the person whose
data it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import msgspec

from vault.data_files import ReadWhenAsked, damaged, read_table
from vault.words.message import Message

LANGUAGES: Final = ("en", "fr", "ru")
_FILE: Final = "words/codes.{}.toml"


class WordsOfKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one language by key; `codes` go by heading, label and code."""

    headings: Mapping[str, str]
    labels: Mapping[str, str]
    withheld: Mapping[str, str]
    codes: Mapping[str, Mapping[str, Mapping[str, str]]]

    def keys(self) -> set[tuple[str, ...]]:
        """Return all keys, which are the same in every language."""
        plain = {"headings": self.headings, "labels": self.labels, "withheld": self.withheld}
        return {(name, key) for name, table in plain.items() for key in table} | {
            ("codes", heading, label, code)
            for heading, labels in self.codes.items()
            for label, codes in labels.items()
            for code in codes
        }


@cache
def words_of_keys() -> Mapping[str, WordsOfKeys]:
    """Return the words by language.

    Raises:
        DependencyMissingError: a file cannot be used, or has no word for a key of another.
    """
    return alike({language: read_table("vault.export", _FILE.format(language), WordsOfKeys) for language in LANGUAGES})


def alike(tables: Mapping[str, WordsOfKeys]) -> Mapping[str, WordsOfKeys]:
    """Return the words of all languages, of which none lacks a word that another has.

    Raises:
        DependencyMissingError: one does.
    """
    every = set().union(*(words.keys() for words in tables.values()))
    for language, words in tables.items():
        if lacking := sorted(every - words.keys()):
            raise damaged(_FILE.format(language), Message("it has no word for {key}", key=".".join(lacking[0])))
    return MappingProxyType(dict(tables))


def _coded() -> Mapping[tuple[str, str], Mapping[str, Mapping[str, str]]]:
    found = words_of_keys()
    return {
        (heading, label): {language: words.codes[heading][label] for language, words in found.items()}
        for heading, labels in found[LANGUAGES[0]].codes.items()
        for label in labels
    }


CODED: Mapping[tuple[str, str], Mapping[str, Mapping[str, str]]] = ReadWhenAsked(_coded)
"""(heading, label) -> language -> code -> words."""


def code_in_words(heading: str, label: str, code: str, language: str) -> str | None:
    """Return a code that stands under this label in words; None where there is no such code."""
    return CODED.get((heading, label), {}).get(language, {}).get(code)
