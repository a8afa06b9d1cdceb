"""People by how their names sound: the rows that keep it, and who is found by a name in whatever spelling."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vault.index.file import Index
from vault.index.schema import Statements
from vault.names.alike import (
    Alike,
    Reading,
    alike_readings,
    as_stored,
    is_enough,
    nearby_keys,
    parts_of,
    readings_asked,
    stored_readings,
    surest,
    weight,
)

_FEWEST_FOR_NEARBY = 5
_MOST_WORDS = 8
_MOST_NAMES = 16  # of one person; the place of a word is (name * 16 + word) * 16 + words of the name
_MOST_ROWS = 50_000  # of one word asked


class FoundName(NamedTuple):
    """A person whose name may be the one asked, and why: a reason for each word that was asked."""

    compartment: bytes
    record: bytes
    version: bytes
    case: bytes
    whys: tuple[Alike, ...]


def sound_rows(doc: int, names: Iterable[str]) -> Iterator[tuple[str, str, bool, int, int]]:
    """Give the rows that keep how the names of one person sound."""
    for number, name in enumerate(names):
        words = parts_of(name)[:_MOST_WORDS]
        if number == _MOST_NAMES:
            return
        for place, word in enumerate(words):
            for reading in stored_readings(word):
                yield reading.key, reading.sound, reading.is_bare, doc, (number * 16 + place) * 16 + len(words)


def find_alike(index: Index, untrusted_name: str, *, limit: int, in_part: bool = False) -> list[FoundName]:
    """Return the people who may have this name, the surest first.

    Args:
        index: open.
        untrusted_name: as typed, in any script.
        limit: how many at most.
        in_part: one word is enough to find a name of several, as a search does; else a name of one word is only found
            by one word, and of two names the shorter must be whole in the longer.
    """
    words = parts_of(untrusted_name)[:_MOST_WORDS]
    with index.reading() as sql:
        found = [_of_word(sql, word) for word in words]
        names = {place for matched in found for place in matched}
        whys: dict[int, tuple[Alike, ...]] = {}
        for doc, name, length in names:
            reasons = tuple(matched[doc, name, length] for matched in found if (doc, name, length) in matched)
            needed = len(words) if in_part else min(len(words), length)
            fits = in_part or (len(words) == 1) == (length == 1)
            if fits and len(reasons) >= needed and is_enough(reasons):
                whys[doc] = min(whys.get(doc, reasons), reasons, key=weight)
        best = sorted(whys, key=lambda doc: (weight(whys[doc]), -doc))[:limit]
        heads = sql.execute(
            "SELECT doc, compartment, record, version, case_id FROM head WHERE doc IN (SELECT value FROM json_each(?))",
            (json.dumps(best),),
        )
        rows = {
            doc: FoundName(bytes(compartment), bytes(record), bytes(version), bytes(case), whys[doc])
            for doc, compartment, record, version, case in heads
        }
    return [rows[doc] for doc in best if doc in rows]


def _of_word(sql: Statements, word: str) -> dict[tuple[int, int, int], Alike]:
    """Return (document, name, words of the name) -> why, of the names with a word like this one."""
    asked: dict[str, list[Reading]] = {}
    for reading in readings_asked(word):
        keys = nearby_keys(reading.key) if len(reading.sound) >= _FEWEST_FOR_NEARBY else {reading.key}
        for key in keys:
            asked.setdefault(key, []).append(reading)
    judged: dict[tuple[str, bool], Alike | None] = {}
    found: dict[tuple[int, int, int], Alike] = {}
    rows = sql.execute(
        "SELECT key, sound, is_bare, doc, place FROM name_sound WHERE key IN (SELECT value FROM json_each(?)) LIMIT ?",
        (json.dumps(list(asked)), _MOST_ROWS),
    )
    for key, sound, is_bare, doc, place in rows:
        told = (sound, bool(is_bare))
        if told not in judged:
            judged[told] = surest(_judged(asked[key], *told))
        why = judged[told]
        if why is not None:
            name = doc, place // 256, place % 16
            found[name] = surest((why, found.get(name, why))) or why
    return found


def _judged(asked: Iterable[Reading], sound: str, is_bare: bool) -> Iterator[Alike]:
    for mine in asked:
        for theirs in as_stored(sound, is_bare=is_bare):
            why = alike_readings(mine, theirs)
            if why is not None:
                yield why
