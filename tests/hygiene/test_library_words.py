"""The library says what it has to say as messages: no text is put together there, named by its command, or stored."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.hygiene.tree import ROOT, python_files

# What speaks to people without a face, or is no sentence of ours, and why.
EXEMPT: Final = {
    "vault/casework/": "names of fields, and what becomes the text of a record",
    "vault/export/leakcheck/": "a process of its own, whose answer names a check and a place to programmers",
    "vault/services/approvals/pipe_process.py": "a process of its own that reads and writes its terminal itself",
    "vault/services/approvals/question.py": "lines of a question, marked and broken for any terminal",
    "vault/export/printed_sheets.py": "words on paper",
    "vault/export/report_wording.py": "purposes, by which a report has words",
    "vault/services/erasures/letter_words.py": "words of the letter in its languages",
    "vault/data_files.py": "makes the messages of tables",
    "vault/names/": "lists of words that are looked for",
    "vault/platform/tty_line.py": "asks at a terminal that does not send what it should",
    "vault/platform/tty.py": "asks at a terminal that does not send what it should",
    "vault/redaction/": "lists of words that are looked for",
    "vault/words/message.py": "makes the messages",
}
TEMPLATES: Final = {"Message": 1, "plural": 2}  # call -> how many of its arguments are templates
_SHELL = re.compile(r"\bcasevault (?:--?[a-z]+ \S+ )?[a-z]{2,}|`(?:casevault|[a-z]+ [a-z]+)`")
_PLACE_WITH_FORM = re.compile(r"\{\w*[^\w}][^}]*\}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"(?:(?<![^\W_])[^\W\d_]{2,}[,;:.]? ){4}")
# What is said to the database, or to another Python.
_STATEMENT = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|import)\b")


def breaches(source: str) -> list[str]:
    """Return the line and the rule of each text in a module of the library that is no message."""
    tree = ast.parse(source)
    found = [*_templates(tree), *_values(tree), *_commands(tree), *_rendered(tree), *_sentences(tree)]
    return [f"{line}: {rule}" for line, rule in sorted(set(found))]


def _templates(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """A template is a literal where its message is made: what fills catalogues finds it there."""
    for call in _calls(tree, *TEMPLATES):
        for template in call.args[: TEMPLATES[_name(call)]]:
            if not isinstance(template, ast.Constant):
                yield template.lineno, "a template that is put together"
            elif _PLACE_WITH_FORM.search(str(template.value)):
                yield template.lineno, "a place that is no bare name"


def _values(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """A value is a name, an id or a number of somebody's, or another message: no words of ours."""
    for call in _calls(tree, *TEMPLATES):
        for value in (keyword.value for keyword in call.keywords if keyword.arg is not None):
            if (text := _text(value)) is not None and len(_WORD.findall(text)) > 1:
                yield value.lineno, "words of ours as the value of a message"


def _commands(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What to do next is an act: each face has its own name for it."""
    for node in _texts(tree):
        if _SHELL.search(_text(node) or ""):
            yield node.lineno, "a command of the shell"


def _rendered(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Only a face makes a text of a message, so that none is stored; an exception is none."""
    caught = {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and _is_ours(node.type)}
    for call in _calls(tree, "rendered", "english"):
        yield call.lineno, "a message made into a text"
    for call in _calls(tree, "str"):
        argument = call.args[0] if call.args else None
        of_error = isinstance(argument, ast.Name) and argument.id in caught
        if of_error or (isinstance(argument, ast.Attribute) and argument.attr in {"message", "next_step"}):
            yield call.lineno, "a message made into a text"
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue):
            value = node.value
            if isinstance(value, ast.Attribute) and value.attr in {"message", "next_step"}:
                yield node.lineno, "a message made into a text"


def _sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """A sentence stands in a message."""
    inside = {template for call in _calls(tree, *TEMPLATES) for template in call.args}
    for node in _texts(tree):
        text = _text(node) or ""
        if node not in inside and _SENTENCE.search(text) and not _STATEMENT.search(text):
            yield node.lineno, "a sentence that is no message"


