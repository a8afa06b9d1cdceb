from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

from hypothesis import given
from hypothesis import strategies as st

from vault.index.document_rows import FreeNumbers

_NUMBERS = st.integers(0, 400)


@contextmanager
def with_documents(docs: Iterable[int]) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as sql:
        sql.execute("CREATE TABLE head(doc INTEGER PRIMARY KEY)")
        sql.executemany("INSERT INTO head VALUES (?)", [(doc,) for doc in docs])
        yield sql


def taken_for(docs: Iterable[int], places: list[int]) -> list[int]:
    with with_documents(docs) as sql:
        return taken_in(sql, places)


def taken_in(sql: sqlite3.Connection, places: list[int]) -> list[int]:
    numbers = FreeNumbers(sql, places)
    return [numbers.take(place) for place in places]


@given(st.sets(_NUMBERS), st.sets(_NUMBERS), st.lists(_NUMBERS, max_size=300))
def test_each_gets_a_free_number_of_its_own_at_its_place_or_behind_it(
    some: set[int], runs: set[int], places: list[int]
) -> None:
    docs = some | {number for start in runs for number in range(start, start + 70)}
    places.sort()
    taken = taken_for(docs, places)
    assert len({*docs, *taken}) == len(docs) + len(taken)
    assert all(number >= place for number, place in zip(taken, places, strict=True))
    assert all(number == place for number, place in zip(taken, places, strict=True) if place not in {*docs, *taken})


@given(st.sets(_NUMBERS), st.lists(_NUMBERS, max_size=300))
def test_of_one_moment_the_numbers_rise(docs: set[int], places: list[int]) -> None:
    places.sort()
    taken = taken_for(docs, places)
    assert all(
        first < second
        for (place, first), (following, second) in zip(
            zip(places, taken, strict=True), list(zip(places, taken, strict=True))[1:], strict=False
        )
        if place == following
    )


def test_a_place_that_nobody_has_is_taken_itself() -> None:
    assert taken_for([3, 4, 9], [1, 5, 8, 10]) == [1, 5, 8, 10]


def test_what_an_import_brings_in_one_moment_costs_few_questions_whatever_stands_there() -> None:
    asked: list[str] = []
    with with_documents(range(7, 60_000)) as sql:
        sql.set_trace_callback(asked.append)
        assert taken_in(sql, [7] * 5_000) == list(range(60_000, 65_000))
    assert len(asked) < 100
