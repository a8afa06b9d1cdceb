"""Where a text says a vehicle: its make with a colour, a model or a plate beside it, one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from vault.data_files import read_table
from vault.names.normal import NormalText, normal

_MOST_BEHIND = 3  # words of model and plate


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    makes: str
    colours: str


def _any(words: str) -> str:
    return "|".join(re.escape(normal(word)).replace(r"\~", r"[^\W\d_]{0,4}") for word in words.split())


_WORDS = read_table("vault.redaction", "vehicles.toml", _Words)
_MAKE = re.compile(rf"(?<!\w)(?:{_any(_WORDS.makes)})(?!\w)")
_COLOUR = rf"(?:{_any(_WORDS.colours)})"
_COLOURS_BEFORE = re.compile(rf"(?:(?<!\w){_COLOUR}[ \-]){{1,2}}[\"«“']?\Z")
_COLOUR_BEHIND = re.compile(rf"[\"»”']?[ ]{_COLOUR}(?!\w)")
_NEXT = re.compile(r"[ \-](\w+)")
_LOOKING_BACK = 40
_OPENING, _CLOSING = '"«“', ('"', "»", "”")


def vehicles(text: NormalText, written: str) -> Iterator[tuple[int, int]]:
    """Yield where a text says more of a vehicle than its make: places of the plain text.

    `written` is the text as written: a model has a capital or a number.
    """
    plain = text.text
    for match in _MAKE.finditer(plain):
        start, end = match.span()
        if before := _COLOURS_BEFORE.search(plain, max(0, start - _LOOKING_BACK), start):
            start = before.start()
        for _ in range(_MOST_BEHIND):
            follows = _NEXT.match(plain, end)
            if follows is None or not _is_model(written[slice(*text.source_range(*follows.span(1)))]):
                break
            end = follows.end()
        if start < match.start() and plain[match.start() - 1] in _OPENING and plain[end : end + 1] in _CLOSING:
            end += 1
        if behind := _COLOUR_BEHIND.match(plain, end):
            end = behind.end()
        if (start, end) != match.span():
            yield start, end


def _is_model(word: str) -> bool:
    return word[:1].isupper() or any(letter.isdigit() for letter in word)
