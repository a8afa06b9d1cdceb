"""The inner terms of FORMAT.md stay out of what people read: they know devices, cases, lists and what was written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from tests.hygiene.tree import ROOT, python_files

# Said in their place: list of members, case or list, device, set aside, details of an entry, key, spare space.
_INNER: Final = re.compile(
    r"\b(?:rosters?|compartments?|seats?|quarantin\w+|payloads?|epochs?|ballast|genes[ei]s)\b", re.IGNORECASE
)
_HEX_OR_COUNT: Final = re.compile(r"\blog \{|\{(?:count|versions)\} versions?\b", re.IGNORECASE)
_PLACE: Final = re.compile(r"\{\w+\}")
_SEEN: Final = ("vault/access", "vault/acts", "vault/cli", "vault/export", "vault/services", "vault/words", "tui")
_TEMPLATES: Final = {"Message", "plural"}
# Versions that people keep and count themselves: of a paper, and of a record side by side.
_COUNTED: Final = {
    "{count} version",
    "{count} versions",
    "{count} version, {stage}",
    "{count} versions, {stage}",
    "There was {count} version. The change follows it; {history} shows all.",
    "There were {count} versions. They are one now; {history} shows all.",
    "The document is erased here, with all {count} versions.",
}
# No honest office meets these: they tell who looks for the fault which bytes are wrong.
_FOR_A_FAULT: Final = {
    "the genesis is missing or was altered",
    "a false row stands beside the genesis",
    "the key that made the genesis belongs to no device of any list of members",
    "rows of a log whose genesis is not here",
}


def has_inner_term(text: str) -> bool:
    """Say whether a sentence has one; what a value is called in the program nobody reads."""
    return bool(_INNER.search(_PLACE.sub("", text)) or _HEX_OR_COUNT.search(text))


def _sentences(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _TEMPLATES:
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


@cache
def _found() -> frozenset[tuple[str, str]]:
    """Return each sentence for people that has an inner term, with the file that it stands in."""
    said = ((path, text) for path in python_files(*_SEEN) for text in _sentences(path.read_text(encoding="utf-8")))
    return frozenset((str(path.relative_to(ROOT)), text) for path, text in said if has_inner_term(text))


def test_no_sentence_that_people_read_has_an_inner_term() -> None:
    assert sorted(found for found in _found() if found[1] not in _COUNTED | _FOR_A_FAULT) == []


def test_each_sentence_that_is_allowed_one_stands_somewhere() -> None:
    assert {text for _, text in _found()} >= _COUNTED | _FOR_A_FAULT


def test_the_pages_for_people_do_without_them_and_the_glossary_explains_them() -> None:
    pages = [path for path in (ROOT / "docs").glob("*.md") if path.name not in {"glossary.md", "bench.md"}]
    lines = [
        (path.name, line) for path in (ROOT / "README.md", *pages) for line in path.read_text("utf-8").splitlines()
    ]
    assert [(name, line) for name, line in lines if _INNER.search(line)] == []


def test_an_inner_term_is_found_and_a_value_that_is_called_so_is_not() -> None:
    source = 'Message("Your seat"); plural("{count} payload", "{count} payloads", count=2); Message("{seat} is in")'
    assert [text for text in _sentences(source) if has_inner_term(text)] == [
        "Your seat", "{count} payload", "{count} payloads",
    ]  # fmt: skip
    assert has_inner_term("log {origin}: two histories")
    assert not has_inner_term("log of {name}")
