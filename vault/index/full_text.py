"""Full-text search: words in, ids out, newest first. Snippets are cut by who opens the records (snippet.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vault.index.document_rows import reversed_digits
from vault.index.file import Index
from vault.index.index_tables import Statements
from vault.index.search_text import Spellings, fold, parse

MOST_HITS = 50
_WHOLE_NUMBER = 8
_LOCAL_DIGITS = 9
SHORTEST_PHONE = 4
_AT_ONCE = 128


class Hit(NamedTuple):
    """A record with all the words, and the version in which they stand."""

    compartment: bytes
    record: bytes
    version: bytes
    case: bytes
    kind: str


class Within(NamedTuple):
    """What hits are narrowed to: kinds, none for all, and the moments, ms UTC, between which they were written."""

    kinds: tuple[str, ...] = ()
    since_ms: int = 0
    until_ms: int = (1 << 63) - 1


class Hits(NamedTuple):
    """The newest hits. `older` continues the search when there are more."""

    hits: tuple[Hit, ...]
    words: tuple[str, ...]  # folded, for snippets
    older: int | None
    forms: tuple[str, ...] = ()  # other spellings of them, folded

    @property
    def more(self) -> bool:
        """Whether older hits were left out."""
        return self.older is not None


def search(
    index: Index,
    untrusted_words: str,
    *,
    limit: int = MOST_HITS,
    older: int | None = None,
    spellings: Spellings | None = None,
    within: Within | None = None,
) -> Hits:
    """Return records that hold all the words, in any of their fields; the last word may be a beginning.

    Four digits or more, in any spacing, also find the persons with a number that ends in them. No input is an error;
    none without a letter or digit finds anything. A record in conflict counts once for each head with the words.
    `older` is of the previous answer, to go on; `spellings` tells how else a word may be written; `within` of which
    kinds a record is, and from when.
    """
    query = parse(untrusted_words, spellings)
    if query is None:
        return Hits((), (), None)
    digits = "" if any(letter.isalpha() for letter in untrusted_words) else _ending(untrusted_words)
    parameters: tuple[str | int, ...] = (query.expression, _PAST_ALL if older is None else older, limit + 1)
    found, narrowed = _OF_WORDS, ""
    if len(digits) >= SHORTEST_PHONE:
        found, parameters = _OF_WORDS_OR_PHONE, (*parameters, digits, digits + ":")  # `:` follows 9
    if within is not None:
        found = found.replace(_AT_MOST, "")  # what is not within takes no place among the hits
        since, until, *kinds = range(len(parameters) + 1, len(parameters) + 3 + len(within.kinds))
        narrowed = f" WHERE at_ms BETWEEN ?{since} AND ?{until}"
        narrowed += f" AND kind IN ({', '.join(f'?{kind}' for kind in kinds)})" if kinds else ""
        parameters = (*parameters, within.since_ms, within.until_ms, *within.kinds)
    with index.reading() as sql:
        rows = sql.execute(
            f"SELECT compartment, record, version, case_id, kind, doc FROM ({found})"  # noqa: S608 - constants
            f" JOIN head USING (doc){narrowed} ORDER BY doc DESC LIMIT ?3",
            parameters,
        ).fetchall()
    more = len(rows) > limit
    rows = rows[:limit]
    return Hits(tuple(Hit(*row[:5]) for row in rows), query.words, rows[-1][5] if more else None, query.forms)


def cases_of_phone(index: Index, untrusted_number: str, *, limit: int = MOST_HITS) -> list[bytes]:
    """Return cases with a person whose number ends in these digits, however spaced; none for fewer than four."""
    digits = _ending(untrusted_number)
    if len(digits) < SHORTEST_PHONE:
        return []
    with index.reading() as sql:
        found = sql.execute(
            "SELECT DISTINCT head.case_id FROM phone JOIN head USING (doc) WHERE digits >= ? AND digits < ? LIMIT ?",
            (digits, digits + ":", limit),
        )
        return [bytes(case) for (case,) in found]


def named_elsewhere(index: Index, words: Iterable[str], case: bytes) -> dict[str, frozenset[bytes]]:
    """Return, for each of the words that is part of a name of a person in another case, some of those cases.

    A word is a run of letters and digits, as written. Most are nobody's name, so many are looked up at a time.
    """
    asked = tuple(words)
    with index.reading() as sql:
        groups = (asked[place : place + _AT_ONCE] for place in range(0, len(asked), _AT_ONCE))
        return {word: cases for group in groups for word, cases in _named(sql, group, case)}


def _named(sql: Statements, words: tuple[str, ...], case: bytes) -> Iterator[tuple[str, frozenset[bytes]]]:
    rows = sql.execute(
        "SELECT DISTINCT head.case_id FROM text JOIN head ON head.doc=text.rowid"
        " WHERE text MATCH ? AND head.kind='person' AND head.case_id<>? LIMIT ?",
        ("{names} : (" + " OR ".join(f'"{fold(word)}"' for word in words) + ")", case, MOST_HITS),
    ).fetchall()
    if rows and len(words) == 1:
        yield words[0], frozenset(row[0] for row in rows)
    elif rows:
        half = len(words) // 2
        yield from _named(sql, words[:half], case)
        yield from _named(sql, words[half:], case)


def people_reached(index: Index, number: str) -> list[tuple[bytes, bytes]]:
    """Return (case, record) of people with a number that ends in these digits; none for fewer than four."""
    digits = _ending(number)
    if len(digits) < SHORTEST_PHONE:
        return []
    with index.reading() as sql:
        found = sql.execute(
            "SELECT DISTINCT head.case_id, head.record FROM phone JOIN head USING (doc)"
            " WHERE digits >= ? AND digits < ? LIMIT ?",
            (digits, digits + ":", MOST_HITS),
        )
        return [(bytes(case), bytes(record)) for case, record in found]


def _ending(number: str) -> str:
    """Return the digits by which a number is looked up, from last to first.

    A whole number counts without the trunk digit or country code before its area, so that each spelling finds it.
    """
    digits = reversed_digits(number)
    return digits if len(digits) < _WHOLE_NUMBER else digits.rstrip("0")[:_LOCAL_DIGITS]


_PAST_ALL = (1 << 63) - 1
_AT_MOST = " LIMIT ?3"
_OF_WORDS = f"SELECT rowid AS doc FROM text WHERE text MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC{_AT_MOST}"  # noqa: S608
_OF_WORDS_OR_PHONE = (
    f"SELECT * FROM ({_OF_WORDS})"  # noqa: S608 - a constant
    " UNION SELECT doc FROM phone WHERE digits >= ?4 AND digits < ?5 AND doc < ?2"
)
