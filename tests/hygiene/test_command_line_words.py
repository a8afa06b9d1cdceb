"""The command line prints messages: no words of ours stand outside a message or a table, where catalogues hold them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.hygiene.test_library_words import TEMPLATES
from tests.hygiene.tree import ROOT, python_files

# Two words side by side, or one with the end of a sentence or of a question; beside a value, one is enough.
_WORDS: Final = re.compile(r"[^\W\d_]{2,}[,;:]? +[^\W\d_]{2,}|(?<![./])\b[^\W\d_]{2,}(?:[.!?](?:\s|$)|: )")
_BESIDE_A_VALUE: Final = re.compile(r"[^\W\d_]{2,}[,;:.]? |[ (][^\W\d_]{2,}")
# A command that a person types is the same in every language.
_COMMAND: Final = re.compile(r"casevault [^.,;:]*|--[a-z]+ [A-Z]+")
FORMS: Final = {
    "Arg": 1,
    "Verb": 1,
    "Noun": 1,
    "Personal": 2,
    "_usage": 1,
}  # row of a table -> how many of its arguments are typed


def breaches(source: str) -> list[str]:
    """Return the line of each text for people that is no message."""
    tree = ast.parse(source)
    return sorted({f"{node.lineno}: {ast.unparse(node)}" for node in _words(tree)}, key=lambda b: int(b.split(":")[0]))


def _words(tree: ast.AST) -> Iterator[ast.expr]:
    passed = set(_passed(tree))
    for node in ast.walk(tree):
        if node in passed:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _WORDS.search(node.value) and not _COMMAND.fullmatch(node.value):
                yield node
        elif isinstance(node, ast.JoinedStr):
            parts = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
            if any(_BESIDE_A_VALUE.search(part) for part in parts) and not _COMMAND.fullmatch("0".join((*parts, ""))):
                yield node
        elif isinstance(node, ast.Call) and _name(node) in TEMPLATES:
            yield from (part for part in node.args[: TEMPLATES[_name(node)]] if not isinstance(part, ast.Constant))
        elif isinstance(node, ast.Call) and _name(node) in {"Result", "say", "ask_line", "progress_of"}:
            yield from (text for text in _shown(node) if re.search(r"[^\W\d_]{2,}", str(text.value)))


def _shown(call: ast.Call) -> Iterator[ast.Constant]:
    """Yield the literals among what is shown: lines of a result, what is told or asked."""
    shown = call.args[1:2] if _name(call) == "Result" else call.args[:1]
    for node in shown:
        for item in node.elts if isinstance(node, ast.List | ast.Tuple) else [node]:
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item


def _passed(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what is a template, what is typed, documentation, and the parts of an f-string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.JoinedStr):
            yield from (part for value in node.values for part in ast.walk(value) if isinstance(part, ast.Constant))
        if isinstance(node, ast.Call) and _name(node) in TEMPLATES | FORMS:
            yield from node.args[: (TEMPLATES | FORMS)[_name(node)]]


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def test_the_command_line_prints_messages_alone() -> None:
    found = {
        str(path.relative_to(ROOT)): breaches(path.read_text(encoding="utf-8")) for path in python_files("vault/cli")
    }
    assert {path: texts for path, texts in found.items() if texts} == {}


PLANTED: Final = (
    'Result({}, ["VERIFIED"])',
    'Result({}, [f"id {short}"])',
    'output.say("Locked.")',
    'lines.append("Nothing matches")',
    'ask_line("Member: ")',
    'lines = [f"  until {day}"]',
    'words = "no role" if not roles else ""',
    'NOTE = "What this command did is safe. Do not repeat it."',
    'Message("{what}", what="nobody yet")',
    "Message(told, name=name)",
    'plural(f"{n} case", "{count} cases", count=n)',
    'Arg("CASE", "the reference")',
    'output.progress(done, total, "Making new keys")',
    'output.progress_of("Giving")',
)
SOUND: Final = (
    'Result({"since_roster": 3}, [Message("VERIFIED"), "", f"{name}  {ref:<10}"])',
    'Verb("add", Message("let a member open a case"), (Arg("[--until DATE]", Message("the last day")),), _add)',
    'plural("{count} key so far", "{count} keys so far", count=n)',
    'Personal("title", "--title", Message("Title of the case"))',
    'command = "casevault recipient add"',
    'Result({}, [f"casevault {version}"])',
    'path = f"casevault-{day}{n}.bundle"',
    'def f() -> None:\n    """Return a case for people."""',
)


def test_each_kind_of_text_is_caught_where_it_is_planted() -> None:
    assert [source for source in PLANTED if not breaches(source)] == []
    assert {source: breaches(source) for source in SOUND} == {source: [] for source in SOUND}
