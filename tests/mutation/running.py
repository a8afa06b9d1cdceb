"""One mutant, one process: forked from a parent that has all libraries loaded and none of our own modules."""

from __future__ import annotations

import ast
import gc
import importlib
import io
import os
import shutil
import signal
import sys
import tempfile
import time
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

_LIBRARIES = ("alembic", "argon2", "cryptography.hazmat.primitives.hpke", "hypothesis", "msgspec", "pyrage",
              "shamir_mnemonic", "sqlalchemy", "sqlcipher3", "yaml")  # fmt: skip
# Without plugins of others and a look for forgotten files after each test: most of a second for each mutant.
_OPTIONS = ("-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:unraisableexception",
            "-p", "no:threadexception", "--no-header", "--no-summary")  # fmt: skip
_PASSED = 0


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
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")
    loaded = sorted(name for name in sys.modules if name.split(".")[0] in ("vault", "tui"))
    assert not loaded, f"loaded before the fork: {loaded}"


class Child:
    """A forked process that runs tests against one mutant, or against the module as it is."""

    def __init__(self, module: str, path: Path, tree: ast.Module, mutant: Mutant | None, tests: Sequence[Path]) -> None:
        self.mutant = mutant
        self.began = time.monotonic()
        self._folder = Path(tempfile.mkdtemp(prefix="mutant-"))
        self.process = os.fork()
        if self.process == 0:
            self._become(module, path, tree, tests)

    def _become(self, module: str, path: Path, tree: ast.Module, tests: Sequence[Path]) -> None:
        try:
            os.setsid()
            silence = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(silence, stream)
            os.environ["TMPDIR"] = str(self._folder)
            if self.mutant is not None:
                self.mutant.apply()
            sys.meta_path.insert(0, _Planted(module, path, tree))
            code = int(pytest.main([*_OPTIONS, f"--basetemp={self._folder / 'tests'}", *map(str, tests)]))
        except BaseException:  # whatever it is, it must not come back into the parent
            code = int(pytest.ExitCode.INTERNAL_ERROR)
        os._exit(code)

    def poll(self, timeout_s: float) -> str | None:
        """Return `killed`, `timeout` or `survived`, or None while it runs."""
        done, status = os.waitpid(self.process, os.WNOHANG)
        if done == 0 and time.monotonic() - self.began < timeout_s:
            return None
        if done == 0:
            os.killpg(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        shutil.rmtree(self._folder, ignore_errors=True)
        if done == 0:
            return "timeout"
        return "survived" if os.waitstatus_to_exitcode(status) == _PASSED else "killed"
