"""Codes that stand for people: one width, drawn at random, different for each recipient and series.

A code tells nothing: not the order of appearance, not the length, gender, case or script of a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from vault.casework.disclosure import PseudonymGiven
from vault.errors import TryAgainError
from vault.words.message import Message

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
        latest = {pseudonym.entity: pseudonym.code for pseudonym in given if _is_drawn(pseudonym.code)}
        self._codes = _of_one_each(latest.items())
        others = {(pseudonym.entity, pseudonym.code) for pseudonym in beside if _is_drawn(pseudonym.code)}
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


def _is_drawn(code: str) -> bool:
    return bool(_DRAWN.fullmatch(code))


def _of_one_each(pairs: Iterable[tuple[bytes, str]]) -> dict[bytes, str]:
    """Return the codes of entities that have one alone, which is nobody else's."""
    known = list(pairs)
    entities, codes = Counter(entity for entity, _ in known), Counter(code for _, code in known)
    return {entity: code for entity, code in known if entities[entity] == codes[code] == 1}