def _texts(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield each literal and f-string but documentation; the parts of an f-string are no texts of their own."""
    passed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(node.value)
        if isinstance(node, ast.JoinedStr):
            passed.update(child for child in ast.walk(node) if child is not node and isinstance(child, ast.Constant))
        if isinstance(node, ast.expr) and node not in passed and _text(node) is not None:
            yield node


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)
    if isinstance(node, ast.BinOp):
        sides = (_text(node.left), _text(node.right))
        return None if sides == (None, None) else "".join(side or "0" for side in sides)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}:
        return _text(node.func.value)
    return None


def _calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node) in names)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _is_ours(caught: ast.expr | None) -> bool:
    """Say whether an error that is caught is one of `vault.errors`: its text is a message."""
    names = {node.id for node in ast.walk(caught) if isinstance(node, ast.Name)} if caught is not None else set()
    return any(name in OURS for name in names)


OURS: Final = {
    node.name
    for node in ast.parse((ROOT / "vault" / "errors.py").read_text(encoding="utf-8")).body
    if isinstance(node, ast.ClassDef)
}


def searched() -> list[Path]:
    files = (path for path in python_files("vault") if path.relative_to(ROOT).parts[1] != "cli")
    return [path for path in files if not str(path.relative_to(ROOT)).startswith(tuple(EXEMPT))]


def test_the_library_has_messages_and_no_texts_for_people() -> None:
    found = {str(path.relative_to(ROOT)): breaches(path.read_text(encoding="utf-8")) for path in searched()}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_each_module_that_is_let_off_is_there() -> None:
    assert [path for path in EXEMPT if not (ROOT / path).exists()] == []


PLANTED: Final = {
    'raise RefusedError(Message(f"the case {case} is closed"))': "a template that is put together",
    'raise RefusedError(Message("the case " + ref))': "a template that is put together",
    'text = f"the case {ref}"\nraise RefusedError(Message(text))': "a template that is put together",
    'return Finding(Code.FORK, plural(f"{n} log", "{count} logs", count=n))': "a template that is put together",
    'note(Message("it took {seconds:g} s", seconds=1.5))': "a place that is no bare name",
    'note(Message("{who} wrote it", who="somebody unknown"))': "words of ours as the value of a message",
    'note(Message("it {did}", did=f"was ended {day}"))': "words of ours as the value of a message",
    'advice = Message("Run `casevault log verify`.")': "a command of the shell",
    'advice = Message("Run casevault --vault NEW init.")': "a command of the shell",
    'advice = Message("They see it with `case show`.")': "a command of the shell",
    "try:\n    go()\nexcept VerificationError as fault:\n    keep(str(fault))": "a message made into a text",
    "pins = replace(pins, alarms=((found.code, str(found.message)),))": "a message made into a text",
    'lines.append(f"waits: {fault.message}")': "a message made into a text",
    "row = english(found)": "a message made into a text",
    'WORDS = {Stop.GAP: "Entries of {who} wait for those before them."}': "a sentence that is no message",
    'session.add_alarm("The log does not verify any more.")': "a sentence that is no message",
    'return [f"{count} rights had ended and were withdrawn."]': "a sentence that is no message",
    'KEPT = ("What they could open until now may", "have been copied from here by somebody.")': (
        "a sentence that is no message"
    ),
}
SOUND: Final = (
    'raise RefusedError(Message("the case {ref} is closed", ref=ref))',
    'WORDS = {Stop.GAP: Message("Entries of {who} wait for those before them.")}\nm = filled(WORDS[why], who=who)',
    'note(Message("it is {state}", state="expired"))',
    "try:\n    go()\nexcept ValueError as fault:\n    raise KeyError(str(fault)) from None",
    'def f() -> None:\n    """Say that casevault init makes a vault and that it is whole."""',
    'rows.execute("SELECT seq, digest FROM operation WHERE origin = ? AND seq >= ?")',
    'MAGIC = b"casevault bundle"',
)


def test_each_kind_of_text_is_caught_where_it_is_planted() -> None:
    assert {source: [line.partition(": ")[2] for line in breaches(source)] for source in PLANTED} == {
        source: [rule] for source, rule in PLANTED.items()
    }
    assert {source: breaches(source) for source in SOUND} == {source: [] for source in SOUND}


# The command line prints messages: no words of ours stand outside a message or a table, where catalogues hold them.
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


def unsaid(source: str) -> list[str]:
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
        elif isinstance(node, ast.Call) and _said_by(node) in TEMPLATES:
            yield from (part for part in node.args[: TEMPLATES[_said_by(node)]] if not isinstance(part, ast.Constant))
        elif isinstance(node, ast.Call) and _said_by(node) in {"Result", "say", "ask_line", "progress_of"}:
            yield from (text for text in _shown(node) if re.search(r"[^\W\d_]{2,}", str(text.value)))


def _shown(call: ast.Call) -> Iterator[ast.Constant]:
    """Yield the literals among what is shown: lines of a result, what is told or asked."""
    shown = call.args[1:2] if _said_by(call) == "Result" else call.args[:1]
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
        if isinstance(node, ast.Call) and _said_by(node) in TEMPLATES | FORMS:
            yield from node.args[: (TEMPLATES | FORMS)[_said_by(node)]]


def _said_by(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def test_the_command_line_prints_messages_alone() -> None:
    found = {
        str(path.relative_to(ROOT)): unsaid(path.read_text(encoding="utf-8")) for path in python_files("vault/cli")
    }
    assert {path: texts for path, texts in found.items() if texts} == {}


PLANTED_IN_COMMANDS: Final = (
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
SOUND_COMMANDS: Final = (
    'Result({"since_roster": 3}, [Message("VERIFIED"), "", f"{name}  {ref:<10}"])',
    'Verb("add", Message("let a member open a case"), (Arg("[--until DATE]", Message("the last day")),), _add)',
    'plural("{count} key so far", "{count} keys so far", count=n)',
    'Personal("title", "--title", Message("Title of the case"))',
    'command = "casevault recipient add"',
    'Result({}, [f"casevault {version}"])',
    'path = f"casevault-{day}{n}.bundle"',
    'def f() -> None:\n    """Return a case for people."""',
)


def test_each_kind_of_text_in_a_command_is_caught_where_it_is_planted() -> None:
    assert [source for source in PLANTED_IN_COMMANDS if not unsaid(source)] == []
    assert {source: unsaid(source) for source in SOUND_COMMANDS} == {source: [] for source in SOUND_COMMANDS}
