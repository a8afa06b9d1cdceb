"""Which numbers of a table may be shown, so that no small group of people can be worked out, from it or from several.

A row of fewer than five is hidden, and so is what would give it away: every number that is known is taken from every
other that contains it, and what is left over again, as somebody with all the tables would do it; while something small
is left over, a row that helped is hidden too. A number that changed by fewer than five stands as it was shown last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

# Whether the number of a group follows from numbers of other groups, as one equation from others.
# Groups are sets of atoms, one bit each. It is arithmetic of remainders of a large prime: what follows from whole
# numbers follows there too, so nothing that follows is missed.

PRIME = 2_147_483_647
MOST_STEPS = 60_000_000


class TooManyError(Exception):
    """There are more groups than can be compared in good time."""


def following(known: Sequence[int], wanted: Collection[int]) -> Iterator[frozenset[int]]:
    """Yield, for each wanted group whose number follows from known ones, the places of those that it follows from.

    Raises:
        TooManyError: it would take too many steps.
    """
    columns = list(dict.fromkeys(_columns(known)))
    if len(columns) * len(known) * min(len(columns), len(known)) > MOST_STEPS:
        raise TooManyError
    basis: dict[int, tuple[list[int], dict[int, int]]] = {}
    for place, group in enumerate(known):
        row, by = _reduced(basis, _row(columns, group), {place: 1})
        pivot = next((at for at, number in enumerate(row) if number), None)
        if pivot is not None:
            inverse = pow(row[pivot], -1, PRIME)
            basis[pivot] = [n * inverse % PRIME for n in row], {at: n * inverse % PRIME for at, n in by.items()}
    for group in wanted:
        if _is_whole(columns, group):
            row, by = _reduced(basis, _row(columns, group), {})
            if not any(row):
                yield frozenset(by)


def _columns(known: Sequence[int]) -> Iterable[int]:
    """Yield the atoms in sets that no known group parts: each set is one unknown."""
    sets = [-1 & ((1 << max((group.bit_length() for group in known), default=0)) - 1)]
    for group in known:
        sets = [part for each in sets for part in (each & group, each & ~group) if part]
    return sets


def _is_whole(columns: Sequence[int], group: int) -> bool:
    """Say whether a group parts no set of atoms that no known group parts: else its number cannot follow."""
    return group != 0 and all(not column & group or not column & ~group for column in columns)


def _row(columns: Sequence[int], group: int) -> list[int]:
    return [int(bool(column & group)) for column in columns]


def _reduced(
    basis: dict[int, tuple[list[int], dict[int, int]]], row: list[int], by: dict[int, int]
) -> tuple[list[int], dict[int, int]]:
    for at in range(len(row)):
        if row[at] and at in basis:
            times = row[at]
            other, others = basis[at]
            row = [(n - times * m) % PRIME for n, m in zip(row, other, strict=True)]
            for place, number in others.items():
                left = (by.get(place, 0) - times * number) % PRIME
                if left:
                    by[place] = left
                else:
                    by.pop(place, None)
    return row, by


FEWEST = 5
_MOST_KNOWN = 3_000
_ROUNDS = 6
Values = tuple[str, ...]


class Numbers(NamedTuple):
    """What is counted of a group. People and cases decide what is shown; of acts one person may have many."""

    people: int
    cases: int
    acts: int

    def less(self, other: Numbers) -> Numbers:
        """Return what is left over."""
        return Numbers(self.people - other.people, self.cases - other.cases, self.acts - other.acts)

    @property
    def is_small(self) -> bool:
        """Say whether there is something, and so little that it tells of somebody."""
        return any(0 < abs(number) < FEWEST for number in (self.people, self.cases))


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as it is shown: by which columns, the rows that are shown, those that are hidden, and the total.

    `stands` are the rows that stand as they were shown last; the empty one is the total. `left_out` cases are in no
    row: they were lent until a day that has passed. `instead` are columns by which alone a row would be shown, where
    none is.
    """

    by: Values
    rows: Mapping[Values, Numbers]
    total: Numbers | None
    hidden: tuple[Values, ...] = ()
    stands: frozenset[Values] = field(default_factory=frozenset)
    left_out: int = 0
    instead: Values = ()


