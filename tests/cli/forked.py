"""Commands without the wait for what they import: each is a process of its own, forked from one that has loaded it all.

What a command does is the same as from a shell. How one is started, killed, or listened to is tried with the real one.
"""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import walk_packages

from tests import stretching
from vault import services
from vault.cli.dispatch import run
from vault.cli.nouns import NOUNS
from vault.seal.entrance import passphrase

_SERVER = get_context("forkserver")
_SERVER.set_forkserver_preload(
    [
        *(__name__, *{noun.module for noun in NOUNS.values()}),
        *(module.name for module in walk_packages(services.__path__, f"{services.__name__}.") if not module.ispkg),
    ]
)
_LIMIT_S = 60


def run_forked(arguments: Sequence[str], stdin: bytes, environment: dict[str, str]) -> tuple[int, bytes, bytes]:
    """Return exit code, standard output and standard error of a command with just this environment."""
    with tempfile.TemporaryDirectory() as name:
        given, out, err, learned = (Path(name, one) for one in ("in", "out", "err", "learned"))
        given.write_bytes(stdin)
        process = _SERVER.Process(target=_command, args=(name, list(arguments), environment, stretching.KNOWN))
        process.start()
        process.join(_LIMIT_S)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"not done after {_LIMIT_S} s: {err.read_text('utf-8')}")
        if learned.exists():
            stretching.KNOWN.update(pickle.loads(learned.read_bytes()))
        return process.exitcode, out.read_bytes(), err.read_bytes()


class Forked:
    """A function in a process of its own, with what it says line by line; it ends with the block.

    Args:
        target: the function, by which nothing but its process is changed.
        given: its arguments.
    """

    def __init__(self, target: Callable[..., None], *given: object) -> None:
        said, says = _SERVER.Pipe(duplex=False)
        self._process = _SERVER.Process(target=_speaking, args=(says, target, given))
        self._process.start()
        says.close()
        self.said = os.fdopen(os.dup(said.fileno()), encoding="utf-8")
        said.close()

    def __enter__(self) -> Forked:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.said.close()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def ended(self) -> int:
        """Wait for its end and return its exit code."""
        self._process.join(_LIMIT_S)
        assert self._process.exitcode is not None
        return self._process.exitcode


def _speaking(says: Connection, target: Callable[..., None], given: tuple[object, ...]) -> None:
    os.dup2(says.fileno(), 1)
    says.close()
    sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    target(*given)


def _command(folder: str, arguments: list[str], environment: dict[str, str], known: stretching.Known) -> None:
    for number, (name, flags) in enumerate(
        [("in", os.O_RDONLY), ("out", os.O_WRONLY | os.O_CREAT), ("err", os.O_WRONLY | os.O_CREAT)]
    ):
        os.dup2(os.open(f"{folder}/{name}", flags, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode, encoding="utf-8") for number, mode in enumerate("rww"))
    os.environ.clear()
    os.environ.update(environment)
    if hasattr(time, "tzset"):
        time.tzset()
    stretching.KNOWN.update(known)
    passphrase.hash_secret_raw = stretching.once(passphrase.hash_secret_raw)  # type: ignore[attr-defined]
    code = run(arguments)
    if stretching.KNOWN.keys() > known.keys():
        Path(folder, "learned").write_bytes(pickle.dumps(stretching.KNOWN))
    sys.exit(code)
