"""Whether the number of a group follows from numbers of other groups, as one equation from others.

Groups are sets of atoms, one bit each. It is arithmetic of remainders of a large prime: what follows from whole numbers
follows there too, so nothing that follows is missed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

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
