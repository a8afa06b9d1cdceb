"""Words that are gone stay gone: from the product, its messages and its documents."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Final

from tests.hygiene.tree import ROOT, python_files, tracked_files
from tests.tables import each

# word -> what is said in its place (docs/glossary.md); one enters once the last use of it is gone
GONE = {
    r"bundle take": "bundle import",
    r"grant remove": "grant revoke",
    r"section remove": "section revoke",
    r"device lost": "device revoke",
    r"set apart": "set aside",
    r"give_to_behind|end_who_is_over|hide_what_is_over|withdraw_what_is_over": "grant, remove, hide, withdraw",
    r"caught_up": "up_to_date_index",
    r"is_owed|is_owed_to_nobody": "is_expected, is_unauthorised_absence",
    r"CountedEpoch|TakenBundle|ByRecovery": "ValidEpoch, ImportedBundle, RecoverySession",
    r"read_counted|require_counts": "read_valid, require_valid",
    r"for one in": "for member in, for row in: what it holds",
    r"a (counted|dropped) (epoch|seat|grant)": "a valid epoch, a revoked seat",
}
# what the documents do not say, whose readers often have English as a second language; code may still
GONE_FROM_DOCUMENTS = {r"[Ww]hoever": "a member who, a person who", r"[Tt]hemself": "themselves"}
DOCUMENTS = ("docs", "README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "DECISIONS.md")
SEARCHED = ("vault", "tui", "docs", "README.md", "SECURITY.md")


def uses(text: str, gone: Mapping[str, str] = GONE) -> list[str]:
    """Return the words that are gone and stand here nevertheless, with what to say."""
    return [f"{found[0]}: say {new}" for old, new in gone.items() for found in re.finditer(rf"\b(?:{old})\b", text)]


def found_in(places: Collection[str], gone: Mapping[str, str]) -> dict[str, list[str]]:
    found = {
        str(path.relative_to(ROOT)): uses(path.read_text(encoding="utf-8"), gone)
        for path in tracked_files()
        if path.suffix in {".py", ".md"} and path.relative_to(ROOT).parts[0] in places
    }
    return {path: words for path, words in found.items() if words}


def test_no_word_that_is_gone_comes_back() -> None:
    assert found_in(SEARCHED, GONE) == {}


def test_documents_do_without_the_words_that_are_hard_to_read() -> None:
    assert found_in(DOCUMENTS, GONE_FROM_DOCUMENTS) == {}


def test_a_word_that_comes_back_is_caught() -> None:
    assert uses("Take it with `casevault bundle take FILE`.") == ["bundle take: say bundle import"]
    assert uses("the set apartment") == []
    assert uses("Whoever joins sheets", GONE_FROM_DOCUMENTS) == ["Whoever: say a member who, a person who"]


# The inner terms of FORMAT.md stay out of what people read: they know devices, cases, lists and what was written.
# Said in their place: list of members, case or list, device, set aside, details of an entry, key, spare space.
_INNER: Final = re.compile(
    r"\b(?:rosters?|two lists|settl(?:e[sd]?|ing)|compartments?|seats?|quarantin\w+|payloads?|epochs?|ballast"
    r"|genes[ei]s)\b",
    re.IGNORECASE,
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


# Every sentence of the app is a template of `Message` or `plural`, a literal that a catalogue can hold.
# callee -> places of the arguments that a person reads, and their names
_SHOWN: Final = {
    "AskLine": ({0}, {"question", "hint"}),
    "Button": ({0}, {"label"}),
    "Cell": ({0}, {"words"}),
    "Choose": ({0}, {"question"}),
    "Column": ({0}, {"title"}),
    "Command": ({2, 4}, {"words", "hint", "brief"}),
    "Confirm": ({0, 1}, {"question", "consequence", "yes", "no"}),
    "confirm": ({0, 1}, {"yes", "no"}),
    "Fact": ({0, 1}, {"label", "text"}),
    "FormRow": ({0}, {"label"}),
    "Head": ({0, 1, 2}, {"chip", "subject", "fact"}),
    "Hint": ({1}, {"label"}),
    "PlaceInput": (set(), {"placeholder"}),
    "ProgressModal": ({0}, {"title"}),
    "ResultDialog": ({0, 1}, {"head", "lines"}),
    "ResultText": ({0}, {"lines"}),
    "SafeInput": (set(), {"placeholder"}),
    "Static": ({0}, {"content"}),
    "change": ({0}, {"title", "when_stopped"}),
    "head": ({0, 1}, {"about", "right", "name"}),
    "notify": ({0}, {"message", "title"}),
    "of_text": ({1, 2}, {"label", "hint"}),
    "refuse": ({1}, {"problem"}),
    "relabel": ({0}, {"label"}),
    "safe_content": ({0}, {"untrusted"}),
    "say": ({0}, {"words"}),
    "tell": ({0}, {"words"}),
    "together": ({0}, {"every"}),
    "update": ({0}, {"content"}),
    "warn": ({0}, {"words"}),
    "warning": ({0}, {"words"}),
    "work_long": ({0}, {"title", "when_stopped"}),
}  # fmt: skip
_SPOKEN_TEMPLATES: Final = {"Message": 1, "plural": 2}
_MACHINE: Final = {"Binding", "CSS", "DEFAULT_CSS"}
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_SENTENCE: Final = re.compile(r"[^\W\d_]{2,}[,.:;!?]? +[^\W\d_]")
_WORD_IN_PARTS: Final = re.compile(r"(?:^|\s)[^\W\d_]{2,}")
_EXAMPLE: Final = re.compile(r"[/~#]\S*|age1\.\.\.|")


def breaches(source: str) -> list[str]:
    """Return `line: words` for what a person would read and no catalogue could hold."""
    found: dict[tuple[int, int], str] = {}
    tree = ast.parse(source)
    for node, words in [*_templates(tree), *_spoken_sentences(tree), *_shown_words(tree), *_in_fstrings(tree)]:
        found.setdefault((node.lineno, node.col_offset), words)
    return [f"{line}: {words}" for (line, _), words in sorted(found.items())]


def _spoken_sentences(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Find sentences wherever they stand, but in templates and in what is for the machine."""
    match tree:
        case ast.Constant(value=str(text)) if _SENTENCE.search(text):
            yield tree, text
        case ast.JoinedStr(values=parts):
            said = [part.value if isinstance(part, ast.Constant) else "{}" for part in parts]
            if any(isinstance(part, ast.Constant) and _WORD_IN_PARTS.search(str(part.value)) for part in parts):
                yield tree, "".join(map(str, said))
        case _:
            pass
    for part in _within(tree):
        yield from _spoken_sentences(part)


