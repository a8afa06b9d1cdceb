"""A table that runs in one test reports every row that fails, and hands fixtures on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tables import each, refused


@each({"of numbers": (1, 1), "of words": ("a", "a")})
def test_a_row_gives_the_first_parameters_and_fixtures_the_rest(one: object, other: object, tmp_path: Path) -> None:
    assert one == other
    assert tmp_path.is_dir()


def test_every_row_that_fails_is_named_and_none_hides_another() -> None:
    tried: list[int] = []

    @each({"first": 1, "second": 2, "third": 3, "fourth": 4})
    def check(number: int) -> None:
        tried.append(number)
        assert number > 2

    with pytest.raises(BaseExceptionGroup, match="2 of 4 rows: first; second") as failed:
        check()
    assert tried == [1, 2, 3, 4]
    assert [fault.__notes__ for fault in failed.value.exceptions] == [["in the row: first"], ["in the row: second"]]


def test_what_is_not_refused_is_named() -> None:
    refused(ZeroDivisionError, "zero", lambda divisor: 1 // divisor, [0])
    with pytest.raises(BaseExceptionGroup, match="2 of 3 rows: 5; 6"):
        refused(ZeroDivisionError, "zero", lambda divisor: 1 // divisor, [5, 0, 6])


def test_a_table_without_rows_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="without rows"):
        each([])
