"""One statement as the driver gets it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple


class Text(NamedTuple):
    """A statement in the words of one engine.

    There is a question mark for each value, in the order of `names`, and `[name]` for a list of values.
    """

    text: str
    names: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    def filled(self, given: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
        """Return the text and the values to run it with."""
        if not self.lists:
            return self.text, tuple([given[name] for name in self.names])
        text = self.text
        for name in self.lists:
            text = text.replace(f"[{name}]", ", ".join("?" * len(given[name])))
        one_by_one = (given[name] if name in self.lists else (given[name],) for name in self.names)
        return text, tuple(chain.from_iterable(one_by_one))
