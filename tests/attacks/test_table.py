"""The table of attacks (`tests/attacks/__init__.py`) names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

import tests.attacks

HERE = Path(__file__).parent


def test_each_test_that_the_table_names_is_there() -> None:
    table = tests.attacks.__doc__ or ""
    named = {HERE / f"{name}.py" for name in re.findall(r"\btest_\w+", table)}
    for room, names in re.findall(r"tests/(\w+): ([a-z_, ]+)", table):
        named |= {HERE.parent / room / f"test_{name.strip()}.py" for name in names.split(",")}
    assert len(named) > 60
    assert [str(path) for path in sorted(named) if not path.is_file()] == []