class _Known(NamedTuple):
    """A number of a group: of which atoms (a bit each), and which rows of the new table helped to know it."""

    atoms: int
    numbers: Numbers
    helped: frozenset[Values]


def protected(columns: Values, counted: Mapping[Values, Numbers], by: Values, earlier: Sequence[Shown] = ()) -> Shown:
    """Return what of a table may be shown.

    Args:
        columns: all that a table may have.
        counted: how many have which values of all of them; each person and each case is in one place.
        by: the columns of the table.
        earlier: what was shown before, the oldest first.

    Raises:
        TooManyError: the tables together have more rows than can be compared.
    """
    places = _Places(columns, counted, earlier)
    public = [known for table in earlier for known in places.known_of(table)]
    today = _Places(columns, counted, ())
    of_today = [known for table in earlier for known in today.known_of(table) if today.is_true(known)]
    last = {places.of(table.by, values): numbers for table in earlier for values, numbers in told(table).items()}
    rows = _summed(columns, counted, by)
    now = {**rows, (): _sum(rows.values())}
    asked = {by, *(table.by for table in earlier)}
    small, small_today = places.small_groups(asked), today.small_groups(asked)
    kept = {values: numbers for values, numbers in now.items() if not numbers.is_small and any(numbers)}
    stands = {
        values: then
        for values, numbers in kept.items()
        if (then := last.get(places.of(by, values))) is not None and numbers.less(then).is_small
    }
    kept |= stands
    while True:
        shown = {values: numbers for values, numbers in kept.items() if values}
        hidden = tuple(sorted(rows.keys() - kept.keys()))
        table = Shown(by, shown, kept.get(()), hidden, frozenset(stands.keys() & kept.keys()))
        told_today = list(today.known_of(table, is_new=True))
        # Also without the numbers that changed since, and alone: what is no more would stand for what is told now.
        helped = (
            _helpers([*public, *places.known_of(table, is_new=True)], small)
            or _helpers([*of_today, *told_today], small_today)
            or _helpers(told_today, small_today)
        )
        if not helped and shown and _are_all_four(table):
            helped = [frozenset(shown)]
        goes = {min(each - {()} or each, key=lambda values: (kept[values].people, values)) for each in helped}
        if not goes:
            return table
        kept = {values: numbers for values, numbers in kept.items() if values not in goes}


def _are_all_four(table: Shown) -> bool:
    """Say whether the hidden rows together have so much that each has one fewer than five.

    The rule itself tells it: where a row of five helped to hide them, it would be hidden too.
    """
    if table.total is None or not table.hidden:
        return False
    left, most = table.total.less(_sum(table.rows.values())), (FEWEST - 1) * len(table.hidden)
    return most in {left.people, left.cases}


def _helpers(known: list[_Known], small: Collection[int]) -> list[frozenset[Values]]:
    return list(_giving_away(known)) or list(_solved(known, small))


def _solved(known: Sequence[_Known], small: Collection[int]) -> Iterator[frozenset[Values]]:
    """Yield, for each small group whose number follows from all that is known, which rows of the new table helped."""
    each = {group.atoms: group for group in reversed(known) if len(group.helped) < 2}
    for places in following(list(each), small):
        groups = list(each.values())
        helped = frozenset(values for place in places for values in groups[place].helped)
        if helped:
            yield helped


def _giving_away(known: list[_Known]) -> Iterator[frozenset[Values]]:
    """Yield, for each small group that can be worked out with the help of the new table, which rows of it helped."""
    seen = {(each.atoms, each.numbers) for each in known}
    fresh = known
    for _ in range(_ROUNDS):
        left_over: list[_Known] = []
        for whole in known:
            for parts in (known, list(reversed(known)), fresh):
                left = _less(whole, parts)
                if left is None or (left.atoms, left.numbers) in seen:
                    continue
                seen.add((left.atoms, left.numbers))
                if not left.numbers.is_small:
                    left_over.append(left)
                elif left.helped:
                    yield left.helped
        if not left_over or len(known) > _MOST_KNOWN:
            return
        fresh = left_over
        known = sorted([*known, *left_over], key=lambda each: each.atoms.bit_count(), reverse=True)


