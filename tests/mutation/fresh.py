"""Mutants outside functions: forked from a parent that has all libraries loaded and none of our own modules."""

from __future__ import annotations

import ast
import gc
import importlib
import io
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import hypothesis
import pytest
from typing_extensions import override

from tests.mutation.operators import Mutant
from tests.mutation.trying import Try

ROOT = Path(__file__).parents[2]
_LIBRARIES = ("alembic", "argon2", "cryptography.hazmat.primitives.hpke", "hypothesis", "msgspec", "pyrage",
              "shamir_mnemonic", "sqlalchemy", "sqlcipher3", "yaml", "zxcvbn", "fido2.ctap2", "pypdf")  # fmt: skip
# Without plugins of others and a look for forgotten files after each test: most of a second for each mutant.
OPTIONS = ("-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:unraisableexception",
           "-p", "no:threadexception", "--no-header", "--no-summary")  # fmt: skip
_IMPORTING_S = 3


class _Planted(MetaPathFinder, Loader):
    """Gives one module from a changed tree."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self._name, self._path, self._tree = name, path, tree

    @override
    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        spec = ModuleSpec(name, self, origin=str(self._path))
        spec.has_location = True
        return spec

    @override
    def exec_module(self, module: ModuleType) -> None:
        code = compile(ast.fix_missing_locations(self._tree), str(self._path), "exec")
        exec(code, module.__dict__)


def warm_up() -> None:
    """Load what every child needs; with our own modules loaded, a child could not plant another one."""
    for name in _LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # loaded by the child that needs it
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with tempfile.TemporaryDirectory() as empty, redirect_stdout(io.StringIO()):
        pytest.main(["--collect-only", "-p", "no:cacheprovider", "-c", os.devnull, empty])
    gc.collect()
    gc.freeze()
    hypothesis.settings.register_profile(
        "mutants",
        database=None,
        deadline=None,
        derandomize=True,
        max_examples=30,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")
    loaded = sorted(name for name in sys.modules if name.split(".")[0] in ("vault", "tui"))
    assert not loaded, f"loaded before the fork: {loaded}"


def try_fresh(file: str, tree: ast.Module, mutant: Mutant, tests: Sequence[str], seconds: float) -> Try:
    """Start a process that imports the changed module and runs these tests."""

    def work(folder: Path) -> int:
        name = ".".join(Path(file).with_suffix("").parts)
        mutant.apply()
        sys.meta_path.insert(0, _Planted(name, ROOT / file, tree))
        return int(pytest.main([*OPTIONS, f"--basetemp={folder / 'tests'}", *tests]))

    return Try(work, seconds + _IMPORTING_S)
