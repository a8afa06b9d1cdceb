"""Print how large the house is: what is arranged twice, and how many files, lines and names there are.

Run it in the environment of the tests, as `make house` does.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.hygiene.calls import WRITING, services_in, trees  # noqa: E402 - the checkout that this script lies in
from tests.hygiene.tree import PACKAGES, python_files  # noqa: E402
from tests.policy.services_table import ACTS, NO_ACT  # noqa: E402

TABLES = {"tui/screens/routes.py", "tui/shell/app.py"}


def in_both_faces() -> int:
    """Functions of services with a session that both `vault/cli` and the app name."""
    return len(_in_both() & (ACTS.keys() | NO_ACT.keys()))


def arranged_twice() -> int:
    """Of these, such that write: acts that are arranged in two places."""
    return len(_in_both() & WRITING)


def lines_of_faces() -> int:
    """Lines of `vault/acts`, `vault/cli`, `tui/gateway`, `tui/values`, and of the classes of forms in `tui/screens`."""
    forms = 0
    for node in (node for tree in trees("tui/screens").values() for node in tree.body):
        if isinstance(node, ast.ClassDef) and re.search(
            r"Form\b", f"{node.name} {' '.join(map(ast.unparse, node.bases))}"
        ):
            forms += (node.end_lineno or 0) - node.lineno + 1
    return forms + _lines("vault/acts", "vault/cli", "tui/gateway", "tui/values")


def files() -> int:
    """Modules of the product."""
    return len(python_files(*PACKAGES))


def lines() -> int:
    """Lines of the product."""
    return _lines(*PACKAGES)


def test_lines() -> int:
    """Lines of the tests."""
    return _lines("tests")


def one_importer() -> int:
    """Modules of the product that one other alone imports, but for rooms, acts and what the tables of screens name."""
    importers: dict[str, set[str]] = defaultdict(set)
    for path, tree in trees(*PACKAGES).items():
        named = {alias.name for each in ast.walk(tree) if isinstance(each, ast.Import) for alias in each.names}
        for each in (each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)):
            named |= {str(each.module), *(f"{each.module}.{alias.name}" for alias in each.names)}
        for file in {f"{name.replace('.', '/')}.py" for name in named} - {path}:
            importers[file].add(path)
    alone = {path: of for path in trees(*PACKAGES) if len(of := importers[path]) == 1}
    return sum(
        not path.startswith("vault/acts/") and not (path.startswith("tui/screens/") and of <= TABLES)
        for path, of in alone.items()
    )


def names_again() -> int:
    """Names of modules that the product has more than once."""
    names = Counter(path.stem for path in python_files(*PACKAGES))
    return sum(count > 1 for name, count in names.items() if not name.startswith("__"))


def _in_both() -> set[str]:
    faces = [set().union(*map(services_in, trees(face).values())) for face in ("vault/cli", "tui")]
    return faces[0] & faces[1]


def _lines(*folders: str) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*folders))


if __name__ == "__main__":
    for measure in (in_both_faces, arranged_twice, lines_of_faces, files, lines, test_lines, one_importer, names_again):
        sys.stdout.write(f"{measure():>9,}  {measure.__doc__}\n")
