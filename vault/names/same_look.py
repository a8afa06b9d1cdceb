"""Whether two names are one to the eye: by such names people are told apart, and packages find their way."""

from __future__ import annotations

import unicodedata

from vault.names.letters import CYRILLIC_AS_LATIN
from vault.names.normal import normal

_SHOWS_NOTHING = frozenset({"Cn", "Co"})  # no font has them; one may leave no room for them


def looks_same(left: str, right: str) -> bool:
    """Say whether two names are one to the eye: letters of another script that look alike are the same."""
    return as_seen(left) == as_seen(right)


def as_seen(name: str) -> str:
    """Return what two names that are one to the eye have in common."""
    shown = "".join(letter for letter in normal(name) if unicodedata.category(letter) not in _SHOWS_NOTHING)
    return "".join(CYRILLIC_AS_LATIN.get(letter, letter) for letter in " ".join(shown.split()))
