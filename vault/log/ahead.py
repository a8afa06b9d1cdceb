"""A stream in order, of which the next thing can be looked at before it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

_Thing = TypeVar("_Thing")


class Ahead(Generic[_Thing]):
    """A stream; `next` is what comes next, or None at its end."""

    def __init__(self, things: Iterable[_Thing]) -> None:
        self._things = iter(things)
        self.next = next(self._things, None)

    def take(self) -> _Thing | None:
        """Pass what comes next and return what comes behind it."""
        self.next = next(self._things, None)
        return self.next

    def take_while(self, belongs: Callable[[_Thing], bool]) -> Iterator[_Thing]:
        """Yield and pass what comes next, as long as it belongs."""
        while (taken := self.next) is not None and belongs(taken):
            self.next = next(self._things, None)
            yield taken
