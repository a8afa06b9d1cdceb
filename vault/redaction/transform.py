"""From judged places to the text that may leave, with codes that stand for people."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from vault.casework.disclosure import PseudonymGiven
from vault.errors import TryAgainError
from vault.redaction.spans import Action, Removal, Span, together
from vault.words.message import Message

# Codes that stand for people: one width, drawn at random, different for each recipient and series.
# A code tells nothing: not the order of appearance, not the length, gender, case or script of a name.

_LETTERS = "BCDFGHJKMNPQRSTVWXZ"
_DIGITS = "23456789"  # the last character is one, so that no code is a word

_DRAWN = re.compile(f"[{_LETTERS}]{{2}}[{_DIGITS}]")

_MOST_DRAWS = 10_000

Choose = Callable[[Sequence[str]], str]


class PseudonymBook:
    """The codes of one case, one recipient and one series. Holds names of nobody: only record ids and codes.

    What is printed as a code was drawn: of stored ones those alone are taken that have a drawn one's shape and stand
    for one person. Whoever else wrote them down, no words of theirs leave in their place.
    """

    def __init__(
        self, given: Iterable[PseudonymGiven] = (), beside: Iterable[PseudonymGiven] = (), *, choose: Choose
    ) -> None:
        """Continue a series.

        Args:
            given: what this member gave before, oldest first; the newest code of an entity is its own.
            beside: what others gave; taken where it contradicts neither itself nor `given`, and drawn anew elsewhere.
            choose: draws one of a sequence.
        """
        latest = {pseudonym.entity: pseudonym.code for pseudonym in given if _DRAWN.fullmatch(pseudonym.code)}
        self._codes = _of_one_each(latest.items())
        others = {(pseudonym.entity, pseudonym.code) for pseudonym in beside if _DRAWN.fullmatch(pseudonym.code)}
        self._beside = _of_one_each(others)
        self._said = {code for _, code in others} | set(latest.values())
        self._choose = choose

    def code_for(self, entity: bytes) -> str:
        """Return the code of an entity, drawn now if it has none, such as `[P-KX4]`.

        Raises:
            TryAgainError: nearly all codes of the series are given.
        """
        code = self._codes.get(entity)
        if code is None:
            code = self._beside.get(entity)
            if code is None or code in self._codes.values():
                code = self._draw()
            self._codes[entity] = code
        return f"[P-{code}]"

    def given(self) -> tuple[PseudonymGiven, ...]:
        """Return all codes for the disclosure, in the order of the codes, which is no order of people."""
        return tuple(
            PseudonymGiven(entity, code) for entity, code in sorted(self._codes.items(), key=lambda item: item[1])
        )

    def _draw(self) -> str:
        # What stood for somebody else in a package is avoided; but nobody uses a series up by writing codes down.
        taken = set(self._codes.values())
        for avoided in (taken | self._said, taken):
            for _ in range(_MOST_DRAWS):
                code = self._choose(_LETTERS) + self._choose(_LETTERS) + self._choose(_DIGITS)
                if code not in avoided:
                    return code
        raise TryAgainError(
            Message("no free pseudonym in this series"), next_step=Message("Start a new series for this recipient.")
        )


def _of_one_each(pairs: Iterable[tuple[bytes, str]]) -> dict[bytes, str]:
    """Return the codes of entities that have one alone, which is nobody else's."""
    known = list(pairs)
    entities, codes = Counter(entity for entity, _ in known), Counter(code for _, code in known)
    return {entity: code for entity, code in known if entities[entity] == codes[code] == 1}


# From judged places to the text that may leave.
REMOVED = "[removed]"  # a report says it in its own language
_HIDDEN_IN_CONTEXT = "▮▮▮"  # one width, whatever it hides
_CONTEXT_CHARACTERS = 40
_NOTHING_BETWEEN = re.compile(r"[^\S\n]*|[\-‐‑_]")
_STILL_ONE_PERSON = re.compile(r"[^\S\n]*[,\-‐‑–—_]?[^\S\n]*")
_ENDS_A_SENTENCE = re.compile(r"[\s\"»”')\]*_]*(?:\Z|\n|(?<=\s)[\W_]*[^\W\d_])")


class Transformed(NamedTuple):
    """What is left of a text, and of each `REMOVED` in it what was there, and where; the author may write one."""

    text: str
    removals: tuple[Removal, ...]
    places: tuple[tuple[int, int] | None, ...]


def transformed(text: str, spans: Sequence[Span], pseudonyms: PseudonymBook) -> Transformed:
    """Return the text with each span replaced, tidied. `spans` are fused.

    Equal replacements with nothing between them become one: their number must not tell how many words a name had. What
    stood in two sentences or two parts of one stays two. The full stop of an initial or month that ends a sentence too
    stays: what leaves says what was said.
    """
    pieces: list[str] = []
    removals: list[Removal] = []
    places: list[tuple[int, int] | None] = []
    last_end = 0
    last_put = ""
    first = 0
    for span in spans:
        if span.action is Action.KEEP:
            continue
        between = text[last_end : span.start]
        if span.action is Action.PSEUDONYM and span.entity is not None:
            put = pseudonyms.code_for(span.entity)
        else:
            put = span.general if span.action is Action.GENERALISE and span.general else REMOVED
        parted = _NOTHING_BETWEEN if put == REMOVED else _STILL_ONE_PERSON
        if put != last_put or parted.fullmatch(between) is None:
            pieces += (between, put)
            removals += _written_in(between) + ([span.removal()] if put == REMOVED else [])
            places += [None] * (len(removals) - len(places))
            first = span.start
        elif put == REMOVED:
            removals[-1] = together((removals[-1], span.removal()))
        if put == REMOVED:
            places[-1] = first, span.end
        last_end, last_put = span.end - _ends_with_its_stop(text, span), put
    pieces.append(text[last_end:])
    removals += _written_in(text[last_end:])
    places += [None] * (len(removals) - len(places))
    return Transformed(tidy("".join(pieces)), tuple(removals), tuple(places))


def _written_in(text: str) -> list[Removal]:
    """Return what is said of the marks that the author wrote."""
    return [together(())] * tidy(text).count(REMOVED) if "]" in text else []


def _ends_with_its_stop(text: str, span: Span) -> bool:
    if text[span.end - 1] != ".":
        return False
    found = _ENDS_A_SENTENCE.match(text, span.end)
    return found is not None and not found.group()[-1:].islower()


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
