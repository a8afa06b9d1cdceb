"""Where rows stand in an order of the list: a walk is remembered, so that the next one begins near where it goes.

SQLite counts the rows before a place one by one. A mark is the key of every 2,048th row, counted from one end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

ROWS_OF_A_MARK = 2_048

Key = tuple[str | int, ...]
Order = tuple[str, bool]
"""By what, and whether from the last row to the first."""


@dataclass(slots=True)
class Marks:
    """The marks of all orders, until the index changes. Who asks holds the index's connection."""

    _changes: int = -1
    _keys: dict[Order, list[Key]] = field(default_factory=dict)

    def before(
        self, order: Order, position: int, changes: int, walk: Callable[[Key | None, int], Key | None]
    ) -> tuple[Key | None, int]:
        """Return the last mark before a position, and how many rows lie between; None for the beginning.

        Args:
            order: of the list.
            position: counted from where the order begins, 0 first.
            changes: how often the index changed.
            walk: returns the key of the row that stands so many rows behind a key, or behind the beginning.
        """
        if changes != self._changes:
            self._changes = changes
            self._keys.clear()
        keys, wanted = self._keys.setdefault(order, []), position // ROWS_OF_A_MARK
        while len(keys) < wanted:
            key = walk(keys[-1] if keys else None, ROWS_OF_A_MARK)
            if key is None:
                break  # there are fewer rows
            keys.append(key)
        place = min(wanted, len(keys))
        return (keys[place - 1] if place else None), position - place * ROWS_OF_A_MARK