def _within(tree: ast.AST) -> list[ast.AST]:
    """Return the parts of a node in which a sentence has no business."""
    parts: list[ast.AST] = []
    match tree:
        case ast.Expr(value=ast.Constant()):  # a docstring
            pass
        case ast.Call(func=name) | ast.AnnAssign(target=name) | ast.Assign(targets=[name]) if _name(name) in _MACHINE:
            pass
        case ast.Call(func=func, args=arguments, keywords=keywords) if _name(func) in _SPOKEN_TEMPLATES:
            parts = [*arguments[_SPOKEN_TEMPLATES[_name(func)] :], *keywords]
        case ast.Call(func=func, args=arguments) if _name(func) == "Command":
            parts = [argument for place, argument in enumerate(arguments) if place in _SHOWN["Command"][0]]
        case ast.Dict(values=values):
            parts = [*values]
        case ast.JoinedStr(values=values):
            parts = [value.value for value in values if isinstance(value, ast.FormattedValue)]
        case _:
            parts = [*ast.iter_child_nodes(tree)]
    return parts


def _shown_words(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Find single words where a person reads them, and as values of a template."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _name(node.func)
        if name in _SPOKEN_TEMPLATES:
            read = [keyword.value for keyword in node.keywords]
        elif name in _SHOWN:
            places, names = _SHOWN[name]
            read = [argument for place, argument in enumerate(node.args) if place in places]
            read += [keyword.value for keyword in node.keywords if keyword.arg in names]
        else:
            continue
        for part in [text for value in read for text in _texts(value)]:
            words = str(part.value)
            if _WORD.search(words) and not _EXAMPLE.fullmatch(words):
                yield part, words


def _texts(value: ast.expr) -> Iterator[ast.Constant]:
    """Return the literals that this comes down to."""
    match value:
        case ast.Constant(value=str()):
            yield value
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_texts(body), *_texts(orelse))
        case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            for each_value in values:
                yield from _texts(each_value)
        case ast.BinOp(left=left, right=right):
            yield from (*_texts(left), *_texts(right))
        case _:
            return


