"""From judged places to the text that may leave."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from vault.redaction.actions import Action
from vault.redaction.pseudonyms import PseudonymBook
from vault.redaction.spans import Span

REMOVED = "[removed]"  # a report says it in its own language
_HIDDEN_IN_CONTEXT = "▮▮▮"  # one width, whatever it hides
_CONTEXT_CHARACTERS = 40
_NOTHING_BETWEEN = re.compile(r"[\s.,;\-‐‑–—]*")


def transformed(text: str, spans: Sequence[Span], pseudonyms: PseudonymBook) -> str:
    """Return the text with each span replaced, tidied. `spans` are fused.

    Equal replacements with nothing between them become one: their number must not tell how many words a name had.
    """
    pieces: list[str] = []
    last_end = 0
    last_put = ""
    for span in spans:
        if span.action is Action.KEEP:
            continue
        between = text[last_end : span.start]
        put = _replacement(span, pseudonyms)
        if put != last_put or _NOTHING_BETWEEN.fullmatch(between) is None:
            pieces += (between, put)
        last_end, last_put = span.end, put
    pieces.append(text[last_end:])
    return tidy("".join(pieces))


def context_of(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    """Return one place's neighbourhood on one line, with hidden places blotted out at one width."""
    first, last = max(0, start - _CONTEXT_CHARACTERS), min(len(text), end + _CONTEXT_CHARACTERS)
    pieces: list[str] = []
    for span in spans:
        if span.action is Action.KEEP or span.end <= first or span.start >= last:
            continue
        pieces += (text[first : max(first, span.start)], _HIDDEN_IN_CONTEXT)
        first = min(span.end, last)
    pieces.append(text[first:last])
    return " ".join(tidy("".join(pieces)).split())


def tidy(text: str) -> str:
    """Return composed letters without invisible characters, single spaces, and line breaks only between paragraphs."""
    visible = "".join(
        character if character == "\n" else " " if category in {"Zs", "Cc"} else character
        for character in unicodedata.normalize("NFC", "\n".join(text.splitlines()))
        if (category := unicodedata.category(character)) not in {"Cf", "Co", "Cs", "Cn"}
    )
    return "\n".join(line for part in visible.split("\n") if (line := " ".join(part.split())))


def _replacement(span: Span, pseudonyms: PseudonymBook) -> str:
    if span.action is Action.PSEUDONYM and span.entity is not None:
        return pseudonyms.code_for(span.entity)
    return span.general if span.action is Action.GENERALISE and span.general else REMOVED
