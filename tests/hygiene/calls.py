"""Which functions of `vault.services` some code names, by its syntax; each called as the table of services calls it."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.hygiene.tree import ROOT, python_files
from tests.policy.services_table import ACTS, NO_ACT
from vault.acts.act import Act
from vault.policy.roles import Action

READING: Final = frozenset(
    action for action in Action if action.name.endswith(("_LIST", "_READ", "_SEARCH", "_ASK", "_VERIFY"))
)
LOOKS_ITSELF: Final = {name for name, why in NO_ACT.items() if why.startswith("looks at the role itself")}
OF_MANY: Final = {"case_changes.change_all", "case_changes.close_all"}  # begin with a list, and write a case at a time
BY_OPTION: Final = {name: {Action.CASE_CREATE} for name in ("member admit", "member agree")}
"""What an option of an act takes besides: `--with-cases`."""
WRITING: Final = OF_MANY | LOOKS_ITSELF | {name for name, actions in ACTS.items() if not READING.issuperset(actions)}


def trees(*folders: str) -> dict[str, ast.Module]:
    """Return each module of these folders, by its path in the checkout."""
    return {path.relative_to(ROOT).as_posix(): _parsed(path) for path in python_files(*folders)}


@functools.cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def services_in(node: ast.AST) -> set[str]:
    """Return what the code names of services, whether it calls that or hands it on."""
    imported = {name: place for name, place in _imported(node).items() if place.startswith("vault.services.")}
    found: set[str] = set()
    for each in ast.walk(node) if imported else ():
        if isinstance(each, ast.Name) and each.id in imported:
            found.add(imported[each.id])
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id in imported:
            found.add(f"{imported[each.value.id]}.{each.attr}")
    return {".".join(place.split(".")[-2:]) for place in found}


def place_of(function: Callable[..., object]) -> str:
    """Return where a function is, `vault.acts.case._close`."""
    while isinstance(function, functools.partial):
        function = function.func
    return f"{function.__module__}.{function.__name__}"


def reached(modules: Mapping[str, ast.Module], *places: str) -> set[str]:
    """Return what functions of `vault/acts` come to, also by way of others there."""
    found: set[str] = set()
    seen: set[str] = set()
    left = list(places)
    while left:
        module, _, name = (place := left.pop()).rpartition(".")
        tree = modules.get(f"{module.replace('.', '/')}.py")
        if tree is None or place in seen:
            continue
        seen.add(place)
        imported = _imported(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
                found |= services_in(node)
                names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
                left += [imported.get(each, f"{module}.{each}") for each in names]
    return found


def actions_of(act: Act[Any]) -> set[Action]:
    """Return what policy is asked for where an act is done."""
    return _actions(place_of(act.run)) - BY_OPTION.get(act.name, set())


@functools.cache
def _actions(place: str) -> set[Action]:
    services = reached(trees("vault/acts"), place)
    actions = {action for name in services for action in ACTS.get(name, ())}
    for name in services & LOOKS_ITSELF - {"housekeeping.settle"}:  # it leaves out what the role does not allow
        module, _, function = name.partition(".")
        found = [node for path, tree in trees("vault/services").items() for node in tree.body if f"/{module}." in path]
        named = [node for node in found if isinstance(node, ast.FunctionDef) and node.name == function]
        actions |= {Action[code] for code in re.findall(r"Action\.(\w+)", "".join(map(ast.unparse, named)))}
    return actions


@functools.cache
def _imported(node: ast.AST) -> dict[str, str]:
    return {
        alias.asname or alias.name: f"{each.module}.{alias.name}"
        for each in ast.walk(node)
        if isinstance(each, ast.ImportFrom)
        for alias in each.names
    }
