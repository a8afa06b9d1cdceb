"""Codes that stand for people: one width, drawn at random, different for each recipient and series.

A code tells nothing: not the order of appearance, not the length, gender, case or script of a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from vault.casework.disclosure import PseudonymGiven
from vault.errors import TryAgainError
from vault.words.message import Message

_LETTERS = "BCDFGHJKMNPQRSTVWXZ"
_DIGITS = "23456789"  # the last character is one, so that no code is a word

_MOST_DRAWS = 10_000

Choose = Callable[[Sequence[str]], str]


class PseudonymBook:
    """The codes of one case, one recipient and one series. Holds names of nobody: only record ids and codes."""

    def __init__(self, given: Iterable[PseudonymGiven] = (), *, choose: Choose) -> None:
        """Continue a series with what was given before; `choose` draws one of a sequence."""
        self._codes = {pseudonym.entity: pseudonym.code for pseudonym in given}
        self._choose = choose

    def code_for(self, entity: bytes) -> str:
        """Return the code of an entity, drawn now if it has none, such as `[P-KX4]`.

        Raises:
            TryAgainError: nearly all codes of the series are given.
        """
        code = self._codes.get(entity)
        if code is None:
            code = self._codes[entity] = self._draw()
        return f"[P-{code}]"

    def given(self) -> tuple[PseudonymGiven, ...]:
        """Return all codes for the disclosure, in the order of the codes, which is no order of people."""
        return tuple(
            PseudonymGiven(entity, code) for entity, code in sorted(self._codes.items(), key=lambda item: item[1])
        )

    def _draw(self) -> str:
        taken = set(self._codes.values())
        for _ in range(_MOST_DRAWS):
            code = self._choose(_LETTERS) + self._choose(_LETTERS) + self._choose(_DIGITS)
            if code not in taken:
                return code
        raise TryAgainError(
            Message("no free pseudonym in this series"), next_step=Message("Start a new series for this recipient.")
        )
