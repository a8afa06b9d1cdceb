"""What is typed wrongly is not said again: standard error and JSON are kept by scripts, and values may be names."""

from __future__ import annotations

import pytest

from tests.cli.desk import Desk

SECRET = "Quillfeather"

WRONG = [
    pytest.param(("person", "add", "X", "--role", SECRET), id="a word of no vocabulary"),
    pytest.param(
        ("person", "add", "X", "--role", f"{SECRET} (choose from {SECRET})"), id="one that looks like choices"
    ),
    pytest.param(("person", "add", "X", "--rol", "client", "--name", SECRET), id="an option misspelt"),
    pytest.param(("case", "new", "--kind", "other", "--title", "T", SECRET), id="a word too many"),
    pytest.param(("case", SECRET), id="no such verb"),
    pytest.param((SECRET, "list"), id="no such noun"),
    pytest.param(("search", "x", "--limit", SECRET), id="a limit that is no number"),
    pytest.param(("search", f"--bogus={SECRET}", "x"), id="an option that does not exist"),
    pytest.param(("case", "list", f"--json={SECRET}"), id="a value where none belongs"),
    pytest.param(("case", "list", "--passphrase-fd", SECRET), id="a global option of the wrong type"),
    pytest.param(("search", SECRET, "--limit", "0"), id="a limit of nothing"),
    pytest.param(("search", SECRET, "--limit", "-5"), id="a limit below nothing"),
    pytest.param(("search", SECRET, "--limit", str(10**20)), id="a limit beyond any number of hits"),
    pytest.param(("case", "list", "--limit", str(10**20)), id="a limit beyond any number of cases"),
]


@pytest.mark.parametrize("arguments", WRONG)
def test_a_usage_error_says_nothing_of_what_was_typed(desk: Desk, arguments: tuple[str, ...]) -> None:
    answer = desk.run(*arguments, "--json")
    assert answer.code == 2
    assert answer.json()["error"]["code"] == "usage"
    assert SECRET not in answer.out + answer.err
    assert str(10**20) not in answer.out + answer.err


def test_a_usage_error_still_names_the_option_and_what_it_takes(desk: Desk) -> None:
    error = desk.run("person", "add", "X", "--role", "wizard", "--json").json()["error"]
    assert "argument --role: invalid choice (choose from" in error["message"]
    assert "client" in error["message"]
