"""Invented names, cases and notes, the same in every run, in the amount and mixture of real casework.

Words follow Zipf's law over a vocabulary of two scripts: a few are in every note, most are rare.
"""

from __future__ import annotations

import random
from itertools import accumulate

NOTE_CHARACTERS = 1_100
_VOCABULARY = 60_000
_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_LATIN = "etaoinshrdlucmfwypvbgkjqxzéü"
_SURNAMES = "Асанов Bek Жук Ivaldi Ким Лесная Marchenko Новак Осмонов Petrova Rahimi Садыков Tan Усенов Volkova Юсупова"
_GIVEN = "Алёна Bakyt Vera Гульнара Daniyar Ева Zarina Иса Kamila Лейла Maksim Нур Omar Полина Rustam Сабина"
STATUSES = ("registered", "interviewed", "decision-pending", "appeal", "refused", "recognised", "closed")


class Invented:
    """A source of invented text; two of one seed give the same."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.words = [self._word(_CYRILLIC if place % 2 else _LATIN) for place in range(_VOCABULARY)]
        self._weights = list(accumulate(1 / (place + 2.7) for place in range(_VOCABULARY)))
        self._surnames, self._given = _SURNAMES.split(), _GIVEN.split()

    def note(self) -> str:
        """Return about 1,100 characters."""
        words = self.random.choices(self.words, cum_weights=self._weights, k=NOTE_CHARACTERS // 6)
        return " ".join(words)[:NOTE_CHARACTERS]

    def name(self) -> str:
        """Return a given name and a surname, told apart from others of the same by a made-up middle part."""
        middle = self.words[self.random.randrange(_VOCABULARY)].capitalize()
        return f"{self.random.choice(self._given)} {middle} {self.random.choice(self._surnames)}"

    def ref(self) -> str:
        """Return a reference of the usual form."""
        letters = "".join(self.random.choices("23456789BCDFGHJKMNPQRSTVWXZ", k=8))
        return f"{letters[:4]}-{letters[4:]}"

    def due(self) -> str | None:
        """Return a date of the next years; every third case has none."""
        if self.random.random() < 1 / 3:
            return None
        return (
            f"{self.random.randrange(2026, 2029)}-{self.random.randrange(1, 13):02}-{self.random.randrange(1, 29):02}"
        )

    def id(self, size: int = 16) -> bytes:
        """Return random bytes of this seed."""
        return self.random.randbytes(size)

    def asked_word(self) -> str:
        """Return a word as people search: neither the commonest nor one that stands nowhere."""
        return self.words[self.random.randrange(20, 4_000)]

    def _word(self, letters: str) -> str:
        weights = [1 / (place + 3) for place in range(len(letters))]
        return "".join(self.random.choices(letters, weights, k=self.random.randint(2, 11)))
