"""Words that tell of health, belief, origin, family or work: one question a kind, where no consent covers it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cache, lru_cache

import msgspec

from vault.casework.story.consent import Category
from vault.data_files import as_table, read_text
from vault.names.common_words import equivalents_of, names_that_are_words
from vault.names.normal import normal
from vault.names.russian import lemmas_of, use_of
from vault.redaction.spelled import normal_words

_FILE = "word_kinds.toml"
_ENDINGS = ("", "s", "es", "x", "e", "ee", "ees", "d", "ed", "ing", "ly", "ment")


class _Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    covered_by: Category
    en: str
    fr: str
    ru: str


@cache
def _table() -> Mapping[str, _Kind]:
    return as_table(read_text("vault.redaction", _FILE), _FILE, dict[str, _Kind])


@cache
def _kinds() -> Mapping[str, str]:
    """Return the kind of each word; of one that two kinds have, the first."""
    found: dict[str, str] = {}
    for name, kind in _table().items():
        for word in normal_words(f"{kind.en} {kind.fr} {kind.ru}"):
            found.setdefault(word, name)
    return found


def kinds_beyond(agreed: Container[Category]) -> frozenset[str]:
    """Return the kinds of words of which nothing was agreed."""
    return frozenset(name for name, kind in _table().items() if kind.covered_by not in agreed)


@lru_cache(maxsize=65536)
def kind_of(written: str) -> str | None:
    """Return of what a word tells; None for one that tells of none of it, or that people are called by."""
    word, kinds = normal(written).removesuffix("'s"), _kinds()
    if word[:1].isascii():
        is_name = word in names_that_are_words() or bool(equivalents_of(word))
        stems = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    else:
        is_name = not use_of(written.casefold()).ordinary
        stems = [word, *map(normal, lemmas_of(written))]
    return None if is_name else next((kinds[stem] for stem in stems if stem in kinds), None)


def form_of_kind(kind: str) -> str:
    """Return what stands for all words of a kind in questions and decisions: no text is taken for it."""
    return f"[{kind}]"


def is_of_kind(form: str) -> bool:
    """Say whether a form stands for all words of a kind."""
    return form.startswith("[") and form[1:-1] in _table() and form.endswith("]")
