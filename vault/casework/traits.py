"""What several people of a vault have in common, so that it can be told how many: country, age, place, event and month.

Each is one short word of the program with a value, as the index has it and as an export asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vault.casework.person import Person
from vault.casework.story.events import Detention, Hearing
from vault.casework.story.incident import Incident

_WORD = re.compile(r"[^\W\d_]{3,}")
_YEAR, _DECADE, _MONTH = len("1992"), len("199"), len("1992-01")


def nation(code: str) -> str:
    return f"nation {code}"


def born(digits: str) -> str:
    """Return the trait of a year, or, of its first three digits, of the ten years that it lies in."""
    return f"born {digits}"


def town(word: str) -> str:
    return f"town {word.casefold()}"


def happened(kind: str, time: str) -> str:
    """Return the trait of something that happened in a month or, less exactly, in a year."""
    return f"{kind} {time}"


def words_of_place(place: str | None) -> list[str]:
    return _WORD.findall(place or "")


def event_of(record: object) -> tuple[str, str | None, str | None] | None:
    """Return of what happened its kind, when, and where; None for a record of another kind."""
    match record:
        case Incident(what=what, at=at, place=place):
            return what.value, at, place
        case Detention(taken=taken, place=place):
            return Detention.KIND, taken, place
        case Hearing(at=at, court=court):
            return Hearing.KIND, at, court
        case _:
            return None


def traits_of(record: object) -> tuple[str, ...]:
    """Return what may be common to many: each time as exactly as it is asked for, and less exactly."""
    return tuple(dict.fromkeys(_traits(record)))


def _traits(record: object) -> Iterator[str]:
    if isinstance(record, Person):
        yield from map(nation, record.nationalities)
        if record.born:
            yield from (born(record.born[:_YEAR]), born(record.born[:_DECADE]))
    elif (event := event_of(record)) is not None:
        kind, when, place = event
        if when is not None:
            yield from (happened(kind, when[:length]) for length in (_YEAR, _MONTH) if len(when) >= length)
        yield from map(town, words_of_place(place))
