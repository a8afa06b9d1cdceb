"""What is typed wrongly is not said again: standard error and JSON are kept by scripts, and values may be names."""

from __future__ import annotations

from tests.cli.desk import Desk
from tests.tables import each

SECRET = "Quillfeather"

WRONG = {
    "a word of no vocabulary": (("person", "add", "X", "--role", SECRET),),
    "one that looks like choices": (("person", "add", "X", "--role", f"{SECRET} (choose from {SECRET})"),),
    "an option misspelt": (("person", "add", "X", "--rol", "client", "--name", SECRET),),
    "a word too many": (("case", "new", "--kind", "other", "--title", "T", SECRET),),
    "no such verb": (("case", SECRET),),
    "no such noun": ((SECRET, "list"),),
    "a limit that is no number": (("search", "x", "--limit", SECRET),),
    "an option that does not exist": (("search", f"--bogus={SECRET}", "x"),),
    "a value where none belongs": (("case", "list", f"--json={SECRET}"),),
    "a global option of the wrong type": (("case", "list", "--passphrase-fd", SECRET),),
    "a limit of nothing": (("search", SECRET, "--limit", "0"),),
    "a limit below nothing": (("search", SECRET, "--limit", "-5"),),
    "a limit beyond any number of hits": (("search", SECRET, "--limit", str(10**20)),),
    "a limit beyond any number of cases": (("case", "list", "--limit", str(10**20)),),
}


@each(WRONG)
def test_a_usage_error_says_nothing_of_what_was_typed(arguments: tuple[str, ...], desk: Desk) -> None:
    answer = desk.run(*arguments, "--json")
    assert answer.code == 2
    assert answer.json()["error"]["code"] == "usage"
    assert SECRET not in answer.out + answer.err
    assert str(10**20) not in answer.out + answer.err


def test_a_usage_error_still_names_the_option_and_what_it_takes(desk: Desk) -> None:
    error = desk.run("person", "add", "X", "--role", "wizard", "--json").json()["error"]
    assert "argument --role: invalid choice (choose from" in error["message"]
    assert "client" in error["message"]
