"""A process for one mutant, forked from one that has all libraries loaded and none of our own modules."""

from __future__ import annotations

import ast
import gc
import importlib
import io
import os
import pickle
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest
from typing_extensions import override

from tests.mutation.operators import Mutant
from tests.mutation.tracing import Ran, Tracer
from tests.mutation.trying import FOLDER, Try

ROOT = Path(__file__).parents[2]
_LIBRARIES = ("alembic", "argon2", "cryptography.hazmat.primitives.hpke", "hypothesis", "msgspec", "pyrage",
              "shamir_mnemonic", "sqlalchemy", "sqlcipher3", "yaml", "zxcvbn", "fido2.ctap2", "pypdf")  # fmt: skip
# Without plugins of others and a look for forgotten files after each test: most of a second for each mutant.
_OPTIONS = ("-q", "-m", "not slow and not long", "-p", "no:cacheprovider", "-p", "no:unraisableexception",
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


class _Cheap:
    """Lets Argon2 cost as little as it can: how a passphrase is stretched is tried in seal alone."""

    def pytest_collection_finish(self) -> None:
        stretching = importlib.import_module("vault.seal.entrance.passphrase")
        real = stretching.hash_secret_raw

        def cheap(secret: bytes, salt: bytes, **costs: Any) -> Any:
            return real(secret, salt, **costs | {"time_cost": 1, "memory_cost": 8 * costs["parallelism"]})

        stretching.hash_secret_raw = cheap  # type: ignore[attr-defined]


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


def _pytest(room: str, folder: Path, tests: Sequence[str], *more: str, plugins: Sequence[object] = ()) -> int:
    cheap = [] if room == "seal" else [_Cheap()]
    return int(pytest.main([*_OPTIONS, *more, f"--basetemp={folder / 'tests'}", *tests], plugins=[*cheap, *plugins]))


def trace(room: str, tests: Sequence[str]) -> dict[str, Ran]:
    """Run the tests of a room once, in a process of its own, and return what each ran."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        answer = Path(folder, "ran")
        process = os.fork()
        if process == 0:
            sys.stdout = sys.stderr
            tracer = Tracer(ROOT, f"vault/{room}")
            _pytest(room, Path(folder), [str(ROOT / "tests" / name) for name in tests], plugins=[tracer])
            answer.write_bytes(pickle.dumps(tracer.ran))
            os._exit(0)
        os.waitpid(process, 0)
        ran: dict[str, Ran] = pickle.loads(answer.read_bytes())
    return ran


def try_mutant(file: str, tree: ast.Module, mutant: Mutant, tests: Sequence[str], seconds: float) -> Try:
    """Start a process that imports the changed module and runs these tests until one notices."""

    def work(folder: Path) -> int:
        name = ".".join(Path(file).with_suffix("").parts)
        mutant.apply()
        sys.meta_path.insert(0, _Planted(name, ROOT / file, tree))
        return _pytest(file.split("/")[1], folder, tests, "-x")

    return Try(work, seconds + _IMPORTING_S)
