"""The words of a report in the recipient's language: fixed ones, `words/report.LANGUAGE.toml`; of codes and keys.

Headings, labels and profiles go by the keys that `vault.redaction.profile` and the data file use in every language.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

import msgspec

from vault.data_files import ReadWhenAsked, damaged, read_table
from vault.errors import InternalError, UsageError
from vault.redaction.profile import PROFILES, profile_named
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


def word_of(words: Mapping[str, str], key: str) -> str:
    """Return the word of a key of a profile.

    Raises:
        InternalError: there is none.
    """
    try:
        return words[key]
    except KeyError:
        raise InternalError(Message("a key of a profile has no word in the language of the report")) from None


_PLACES: Mapping[str, str] = {
    "safe-contact": "client",
    "others": "client",
    "note-medical": "note",
    "note-safety": "note",
    "note-office": "note",
    "sources": "incident",
}


def withheld_of(profile: str, headings: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Return what a profile has none of by the heading where it is missing; under none, what has no place there."""
    found: dict[str, list[str]] = {}
    for key in profile_named(profile).withheld:
        place = _PLACES.get(key, "")
        found.setdefault(place if place in headings else "", []).append(key)
    return found


OWN_PURPOSES: Mapping[str, str] = ReadWhenAsked(lambda: {each.purpose: name for name, each in PROFILES.items()})
"""The purposes that the program itself gives, those of its profiles; a report says them in its own language."""
_SUPPLEMENT: Final = re.compile(r"supplement to (R[1-9][0-9]{0,5}) of ([0-9A-Za-z-]{4,16})")


def supplement_to(number: int, report: str) -> str:
    """Return the purpose of a supplement: which removal of which report it tells."""
    return f"supplement to R{number} of {report}"


def own_purpose(purpose: str, words: Wording) -> str | None:
    """Return a purpose that the program itself gives in the language of the report; None for any other."""
    if (found := _SUPPLEMENT.fullmatch(purpose)) is not None:
        return words.supplement.format(number=found[1], report=found[2])
    return words.purposes[purpose] if purpose in OWN_PURPOSES else None


def is_supplement(purpose: str) -> bool:
    """Say whether this is the purpose of a supplement."""
    return _SUPPLEMENT.fullmatch(purpose) is not None


def is_own_purpose(purpose: str) -> bool:
    """Say whether the program itself gives this purpose."""
    return purpose in OWN_PURPOSES or is_supplement(purpose)


class _Fixed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file of a language has.

    `profiles` says who is named under each profile; `unread` stands where nobody read the pages before they left.
    `types` and `reasons` are of removed places, `moments` of dates; `relation` says what somebody is to whom.
    """

    title: str
    day: str
    reference: str
    organisation: str
    contact: str
    recipient: str
    purpose: str
    profile: str
    purposes: Mapping[str, str]
    release: str
    unread: str
    written: str
    in_short: str
    held: str
    due: str
    passed: str
    timeline: str
    more: str
    about: str
    key: str
    key_others: str
    client: str
    relation: str
    removals: str
    removal: str
    notice_heading: str
    notice: tuple[str, ...]
    supplement: str
    supplement_notice: str
    profiles: Mapping[str, str]
    releases: Mapping[str, str]
    types: Mapping[str, str]
    reasons: Mapping[str, str]
    moments: Mapping[str, str]


class Wording(_Fixed, frozen=True, kw_only=True):
    """Title, headings, labels and the notice of one language."""

    headings: Mapping[str, str]
    labels: Mapping[str, str]
    withheld: Mapping[str, str]

    @property
    def removed(self) -> str:
        """The pattern of what stands for something removed."""
        return rf"\[R[0-9]{{1,7}} (?:{'|'.join(map(re.escape, self.types.values()))})\]"

    def notice_of(self, profile: str, purpose: str) -> tuple[str, ...]:
        """Return the notice of a report by a profile: after what all of them say, what it has none of, and why."""
        if is_supplement(purpose):
            return (self.supplement_notice,)
        return (*self.notice, *(self.withheld[key] for key in profile_named(profile).withheld))


def _read() -> Mapping[str, Wording]:
    found: dict[str, Wording] = {}
    for language, words in words_of_keys().items():
        fixed = read_table("vault.export", f"words/report.{language}.toml", _Fixed)
        found[language] = Wording(
            **msgspec.structs.asdict(fixed), headings=words.headings, labels=words.labels, withheld=words.withheld
        )
    return found


WORDINGS: Mapping[str, Wording] = ReadWhenAsked(_read)


def wording(language: str) -> Wording:
    """Return the fixed words of a language.

    Raises:
        UsageError: there are none.
    """
    try:
        return WORDINGS[language]
    except KeyError:
        raise UsageError(
            Message("no report in this language; languages are: {names}", names=", ".join(WORDINGS))
        ) from None