def _templates(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Find templates that are put together: no extraction would see them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _SPOKEN_TEMPLATES:
            for template in node.args[: _SPOKEN_TEMPLATES[_name(node.func)]]:
                if not isinstance(template, ast.Constant):
                    yield template, "a template that is no literal"


def _in_fstrings(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Find constants of sentences in f-strings, which say them in English whatever the language."""
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.AnnAssign)]
    sentences = {
        _name(node.target if isinstance(node, ast.AnnAssign) else node.targets[0])
        for node in assigned
        if isinstance(node.value, ast.Call) and _name(node.value.func) in _SPOKEN_TEMPLATES
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and _name(node.value) in sentences:
            yield node.value, f"{_name(node.value)} in an f-string"


def _name(func: ast.AST) -> str:
    match func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


BREACHES: Final = {
    "self.say('Keeping the note.')": "Keeping the note.",
    "self.say(f'{count} kept')": "{} kept",
    "self.say(f'Kept {name}')": "Kept {}",
    "Column('who', 24)": "who",
    "Command('g', 'give', Message('Give it'), 'g', 'give')": "give",
    "self.confirm(question, told, act, yes='Keep' if kept else 'Leave')": "Keep",
    "FormRow('To', field)": "To",
    "FormRow.of_text('until', 'Until')": "Until",
    "SafeInput(placeholder='when')": "when",
    "Static(safe_content('Member'))": "Member",
    "ResultText(('Done',))": "Done",
    "ABOUT = 'One file, say on a stick.'": "One file, say on a stick.",
    "lines = [*lines, 'no role yet']": "no role yet",
    "Message('{count} {unit}', count=count, unit='days' if count > 1 else 'day')": "days",
    "Message(f'Open {name}?')": "a template that is no literal",
    "Message(_ASK, name=name)": "a template that is no literal",
    "plural('{count} key', keys, count=count)": "a template that is no literal",
}


@each(list(BREACHES.items()))
def test_a_planted_breach_is_found(source: str, words: str) -> None:
    assert breaches(source)[0] == f"1: {words}"


@each(
    [
        "Message('Open {name}?', name=name)",
        "plural('{count} key', '{count} keys', count=len(keys))",
        "self.say(Message('Kept.') if kept else '')",
        "Command('escape', 'back', Message('Back'), 'Esc', Message('back'))",
        "FormRow.of_text('key', Message('Key'), 'age1...')",
        "PlaceInput(placeholder='/media/stick/request', id='request')",
        "safe_content(f'{reference}  {name}')",
        "self.query_one(f'#{name}')",
        "DEFAULT_CSS = 'Head { height: 1; }'",
        "Binding('ctrl+q', 'quit', 'How to quit', show=False)",
        "def leave():\n    '''Leave without a word.'''",
    ]
)
def test_what_a_catalogue_can_hold_is_no_breach(source: str) -> None:
    assert breaches(source) == []


def test_every_sentence_of_the_app_is_a_template() -> None:
    found = {str(path.relative_to(ROOT)): breaches(path.read_text(encoding="utf-8")) for path in python_files("tui")}
    assert {path: words for path, words in found.items() if words} == {}
