"""Print how large the house is: what is arranged twice, and how many files, lines and names there are.

Run it in the environment of the tests, as `make house` does.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.hygiene.calls import WRITING, services_in, trees  # noqa: E402 - the checkout that this script lies in
from tests.hygiene.tree import PACKAGES, python_files  # noqa: E402
from tests.policy.services_table import ACTS, NO_ACT  # noqa: E402


def in_both_faces() -> int:
    """Functions of services with a session that both `vault/cli` and `tui/gateway` name."""
    return len(_in_both() & (ACTS.keys() | NO_ACT.keys()))


def arranged_twice() -> int:
    """Of these, such that write: acts that are arranged in two places."""
    return len(_in_both() & WRITING)


def lines_of_the_faces() -> int:
    """Lines of `vault/acts`, `vault/cli`, `tui/gateway`, `tui/values`, and of the classes of forms in `tui/screens`."""
    forms = 0
    for tree in trees("tui/screens").values():
        for node in (node for node in tree.body if isinstance(node, ast.ClassDef)):
            if any(ast.unparse(name).partition("[")[0].endswith("Form") for name in (ast.Name(node.name), *node.bases)):
                forms += (node.end_lineno or 0) - node.lineno + 1
    return forms + _lines("vault/acts", "vault/cli", "tui/gateway", "tui/values")


def product_files() -> int:
    """Modules of the product."""
    return len(python_files(*PACKAGES))


def product_lines() -> int:
    """Lines of the product."""
    return _lines(*PACKAGES)


def test_lines() -> int:
    """Lines of the tests."""
    return _lines("tests")


def one_importer() -> int:
    """Modules of the product that one other module alone imports."""
    product = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): tree
               for path, tree in trees(*PACKAGES).items()}  # fmt: skip
    importers: Counter[str] = Counter()
    for module, tree in product.items():
        named: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                named |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
        importers.update((named & product.keys()) - {module})
    rooms = {path.rpartition("/")[0].replace("/", ".") for path in trees(*PACKAGES)}
    return sum(importers[module] == 1 for module in product.keys() - rooms)


def names_used_again() -> int:
    """Names of modules that the product has more than once."""
    names = Counter(path.stem for path in python_files(*PACKAGES))
    return sum(count > 1 for name, count in names.items() if not name.startswith("__"))


def _in_both() -> set[str]:
    one, other = (
        {name for tree in trees(face).values() for name in services_in(tree)} for face in ("vault/cli", "tui/gateway")
    )
    return one & other


def _lines(*folders: str) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*folders))


MEASURES = (
    *(in_both_faces, arranged_twice, lines_of_the_faces, product_files, product_lines, test_lines),
    *(one_importer, names_used_again),
)

if __name__ == "__main__":
    for measure in MEASURES:
        sys.stdout.write(f"{measure():>9,}  {measure.__doc__}\n")
