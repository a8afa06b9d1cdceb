"""People in the index: their cases, how their names sound, numbers never to be used, entries of the register."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from vault.casework.contact import keys_asked
from vault.ids import DIGEST_SIZE, RecordId, VersionId
from vault.index.file import Index
from vault.index.index_tables import Statements
from vault.index.search_text import storable
from vault.names.likeness import (
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

# People by how their names sound: the rows that keep it, and who is found by a name in whatever spelling.

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


# The people of cases: their names, and in which cases the same person stands.
def people_in(index: Index, case: bytes) -> dict[bytes, str]:
    """Return record -> name of the people of a case; the newest head names them."""
    with index.reading() as sql:
        rows = sql.execute("SELECT record, name FROM person WHERE case_id=? ORDER BY doc", (case,))
        return {bytes(record): name for record, name in rows}


def everybody(index: Index) -> dict[tuple[bytes, bytes], str]:
    """Return (case, record) -> name of all people of the cases of this index, who was written last at the end."""
    with index.reading() as sql:
        rows = sql.execute("SELECT case_id, record, name FROM person ORDER BY doc")
        return {(bytes(case), bytes(record)): name for case, record, name in rows}


def places_of(index: Index, who: bytes) -> list[tuple[bytes, bytes]]:
    """Return (case, record) of everybody who is written to be this person, in the cases of this index."""
    with index.reading() as sql:
        rows = sql.execute("SELECT DISTINCT case_id, record FROM person WHERE who=? ORDER BY doc", (who,))
        return [(bytes(case), bytes(record)) for case, record in rows]


def who_is(index: Index, case: bytes, record: bytes) -> bytes | None:
    """Return who a person of a case is written to be, by the newest head that says it."""
    with index.reading() as sql:
        found = sql.execute(
            "SELECT who FROM person WHERE case_id=? AND record=? AND who IS NOT NULL ORDER BY doc DESC LIMIT 1",
            (case, record),
        ).fetchone()
        return None if found is None else bytes(found[0])


# Numbers and addresses that must never be used, by the case in which somebody said so.
def never_use_by_case(index: Index, cases: Collection[bytes]) -> dict[bytes, tuple[str, ...]]:
    """Return what must never be used, as written, by case."""
    found: dict[bytes, dict[str, None]] = {}
    with index.reading() as sql:
        asked = (sql.execute(_OF_CASE, (case,)) for case in cases)
        rows = [row for found_in_case in asked for row in found_in_case]
    for case, line in rows:
        found.setdefault(bytes(case), {})[line] = None
    return {case: tuple(lines) for case, lines in found.items()}


def never_use_among(index: Index, ways: Collection[str]) -> frozenset[str]:
    """Return the lines of any case that these numbers and addresses may be one with: no other line is read."""
    asked = [keys_asked(storable(way)) for way in ways]
    keys = sorted({key for of_way, _ in asked for key in of_way})
    endings = {ending for _, ending in asked if ending}
    with index.reading() as sql:
        found = sql.execute(_BY_KEYS, (json.dumps(keys),)).fetchall()
        for length in sorted(set(map(len, endings))):  # numbers of five or six digits: then each key is looked at
            of_length = json.dumps([ending for ending in endings if len(ending) == length])
            found += sql.execute(_BY_ENDINGS, (-length, of_length)).fetchall()
    return frozenset(line for (line,) in found)


_OF_CASE = "SELECT case_id, line FROM never_use WHERE case_id=? ORDER BY doc, line"
_BY_KEYS = "SELECT line FROM never_use WHERE key IN (SELECT value FROM json_each(?))"
_BY_ENDINGS = "SELECT line FROM never_use WHERE substr(key, ?) IN (SELECT value FROM json_each(?))"


# The entries of the register: which of them hold a hash that is asked, without opening each.
class Registered(NamedTuple):
    """The entries with a hash that was asked, each with who asked, and how many entries there are in all."""

    found: list[tuple[RecordId, VersionId, frozenset[int]]]
    of: int


def keys_of_entries(index: Index, home: bytes) -> list[tuple[bytes, bytes]]:
    """Return each key of the entries of this register with a log whose entries are under it, the newest first."""
    with index.reading() as sql:
        return [
            (key, origin)
            for key, origin, _ in sql.execute(
                "SELECT key, origin, max(doc) FROM registered JOIN head USING (doc) WHERE compartment=?"
                " GROUP BY key, origin ORDER BY max(doc) DESC",
                (home,),
            )
        ]


def registered_as(
    index: Index, home: bytes, keys: Collection[bytes], asked_under: Callable[[bytes], Mapping[bytes, frozenset[int]]]
) -> Registered:
    """Return the entries of the register in this compartment that hold a hash which is asked.

    Args:
        index: open.
        home: the compartment of the register; an entry that somebody wrote elsewhere is none.
        keys: an entry under another key is counted, and passed over.
        asked_under: gives hash -> numbers of those who ask it, under the key of an entry; called once for each key.
    """
    asked: dict[bytes, Mapping[bytes, frozenset[int]]] = {}
    found: list[tuple[RecordId, VersionId, frozenset[int]]] = []
    with index.reading() as sql:
        rows = sql.execute(
            "SELECT record, version, key, hashes FROM registered JOIN head USING (doc) WHERE compartment=?", (home,)
        ).fetchall()
    for record, version, key, hashes in rows:
        if key not in keys:
            continue
        wanted = asked.get(key)
        if wanted is None:
            wanted = asked[key] = asked_under(key)
        held = [hashes[at : at + DIGEST_SIZE] for at in range(0, len(hashes), DIGEST_SIZE)]
        if not wanted.keys().isdisjoint(held):
            found.append((record, version, frozenset().union(*(wanted.get(each, ()) for each in held))))
    return Registered(found, len(rows))
