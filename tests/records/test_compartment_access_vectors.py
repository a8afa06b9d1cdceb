"""Who holds a compartment: the stories of `holding.json`, one for each clause of FORMAT.md 6, and random ones.

Two readers judge them, the program and the one that was written from FORMAT.md alone.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.tables import each
from tests.vectors import holding_vectors as vectors

STORIES = vectors.stored()
SEATS = ("ada", "bo", "cy", "dee")
ROLES = ("caseworker", "caseworker", "supervisor", "supervisor", "legal-reviewer")


@pytest.mark.vectors
@each({story["clause"]: story for story in STORIES})
def test_a_story_comes_to_what_its_clause_says(story: dict[str, Any]) -> None:
    assert vectors.by_the_program(story) == story["comes_to"]
    assert vectors.by_the_reader(story) == story["comes_to"]


class Teller:
    """Makes up a story of four seats who replace keys, drop and let in each other."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._roles = {seat: [self._chance.choice(ROLES)] for seat in SEATS}
        self._sizes = dict.fromkeys(SEATS, 0)
        self._epochs = ["e1"]

    def story(self) -> dict[str, Any]:
        """Return the story."""
        self._roles["ada"] = self._chance.choice([["caseworker"], ["supervisor"]])
        first = self._entry("ada") | {
            "epochs": [{"epoch": "e1"}],
            "grants": [["e1", "ada"], *self._some("e1", SEATS[1:])],
        }
        return {"kind": 1, "entries": [first, *(self._next() for _ in range(self._chance.randrange(1, 7)))]}

    def _entry(self, seat: str) -> dict[str, Any]:
        self._sizes[seat] += 1
        found: dict[str, Any] = {"seat": seat, "seq": self._sizes[seat] - 1, "roles": self._roles[seat]}
        return found | ({"recovers": True} if self._chance.random() < 0.05 else {})

    def _some(self, epoch: str, seats: tuple[str, ...]) -> list[list[str]]:
        return [[epoch, to] for to in (*seats, "recovery") if self._chance.random() < 0.6]

    def _next(self) -> dict[str, Any]:
        entry = self._entry(self._chance.choice(SEATS))
        grants = []
        if self._chance.random() < 0.75:
            epoch = self._chance.choice([f"e{len(self._epochs) + 1}"] * 4 + self._epochs[1:])
            others = [other for other in self._epochs if other != epoch]
            if epoch not in self._epochs:
                self._epochs.append(epoch)
            replaces = self._chance.sample(others, min(len(others), self._chance.choice([1, 1, 1, 2])))
            entry["epochs"] = [{"epoch": epoch, "replaces": replaces, "drops": self._revocations()}]
            grants += self._some(epoch, SEATS)
        if self._chance.random() < 0.4:
            grants.append([self._chance.choice(self._epochs), self._chance.choice(SEATS)])
        return entry | {"grants": [list(grant) for grant in dict.fromkeys(map(tuple, grants))]}

    def _revocations(self) -> dict[str, dict[str, int]]:
        dropped = self._chance.sample(SEATS, self._chance.choice([0, 1, 1, 2]))
        logs = {seat: seat if self._chance.random() < 0.9 else f"other-{seat}" for seat in dropped}
        return {seat: {log: self._chance.randrange(self._sizes[seat] + 2)} for seat, log in logs.items()}


@pytest.mark.parametrize("count", [300, pytest.param(20_000, marks=pytest.mark.long)])
def test_two_readers_come_to_one_answer(count: int) -> None:
    cutting = 0
    for seed in range(count):
        story = Teller(seed).story()
        found = vectors.by_the_program(story)
        cutting += bool(found["cuts"])
        assert vectors.by_the_reader(story) == found, f"story {seed}"
    assert cutting > count // 10
