"""The words of the letter about an erasure: kinds of record and reasons as a client reads them, in three languages."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from vault.errors import UsageError
from vault.words.message import ENGLISH, Catalogue, Message, Words, rendered

LANGUAGES: Final = ("en", "fr", "ru")
_OTHER: Final = Message("other records")
_KINDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "case": Message("cases"),
        "person": Message("people"),
        "note": Message("notes"),
        "document": Message("papers"),
        "slip": Message("notes of calls"),
        "register-entry": Message("entries in our register of names"),
        "section": Message("restricted sections"),
        "relation": Message("who is related to whom"),
        "detention": Message("detentions"),
        "incident": Message("incidents"),
        "event": Message("events"),
        "wanted": Message("searches by a state"),
        "deadline": Message("deadlines"),
        "hearing": Message("hearings"),
        "task": Message("tasks"),
        "risk": Message("risks"),
        "safety-plan": Message("safety plans"),
        "check-in": Message("check-ins"),
        "subject-request": Message("requests about own data"),
    }
)
_REASONS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "subject-request": Message("the person asked for it"),
        "retention": Message("the time for which we keep them is over"),
        "mistake": Message("they were written by mistake"),
        "court-order": Message("a court ordered it"),
    }
)


@cache
def _said() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the sentences of `letter_words.toml`: English -> language -> its forms, for one and for many."""
    text = files("vault.services.erasures").joinpath("letter_words.toml").read_text(encoding="utf-8")
    return {each["en"]: {name: tuple(each[name]) for name in LANGUAGES[1:]} for each in tomllib.loads(text)["sentence"]}


@dataclass(frozen=True, slots=True)
class _Language:
    """A catalogue: the forms of each sentence, and which of them a number takes."""

    name: str
    form: Callable[[int], int] = field(repr=False)

    def gettext(self, message: str, /) -> str:
        """Return the sentence in this language; what is none of the letter stays as it is."""
        return self.forms(message)[0]

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """Return the form for this number."""
        if msgid1 not in _said():
            return ENGLISH.ngettext(msgid1, msgid2, n)
        forms = self.forms(msgid1)
        return forms[min(self.form(n), len(forms) - 1)]

    def forms(self, message: str) -> tuple[str, ...]:
        said = _said().get(message)
        return (message,) if said is None else said[self.name]


def _of_russian(number: int) -> int:
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if number % 10 in {2, 3, 4} and number % 100 not in {12, 13, 14} else 2


_CATALOGUES: Final[Mapping[str, Catalogue]] = MappingProxyType(
    {"en": ENGLISH, "fr": _Language("fr", lambda number: int(number > 1)), "ru": _Language("ru", _of_russian)}
)


def kind_in_words(kind: str) -> Message:
    """Return how a client calls records of a kind, many of them."""
    return _KINDS.get(kind, _OTHER)


def reason_in_words(why: str) -> Words:
    """Return why it was erased, as a client reads it."""
    return _REASONS.get(why, why)


def in_language(language: str) -> Callable[[Words], str]:
    """Return what says the sentences of a letter in a language.

    Raises:
        UsageError: there is no letter in it.
    """
    catalogue = _CATALOGUES.get(language)
    if catalogue is None:
        raise UsageError(Message("no letter in this language; languages are: {names}", names=", ".join(LANGUAGES)))
    chosen = catalogue
    return lambda line: line if isinstance(line, str) else rendered(line, chosen, lambda step: step.value)
