"""Numbers and addresses that must never be used, by the case in which somebody said so."""

from __future__ import annotations

import json
from collections.abc import Collection

from vault.casework.contact import keys_asked
from vault.index.file import Index
from vault.index.fold import storable


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