def _less(whole: _Known, parts: Iterable[_Known]) -> _Known | None:
    """Return a group without the others that lie in it, beside each other; None where none does."""
    atoms, numbers, helped = whole
    for part in parts:
        if part.atoms and part.atoms != whole.atoms and not part.atoms & ~atoms:
            atoms, numbers, helped = atoms & ~part.atoms, numbers.less(part.numbers), helped | part.helped
    return None if atoms == whole.atoms else _Known(atoms, numbers, helped)


class _Places:
    """The combinations that occur, numbered as atoms: a group is the atoms that have its values."""

    def __init__(self, columns: Values, counted: Mapping[Values, Numbers], earlier: Sequence[Shown]) -> None:
        self._columns, self._counted = columns, counted
        self._count = 0
        self._numbers = list(counted.values())
        self._having: dict[tuple[str, str], int] = {}
        for values in counted:
            self._add(columns, values)
        for table in sorted(earlier, key=lambda table: len(table.by), reverse=True):
            for values in (*table.rows, *table.hidden):
                if not self.of(table.by, values):
                    self._add(table.by, values)  # nobody is there any more

    def _add(self, columns: Values, values: Values) -> None:
        for having in zip(columns, values, strict=True):
            self._having[having] = self._having.get(having, 0) | 1 << self._count
        self._count += 1

    def small_groups(self, tables: Iterable[Values]) -> set[int]:
        """Return the groups of fewer than five by the columns of each table, and by all columns."""
        return {
            self.of(by, values)
            for by in {*tables, self._columns}
            for values, numbers in _summed(self._columns, self._counted, by).items()
            if numbers.is_small
        }

    def is_true(self, known: _Known) -> bool:
        """Say whether a number is the one that is counted, or so near to it that it stands."""
        now = _sum(numbers for at, numbers in enumerate(self._numbers) if known.atoms >> at & 1)
        return all(abs(number) < FEWEST for number in now.less(known.numbers)[:2])

    def of(self, by: Values, values: Values) -> int:
        """Return the atoms of a row, and all of them for the total."""
        found = (1 << self._count) - 1
        for column, value in zip(by, values, strict=False):
            found &= self._having.get((column, value), 0)
        return found

    def known_of(self, table: Shown, *, is_new: bool = False) -> Iterator[_Known]:
        """Yield what a table tells: its rows, its total, and each sum of rows of which none is hidden."""
        for values, numbers in told(table).items():
            yield _Known(self.of(table.by, values), numbers, frozenset({values} if is_new else ()))
        for size in range(1, len(table.by)):
            for places in combinations(range(len(table.by)), size):
                yield from self._sums_of(table, places, is_new=is_new)

    def _sums_of(self, table: Shown, places: tuple[int, ...], *, is_new: bool) -> Iterator[_Known]:
        hidden = {tuple(values[place] for place in places) for values in table.hidden}
        sums: dict[Values, list[Values]] = {}
        for values in table.rows:
            sums.setdefault(tuple(values[place] for place in places), []).append(values)
        by = tuple(table.by[place] for place in places)
        for values, rows in sums.items():
            if values not in hidden:
                numbers = _sum(table.rows[row] for row in rows)
                yield _Known(self.of(by, values), numbers, frozenset(rows if is_new else ()))


def told(table: Shown) -> dict[Values, Numbers]:
    """Return every number that a table shows; that of the empty values is the total."""
    return {**table.rows, **({} if table.total is None else {(): table.total})}


def _sum(numbers: Iterable[Numbers]) -> Numbers:
    each = list(numbers)
    return Numbers(sum(n.people for n in each), sum(n.cases for n in each), sum(n.acts for n in each))


def _summed(columns: Values, counted: Mapping[Values, Numbers], by: Values) -> dict[Values, Numbers]:
    """Return the rows of a table by some of the columns."""
    rows: dict[Values, Numbers] = {}
    places = [columns.index(column) for column in by]
    for values, numbers in counted.items():
        row = tuple(values[place] for place in places)
        rows[row] = _sum([rows.get(row, Numbers(0, 0, 0)), numbers])
    return rows
