"""The numbers of documents: the moment of a version, or the next free one behind it.

FTS5 is quickest, and its file smallest, where numbers follow each other. An import may give one moment to all that it
brings: neither its size nor what stands there already may cost a look at each number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from vault.index.schema import Statements

_FEWEST = 64
_MOST = 16_384


class FreeNumbers:
    """Hands out numbers that no document has. Ask with rising places: what was read serves the next one."""

    def __init__(self, sql: Statements, places: Sequence[int]) -> None:
        self._sql = sql
        # Of these, and of all from `_start` to before `_stop`, it is known which are taken.
        self._known = frozenset(places)
        self._start = self._stop = self._following = 0
        self._amount = _FEWEST
        self._run = range(0)  # numbers of earlier batches that nearly all are taken
        self._behind: dict[int, int] = {}  # a number that is taken -> a later one to look at
        stored = sql.execute(
            "SELECT doc FROM head WHERE doc IN (SELECT value FROM json_each(?))", (json.dumps(list(self._known)),)
        )
        self._behind.update((doc, doc + 1) for (doc,) in stored)

    def take(self, place: int) -> int:
        """Return the place itself, or where it is taken, a free number behind it; nobody else gets it."""
        number = self._not_taken(place)
        while not (number in self._known or self._start <= number < self._stop):
            self._read_from(number)
            number = self._not_taken(number)
        self._behind[number] = number + 1
        return number

    def _not_taken(self, number: int) -> int:
        """Return the first number from here on that is not known to be taken; the way there is kept short."""
        if number not in self._behind:
            return number
        passed = []
        while (following := self._behind.get(number)) is not None:
            passed.append(number)
            number = following
        for each in passed:
            self._behind[each] = number
        return number

    def _read_from(self, first: int) -> None:
        """Learn what is taken from here on: the more, the longer this goes on in one run."""
        if first in self._run:
            self._behind[first] = self._run.stop
            return
        self._amount = min(2 * self._amount, _MOST) if first == self._following else _FEWEST
        stop = self._following = first + self._amount
        stored = self._sql.execute("SELECT doc FROM head WHERE doc>=? AND doc<?", (first, stop)).fetchall()
        self._behind.update((doc, doc + 1) for (doc,) in stored)
        self._start, self._stop = first, stop
        if len(stored) == self._amount and self._stands(stop):  # its end is found by steps, not by looking at each
            self._following = self._behind[stop] = self._end_of_run(stop)
            self._run = range(first, self._following)

    def _end_of_run(self, taken: int) -> int:
        """Return a free number that stands behind a taken one."""
        step = 1
        while self._stands(taken + step):
            step *= 2
        taken, free = taken + step // 2, taken + step
        while free - taken > 1:
            middle = (taken + free) // 2
            taken, free = (middle, free) if self._stands(middle) else (taken, middle)
        return free

    def _stands(self, number: int) -> bool:
        return self._sql.execute("SELECT 1 FROM head WHERE doc=?", (number,)).fetchone() is not None
