"""The table of attacks (`tests/attacks/__init__.py`) names tests that there are."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import tests.attacks

HERE = Path(__file__).parent


def test_each_test_that_the_table_names_is_there() -> None:
    table = tests.attacks.__doc__ or ""
    named = {HERE / f"{name}.py" for name in re.findall(r"\btest_\w+", table)}
    for room, names in re.findall(r"tests/([\w/]+): ([a-z_, ]+)", table):
        named |= {HERE.parent / room / f"test_{name.strip()}.py" for name in names.split(",")}
    assert len(named) > 50
    assert [str(path) for path in sorted(named) if not path.is_file()] == []


@pytest.mark.parametrize("room", ["attacks", "walks"])
def test_each_test_that_answers_a_finding_is_there(room: str) -> None:
    findings = tomllib.loads((HERE.parent / room / "findings.toml").read_text(encoding="utf-8"))
    named = [name for finding in findings.values() for name in finding["tests"]]
    assert [name for name in named if not _stands(name)] == []
    assert [key for key, finding in findings.items() if not (finding["tests"] or finding["answer"])] == []


def _stands(name: str) -> bool:
    path, _, function = name.partition("::")
    file = HERE.parent.parent / path
    return file.is_file() and (not function or f"def {function}(" in file.read_text(encoding="utf-8"))
