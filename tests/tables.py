"""One test over a table: every row is tried, and the test fails once, with the name of each row that did not hold."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec

import pytest

_SHOWN = 60
Test = Callable[..., None]
P = ParamSpec("P")


def each(rows: Mapping[str, Any] | Iterable[Any]) -> Callable[[Test], Test]:
    """Run a test for each row of a table, with the values of the row as its first parameters.

    A row is a tuple, or anything else for a single value; a mapping gives each row its name. What fixtures give, all
    rows share.
    """
    table = list(rows.items()) if isinstance(rows, Mapping) else [(_shown(row), row) for row in rows]
    assert table, "a table without rows tries nothing"

    def over(test: Test) -> Test:
        @functools.wraps(test)
        def over_all(*others: Any, **fixtures: Any) -> None:
            failed = [(name, fault) for name, row in table if (fault := _fault(test, name, row, others, fixtures))]
            if failed:
                names = "; ".join(name for name, _ in failed)
                raise BaseExceptionGroup(f"{len(failed)} of {len(table)} rows: {names}", [fault for _, fault in failed])

        signature = inspect.signature(test)
        others = list(signature.parameters.values())[len(_values(table[0][1])) :]
        over_all.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]  # pytest reads it
        return over_all

    return over


def refuses(
    error: type[Exception] | tuple[type[Exception], ...],
    words: str,
    act: Callable[P, object],
    /,
    *given: P.args,
    **named: P.kwargs,
) -> None:
    """Check that an act refuses what it is given with this error, in words that match."""
    with pytest.raises(error, match=words):
        act(*given, **named)


def refused(error: type[Exception], words: str, act: Callable[..., object], rows: Iterable[Any]) -> None:
    """Check that an act refuses each row with this error in words that match; say which it let pass."""

    @each(rows)
    def refuses_row(*values: Any) -> None:
        refuses(error, words, act, *values)

    refuses_row()


def _fault(test: Test, name: str, row: Any, others: tuple[Any, ...], fixtures: dict[str, Any]) -> BaseException | None:
    try:
        test(*_values(row), *others, **fixtures)
    except (Exception, pytest.fail.Exception) as fault:  # what fails in a row must not hide the rows behind it
        fault.add_note(f"in the row: {name}")
        return fault
    return None


def _values(row: Any) -> tuple[Any, ...]:
    # A named tuple is one value.
    return row if type(row) is tuple else (row,)


def _shown(row: Any) -> str:
    text = repr(row)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
