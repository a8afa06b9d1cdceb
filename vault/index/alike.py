"""People by how their names sound: the rows that keep it, and who is found by a name in whatever spelling."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
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
_MOST_ROWS = 50_000  # of one sound
_MANY = 1_000  # what is commoner is as common as can be
# From one sound under a key to the next: of a name that thousands have, a row is read and not each.
_HEARD = (
    "WITH RECURSIVE heard(key, sound) AS (SELECT value,"
    " (SELECT min(sound) FROM name_sound WHERE key=value) FROM json_each(?)"
    " UNION ALL SELECT key, (SELECT min(sound) FROM name_sound AS later WHERE later.key=heard.key"
    " AND later.sound>heard.sound) FROM heard WHERE sound IS NOT NULL)"
    " SELECT key, sound FROM heard WHERE sound IS NOT NULL"
)
_SOUNDS = "json_each(?1) CROSS JOIN name_sound ON name_sound.key=value->>0 AND sound=value->>1"
_COUNT = f"SELECT count(*) FROM (SELECT 1 FROM {_SOUNDS} LIMIT ?2)"  # noqa: S608 - words of this file
_PLACES = f"SELECT value->>3, doc, place FROM {_SOUNDS} AND is_bare=value->>2"  # noqa: S608 - words of this file
_AMONG = f"{_PLACES} WHERE doc IN (SELECT value FROM json_each(?2))"  # noqa: S608 - words of this file
_ALL = f"{_PLACES} LIMIT {_MOST_ROWS}"
_ALONE = f"SELECT * FROM ({_PLACES}) WHERE place % 16=1 LIMIT {_MOST_ROWS}"  # noqa: S608 - words of this file
_NEWEST = "SELECT doc, place FROM name_sound WHERE key=? AND sound=? AND is_bare=? ORDER BY doc DESC"
_ORDER: dict[str, int] = {why: number for number, why in enumerate(Alike)}
_Place = tuple[int, int, int]
"""(document, number of the name, words of the name)."""


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


def find_alike(
    index: Index,
    untrusted_name: str,
    *,
    limit: int,
    in_part: bool = False,
    between_ms: tuple[int, int] = (0, (1 << 63) - 1),
) -> list[FoundName]:
    """Return the people who may have this name, the surest first.

    Args:
        index: open.
        untrusted_name: as typed, in any script.
        limit: how many at most.
        in_part: one word is enough to find a name of several, as a search does; else a name of one word is only found
            by one word, and of two names the shorter must be whole in the longer.
        between_ms: first and last moment of writing, of so many as the limit allows.
    """
    words = parts_of(untrusted_name)[:_MOST_WORDS]
    if not words:
        return []
    with index.reading() as sql:
        found = _of_words(sql, [_sounds_like(sql, word) for word in words], limit, in_part=in_part)
        surest_of: dict[int, tuple[int, tuple[Alike, ...]]] = {}
        for place in {place for matched in found for place in matched}:
            doc, _, length = place
            reasons = tuple(matched[place] for matched in found if place in matched)
            needed = len(words) if in_part else min(len(words), length)
            fits = in_part or (len(words) == 1) == (length == 1)
            if fits and len(reasons) >= needed and is_enough(reasons):
                weighed = weight(reasons)
                if doc not in surest_of or weighed < surest_of[doc][0]:
                    surest_of[doc] = weighed, reasons
        best = sorted(surest_of, key=lambda doc: (surest_of[doc][0], -doc))[:limit]
        heads = sql.execute(
            "SELECT doc, compartment, record, version, case_id FROM head WHERE doc IN (SELECT value FROM json_each(?))"
            " AND at_ms BETWEEN ? AND ?",
            (json.dumps(best), *between_ms),
        )
        rows = {
            doc: FoundName(bytes(compartment), bytes(record), bytes(version), bytes(case), surest_of[doc][1])
            for doc, compartment, record, version, case in heads
        }
    return [rows[doc] for doc in best if doc in rows]


class _Sound(NamedTuple):
    """A sound that stands in the index and may be a word that is asked."""

    key: str
    sound: str
    is_bare: bool
    why: Alike


def _of_words(
    sql: Statements, words: Sequence[Sequence[_Sound]], most: int, *, in_part: bool
) -> list[dict[_Place, Alike]]:
    """Return for each word place -> why, of the names that have as many of the words as they need.

    Half of all people are called by a few given names: the rarest word says whose names are looked at.
    """
    if len(words) == 1:
        if not in_part:
            return [_places(sql.execute(_ALONE, (_asked(words[0]),)))]
        return [_newest(sql, words[0], most)]
    counts = [_count(sql, sounds, _MANY) for sounds in words]
    if min(counts) >= _MANY:
        counts = [_count(sql, sounds, _MOST_ROWS) for sounds in words]
    by_count = sorted(range(len(words)), key=counts.__getitem__)
    first = by_count[:1] if in_part else by_count[:-1]  # two words at least must be there
    found = {number: _places(sql.execute(_ALL, (_asked(words[number]),))) for number in first}
    docs = json.dumps(list({doc for matched in found.values() for doc, _, _ in matched}))
    for number in by_count[len(first) :]:
        found[number] = _places(sql.execute(_AMONG, (_asked(words[number]), docs)))
    return [found[number] for number in range(len(words))]


def _newest(sql: Statements, sounds: Sequence[_Sound], most: int) -> dict[_Place, Alike]:
    """Return place -> why of the newest people for the surest reasons, so many of each."""
    found: dict[_Place, Alike] = {}
    for why in Alike:
        for sound in sounds:
            if sound.why is not why:
                continue
            docs: set[int] = set()
            for doc, place in sql.execute(_NEWEST, sound[:3]):
                found.setdefault((doc, place // 256, place % 16), why)
                docs.add(doc)
                if len(docs) > most:
                    break
        if len({doc for doc, _, _ in found}) >= most:
            break
    return found


def _asked(sounds: Sequence[_Sound]) -> str:
    return json.dumps(sounds)


def _count(sql: Statements, sounds: Sequence[_Sound], most: int) -> int:
    return int(sql.execute(_COUNT, (_asked(sounds), most)).fetchone()[0])


def _places(rows: Iterable[tuple[str, int, int]]) -> dict[_Place, Alike]:
    """Return place -> the surest reason."""
    found: dict[_Place, str] = {}
    for why, doc, place in rows:
        at = doc, place // 256, place % 16
        if at not in found or _ORDER[why] < _ORDER[found[at]]:
            found[at] = why
    return {at: Alike(why) for at, why in found.items()}


def _sounds_like(sql: Statements, word: str) -> list[_Sound]:
    """Return the sounds in the index that may be this word."""
    asked: dict[str, list[Reading]] = {}
    for reading in readings_asked(word):
        keys = nearby_keys(reading.key) if len(reading.sound) >= _FEWEST_FOR_NEARBY else {reading.key}
        for key in keys:
            asked.setdefault(key, []).append(reading)
    heard = sql.execute(_HEARD, (json.dumps(list(asked)),)).fetchall()
    judged = (
        (key, sound, is_bare, surest(_judged(asked[key], sound, is_bare=is_bare)))
        for key, sound in heard
        for is_bare in (False, True)
    )
    return [_Sound(key, sound, is_bare, why) for key, sound, is_bare, why in judged if why is not None]


def _judged(asked: Iterable[Reading], sound: str, *, is_bare: bool) -> Iterator[Alike]:
    for mine in asked:
        for theirs in _readings(sound, is_bare):
            why = alike_readings(mine, theirs)
            if why is not None:
                yield why


@lru_cache(maxsize=65536)
def _readings(sound: str, is_bare: bool) -> tuple[Reading, ...]:
    return tuple(as_stored(sound, is_bare=is_bare))
