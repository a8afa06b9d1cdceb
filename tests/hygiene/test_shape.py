"""The shape of the tree: docstrings, file sizes, and what a plain start may load."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.hygiene.tree import PACKAGES, ROOT, python_files
from tests.tables import each

LONGEST_FILE = 500
NOUNS = frozenset({
    "approval", "backup", "bundle", "case", "device", "document", "export", "grant", "intake", "member", "note",
    "person", "recipient", "recovery", "section",
})  # fmt: skip
"""What a member works with: a room may have a module of that name. Any other name stands once."""
HEAVY = frozenset({
    "alembic", "argon2", "cryptography", "fido2", "msgspec", "phonenumbers", "pyrage", "pymorphy3", "pypdf",
    "pypdfium2", "rich", "shamir_mnemonic", "sqlalchemy", "sqlcipher3", "textual", "typst", "zxcvbn",
})  # fmt: skip


@each(PACKAGES)
def test_every_room_says_what_it_is_for(package: str) -> None:
    rooms = {path.parent for path in python_files(package)}
    silent = [
        str(room.relative_to(ROOT))
        for room in sorted(rooms)
        if not (room / "__init__.py").is_file()
        or not ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_grows_past_one_subject() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*PACKAGES)}
    assert {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > LONGEST_FILE} == {}


def named_again(paths: Iterable[Path]) -> list[str]:
    """Return the names that several modules have, but for nouns and what Python itself asks for."""
    names = Counter(path.stem for path in paths if not path.stem.startswith("__"))
    return sorted(name for name, count in names.items() if count > 1 and name not in NOUNS)


def test_no_two_modules_have_one_name() -> None:
    planted = ["vault/log/told.py", "tui/told.py", "vault/acts/case.py", "vault/cli/case.py", "vault/__init__.py"]
    assert named_again(map(Path, planted)) == ["told"]
    assert len(NOUNS) <= 15
    assert named_again(python_files(*PACKAGES)) == []


def test_every_test_folder_is_a_package() -> None:
    # Without one, two files of the same name in two folders hide each other.
    folders = {path.parent for path in python_files("tests")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def unused(source: str) -> list[str]:
    """Return what a module has for itself, by an underscore, and does not name again."""
    kept = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            kept += [] if node.decorator_list else [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            kept += [
                each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            ]
    return [name for name in kept if re.match("_[^_]", name) and len(re.findall(rf"\b{name}\b", source)) == 1]


def test_no_module_keeps_what_it_does_not_use() -> None:
    assert unused("_OLD = 1\n_NEW: int = 2\nprint(_NEW)\ndef _gone(): ...") == ["_OLD", "_gone"]
    found = {str(path.relative_to(ROOT)): unused(path.read_text("utf-8")) for path in python_files(*PACKAGES)}
    assert {path: names for path, names in found.items() if names} == {}


def loaded_by(code: str, *arguments: str) -> set[str]:
    """Return the top-level modules that a fresh process has loaded once `code` has run or has ended the process."""
    report = "print('\\n', *{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    program = f"import atexit, sys\natexit.register(lambda: {report})\n{code}"
    shown = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )
    return set(shown.stderr.splitlines()[-1].split())


@each(["vault.cli", "vault.__main__", "vault.errors", "vault.ids", "vault.platform"])
def test_a_plain_import_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") & HEAVY == set()


@each([(("--help",),), (("version",),), (("case", "--help"),)])
def test_an_answer_at_once_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by("from vault.__main__ import main\nsys.exit(main())", *arguments) & HEAVY == set()
