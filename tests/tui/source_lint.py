"""What the source of the screens may not say, found by reading it: text from the vault as markup, and ways out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Makers whose first argument (or these keywords) is shown to a person.
_SHOWS: Final = {
    "Static", "Label", "Button", "Checkbox", "RadioButton", "Option", "Selection", "Tab", "TabPane", "Collapsible",
    "Digits", "Link", "ListItem", "Header", "update", "set_label", "Tooltip",
}  # fmt: skip
_SHOWN_KEYWORDS: Final = {"label", "title", "content", "renderable", "tooltip", "border_title", "border_subtitle"}
_SHOWN_ATTRIBUTES: Final = {"border_title", "border_subtitle", "tooltip", "label"}
_GATES: Final = {"safe_content", "Content"}
_MARKUP_READERS: Final = {"from_markup", "markup"}
# Widgets that read or copy what they show, or that no list of ours may be: our own stand in tui/widgets.
_BANNED_WIDGETS: Final = {
    "Markdown", "MarkdownViewer", "DataTable", "Log", "RichLog", "Pretty", "DirectoryTree", "Link", "Input", "TextArea",
    "MaskedInput", "LoadingIndicator", "Footer",
}  # fmt: skip
_BANNED_MODULES: Final = {
    "logging", "pdb", "pprint", "pyperclip", "rich.console", "rich.markup", "rich.traceback", "socket", "subprocess",
    "textual_dev", "textual_serve", "webbrowser",
}  # fmt: skip
_BANNED_CALLS: Final = {"print", "breakpoint", "input", "eval", "exec"}
_BANNED_METHODS: Final = {"suspend", "log", "save_screenshot", "export_screenshot", "deliver_screenshot", "open_url"}


@dataclass(frozen=True)
class Allowance:
    """What one file may do that others may not, with the reason."""

    modules: frozenset[str] = frozenset()
    widgets: frozenset[str] = frozenset()
    bases: bool = False


def breaches(source: str, allowance: Allowance = Allowance()) -> list[str]:
    """Return `line: what` for everything in this source that the screens may not do."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        found += [f"{line}: {what}" for what in _judge(node, allowance)]
    return sorted(found, key=lambda breach: int(breach.split(":")[0]))


def _judge(node: ast.AST, allowance: Allowance) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from _modules([name.name for name in names], allowance)
        case ast.ImportFrom(module=str(module), names=names):
            yield from _modules([module, *(f"{module}.{name.name}" for name in names)], allowance)
            if module.startswith("textual.widgets"):
                for name in names:
                    if name.name in _BANNED_WIDGETS - allowance.widgets:
                        yield f"widget {name.name}"
        case ast.ClassDef(bases=bases) if not allowance.bases:
            if any(_name(base) == "App" for base in bases):
                yield "an app that is no SafeApp"
        case ast.Call():
            yield from _call(node)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr in _SHOWN_ATTRIBUTES and not _gated(value):
                    yield f"{target.attr} of a bare string"
        case _:
            return


def _modules(names: list[str], allowance: Allowance) -> Iterator[str]:
    for name in names:
        if any(name == banned or name.startswith(f"{banned}.") for banned in _BANNED_MODULES - allowance.modules):
            yield f"import of {name}"


def _call(node: ast.Call) -> Iterator[str]:
    name = _name(node.func)
    if isinstance(node.func, ast.Name) and name in _BANNED_CALLS:
        yield f"call of {name}"
    if isinstance(node.func, ast.Attribute):
        if name in _BANNED_METHODS:
            yield f"call of {name}"
        if name in _MARKUP_READERS:
            yield f"markup read by {name}"
    for keyword in node.keywords:
        if keyword.arg in {"markup", "inline", "open_links"} and _is_true(keyword.value):
            yield f"{keyword.arg}=True"
        if name in _SHOWS and keyword.arg in _SHOWN_KEYWORDS and not _gated(keyword.value):
            yield f"{name} of a bare string"
    if name in _SHOWS and node.args and not _gated(node.args[0]):
        yield f"{name} of a bare string"


def _gated(value: ast.expr) -> bool:
    """Say whether the value is no bare string: made by a gate, a widget, a number or nothing, or a literal without `[`.

    A variable that holds content already is named so: `..._content`.
    """
    match value:
        case ast.Constant(value=str(text)):
            return "[" not in text
        case ast.Constant():
            return True
        case ast.Call(func=func):
            name = _name(func)
            return name in _GATES or name in _SHOWS
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.endswith("_content")
        case ast.IfExp(body=body, orelse=orelse):
            return _gated(body) and _gated(orelse)
        case _:
            return False


def _name(func: ast.expr) -> str:
    match func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return _name(value)
        case _:
            return ""


def _is_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is True
