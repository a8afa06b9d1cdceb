"""Whom of the people of a case a form may name that nobody registered: one that sounds like a name of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from vault.names.likeness import (
    Alike,
    Reading,
    alike_readings,
    is_enough,
    least_sure,
    parts_of,
    readings_asked,
    readings_of,
    surest,
)
from vault.redaction.registry import Registry

_SURE = frozenset((Alike.SAME, Alike.SPELLING, Alike.INFLECTED, Alike.EQUIVALENT))
_MOST_WORDS = 4  # more are no name
_LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class Likely:
    """Whose name a form may be. `is_only`: nobody else's here. `is_sure`: so, and two words of it sound the same."""

    entity: bytes
    name: str = field(repr=False)
    is_only: bool
    is_sure: bool


@dataclass(frozen=True)
class Sounding:
    """The names of the people of a registry as they sound. A form that is like one is asked about, never removed so."""

    registry: Registry = field(repr=False)

    def likely(self, form: str) -> Likely | None:
        """Return who may be meant by a form; None where nobody is."""
        asked = [readings_asked(word) for word in parts_of(form) if len(word) <= _LONGEST_WORD]
        if not 0 < len(asked) <= _MOST_WORDS:
            return None
        found: dict[bytes, tuple[Alike, str]] = {}
        for entity, name, words in self._names:
            whys = [surest(_whys(mine, words)) for mine in asked]
            told = [why for why in whys if why is not None]
            if len(told) == len(whys) and is_enough(told):
                why = least_sure(told)
                before = found.get(entity)
                if before is None or (why is not before[0] and surest((why, before[0])) is why):
                    found[entity] = why, name
        if not found:
            return None
        best = surest(why for why, _ in found.values())
        entity = min(entity for entity, (why, _) in found.items() if why is best)
        is_only = len(found) == 1
        return Likely(entity, found[entity][1], is_only, is_sure=is_only and len(asked) > 1 and best in _SURE)

    @cached_property
    def _names(self) -> Sequence[tuple[bytes, str, tuple[Reading, ...]]]:
        return [
            (entity, name, tuple(reading for word in parts_of(name) for reading in readings_of(word)))
            for entity, person in self.registry.persons.items()
            for name in person.names
        ]


def _whys(mine: Sequence[Reading], theirs: Sequence[Reading]) -> Iterator[Alike]:
    for reading in mine:
        for other in theirs:
            if (why := alike_readings(reading, other)) is not None:
                yield why
